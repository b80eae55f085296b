"""What headers and words mean elsewhere: the headers of all profiles, and their words of state."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from custtier.sources.drafting.asking import REFUND_STATES, STATES
from custtier.sources.formats.identify import headers_of, normal_header
from custtier.sources.formats.profile import Profile
from custtier.sources.transforms.statuses import plain_word

ACCOUNT: Final = "account"
"""Stands among the fields for the buyer's account, which a profile keeps apart."""

_UNIT: Final = re.compile(r"[(\[【](元|人民币|¥|￥|rmb|cny|usd|\$|€|£|必填|选填|\*)[)\]】]")
_JOINTS: Final = re.compile(r"[_\-./#:*\s]+")
_PLAIN_TABLE: Final = 4
"""How much more a header of plain tables says than one of a platform, whose words may have a sense of their own."""

_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("客户微信名", "微信名", "会员昵称", "微信昵称", "客户称呼", "买主", "购买人", "购货人", "购买者"),
    "phone": ("cell", "cell number", "contact number", "会员手机号", "会员电话", "客户联系电话", "联系号码"),
    "agent": ("服务顾问", "导购", "顾问", "经办人", "开单人"),
    "created_at": (
        "sold on",
        "sold at",
        "bought on",
        "bought at",
        "开单日期",
        "开单时间",
        "录单日期",
        "制单日期",
        "单据时间",
    ),
    "paid_at": ("收款时间", "收款日期"),
    "gross": (
        "paid amt",
        "amt paid",
        "amount received",
        "实付总额",
        "实收总额",
        "收款金额",
        "折后总额",
        "折后总价",
        "成交总额",
    ),
    "refund": ("退款总额", "累计退款金额"),
    "order_id": (
        "ref",
        "ref no",
        "reference",
        "receipt no",
        "bill no",
        "系统单号",
        "原订单号",
        "内部订单号",
        "平台单号",
        "开单号",
    ),
    "product": ("article", "goods", "货品", "菜品", "项目名称", "服务名称"),
    "quantity": ("pcs", "pieces", "count", "商品件数", "件数", "个数", "购买件数"),
    "added_at": (
        "添加时间",
        "添加日期",
        "加好友时间",
        "加微信时间",
        "加微时间",
        "added at",
        "added on",
        "date added",
        "add time",
    ),
    "deleted_at": ("删除时间", "流失时间", "deleted at"),
    "remark": ("备注", "备注名", "客户备注", "remark", "remarks", "alias", "note", "notes"),
    "tags": ("标签", "客户标签", "tags", "labels"),
    "lead_class": ("客户等级", "等级", "意向", "意向度", "意向等级", "客户分级", "lead class", "grade"),
    "campaign": ("计划", "计划名称", "广告计划", "广告名称", "活动", "campaign", "campaign name", "ad name"),
    "union_id": ("unionid", "union id"),
    "spent_on": ("日期", "投放日期", "消耗日期", "date", "day"),
    "unit_cost": ("成本", "成本价", "进价", "采购价", "cost", "unit cost", "cost price"),
    "margin_share": ("毛利率", "利润率", "margin"),
    "impressions": ("展现", "展现量", "曝光", "曝光量", "impressions"),
    "clicks": ("点击", "点击量", "点击数", "clicks"),
    "birthday": ("生日", "出生日期", "客户生日", "birthday", "date of birth"),
}
"""Headers of shop programs that no profile has."""


def loose(header: str) -> str:
    """A header as it is looked up: no units in brackets, no joints between words, no case.

    Examples:
        >>> loose("Order_ID"), loose("实付金额（元）")
        ('orderid', '实付金额')
    """
    plain = normal_header(header)
    bare = _JOINTS.sub("", _UNIT.sub("", plain))
    return bare or plain


@dataclass(frozen=True)
class Vocabulary:
    """What is known of headers and words.

    Args:
        aliases: Loose header → fields that it stands for, the likeliest first.
        shown: Loose header → as a profile writes it.
        ranks: Field, loose header → how early the header stands in the list of plain tables.
        beside: Loose header → what it holds that nobody reads.
        account_kinds: Loose header → kind of the account that stands under it.
        states: Plain word → state.
        refund_states: Plain word → `done`, `pending` or `failed`.
        usual_states: Word as plain tables write it → state.
        usual_refund_states: Word as plain tables write it → `done`, `pending` or `failed`.
    """

    aliases: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, str]
    ranks: Mapping[tuple[str, str], int]
    beside: Mapping[str, str]
    account_kinds: Mapping[str, str]
    states: Mapping[str, str]
    refund_states: Mapping[str, str]
    usual_states: Mapping[str, str]
    usual_refund_states: Mapping[str, str]


def vocabulary(profiles: Iterable[Profile], *, fields: Iterable[str]) -> Vocabulary:
    """What profiles know.

    Args:
        profiles: Those to learn from.
        fields: The fields that are looked for, `account` among them or not.
    """
    wanted = set(fields)
    votes: dict[str, Counter[str]] = {}
    shown: dict[str, str] = {}
    ranks: dict[tuple[str, str], int] = {}
    kinds: dict[str, str] = {}
    learned = sorted(profiles, key=lambda profile: not profile.fallback)
    for profile in learned:
        weight = _PLAIN_TABLE if profile.fallback else 1
        for field in wanted & {*profile.columns, ACCOUNT}:
            for place, header in enumerate(headers_of(profile, field)):
                key = loose(header)
                votes.setdefault(key, Counter())[field] += weight
                shown.setdefault(key, header)
                if profile.fallback:
                    ranks.setdefault((field, key), place)
        for account in profile.accounts:
            kinds.update({loose(header): account.kind for header in account.columns if loose(header) not in kinds})
    for field, headers in _MORE.items():
        for header in headers if field in wanted else ():
            votes.setdefault(loose(header), Counter())[field] += 1
            shown.setdefault(loose(header), header)
    aliases = {key: tuple(field for field, _ in counted.most_common()) for key, counted in votes.items()}
    plain = [profile for profile in learned if profile.fallback]
    return Vocabulary(
        aliases=aliases,
        shown=shown,
        ranks=ranks,
        beside=_beside(),
        account_kinds=kinds,
        states=_states(learned),
        refund_states=_refund_states(learned),
        usual_states=_usual(plain, "statuses", STATES),
        usual_refund_states=_usual(plain, "refund_statuses", REFUND_STATES),
    )


@cache
def _beside() -> dict[str, str]:
    text = (files("custtier.sources.drafting") / "beside.toml").read_text(encoding="utf-8")
    return {loose(header): what for what, headers in tomllib.loads(text).items() for header in headers}


def _states(profiles: Iterable[Profile]) -> dict[str, str]:
    """The words that all profiles agree on; where they do not, what plain tables say."""
    said: dict[str, list[str]] = {}
    for profile in profiles:
        rules = profile.statuses
        for state, words in (
            ("unpaid", rules.unpaid),
            ("paid", rules.paid),
            ("refunded", rules.refunded),
            ("closed", rules.closed),
        ):
            for word in words:
                said.setdefault(plain_word(word), []).append(f"{state}{'!' if profile.fallback else ''}")
    return _agreed(said)


def _refund_states(profiles: Iterable[Profile]) -> dict[str, str]:
    said: dict[str, list[str]] = {}
    for profile in profiles:
        rules = profile.refund_statuses
        for state, words in (("done", rules.done), ("pending", rules.pending), ("failed", rules.failed)):
            for word in words:
                said.setdefault(plain_word(word), []).append(f"{state}{'!' if profile.fallback else ''}")
    return _agreed(said)


def _usual(profiles: Iterable[Profile], rules: str, states: Iterable[str]) -> dict[str, str]:
    """The words of these profiles as they write them, each with its state."""
    return {word: state for profile in profiles for state in states for word in getattr(getattr(profile, rules), state)}


def _agreed(said: Mapping[str, list[str]]) -> dict[str, str]:
    """Word → its one meaning; `!` marks what plain tables say, which decides."""
    found: dict[str, str] = {}
    for word, states in said.items():
        settled = {state[:-1] for state in states if state.endswith("!")} or set(states)
        if len(settled) == 1:
            found[word] = settled.pop()
    return found
