"""Why somebody has a score, and what would change it, in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from custtier.customer_fields import FIELDS, Kind
from custtier.periods import day_of
from custtier.schemes import BUILT_IN, Scheme
from custtier.text import Catalogue, message
from custtier.text.names import names_of
from custtier.text.titles import title_of
from custtier.units import Unit
from custtier.views.spoken import spoken_money
from custtier.views.tiers.top_group import TopGroup

ONE_ORDER: Final = "one_order"
USUAL_ORDERS: Final = "usual_orders"
WAIT: Final = "wait"
MESSAGES: Final = "messages"
SILENCE: Final = "silence"

TAG: Final = "tag:"
"""What the code of a tag's row begins with."""


@dataclass(frozen=True)
class Change:
    """Something that would make a score another one.

    Args:
        change: `one_order` on the day observed, `usual_orders` on that day, `wait`: buy nothing, `messages` of theirs
            on that day, or `silence`: write nothing.
        value: What the score is then; None for none.
        needed_sales: What the order brings, minor units: with one less it is not so. 1 where any order does.
        needed_orders: How many orders.
        needed_messages: How many messages: with one less it is not so.
        needed_days: Days without a purchase, or a message, from the day observed on: with one less it is not so.
        reached_on: The day on which they are over.
    """

    change: str
    value: str | None
    needed_sales: int | None = None
    needed_orders: int | None = None
    needed_messages: int | None = None
    needed_days: int | None = None
    reached_on: date | None = None


def changed(change: str, at: int, value: str | None, *, as_of_day: int) -> Change:
    """The change at so many minor units, orders or days."""
    if change == ONE_ORDER:
        return Change(change, value, needed_sales=at, needed_orders=1)
    if change == USUAL_ORDERS:
        return Change(change, value, needed_orders=at)
    return Change(change, value, needed_days=at, reached_on=day_of(as_of_day + at))


@dataclass(frozen=True)
class Speaker:
    """Sentences in one language.

    Args:
        catalogue: The language, and the user's own names of tiers.
        currency: Of amounts.
        schemes: The user's own schemes.
        is_stranger: Whether it is said of somebody who never bought.
    """

    catalogue: Catalogue
    currency: str | None
    schemes: tuple[Scheme, ...] = ()
    is_stranger: bool = False

    def money(self, amount: int) -> str:
        """An amount."""
        return spoken_money(amount, self.currency)

    def value(self, score: str, code: str | None) -> str:
        """What a score comes to, by its name."""
        if code is None:
            if score in {"tier", "top"}:
                return self.not_in_window()
            return self.catalogue.say(message("no level")) if score.startswith("churn_") else "-"
        if score.startswith(TAG):
            return self.catalogue.say(message("has the tag") if code == "yes" else message("does not have the tag"))
        if score == "top":
            said = message("in the group") if code == "yes" else message("not in the group")
            return self.catalogue.say(said)
        return value_names(score, self.catalogue, schemes=self.schemes).get(code, code)

    def days(self, *, days: int, value: str | None, low: int | None, high: int | None) -> str:
        """Why recency has its score: `low` and `high` are the days of the score, both included."""
        said = message("{days} days since the last purchase; score {value} is {reach} days")
        return self.catalogue.say(said, days=days, value=value, reach=self._reach(low, high))

    def orders(self, *, orders: int, value: str | None, low: int | None, high: int | None) -> str:
        """Why frequency has its score: `low` and `high` are the orders of the score, both included."""
        said = message("orders so far: {orders}; score {value} is {reach}")
        return self.catalogue.say(said, orders=orders, value=value, reach=self._reach(low, high))

    def sales(self, *, sales: int, value: str, low: int | None, below: int | None) -> str:
        """Why money has its score: from `low` to below `below`."""
        said = message("net sales {sales}; score {value} is {reach}")
        return self.catalogue.say(said, sales=self.money(sales), value=value, reach=self._money_reach(low, below))

    def tier(self, *, sales: int, value: str, place: int, count: int, low: int | None, below: int | None) -> str:
        """Why somebody is in a tier."""
        said = message("net sales {sales}, place {place} of {count}; {value} is {reach}")
        reach = self._money_reach(low, below)
        return self.catalogue.say(said, sales=self.money(sales), place=place, count=count, value=value, reach=reach)

    def part(self, text: str, shown: Mapping[str, str], *, verdict: bool | None) -> str:
        """Whether somebody meets a part of a rule, and by what figures."""
        verdicts = {True: message("met"), False: message("not met"), None: message("cannot be told")}
        figures = self.catalogue.listed(f"{title_of(name, self.catalogue)} {figure}" for name, figure in shown.items())
        said = message("{part}: {verdict} ({figures})") if figures else message("{part}: {verdict}")
        verdict_said = self.catalogue.fill(verdicts[verdict], {})
        return self.catalogue.say(said, part=text, verdict=verdict_said, figures=figures)

    def figure(self, field: str, value: object) -> str:
        """What somebody has in a field."""
        if value is None:
            return self.catalogue.say(message("unknown"))
        if isinstance(value, bool):
            return self.catalogue.say(message("yes") if value else message("no"))
        if FIELDS[field].kind is Kind.MONEY and isinstance(value, int):
            return self.money(value)
        if isinstance(value, list):
            return self.catalogue.listed(map(str, value)) or "-"
        if isinstance(value, float):
            is_share = FIELDS[field].unit is Unit.SHARE
            return f"{value:.1%}" if is_share else f"{value:.2f}".rstrip("0").rstrip(".")
        return names_of(field, self.catalogue).get(str(value), str(value))

    def not_in_window(self) -> str:
        """Why somebody is in no tier."""
        return self.catalogue.say(message("no purchase in the window"))

    def held(self, *, value: str, runs: int) -> str:
        """That somebody is held in a tier although the cuts put them lower."""
        return self.catalogue.say(
            message("held in {value}; kept runs that put them lower: {runs}"), value=value, runs=runs
        )

    def top(self, *, sales: int, group: str, cutoff: int) -> str:
        """Why somebody is in the top group or not."""
        said = message("net sales {sales}; {group} begins at {cutoff}")
        return self.catalogue.say(said, sales=self.money(sales), group=group, cutoff=self.money(cutoff))

    def group(self, group: TopGroup) -> str:
        """The top group, as it was asked for."""
        if group.sales is None:
            return self.catalogue.say(message("the best {top}"), top=group.typed_top)
        share = f"{float(group.sales) * 100:g}%"
        return self.catalogue.say(message("the few behind {share} of sales"), share=share)

    def levels(self, is_high: Mapping[str, bool], bounds: Mapping[str, int]) -> str:
        """The letters that are high and low: R is from so many days at most, F and M from so much at least."""
        texts = {
            "r": (message("R high, at most {bound} days"), message("R low, more than {bound} days")),
            "f": (message("F high, from {bound} orders"), message("F low, below {bound} orders")),
            "m": (message("M high, from {bound}"), message("M low, below {bound}")),
        }
        shown = {letter: self.money(bound) if letter == "m" else bound for letter, bound in bounds.items()}
        parts = [
            self.catalogue.fill(texts[one][0 if high else 1], {"bound": shown[one]}) for one, high in is_high.items()
        ]
        return self.catalogue.say(message("; ")).join(parts)

    def scores(self, scores: Mapping[str, str | None]) -> str:
        """The scores of the letters that a scheme looks at."""
        return self.catalogue.listed(f"{letter.upper()} {score}" for letter, score in scores.items())

    def unscored(self, *, count: int, least: int) -> str:
        """Why nobody is scored."""
        return self.catalogue.say(
            message("nobody is scored among {count} customers; {least} are needed"), count=count, least=least
        )

    def change(self, score: str, change: Change, *, orders: int | None = None) -> str:
        """What would change a score; with `orders`, so many as usual do the same."""
        named: dict[str, object] = {"value": self.value(score, change.value)}
        if change.change in (WAIT, SILENCE, MESSAGES):
            return self._without_orders(change, named)
        if self.is_stranger and change.change == ONE_ORDER:
            said = message("one order → {value}")
            if change.needed_sales != 1:
                said = message("one order of {amount} or more → {value}")
            return self.catalogue.say(said, amount=self.money(change.needed_sales or 0), **named)
        if change.change == USUAL_ORDERS or orders == 1 or change.needed_sales == 1:
            number = change.needed_orders or 1
            if number == 1 and change.needed_sales is not None and change.needed_sales > 1:
                said = message("{amount} more, or one more order as usual → {value}")
                return self.catalogue.say(said, amount=self.money(change.needed_sales), **named)
            said = message("one more order → {value}") if number == 1 else message("{orders} more orders → {value}")
            return self.catalogue.say(said, orders=number, **named)
        amount = self.money(change.needed_sales or 0)
        if orders is None:
            return self.catalogue.say(message("{amount} more in one order → {value}"), amount=amount, **named)
        said = message("{amount} more, or {orders} more orders as usual → {value}")
        return self.catalogue.say(said, amount=amount, orders=orders, **named)

    def _without_orders(self, change: Change, named: Mapping[str, object]) -> str:
        """What days or messages would change."""
        said = message("one more message → {value}")
        if change.change == WAIT:
            said = message("nothing bought for {days} days, until {day} → {value}")
        elif change.change == SILENCE:
            said = message("no message for {days} days, until {day} → {value}")
        elif change.needed_messages != 1:
            said = message("{count} more messages in one day → {value}")
        values = {"days": change.needed_days, "day": change.reached_on, "count": change.needed_messages}
        return self.catalogue.say(said, **values, **named)

    def changes(self, sentences: list[str]) -> str:
        """Several in one line."""
        return self.catalogue.say(message("; ")).join(sentences)

    def _reach(self, low: int | None, high: int | None) -> str:
        if low is None:
            return self.catalogue.say(message("any number of")) if high is None else self._said_up_to(high)
        if high is None:
            return self.catalogue.say(message("{low} or more"), low=low)
        said = message("exactly {low}") if low == high else message("{low} to {high}")
        return self.catalogue.say(said, low=low, high=high)

    def _said_up_to(self, high: int) -> str:
        return self.catalogue.say(message("at most {high}"), high=high)

    def _money_reach(self, low: int | None, below: int | None) -> str:
        if low is None:
            said = message("any amount") if below is None else message("below {below}")
        else:
            said = message("{low} or more") if below is None else message("from {low} to below {below}")
        return self.catalogue.say(
            said,
            low=None if low is None else self.money(low),
            below=None if below is None else self.money(below),
        )


def value_names(score: str, catalogue: Catalogue, *, schemes: Sequence[Scheme] = ()) -> dict[str, str]:
    """Code → name, for what a score may come to.

    Args:
        score: Which.
        catalogue: The language, and the user's own names of tiers.
        schemes: The user's own, with their names of classes.
    """
    if score == "top" or score.startswith(TAG):
        return {"yes": catalogue.say(message("yes")), "no": catalogue.say(message("no"))}
    if score in {"tier", "grade"}:
        return names_of(score, catalogue)
    if score.startswith("churn_"):
        return names_of("churn_level", catalogue)
    own = next((one for one in schemes if one.name == score), None)
    if own is not None:
        return Catalogue(catalogue.lang, {"segment": own.labels}).own_names("segment")
    return names_of("segment", catalogue) if score in BUILT_IN else {}
