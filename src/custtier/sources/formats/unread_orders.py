"""Whether a plain list leaves columns unread that look like orders: it would go in as people, and its money be lost."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from custtier.errors import data_error
from custtier.sources.drafting.head import columns_under
from custtier.sources.drafting.kinds import fits
from custtier.sources.drafting.place import Column
from custtier.sources.formats.identify import Match, known_headers, normal_header

LISTS: Final = ("contacts", "dates")
"""Kinds of plain lists that ask for so little that an order export may pass for one."""

_PER_PERSON: Final = re.compile(
    r"累计|历史|最近|最后|上次|首次|下次|最高|平均|客单|余额|积分|储值|预算|预计|预约|年龄|生日|到期|有效期|跟进|回访|联系|更新|修改|注册|入会|身高|体重|次数|数量"
    r"|last|lifetime|average|total spent|balance|points|budget|estimated|expected|next|follow|birth|expir|updated"
    r"|modified|age$|score|count",
    re.IGNORECASE,
)
"""Headers of what a list says of a person, not of an order: sums, latest days, plans."""

_MONEY: Final = re.compile(
    r"额|款|价|钱|元|费|付|收入|金|amount|amt|paid|pay|price|total|sum|sales|revenue|gross|net", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"单|订|流水|order|receipt|invoice|bill|ref", re.IGNORECASE)
_NUMBER_LENGTH: Final = 5
_MOSTLY: Final = 0.5
"""Share of the rows that an order's column fills; what few people have is a remark about them."""


def refuse_orders(matches: Sequence[Match], *, path: str, own: Collection[str]) -> None:
    """Return when no sheet that is taken for a plain list looks like orders.

    Args:
        matches: The sheets, recognised and not asked for by name.
        path: As the user gave it.
        own: Names of the user's own profiles, which say what they mean.

    Raises:
        CusttierError: `unknown-format`.
    """
    for match in matches:
        profile = match.profile
        if not profile.fallback or profile.kind not in LISTS or profile.name in own:
            continue
        unread = order_columns(_unread(match))
        if unread:
            raise data_error(
                "unknown-format",
                "{path} could only be read as a plain list ({profile}), and columns that this would leave out look "
                "like orders: {columns}",
                hint="make its format known with `custtier sources new FILE --kind order`; if it is a list of people, "
                "read it with `--profile {profile}`",
                path=path,
                profile=profile.name,
                columns=", ".join(unread),
            )


def order_columns(columns: Sequence[Column]) -> list[str]:
    """The headers of those that look like an order's amount and its day or number; none where one of both is missing.

    Args:
        columns: Columns that nothing reads.
    """
    filled = [one for one in columns if one.look.filled >= _MOSTLY * one.look.rows and one.look.filled]
    of_orders = [one for one in filled if not _PER_PERSON.search(one.header)]
    money = [one.header for one in of_orders if _is_money(one)]
    places = [one.header for one in of_orders if _is_day(one) or _is_number(one)]
    return [*money, *places] if money and places else []


def _unread(match: Match) -> list[Column]:
    known = known_headers(match.profile)
    unread = [header for header in match.headers if header and normal_header(header) not in known]
    if len(unread) < 2:
        return []
    columns = columns_under(match.sheet, match.header_row, zone=match.profile.zone or "UTC")
    return [one for one in columns if normal_header(one.header) not in known]


def _is_money(one: Column) -> bool:
    says_so = one.look.decimals > 0 or bool(one.look.symbol) or bool(_MONEY.search(one.header))
    return fits("gross", one.look) and says_so and not _is_day(one)


def _is_day(one: Column) -> bool:
    return fits("created_at", one.look)


def _is_number(one: Column) -> bool:
    return fits("order_id", one.look) and one.look.length >= _NUMBER_LENGTH and bool(_NUMBER.search(one.header))
