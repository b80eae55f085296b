"""What somebody's scores, classes, tier and levels are, and between which cuts their figures lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from custtier.currencies import minor_digits
from custtier.periods import day_of
from custtier.schema import CHURN_LEVELS
from custtier.schemes import BUILT_IN, LETTERS, LEVELS, SCORES, Scheme
from custtier.settings import ChurnLevels
from custtier.views.churn.answer import DEFAULT_DAYS
from custtier.views.churn.judged import seen_until
from custtier.views.churn.levels import FIXED, METHODS, Levels, level_codes, levels_of
from custtier.views.churn.reasons import reason_text, season_text, twice_text
from custtier.views.churn.returns import first_returns
from custtier.views.churn.seasons import with_seasons
from custtier.views.explain.one_customer import Measured
from custtier.views.explain.what_if import TIER, TOP, Others, Own
from custtier.views.explain.words import ONE_ORDER, WAIT, Change, Speaker
from custtier.views.rfm.cuts import LEAST_SCORED, OFTEN_ORDERS, Cuts
from custtier.views.tiers.standing import TierRules
from custtier.views.tiers.top_group import TopGroup

if TYPE_CHECKING:
    from custtier.views.tags.tagged import TagSources

Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Explained:
    """By what a customer is measured.

    Args:
        kept: Cuts of the scores that do not hang on the customers; None for cuts by rank.
        schemes: The user's own schemes.
        rules: By what tiers are told.
        group: The top group.
        churn: Where the warning levels begin.
        days: Lapsed by fixed days from so many on.
        is_contact: Whether somebody who bought nothing is known as a contact.
        tags: What tags by rule come from; None without any.
        lead: The letter of a contact; None for who is none.
    """

    group: TopGroup
    kept: Cuts | None = None
    schemes: tuple[Scheme, ...] = ()
    rules: TierRules = field(default_factory=TierRules)
    churn: ChurnLevels = field(default_factory=ChurnLevels)
    days: int = DEFAULT_DAYS
    is_contact: bool = False
    tags: "TagSources | None" = None
    lead: "Score | None" = None


@dataclass(frozen=True)
class Score:
    """A row of the table `scores`, before it is one."""

    score: str
    value: str | None
    because: str
    measure: str | None = None
    raw: float | None = None
    cut_low: float | None = None
    cut_high: float | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Point:
    """Somebody as they are now, among all, and the language that it is said in."""

    own: Own
    others: Others
    values: Mapping[str, str | None]
    speaker: Speaker


def scored_names(schemes: tuple[Scheme, ...]) -> tuple[str, ...]:
    """The scores and schemes that hang on R, F and M."""
    return ("r_score", "f_score", "m_score", *BUILT_IN, *(scheme.name for scheme in schemes))


def scored(point: Point) -> list[Score]:
    """The three scores, and the classes of every scheme."""
    own, others, now, speaker = point.own, point.others, point.values, point.speaker
    cuts = others.cuts(own)
    names = scored_names(others.schemes)
    if cuts is None:
        because = speaker.unscored(count=others.sales.len() + 1, least=LEAST_SCORED)
        return [Score(name, None, because) for name in names]
    recency = others.as_of_day - own.last_day
    low, high = _days_around(recency, cuts, others.as_of_day)
    fewest, more = _around(own.order_count, cuts.orders)
    least, below = _around(own.net_sales, cuts.sales)
    r, f, m = (str(now[f"{letter}_score"]) for letter in LETTERS)
    days = speaker.days(days=recency, value=r, low=None if low is None else low + 1, high=high)
    orders = speaker.orders(orders=own.order_count, value=f, low=fewest, high=None if more is None else more - 1)
    sales = speaker.sales(sales=own.net_sales, value=m, low=least, below=below)
    raw, floor, ceiling = _main_units((own.net_sales, least, below), speaker)
    return [
        Score("r_score", r, days, "recency_days", recency, low, high),
        Score("f_score", f, orders, "order_count", own.order_count, fewest, more),
        Score("m_score", m, sales, "net_sales", raw, floor, ceiling),
        *(Score(name, now[name], _class_reason(name, cuts, point)) for name in names[3:]),
    ]


def _class_reason(name: str, cuts: Cuts, point: Point) -> str:
    """What of somebody's scores, or of what is high and low, makes their class."""
    own, others, speaker = point.own, point.others, point.speaker
    scheme = next((one for one in others.schemes if one.name == name), None)
    # by high and low in the eight classes, by the scores of R and F in the ten segments
    letters = "" if name == BUILT_IN[0] else "rf"
    high: tuple[str, ...] = LETTERS if name == BUILT_IN[0] else ()
    if scheme is not None:
        letters = "".join(letter for letter in LETTERS if scheme.values(letter) == SCORES)
        high = tuple(letter for letter in LETTERS if scheme.values(letter) == LEVELS)
    is_high = {
        "r": own.last_day >= cuts.recent_day,
        "f": own.order_count >= OFTEN_ORDERS,
        "m": own.net_sales >= cuts.rich_sales,
    }
    parts = []
    if letters:
        parts.append(speaker.scores({letter: point.values[f"{letter}_score"] for letter in letters}))
    if high:
        bounds = cuts.high(as_of_day=others.as_of_day)
        parts.append(speaker.levels({one: is_high[one] for one in high}, bounds))
    return speaker.changes(parts)


def ranked(point: Point) -> list[Score]:
    """The tier and the top group."""
    own, others, now, speaker = point.own, point.others, point.values, point.speaker
    if not own.net_sales:
        because = speaker.not_in_window()
        return [Score(TIER, None, because, "net_sales", 0.0), Score(TOP, None, because, "net_sales", 0.0)]
    cutoff, told = others.cutoff(own), others.told(own)
    place = others.place(own)
    least, below = _around(own.net_sales, told.bounds)
    by_cuts = str(told.named.get_column("tier_now" if "tier_now" in told.named.columns else TIER).item())
    in_tier = speaker.tier(
        sales=own.net_sales,
        value=speaker.value(TIER, by_cuts),
        place=place,
        count=others.buyer_count + 1,
        low=least,
        below=below,
    )
    if by_cuts != now[TIER]:
        held = speaker.held(value=speaker.value(TIER, now[TIER]), runs=int(told.named.get_column("runs_below").item()))
        in_tier = speaker.changes([in_tier, held])
    raw, low, high, cut = _main_units((own.net_sales, least, below, cutoff), speaker)
    in_group = own.net_sales >= cutoff
    because = speaker.top(sales=own.net_sales, group=speaker.group(others.group), cutoff=cutoff)
    around = (cut, None) if in_group else (None, cut)
    return [
        Score(TIER, now[TIER], in_tier, "net_sales", raw, low, high),
        Score(TOP, now[TOP], because, "net_sales", raw, *around),
    ]


def levels_by_method(seen: Measured, asked: Explained, speaker: Speaker) -> list[Score]:
    """The warning levels of every method: any order ends them, only days bring them."""
    today = seen.basis.as_of_day
    mine = seen.mine.with_columns((today - pl.col("last_day")).cast(pl.Int64).alias("recency_days"))
    returned = (
        None if seen.gaps is None else first_returns(seen.gaps, seen.found.totals, as_of_day=seen_until(seen.basis))
    )
    is_once = mine.get_column("purchase_days").item() == 1
    mine = with_seasons(mine, seen.basis)
    season_until = mine.get_column("season_until").item()
    rows = []
    for method in METHODS:
        levels = levels_of(method, days=asked.days, settings=asked.churn, gaps=seen.gaps, returned=returned)
        if is_once and levels.once:
            levels = replace(levels, days=levels.once, ratios=())
        row = mine.with_columns(level_codes(levels).alias("churn_level"))
        level, because = row.select(
            pl.col("churn_level").cast(pl.String),
            pl.concat_str(reason_text(levels, lang=speaker.catalogue.lang), twice_text(lang=speaker.catalogue.lang)),
        ).row(0)
        starts = _starts(levels, mine)
        is_waited_for = method != FIXED and season_until is not None and season_until >= today
        if is_waited_for:
            # no level begins before the season is missed
            starts = [max(start, season_until + 1 - mine.get_column("last_day").item()) for start in starts]
            if level is not None:
                because = row.select(season_text(lang=speaker.catalogue.lang)).item()
                levels, level = replace(levels, days=tuple(starts), ratios=()), None
        recency, parts, gap = mine.select("recency_days", "gap_parts", "gap_days").row(0)
        waits = [
            Change(WAIT, code, needed_days=start - recency, reached_on=day_of(today + start - recency))
            for code, start, later in zip(CHURN_LEVELS, starts, [*starts[1:], None], strict=False)
            # of two levels that begin on one day the higher one is shown
            if start > recency and start != later
        ]
        order = [] if level is None else [Change(ONE_ORDER, None, needed_sales=1, needed_orders=1)]
        raw: float | None = recency
        cuts: Sequence[float] = levels.days
        if levels.ratios:
            raw = recency * parts / gap if gap else None
            cuts = [float(ratio) for ratio in levels.ratios] if gap else []
        low, high = _around(raw, cuts) if raw is not None else (None, None)
        measure = "overdue_ratio" if levels.ratios else "recency_days"
        rows.append(Score(f"churn_{method}", level, because or "", measure, raw, low, high, (*order, *waits)))
    return rows


def _starts(levels: Levels, mine: pl.DataFrame) -> list[int]:
    """The days since the last purchase at which each level begins for the customer."""
    if levels.days:
        return list(levels.days)
    gap, parts = mine.select("gap_days", "gap_parts").row(0)
    if gap is None:
        return []
    return [-(-gap * ratio.numerator // (parts * ratio.denominator)) for ratio in levels.ratios]


def _days_around(recency: int, cuts: Cuts, as_of_day: int) -> tuple[int | None, int | None]:
    """The most days of the next better score, and those of the score that so many days get."""
    most = [as_of_day - bound for bound in cuts.last_days if bound is not None]
    better = max((days for days in most if days < recency), default=None)
    return better, min((days for days in most if days >= recency), default=None)


def _around(raw: Number, cuts: Sequence[Number | None]) -> tuple[Number | None, Number | None]:
    """The largest cut that is reached, and the least that is not."""
    known = [cut for cut in cuts if cut is not None]
    reached = max((cut for cut in known if cut <= raw), default=None)
    return reached, min((cut for cut in known if cut > raw), default=None)


def _main_units(amounts: Sequence[int | None], speaker: Speaker) -> tuple[float | None, ...]:
    """Amounts in the currency's main unit."""
    unit = 10 ** minor_digits(speaker.currency)
    return tuple(None if amount is None else amount / unit for amount in amounts)
