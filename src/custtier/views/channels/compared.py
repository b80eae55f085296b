"""Two channels, campaigns or agents beside each other: which differences are more than chance."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.models.means import error_of_mean, mean_of
from custtier.models.proportions import newcombe
from custtier.same_name import folded_name
from custtier.views.channels.counted import has_answered
from custtier.views.channels.groups import GROUPS, folded
from custtier.views.channels.sold import FIRST_DAYS, Sold

FEWEST_COMPARED: Final = 30
"""Of fewer contacts a mean of sales says nothing."""
FEWEST_BUYERS: Final = 5
"""Where fewer bought, one large order makes the mean."""
_SHOWN: Final = 10

VERDICTS: Final = ("first_higher", "second_higher", "by_chance", "too_few")
"""What a difference comes to: more than chance, no more than it, or not to be told."""

SHARES: Final = ("a", "bought_in_90d", "b_plus", "answered", "deleted")
"""What is compared by its share of contacts; `bought_in_90d` of contacts added at least 90 days ago who were new."""


@dataclass(frozen=True)
class Compared:
    """Two groups compared.

    Args:
        names: The groups as they are spelled.
        shares: `compared_figure`, `first_count`, `first_contacts`, `first_share`, the same of the second, `difference`,
            `difference_low`, `difference_high`, `comparison` (one of `VERDICTS`).
        sales: `compared_figure` (`sales_90d`: per contact added at least 90 days ago), `first_contacts`,
            `first_mean_sales`, the same of the second, `sales_difference`, `sales_difference_low`,
            `sales_difference_high`, `comparison`.
    """

    names: tuple[str, str]
    shares: pl.DataFrame
    sales: pl.DataFrame


def compared(contacts: pl.DataFrame, sold: Sold, *, by: str, names: tuple[str, str], as_of: pl.Expr) -> Compared:
    """The first group less the second.

    Args:
        contacts: `attribution.contacts_asked` with the columns that name a group.
        sold: What was sold to them.
        by: One of `GROUPS`.
        names: The groups as typed: spaces around them and capital letters make no difference.
        as_of: Last day observed.

    Raises:
        CusttierError: `unknown-group` when no contact came through one of them, `same-group` when both are one.
    """
    column = GROUPS[by][-1]
    spelled = tuple(_meant(name, contacts.get_column(column)) for name in names)
    if spelled[0] == spelled[1]:
        raise usage_error(
            "same-group",
            "--compare was given {name!r} twice",
            hint="name two of them",
            name=spelled[0],
        )
    with_sales = contacts.join(sold.of_contact.select("place", "sales_90d"), on="place", how="left").with_columns(
        ((as_of - pl.col("added_on")).dt.total_days() >= FIRST_DAYS).fill_null(value=False).alias("is_matured"),
        pl.col("sales_90d").fill_null(0),
    )
    first, second = (with_sales.filter(pl.col(column) == name) for name in spelled)
    return Compared((spelled[0], spelled[1]), _shares(first, second), _sales(first, second))


def _meant(name: str, known: pl.Series) -> str:
    names = known.drop_nulls().unique().sort()
    found = names.to_frame("name").filter(folded("name") == folded_name(name))
    if found.is_empty():
        shown = ", ".join(names.head(_SHOWN)) or "-"
        raise usage_error(
            "unknown-group",
            "--compare {name!r} stands at no contact; known: {known}",
            hint="name two of these, or choose what to compare with --by channel, campaign or agent",
            name=name,
            known=shown if len(names) <= _SHOWN else f"{shown}, … (+{len(names) - _SHOWN})",
        )
    return str(found.item(0, 0))


def _shares(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    is_new = pl.col("is_matured") & ~pl.col("is_customer_before")
    days = (pl.col("first_order_on") - pl.col("added_on")).dt.total_days()
    soon = (days <= FIRST_DAYS).fill_null(value=False)
    measures = {
        "a": (pl.lit(value=True), pl.col("grade") == "A"),
        "bought_in_90d": (is_new, soon),
        "b_plus": (pl.lit(value=True), pl.col("grade").is_in(["A", "B"])),
        "answered": (pl.lit(value=True), has_answered()),
        "deleted": (pl.lit(value=True), pl.col("is_deleted")),
    }
    rows = []
    for measure in SHARES:
        among, holds = measures[measure]
        counts = [
            group.filter(among)
            .select(holds.fill_null(value=False).sum().alias("count"), pl.len().alias("total"))
            .row(0)
            for group in (first, second)
        ]
        (count_1, total_1), (count_2, total_2) = counts
        interval = newcombe(count_1, total_1, count_2, total_2)
        shares = [count / total if total else None for count, total in counts]
        rows.append(
            {
                "compared_figure": measure,
                "first_count": count_1,
                "first_contacts": total_1,
                "first_share": shares[0],
                "second_count": count_2,
                "second_contacts": total_2,
                "second_share": shares[1],
                "difference": None if interval is None else (shares[0] or 0.0) - (shares[1] or 0.0),
                "difference_low": interval[0] if interval else None,
                "difference_high": interval[1] if interval else None,
                "comparison": _verdict(interval),
            }
        )
    numbers = {name: pl.Int64 if name.endswith(("_count", "_contacts")) else pl.Float64 for name in rows[0]}
    return pl.DataFrame(rows, schema={**numbers, "compared_figure": pl.String, "comparison": pl.String})


def _sales(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Means per contact and their difference, with the interval of Welch (Biometrika 34, 1947)."""
    groups = [group.filter("is_matured").get_column("sales_90d") for group in (first, second)]
    means = [_mean(values) for values in groups]
    interval = _welch(*groups) if all(map(_is_enough, groups)) else None
    known = means[0] is not None and means[1] is not None
    row = {
        "compared_figure": "sales_90d",
        "first_contacts": len(groups[0]),
        "first_mean_sales": means[0],
        "second_contacts": len(groups[1]),
        "second_mean_sales": means[1],
        "sales_difference": (means[0] or 0) - (means[1] or 0) if known else None,
        "sales_difference_low": round(interval[0]) if interval else None,
        "sales_difference_high": round(interval[1]) if interval else None,
        "comparison": _verdict(interval),
    }
    texts = {"compared_figure": pl.String, "comparison": pl.String}
    return pl.DataFrame([row], schema={name: texts.get(name, pl.Int64) for name in row})


def _mean(values: pl.Series) -> int | None:
    """Per contact, halves up; None of nobody."""
    total, count = int(values.sum()), len(values)
    return (2 * total + count) // (2 * count) if count else None


def _is_enough(values: pl.Series) -> bool:
    return len(values) >= FEWEST_COMPARED and int((values > 0).sum()) >= FEWEST_BUYERS


def _welch(first: pl.Series, second: pl.Series) -> tuple[float, float]:
    from scipy.special import stdtrit

    (mean_1, square_1), (mean_2, square_2) = (
        (mean_of(values), error_of_mean(values) ** 2) for values in (first, second)
    )
    both = square_1 + square_2
    if not both:
        # everybody of each bought for one and the same amount
        return mean_1 - mean_2, mean_1 - mean_2
    freedom = both**2 / (square_1**2 / (len(first) - 1) + square_2**2 / (len(second) - 1))
    half = float(stdtrit(freedom, 0.975)) * sqrt(both)
    return mean_1 - mean_2 - half, mean_1 - mean_2 + half


def _verdict(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return "too_few"
    low, high = interval
    return "first_higher" if low > 0 else "second_higher" if high < 0 else "by_chance"
