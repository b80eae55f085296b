"""Tags by rule explained: which parts of a rule one customer meets, and what would change it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

import polars as pl

from custtier.customer_fields import FIELDS, Kind
from custtier.metrics.tag_conditions import bought_in, fields_in, holds
from custtier.periods import day_number, day_of
from custtier.settings import Settings
from custtier.tagging.nodes import (
    All,
    Among,
    AnyOf,
    Arithmetic,
    AsOf,
    Compare,
    Condition,
    Constant,
    FieldValue,
    Missing,
    Not,
    Value,
)
from custtier.tagging.rules import rule_parts
from custtier.units import Unit
from custtier.views.churn.answer import DEFAULT_DAYS, MOST_DAYS
from custtier.views.churn.levels import FIXED, Levels, level_codes, levels_of
from custtier.views.explain.scores import Score
from custtier.views.explain.what_if import TIER, Others, Own, State, changes, most_orders, rules_for_one
from custtier.views.explain.words import ONE_ORDER, TAG, USUAL_ORDERS, WAIT, Change, Speaker, changed
from custtier.views.rfm.answer import rfm_text
from custtier.views.rfm.cuts import Cuts, FrozenCuts
from custtier.views.tags.tagged import TagSources, asked_condition, judged
from custtier.views.tiers.standing import TierRules

Figure = int | float | None

_RANKED: Final = frozenset({"r_score", "f_score", "m_score", "rfm", "segment", "tier", "churn_level"})
_FOLLOWED: Final = _RANKED | {
    "order_count",
    "net_sales",
    "average_order",
    "first_order_on",
    "last_order_on",
    "recency_days",
    "days_since_first",
    "purchase_days",
    "usual_gap_days",
    "overdue_ratio",
}
"""Fields that are told anew when somebody buys or waits."""
_STAYING: Final = frozenset(
    {"province", "city", "region", "is_contact", "added_on", "channel", "agent", "tags", "name", "platforms"}
)
"""Fields of the person, which another order of the same kind leaves as they are."""


@dataclass(frozen=True)
class _Then:
    """Somebody at some time: their figures, the day observed, and the cuts by which they are scored."""

    own: Own
    purchase_days: int
    day: int
    cuts: Cuts | None


@dataclass(frozen=True)
class _Person:
    """Whose tags are explained.

    Args:
        mine: Their row of `explain.one_customer.Measured`, with the usual gap.
        own: Their figures.
        others: Everybody else.
        known: Their row of `tags.tagged.judged`.
        settings: Warning levels.
    """

    mine: pl.DataFrame
    own: Own
    others: Others
    known: pl.DataFrame
    settings: Settings

    def now(self) -> _Then:
        """As they are."""
        days = int(self.mine.get_column("purchase_days").item())
        return _Then(self.own, days, self.others.as_of_day, self.others.cuts(self.own))

    def buying(self, orders: int, amount: int) -> _Then:
        """After so many orders on the day observed, bringing so much together."""
        today = self.others.as_of_day
        own = Own(self.own.order_count + orders, self.own.net_sales + amount, today)
        days = self.now().purchase_days + (self.own.last_day != today)
        return _Then(own, days, today, self.others.cuts(own))

    def waiting(self, days: int) -> _Then:
        """After so many days without a purchase, by the cuts of the day observed."""
        now, today = self.now(), self.others.as_of_day
        if now.cuts is None:
            return _Then(self.own, now.purchase_days, today + days, None)
        shown, high = now.cuts.shown(as_of_day=today), now.cuts.high(as_of_day=today)
        kept = FrozenCuts(day_of(today), self.others.currency, None, shown, high)
        return _Then(self.own, now.purchase_days, today + days, kept.on(today + days))

    def figures(self, then: _Then) -> dict[str, Figure]:
        """The numbers, amounts and days that rules may look at, as they are then."""
        first, (gap, parts) = int(self.mine.get_column("first_day").item()), self._usual_gap(then)
        orders, sales, recency = then.own.order_count, then.own.net_sales, then.day - then.own.last_day
        return {
            "order_count": orders,
            "net_sales": sales,
            "average_order": (sales * 2 + orders) // (orders * 2),
            "first_order_on": first,
            "last_order_on": then.own.last_day,
            "recency_days": recency,
            "days_since_first": then.day - first,
            "purchase_days": then.purchase_days,
            "usual_gap_days": gap / parts if parts else None,
            "overdue_ratio": recency * parts / gap if gap else None,
        }

    def _usual_gap(self, then: _Then) -> tuple[int, int]:
        """Days and parts: the usual gap is their quotient; of who bought on one day that of everybody else, or 0, 0."""
        if then.purchase_days > 1:
            return then.own.last_day - int(self.mine.get_column("first_day").item()), then.purchase_days - 1
        return tuple(self.mine.select(pl.col("gap_days", "gap_parts").fill_null(0)).row(0))

    def table(self, then: _Then) -> pl.DataFrame:
        """Everything that rules may look at, as it is then: one row."""
        values, figures = self.others.values(then.own, cuts=then.cuts), self.figures(then)
        gap, parts = self._usual_gap(then)
        days = {name: day_of(int(figures[name] or 0)) for name in ("first_order_on", "last_order_on")}
        row = pl.DataFrame([{**figures, **days}]).with_columns(
            *(pl.lit(values[name]).cast(pl.Int8).alias(name) for name in ("r_score", "f_score", "m_score")),
            pl.lit(values["chinese8"], dtype=pl.String).alias("segment"),
            pl.lit(values[TIER], dtype=pl.String).alias("tier"),
            pl.lit(gap or None, dtype=pl.Int64).alias("gap_days"),
            pl.lit(parts or None, dtype=pl.Int64).alias("gap_parts"),
        )
        told = row.with_columns(rfm_text().alias("rfm"), level_codes(self.levels).cast(pl.String).alias("churn_level"))
        staying = [name for name in self.known.columns if name in _STAYING]
        return told.hstack(self.known.select(staying))

    @property
    def levels(self) -> Levels:
        """The warning levels that tags are told by."""
        return levels_of(FIXED, days=DEFAULT_DAYS, settings=self.settings.churn_levels, gaps=None)


def tag_scores(sources: TagSources, mine: pl.DataFrame, own: Own, others: Others, *, speaker: Speaker) -> list[Score]:
    """One row for every tag that has a rule: whether the customer has it, by which parts, and what would change it.

    A rule that looks at anything that another order may bring in a way nobody can tell, such as its goods, is explained
    without what would change it.

    Args:
        sources: What tags come from.
        mine: The customer's row of `explain.one_customer.Measured`.
        own: Their figures.
        others: Everybody else.
        speaker: Language.

    Raises:
        CusttierError: `bad-tag-rule`.
    """
    rules = sources.rules
    whole = {f"{TAG}{rule.name}": asked_condition(rule.name, sources)[0] for rule in rules}
    parts = {rule.name: rule_parts(rule, sources.shop) for rule in rules}
    asked = {f"{name} {place}": one for name, some in parts.items() for place, (_, one) in enumerate(some)}
    known = judged(sources, {**whole, **asked}).filter(pl.col("customer_key") == others.customer_key)
    if not known.height:
        return []
    # tags are told by ranks and by tiers of their own, whatever else is asked
    rules_of_tags = sources.tier_rules or TierRules(sources.settings.tier_cuts)
    told_by = rules_for_one(rules_of_tags, others.customer_key, as_of=sources.basis.as_of)
    plain = replace(others, kept=None, rules=told_by)
    person = _Person(mine, own, plain, known, sources.settings)
    rows = []
    for rule, (score, condition) in zip(rules, whole.items(), strict=True):
        said = [
            speaker.part(text, _shown(known, one, speaker), verdict=known.get_column(f"{rule.name} {place}").item())
            for place, (text, one) in enumerate(parts[rule.name])
        ]
        value = _said(known.get_column(score).item())
        found = tuple(_changes(person, condition, value)) if _can_follow(condition) else ()
        rows.append(Score(score, value, speaker.changes(said), changes=found))
    return rows


def _changes(person: _Person, condition: Condition, value: str) -> list[Change]:
    """Every place where the tag comes or goes."""
    leaves, ranked = _leaves(condition), bool(fields_in(condition) & _RANKED)
    own, most = person.own, max(person.others.enough - person.own.net_sales, _largest(leaves), 1)

    def in_one_order(amount: int) -> _Then:
        return person.buying(1, amount)

    def in_usual_orders(orders: int) -> _Then:
        return person.buying(orders, orders * own.net_sales // own.order_count)

    ways: list[tuple[str, Callable[[int], _Then], int, int]] = [(ONE_ORDER, in_one_order, 1, most)]
    # the mean of more orders, cut off, may be a minor unit less: it neither grows nor falls
    if "average_order" not in fields_in(condition):
        at_most = max(most_orders(person.others, own), _largest(leaves))
        ways.append((USUAL_ORDERS, in_usual_orders, 1, at_most))
    ways.append((WAIT, person.waiting, 0, MOST_DAYS))
    found = []
    for change, then, low, high in ways:
        now = value
        state = _state(person, then, leaves, ranked=ranked, is_waiting=change == WAIT)
        for place in changes(state, low=low, high=high):
            told = _told(person, condition, then(place))
            if told != now and (place or change != WAIT):
                found.append(changed(change, place, told, as_of_day=person.others.as_of_day))
            now = told
    return found


def _told(person: _Person, condition: Condition, then: _Then) -> str:
    return _said(person.table(then).select(holds(condition, as_of=day_of(then.day))).item())


def _said(told: bool | None) -> str:
    """Whether a tag is somebody's: what cannot be told is not."""
    return "yes" if told else "no"


def _state(
    person: _Person, then: Callable[[int], _Then], leaves: Sequence[Compare], *, ranked: bool, is_waiting: bool
) -> Callable[[int], State]:
    """How every comparison of a rule stands at some place, and every score that it may look at."""
    starts = person.levels.days

    def state(place: int) -> State:
        at = then(place)
        figures = person.figures(at)
        compared = tuple(_order(figures, leaf, at.day) for leaf in leaves)
        if not ranked:
            return compared
        if not is_waiting:
            return (*compared, *person.others.state(at.own))
        level = sum((at.day - at.own.last_day) >= start for start in starts)
        if at.cuts is None:
            return (*compared, level)
        reached = sum(at.own.last_day >= bound for bound in at.cuts.last_days if bound is not None)
        return (*compared, level, reached, int(at.own.last_day >= at.cuts.recent_day))

    return state


def _order(figures: Mapping[str, Figure], leaf: Compare, day: int) -> int:
    """Whether the left side is less (-1), equal (0) or more (1); 2 where a side is missing or stays as it is."""
    left, right = (_side(figures, side, day) for side in (leaf.left, leaf.right))
    return 2 if left is None or right is None else (left > right) - (left < right)


def _side(figures: Mapping[str, Figure], value: Value, day: int) -> Figure:
    if isinstance(value, AsOf):
        return day
    if isinstance(value, FieldValue):
        return figures.get(value.name)
    if isinstance(value, Constant) and not isinstance(value.value, str):
        return day_number(value.value) if isinstance(value.value, date) else float(value.value)
    return None


def _can_follow(condition: Condition) -> bool:
    """Whether what a rule looks at can be told after another order, and stays or goes one way only."""
    fields = fields_in(condition)
    return fields <= _FOLLOWED | _STAYING and not bought_in([condition]) and not _calculates(condition)


def _calculates(condition: Condition) -> bool:
    """Whether a rule compares the result of a calculation, or two figures with each other."""
    if isinstance(condition, All | AnyOf):
        return any(_calculates(part) for part in condition.parts)
    if isinstance(condition, Not):
        return _calculates(condition.part)
    if isinstance(condition, Compare):
        sides: tuple[Value, ...] = (condition.left, condition.right)
        fields = [side for side in sides if isinstance(side, FieldValue)]
        return any(isinstance(side, Arithmetic) for side in sides) or len(fields) > 1
    return isinstance(condition, Among | Missing) and isinstance(condition.value, Arithmetic)


def _leaves(condition: Condition) -> list[Compare]:
    """The comparisons of a rule with numbers, amounts and days; those with texts follow scores and classes."""
    if isinstance(condition, All | AnyOf):
        return [leaf for part in condition.parts for leaf in _leaves(part)]
    if isinstance(condition, Not):
        return _leaves(condition.part)
    if isinstance(condition, Compare):
        return [] if _is_text(condition.left) or _is_text(condition.right) else [condition]
    if isinstance(condition, Among) and not _is_text(condition.value):
        return [Compare(condition.value, "=", choice) for choice in condition.choices]
    return []


def _is_text(value: Value) -> bool:
    return value.kind in {Kind.TEXT, Kind.TEXTS, Kind.FLAG}


def _largest(leaves: Sequence[Compare]) -> int:
    """More than any number that a rule names: so much more of anything changes no comparison."""
    sides = [side.value for leaf in leaves for side in (leaf.left, leaf.right) if isinstance(side, Constant)]
    return int(max((abs(side) for side in sides if isinstance(side, Decimal)), default=0)) + 1


def _shown(known: pl.DataFrame, condition: Condition, speaker: Speaker) -> Mapping[str, str]:
    """What the customer has in the fields that a part looks at; personal ones are left out."""
    fields = [name for name in sorted(fields_in(condition)) if FIELDS[name].unit is not Unit.PERSONAL]
    return {name: speaker.figure(name, known.get_column(name).to_list()[0]) for name in fields}
