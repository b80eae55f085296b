"""What a user's exclusion rules may say, and from where on the detectors find an order suspicious."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from custtier.text import message

DETECTORS: Final = ("wholesale", "brushed")
"""What a rule's `detector` may name."""

GIFT_WORDS: Final = (
    "赠品",
    "赠送",
    "样品",
    "小样",
    "试用装",
    "非卖品",
    "礼品",
    "free gift",
    "free sample",
    "giveaway",
    "not for sale",
)
"""Words in the names of products that nobody buys, for `gift = true`."""

_WORDY: Final = ("customers", "phones", "accounts", "products", "channels", "agents", "shops", "tags")

Fault = tuple[str, str, object]
"""The key, what is wrong with it (a message), its value."""

Words = tuple[str | int, ...]
"""Texts; a number that was typed without quotation marks is taken as its digits."""

STRICT: Final[dict[str, Any]] = {"extra": "forbid", "strict": False}


@dataclass(frozen=True)
class Rule:
    """One exclusion: an order that meets every condition is no purchase.

    Args:
        name: What the rule is called wherever its orders are told.
        on: Whether it holds.
        customers: Ids of customers, former ones too.
        phones: Phones that the order shows, or that its customer usually uses.
        accounts: Accounts as the platform shows them.
        products: Product ids, or parts of product names in any case.
        whole_order: `products` must fit every paid item, not just one of them.
        amount_at_least: Least amount paid, in the currency's main unit.
        amount_at_most: Largest amount paid.
        quantity_at_least: Least number of pieces in all items.
        channels: Channels.
        agents: Agents.
        shops: Shops.
        tags: Tags that the customer was given, or has among the contacts.
        zero_amount: Paid without money.
        gift: Every paid item is a gift by `GIFT_WORDS`, or by these words.
        staff_list: A file with phones and accounts; relative to the settings folder.
        detector: One of `DETECTORS`: what it finds.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: str
    on: bool = True
    customers: Words = ()
    phones: Words = ()
    accounts: Words = ()
    products: Words = ()
    whole_order: bool = False
    amount_at_least: str | int | float | None = None
    amount_at_most: str | int | float | None = None
    quantity_at_least: float | None = None
    channels: Words = ()
    agents: Words = ()
    shops: Words = ()
    tags: Words = ()
    zero_amount: bool = False
    gift: bool | tuple[str, ...] = False
    staff_list: str = ""
    detector: str = ""

    def texts(self, key: str) -> tuple[str, ...]:
        """The words of a condition, stripped."""
        return tuple(str(word).strip() for word in getattr(self, key))

    @property
    def gift_words(self) -> tuple[str, ...]:
        """The words by which an item is a gift; none when the rule does not ask."""
        if isinstance(self.gift, tuple):
            return tuple(word.strip() for word in self.gift)
        return GIFT_WORDS if self.gift else ()

    @property
    def reaches_free_orders(self) -> bool:
        """Whether the rule is about orders without money, which are no purchases anyway: others leave them alone."""
        most = None if self.amount_at_most is None else amount_of(self.amount_at_most)
        return self.zero_amount or bool(self.gift) or (most is not None and most <= 0)

    def conditions(self) -> dict[str, object]:
        """The conditions that are set, by key, as written."""
        own = {"name", "on", "whole_order"}
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in own}
        return {key: value for key, value in values.items() if value not in ((), False, None, "")}


@dataclass(frozen=True)
class WholesaleLimits:
    """From where on an order is far above the shop's own; the reasons stand in `docs/exclusions.md`.

    Args:
        times_usual: So many times the shop's median order, at least ...
        some_pieces: ... and so many pieces: one dear thing is no wholesale.
        blind_times: So many times the median where the pieces are not known.
        deviation: Robust deviation of the order's logarithm (modified z-score by Iglewicz and Hoaglin), at least.
        pieces: So many pieces in one order, at least, and `times_usual` the usual number.
        repeated_times: A customer's orders of `some_pieces` and from so many times the median on are large ...
        repeated_orders: ... and so many of them are repeated large orders.
        least_orders: A shop with fewer orders has nothing to compare with.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    times_usual: float = 10.0
    some_pieces: float = 5.0
    blind_times: float = 30.0
    deviation: float = 3.5
    pieces: float = 20.0
    repeated_times: float = 5.0
    repeated_orders: int = 3
    least_orders: int = 30


@dataclass(frozen=True)
class BrushedLimits:
    """What counts as evidence of brushed orders, and how much of it makes a suggestion.

    Args:
        points: Suggested from so many points on; what each is worth stands in `docs/exclusions.md`.
        accounts: A burst to one address, phone or family of account names has so many accounts, at least.
        gap_days: A burst ends when so many days pass without another order.
        names: So many receiver names at one address, at least.
        alike_share: Part of a burst with one product and one amount that makes it alike.
        crowd: A crowd is so many orders of one product and amount on one day by accounts that bought just once.
        even_gaps: Gaps between the orders of a crowd or a burst that vary less than this are even (coefficient of
            variation; by chance it is near 1).
        even_orders: Even gaps need so many orders, at least.
        quiet_days: Nobody has come back only counts after so many days.
        once_share: Part of the accounts that never came back, at least.
        back_share: Part of the accounts that bought at another time too: from here on a point is taken off.
        night_share: Part of the orders between midnight and six, at least.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    points: int = 4
    accounts: int = 4
    gap_days: int = 2
    names: int = 3
    alike_share: float = 0.8
    crowd: int = 8
    even_gaps: float = 0.35
    even_orders: int = 10
    quiet_days: int = 30
    once_share: float = 0.8
    back_share: float = 0.3
    night_share: float = 0.8


@dataclass(frozen=True)
class Detectors:
    """The limits of both detectors."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    wholesale: WholesaleLimits = WholesaleLimits()
    brushed: BrushedLimits = BrushedLimits()


def amount_of(value: str | float) -> Decimal | None:
    """An amount in the main unit, exactly as written; None when it is none.

    Examples:
        >>> amount_of("1,299.90"), amount_of(0.1), amount_of("many")
        (Decimal('1299.90'), Decimal('0.1'), None)
    """
    try:
        found = Decimal(str(value).strip().replace(",", "").replace("，", "").removeprefix("¥"))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def rule_faults(rule: Rule) -> Iterable[Fault]:
    """What about a rule has no meaning: key, message and value."""
    if not rule.name.strip():
        yield "name", message("{path} cannot be used: exclusion {rule!r}: it needs a name"), rule.name
    words = {key: rule.texts(key) for key in _WORDY} | {"gift": rule.gift_words}
    for key in (key for key, texts in words.items() if not all(texts)):
        yield key, message("{path} cannot be used: exclusion {rule!r}: {key} holds an empty text"), ""
    for key, value in (("amount_at_least", rule.amount_at_least), ("amount_at_most", rule.amount_at_most)):
        if value is not None and amount_of(value) is None:
            wrong = message("{path} cannot be used: exclusion {rule!r}: {key} is {value!r}, no amount such as 1299.90")
            yield key, wrong, value
    pieces = rule.quantity_at_least
    if pieces is not None and not 0 < pieces < float("inf"):
        wrong = message("{path} cannot be used: exclusion {rule!r}: {key} is {value!r}, a number above 0 is expected")
        yield "quantity_at_least", wrong, pieces
    if rule.detector and rule.detector not in DETECTORS:
        wrong = message("{path} cannot be used: exclusion {rule!r}: {key} is {value!r}, neither wholesale nor brushed")
        yield "detector", wrong, rule.detector
    if not rule.conditions():
        wrong = message(
            "{path} cannot be used: exclusion {rule!r}: it has no condition, so that it would take out every order"
        )
        yield "name", wrong, rule.name


def repeated_name(rules: Sequence[Rule]) -> str | None:
    """A name that two rules share; None when every rule has its own."""
    names = [rule.name for rule in rules]
    return next((name for name in names if names.count(name) > 1), None)


def limit_faults(detectors: Detectors) -> Iterable[Fault]:
    """Limits of the detectors that have no meaning."""
    for group, limits in (("wholesale", detectors.wholesale), ("brushed", detectors.brushed)):
        for one in fields(limits):
            value = getattr(limits, one.name)
            least = {"accounts": 2, "crowd": 2, "even_orders": 3, "names": 2, "repeated_orders": 2, "points": 1}
            most = 1 if one.name.endswith("_share") else float("inf")
            if not (least.get(one.name, 0) <= value <= most and value < float("inf")):
                yield (
                    f"detectors.{group}.{one.name}",
                    message("{path} cannot be used: {key} is {value!r}, which has no meaning there"),
                    value,
                )
