"""Shares drawn towards everybody's: a case by hand, a slow recount, simulated people, and where nothing is known."""

import random

import numpy as np
import pytest

from custtier.models.credibility import Seen, Shares, shares_of


def seen_of(people: list[list[tuple[float, float]]]) -> Seen:
    """People by their sales: volume and part of each."""
    sums = [[sum(column) for column in zip(*sales, strict=True)] if sales else [0.0, 0.0] for sales in people]
    squares = [sum(part**2 / volume for volume, part in sales) for sales in people]
    volume, part = (np.array([one[place] for one in sums], dtype=float) for place in (0, 1))
    return Seen(np.array([len(sales) for sales in people]), volume, part, part, np.array(squares))


def slowly(people: list[list[tuple[float, float]]]) -> tuple[float, float, list[float]]:
    """Variance between people and within them, and the shares, by the sums of the paper."""
    known = [sales for sales in people if sales]
    volumes = [sum(volume for volume, _ in sales) for sales in known]
    shares = [sum(part for _, part in sales) / total for sales, total in zip(known, volumes, strict=True)]
    total = sum(volumes)
    overall = sum(part for sales in known for _, part in sales) / total
    free = sum(len(sales) - 1 for sales in known)
    within = sum(
        volume * (part / volume - share) ** 2
        for sales, share in zip(known, shares, strict=True)
        for volume, part in sales
    )
    noise = within / free
    apart = sum(volume * (share - overall) ** 2 for volume, share in zip(volumes, shares, strict=True))
    between = max((apart - (len(known) - 1) * noise) / (total - sum(one**2 for one in volumes) / total), 0.0)
    places = iter(range(len(known)))
    drawn = []
    for sales in people:
        if not sales:
            drawn.append(overall)
            continue
        place = next(places)
        weight = volumes[place] / (volumes[place] + noise / between) if between else 0.0
        drawn.append(weight * shares[place] + (1 - weight) * overall)
    return between, noise, drawn


def random_people(seed: int, *, people: int = 80, apart: float = 0.15) -> list[list[tuple[float, float]]]:
    draw = random.Random(seed)
    found = []
    for _ in range(people):
        share, sales = draw.gauss(0.4, apart), []
        for _ in range(draw.randrange(0, 8)):
            volume = draw.uniform(1_000, 20_000)
            sales.append((volume, volume * draw.gauss(share, 0.1 * (10_000 / volume) ** 0.5)))
        found.append(sales)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_the_sums_are_those_of_the_paper_counted_slowly(seed: int) -> None:
    people = random_people(seed)
    between, noise, drawn = slowly(people)
    found = shares_of(seen_of(people))
    assert found.own == pytest.approx(drawn)
    assert found.noise == pytest.approx(noise)
    assert found.spread == pytest.approx(between * (1 - found.weights))


def test_the_variances_of_simulated_people_are_found() -> None:
    found = shares_of(seen_of(random_people(7, people=4_000)))
    assert found.overall == pytest.approx(0.4, abs=4 * found.overall_variance**0.5)
    assert found.noise == pytest.approx(0.1**2 * 10_000, rel=0.05)
    unknown = found.weights == 0
    assert found.spread[unknown][0] ** 0.5 == pytest.approx(0.15, rel=0.05)
    assert found.own[unknown] == pytest.approx(found.overall)


def test_a_case_by_hand() -> None:
    """Two who differ: 16 sales of 1 each, shares 0.5 ± 0.1 and 0.1 ± 0.1: noise 0.32/30, between 0.08 - noise/16."""
    people = [[(1.0, 0.6), (1.0, 0.4)] * 8, [(1.0, 0.2), (1.0, 0.0)] * 8, []]
    found = shares_of(seen_of(people))
    noise = 0.32 / 30
    between = 0.08 - noise / 16
    weight = 16 * between / (16 * between + noise)
    assert found.noise == pytest.approx(noise)
    assert found.own == pytest.approx([0.3 + weight * 0.2, 0.3 - weight * 0.2, 0.3])
    assert found.overall_variance == pytest.approx(between / 2 + noise / 32)


def test_people_who_do_not_differ_all_have_the_share_of_all() -> None:
    found = shares_of(seen_of([[(10.0, 4.0), (30.0, 9.0)]] * 40))
    assert found.own == pytest.approx(13 / 40) and not found.weights.any()


def test_too_few_sales_tell_nobody_from_everybody() -> None:
    found = shares_of(seen_of([[(10.0, 1.0)], [(10.0, 9.0)], [(20.0, 2.0), (20.0, 3.0)]]))
    assert found.own == pytest.approx([0.25] * 3)


def test_what_never_varies_is_believed_at_once() -> None:
    found = shares_of(seen_of([[(10.0, 1.0)] * 20, [(10.0, 5.0)] * 20, [(10.0, 5.0)]]))
    assert found.own == pytest.approx([0.1, 0.5, 0.5])


def test_money_in_another_unit_changes_no_share() -> None:
    people = random_people(3)
    cents: Shares = shares_of(seen_of([[(100 * volume, 100 * part) for volume, part in sales] for sales in people]))
    assert cents.own == pytest.approx(shares_of(seen_of(people)).own)
