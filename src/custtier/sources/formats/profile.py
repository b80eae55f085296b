"""A profile: all that is known about one export format, as data read from a TOML file."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from custtier.sources.formats.profile_faults import toml_fault, validation_fault
from custtier.sources.formats.profile_fields import LIST_FIELDS

FIELDS: Final = frozenset(
    {
        # what identifies the record
        "order_id", "part_id", "line_id", "payment_id", "refund_id", "movement_id",
        # who, where, through whom
        "name", "phone", "phone_expiry", "email", "province", "city", "country", "address",
        "shop", "site", "channel", "agent", "referrer", "note",
        # what became of it, and when
        "status", "refund_status", "created_at", "paid_at", "refunded_at", "cancelled_at",
        # order money
        "currency", "gross", "total", "outstanding", "refund", "refund_amount",
        # item facts
        "product_id", "product", "specification", "category", "quantity", "amount", "item_refund",
        # what is left of the order's amount after refunds
        "adjusted",
        # what became of the item alone, and the zone of the row's times
        "item_status", "zone",
        # what row rules look at
        "direction", "type", "counterparty", "seller",
    }
)  # fmt: skip
"""Names that a profile may map headers to. `amount` and `item_refund` are of the row's item, `gross` and `refund` of
its order, `refund_amount` of a row that is itself a refund; `total` is the order's price when no paid amount stands.
`note` is looked at for the name of a referrer, and never kept."""

ORDER_LEVEL: Final = frozenset(
    {
        "order_id", "payment_id", "name", "phone", "phone_expiry", "email", "province", "city", "country", "address",
        "shop", "site", "channel", "agent", "referrer", "note", "status", "created_at", "paid_at", "cancelled_at",
        "currency", "gross", "total", "outstanding", "refund", "adjusted", "zone",
    }
)  # fmt: skip
"""Fields whose merged cells in a workbook stand for every row they cover."""

Kind = Literal[
    "order", "payment", "refund", "buyers_bill", "contacts", "messages", "spend", "dates", "costs", "links",
    "tags", "referrals",
]  # fmt: skip
Grain = Literal["order", "item_repeated", "item_blank", "item", "unit", "transaction", "auto"]


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise PydanticCustomError("no_pattern", "no regular expression") from problem
    return text


Pattern = Annotated[str, AfterValidator(_is_pattern)]


class Part(BaseModel):
    """Base of every part of a profile: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Part):
    """The format's name for people."""

    zh: str
    en: str


class Signature(Part):
    """Headers that together tell the format: all of `needs`, none of `without`; `a|b` means one of them.

    `fields` asks for any header of a field instead, `account` for any account column. `currency` is that of the
    amounts where these headers stand, because their language tells the market.
    """

    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    currency: str = ""

    @model_validator(mode="after")
    def _asks_for_something(self) -> "Signature":
        if not self.needs and not self.fields:
            raise PydanticCustomError("empty_signature", "a signature needs headers or fields")
        return self


class Account(Part):
    """Where the buyer's account stands: the first of the columns that is not empty.

    `pattern` finds it inside the cell: its first group; a cell without it holds no account. `platform` is whose
    account it is, where that is another one than the profile's.
    """

    columns: tuple[str, ...] = Field(min_length=1)
    kind: Literal["openid", "wechat", "account", "phone", "email"] = "account"
    pattern: Pattern = ""
    platform: str = ""

    @model_validator(mode="after")
    def _finds_one_part(self) -> "Account":
        if self.pattern and re.compile(self.pattern).groups != 1:
            raise PydanticCustomError("no_group", "the pattern needs one group")
        return self


class Sum(Part):
    """Columns that belong to an amount: `add` is paid on top of it, `subtract` is taken off, whatever its sign."""

    add: tuple[str, ...] = ()
    subtract: tuple[str, ...] = ()


class Statuses(Part):
    """What the words of the status column mean.

    A word is first looked up as it stands, then without a prefix of `cut_prefixes`, then by `refunded_contains`; a
    prefix of `cancelled_prefixes` means refunded when a pay time stands and closed otherwise. `amount_pattern` finds
    the refunded amount in the status text itself; `partly_paid` is paid less what is outstanding. `absent` says what
    holds when the file has no status column.
    """

    unpaid: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()
    partly_paid: tuple[str, ...] = ()
    refunded: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    refunded_contains: tuple[str, ...] = ()
    paid_contains: tuple[str, ...] = ()
    cut_prefixes: tuple[str, ...] = ()
    cancelled_prefixes: tuple[str, ...] = ()
    amount_pattern: Pattern = ""
    absent: Literal["paid", "by_pay_time"] = "by_pay_time"


class RefundStatuses(Part):
    """What the words of the refund status column mean.

    With `whole`, a finished refund takes back the whole amount of its order or item, because no column says how much.
    With `judge_amount`, the stated amount is what was asked for, and counts only when the refund is done.
    """

    done: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    done_contains: tuple[str, ...] = ()
    whole: bool = False
    judge_amount: bool = False


class Words(Part):
    """A condition on one field: all that is given must hold. A blank amount is zero, one that cannot be read is not."""

    equals: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    blank: bool | None = None
    zero: bool | None = None
    negative: bool | None = None


class RowRule(Part):
    """What a row is when all conditions of `when` hold: the first rule that holds decides.

    `leave_out` needs a `reason`; `include` names the switch that turns such a rule off. A row for which none holds is
    what the format holds. A rule without conditions always holds. `amount` names the field that a refund row has its
    amount in; without `dated`, the row's time is not the refund's.
    """

    take: Literal["order", "refund", "leave_out"]
    reason: str = ""
    include: str = ""
    amount: Literal["", "refund_amount", "gross", "total", "refund", "amount", "item_refund"] = ""
    dated: bool = True
    when: dict[str, Words] = {}

    @model_validator(mode="after")
    def _says_why(self) -> "RowRule":
        if self.take == "leave_out" and not self.reason:
            raise PydanticCustomError("no_reason", "a rule that leaves rows out needs a reason")
        if self.take != "refund" and (self.amount or not self.dated):
            raise PydanticCustomError("no_refund_row", "`amount` and `dated` are of refund rows")
        return self


class Trailer(Part):
    """Rows that are no records: their first two cells, joined by a comma, match `starts`."""

    starts: Pattern
    reason: str = "trailer"
    to_end: bool = True


class Totals(Part):
    """What the file itself says it adds up to, in the rows under its table.

    With `header`, a row whose first cell matches it holds names, and the row below it their values: the others are
    names to look for there. Without, they are patterns whose first group is the number, looked for in each row.
    `records`, `orders` and `refunds` are counts of rows, `gross` and `refund` amounts.
    """

    header: Pattern = ""
    records: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    refunds: tuple[str, ...] = ()
    gross: tuple[str, ...] = ()
    refund: tuple[str, ...] = ()


class Profile(Part):
    """One export format.

    Args:
        name: Stable name in kebab case; what `--profile` takes and what `source` holds.
        title: For people.
        platform: Part of every key made from this format.
        evidence: How sure we are of the format: `A` seen in a real file, `B` listed word for word in public code, `C`
            in part, `D` from memory; empty where it is nobody's but our own or the user's.
        kind: `order`, `payment` (rows that complete a shop's order with the same payment id), `refund` (rows are
            refunds of orders that other files hold), a list (`contacts`, `messages`, `spend`, `dates`, `costs`,
            `links`, `tags`, `referrals`), or why it is refused: `buyers_bill`.
        fallback: Tried only when no other profile matches.
        signatures: Any of them tells the format.
        grain: `order` one row an order; `item_repeated` one row an item with the order's cells on each; `item_blank`
            with the order's cells on the first only; `item` each row carries its own money; `unit` one row a piece;
            `transaction` one row a movement of money, refunds apart; `auto` told from the rows.
        paid: `gross`, or `net` when the paid column has the refund taken off already.
        columns: Field → headers; of several that stand in the file the first that is not empty counts, row by row.
        platforms: Platform → parts of words of `site`: the platform on which the order of a row was placed.
        required: Fields without which nothing can be made of the file; `a|b` means one of them.
        accounts: The first that is not empty is the buyer's account.
        weak_accounts: The account is only a name: it counts, and a note says so. Otherwise a masked one is none.
        account_shop: Whether `shop` is part of the order's key.
        instants: More headers with past events, for the file's instant.
        date_formats: Tried before the usual ones.
        day_first: Whether `01/02/2026` is a day in February, where the column itself does not tell.
        day: Pattern that finds the day (YYMMDD) in the order id, when no time stands.
        currency: Of every amount; empty to take the settings'.
        currency_of_country: Value of `country` → currency.
        currency_symbols: Symbol in the amount, or in the cell of `currency` → currency.
        zone: Of times without an offset; empty to take the settings'.
        zones: Value of `zone` → IANA name.
        clocks: Field of a time → header of its time of day, where its own column holds the day only.
        sums: Field of money → further columns that belong to it.
        quotes: Whether cells of a text file may stand in quotation marks.
        html: Whether texts are written as in a web page, `&quot;` for a quotation mark.
        money_basis: `buyer`; `shop` where only what the shop received is known; `goods` where only the price of the
            goods is, without shipping.
        cell_prefix: Character in front of every cell.
        items: Whether rows tell products.
        statuses: See `Statuses`.
        refund_statuses: See `RefundStatuses`.
        trailers: See `Trailer`.
        totals: See `Totals`; they are compared with what came in.
        description_row: The first row is left out when its order id does not match this pattern.
        refund_parts: Whether several rows of one refund number are parts of that refund, not records of the same.
        id_cut: Pattern cut off the end of an order id, to find the order that a refund row belongs to.
        rows: See `RowRule`.
        own_purchases: Whether the same columns are exported for what the shop itself bought, which is refused: then
            one buyer stands beside several of `seller`.
        words: Of a list: field → code → further words for it, beside the usual ones.
        tag_columns: Of contacts: pattern of further headers whose cells are tags.
        agent_cut: Of lists: pattern cut out of an agent's cell, such as the department behind the name.
        negative: What a negative amount means: `refund` a refund row, `bad` a bad amount.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Title
    platform: str
    evidence: Literal["", "A", "B", "C", "D"] = ""
    kind: Kind = "order"
    fallback: bool = False
    signatures: tuple[Signature, ...] = Field(min_length=1)
    grain: Grain = "order"
    paid: Literal["gross", "net"] = "gross"
    columns: dict[str, tuple[str, ...]] = {}
    platforms: dict[str, tuple[str, ...]] = {}
    required: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    weak_accounts: bool = False
    account_shop: bool = False
    instants: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    day_first: bool | None = None
    day: Pattern = ""
    currency: str = ""
    currency_of_country: dict[str, str] = {}
    currency_symbols: dict[str, str] = {}
    zone: str = ""
    zones: dict[str, str] = {}
    clocks: dict[str, str] = {}
    sums: dict[str, Sum] = {}
    quotes: bool = True
    html: bool = False
    money_basis: Literal["buyer", "shop", "goods"] = "buyer"
    cell_prefix: str = ""
    items: bool = True
    statuses: Statuses = Statuses()
    refund_statuses: RefundStatuses = RefundStatuses()
    trailers: tuple[Trailer, ...] = ()
    totals: Totals | None = None
    description_row: Pattern = ""
    refund_parts: bool = False
    id_cut: Pattern = ""
    rows: tuple[RowRule, ...] = ()
    own_purchases: bool = False
    words: dict[str, dict[str, tuple[str, ...]]] = {}
    tag_columns: Pattern = ""
    agent_cut: Pattern = ""
    negative: Literal["refund", "bad"] = "bad"

    @model_validator(mode="after")
    def _names_known_fields(self) -> "Profile":
        signed = {names for signature in self.signatures for names in signature.fields}
        asked = {part for names in (*self.required, *signed) for part in names.split("|")} - {"account"}
        ruled = {field for rule in self.rows for field in (*rule.when, *([rule.amount] if rule.amount else []))}
        ruled |= {"site"} if self.platforms else set()
        unknown = sorted((set(self.columns) | set(self.words) | asked | ruled) - self.fields)
        if unknown:
            raise PydanticCustomError("no_field", "no such field", {"names": ", ".join(unknown)})
        unmapped = sorted((asked | ruled) - set(self.columns))
        if unmapped:
            raise PydanticCustomError("no_column", "used but without a column", {"names": ", ".join(unmapped)})
        return self

    @property
    def is_read(self) -> bool:
        """Whether files of this format are imported, not refused."""
        return self.kind != "buyers_bill"

    @property
    def is_list(self) -> bool:
        """Whether its rows are no orders: contacts, messages, spend, dates, costs, links, tags, referrals."""
        return self.kind in LIST_FIELDS

    @property
    def fields(self) -> frozenset[str]:
        """What this kind of file may have columns for."""
        return LIST_FIELDS.get(self.kind, FIELDS)


def parse_profile(text: str, *, origin: str) -> Profile:
    """The profile that a TOML text describes.

    Args:
        text: The TOML.
        origin: Where it stands, for the error.

    Raises:
        CusttierError: `bad-profile` when it is no TOML or no profile.
    """
    try:
        return Profile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        raise toml_fault(problem, origin=origin) from problem
    except ValidationError as problem:
        raise validation_fault(problem, origin=origin) from problem


@cache
def load_profiles() -> Mapping[str, Profile]:
    """Every profile that comes with custtier, by name, sorted."""
    folder = files("custtier.sources") / "profiles"
    found = [
        parse_profile(entry.read_text(encoding="utf-8"), origin=entry.name)
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    return {profile.name: profile for profile in sorted(found, key=lambda profile: profile.name)}
