"""Which model customers can carry: regularity, too little data, data that begins in the middle, the contest."""

import random
from itertools import pairwise

import numpy as np
import pytest

from custtier.models.btyd.choice import (
    Known,
    burn_in,
    candidates,
    edges,
    first_seen_after,
    fit_to,
    gap_quantile,
    model_named,
    nearest_k,
    regularity,
    unsupported,
    usable,
)
from custtier.models.btyd.contest import MOST_CUSTOMERS, Past, contest, held_out_days


def known_of(purchases: list[list[float]], end: float) -> Known:
    """From the days on which each customer bought; the slow route that the views take by columns."""
    gaps = [later - day for days in purchases for day, later in pairwise(days)]
    distinct, counts = np.unique(gaps, return_counts=True)
    pairs = [(days[-2] - days[-3], days[-1] - days[-2]) for days in purchases if len(days) > 2]
    return Known(
        x=np.array([len(days) - 1 for days in purchases]),
        t_x=np.array([days[-1] - days[0] for days in purchases], dtype=float),
        T=np.array([end - days[0] for days in purchases], dtype=float),
        gap_days=distinct.astype(float),
        gap_counts=counts,
        last_gaps=np.array(pairs, dtype=float).reshape(-1, 2),
    )


def customers(
    seed: int, count: int, *, k: int = 1, leaves: float = 0.2, from_day: float = 0, to_day: float = 300
) -> list[list[float]]:
    """Purchase days from the first one on, without an end: gaps are Erlang-k, a coin after each purchase ends it."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        day = float(rng.randint(int(from_day), int(to_day)))
        days, mean = [day], rng.gammavariate(3, 12)
        while len(days) < 400 and day < 2000 and rng.random() > leaves:
            day += max(1.0, round(sum(rng.expovariate(k / mean) for _ in range(k))))
            days.append(day)
        found.append(days)
    return found


def seen(purchases: list[list[float]], first: float, last: float) -> list[list[float]]:
    """What data from a first day to a last one shows of them."""
    inside = [[day for day in days if first <= day <= last] for days in purchases]
    return [days for days in inside if days]


def test_two_equal_gaps_are_most_regular_and_one_of_nothing_is_least() -> None:
    assert regularity(np.tile([7.0, 7.0], (60, 1))) == float("inf")
    uniform = np.stack([np.arange(1, 1000), 1000 - np.arange(1, 1000)], axis=1).astype(float)
    # shares of two exponential gaps are even from 0 to 1: variance 1/12, so k = 1
    assert regularity(uniform) == pytest.approx(1.0, abs=0.01)
    assert regularity(uniform[:49]) is None


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_regularity_that_customers_were_drawn_with_is_found(k: int) -> None:
    gaps = np.random.default_rng(k).gamma(k, 10.0, size=(20_000, 2))
    assert regularity(gaps) == pytest.approx(k, rel=0.05)
    assert nearest_k(regularity(gaps)) == k


def test_regularity_rounds_to_the_models_there_are() -> None:
    assert [nearest_k(found) for found in (None, 0.4, 1.49, 1.5, 3.2, 12.0, float("inf"))] == [1, 1, 1, 2, 3, 4, 4]
    assert candidates(1) == ("nbd", "bg-nbd", "mbg-nbd", "pareto-nbd")
    assert candidates(3) == ("nbd", "mbg-nbd", "bg-cnbd-3", "mbg-cnbd-3")


def test_a_quantile_of_gaps_counts_each_gap_as_often_as_it_occurs() -> None:
    days, counts = np.array([30.0, 5.0]), np.array([1, 9])
    assert [gap_quantile(days, counts, share=share) for share in (0.5, 0.9, 0.91)] == [5, 5, 30]
    assert gap_quantile(np.array([]), np.array([]), share=0.5) is None


def test_too_few_who_came_back_too_short_a_time_and_too_long_gaps_carry_no_model() -> None:
    few = known_of([[0, 50]] * 99 + [[0]] * 500, 400)
    assert (found := unsupported(few)) and (found.reason, found.figures["found"]) == ("few_repeaters", 99)
    short = known_of([[0, 20]] * 200, 60)
    assert (found := unsupported(short)) and (found.reason, found.figures["found"]) == ("short_history", 60)
    slow = known_of([[0, 110]] * 200, 400)
    assert (found := unsupported(slow)) and found.reason == "long_gaps"
    assert unsupported(known_of([[0, 100]] * 100, 400)) is None


def test_data_that_begins_in_the_middle_of_a_shops_life_is_recognised() -> None:
    everybody = customers(1, 6_000, leaves=0.05, from_day=-1500, to_day=700)
    cut = known_of(seen(everybody, 0, 700), 700)
    whole = known_of(seen(customers(2, 2_000, leaves=0.05, to_day=700), 0, 700), 700)
    days = burn_in(cut)
    assert days > 0 and burn_in(whole) == 0
    late = first_seen_after(cut, days=days)
    assert (cut.span - cut.T)[late].min() >= days and 0 < late.sum() < len(late)


def test_a_group_let_in_at_once_with_nobody_after_it_is_no_beginning_in_the_middle() -> None:
    assert burn_in(known_of(seen(customers(3, 900, to_day=60), 0, 300), 300)) == 0
    assert burn_in(known_of([[0.0]] * 300, 100)) == 0


def test_customers_first_seen_later_bring_back_what_a_cut_hides() -> None:
    """Who is old and loyal looks new and loyal: fitted to everybody, too few seem to leave."""
    everybody = customers(4, 12_000, leaves=0.25, from_day=-1500, to_day=700)
    cut = known_of(seen(everybody, 0, 700), 700)
    late = first_seen_after(cut, days=burn_in(cut))
    model = model_named("mbg-nbd")
    share = [fit.at[2] / (fit.at[2] + fit.at[3]) for fit in (fit_to(model, cut), fit_to(model, cut, late))]
    assert abs(share[1] - 0.25) < abs(share[0] - 0.25) + 0.01


def test_a_third_at_most_is_held_out_and_three_gaps_at_least() -> None:
    assert held_out_days(500, median_gap=20) == 150
    assert held_out_days(500, median_gap=55) == 165
    assert held_out_days(500, median_gap=60) is None
    assert held_out_days(500, median_gap=None) == 150


def past_of(purchases: list[list[float]], origin: float, end: float) -> Past:
    started = [days for days in purchases if days[0] <= origin]
    length = end - origin
    return Past(
        known_of([[day for day in days if day <= origin] for days in started], origin),
        length,
        seen=np.array([sum(origin < day <= end for day in days) for days in started]),
        before=np.array([sum(origin - length < day <= origin for day in days[1:]) for days in started]),
    )


def test_the_contest_is_won_by_the_kind_the_customers_are_of_and_its_figures_are_those_of_plain_sums() -> None:
    past = past_of(customers(5, 3_000, k=3, leaves=0.15), 400, 560)
    k = nearest_k(regularity(past.known.last_gaps))
    found = contest(past, candidates(k))
    assert k in (2, 3) and found[0].name in {f"bg-cnbd-{k}", f"mbg-cnbd-{k}"}
    naive = next(one for one in found if one.name == "last-period")
    errors = [abs(int(before) - int(after)) for before, after in zip(past.before, past.seen, strict=True)]
    assert naive.mean_error == pytest.approx(sum(errors) / len(errors))
    assert (naive.expected, naive.seen) == (past.before.sum(), past.seen.sum())
    best = found[0]
    assert best.gain == pytest.approx(naive.mean_error - best.mean_error)
    assert best.gain_low < best.gain < best.gain_high and best.fit is not None


def test_the_order_of_customers_and_the_draw_of_a_large_contest_are_settled() -> None:
    past = past_of(customers(6, 14_000), 400, 560)
    assert len(past.seen) > MOST_CUSTOMERS
    order = np.random.default_rng(1).permutation(len(past.seen))
    own = past.known
    other = Past(
        Known(own.x[order], own.t_x[order], own.T[order], own.gap_days, own.gap_counts, own.last_gaps),
        past.horizon,
        past.seen[order],
        past.before[order],
    )
    names = ("nbd", "mbg-nbd")
    first, again = contest(past, names), contest(other, names)
    assert [(one.name, one.expected, one.seen) for one in first] == [
        (one.name, pytest.approx(one.expected), one.seen) for one in again
    ]
    assert contest(past, names, seed=7)[0].name == first[0].name


def test_a_fit_at_an_edge_is_of_use_and_says_in_what_nobody_differs() -> None:
    stays = fit_to(model_named("mbg-nbd"), known_of(seen(customers(7, 600, leaves=0.0), 0, 600), 600))
    assert stays.nobody_leaves and usable(stays) and "leaving" in edges(stays)
    # every fifth leaves after every purchase, whoever they are
    same = fit_to(model_named("mbg-nbd"), known_of(seen(customers(8, 3_000), 0, 900), 900))
    a, b = same.at[2:]
    assert usable(same) and not same.nobody_leaves and a / (a + b) == pytest.approx(0.2, abs=0.02)
    assert set(edges(same)) <= {"leaving"}
