"""Channels of random shops: the same figures in slow plain Python, sums that add up, and what changes nothing."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import pytest

from custtier.models.proportions import wilson
from custtier.views.channels.answer import Asked, Part, channels
from custtier.views.leads.leads import Leads, leads_of
from metrics import plain
from metrics.shops import account_key
from views.channel_shops import Payment, basis_with, random_channel_shop
from views.lead_shops import ZONE, LeadShop

SEEDS = range(12)


def answered(seed: int, asked: Asked | None = None, *, shuffle: int = 0) -> tuple[Part, Leads, date]:
    known, payments, day = random_channel_shop(seed)
    basis = basis_with(known, payments, day, seed=shuffle)
    leads = leads_of(basis, zone=ZONE)
    return channels(leads, basis=basis, zone=ZONE, asked=asked), leads, day


def purchases_of(known: LeadShop, day: date) -> dict[int, list[tuple[date, int]]]:
    return {account_key(who): one.purchases for who, one in plain.people(known.shop, day)[0].items()}


def folded(name: str | None) -> str | None:
    return (name or "").strip().lower() or None


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_of_channels_is_that_of_plain_python(seed: int) -> None:
    part, leads, day = answered(seed)
    known, payments, _ = random_channel_shop(seed)
    bought = purchases_of(known, day)
    groups: dict[str | None, list[dict]] = defaultdict(list)
    for person in leads.people.iter_rows(named=True):
        groups[folded(person["channel"])].append(person)
    spent: dict[str | None, list[Payment]] = defaultdict(list)
    for one in payments:
        if one.day <= day:
            spent[folded(one.channel)].append(one)
    rows = {folded(row["channel"]): row for row in part.tables["channels"].iter_rows(named=True)}
    assert set(rows) == {*groups, *spent}
    for name, row in rows.items():
        people = groups[name]
        since = [
            [
                (on, net)
                for on, net in bought.get(one["customer_key"], [])
                if not one["added_on"] or on >= one["added_on"]
            ]
            for one in people
        ]
        months = [
            sum(net for on, net in sales if one["added_on"] and (on - one["added_on"]).days <= 90)
            for one, sales in zip(people, since, strict=True)
        ]
        mature = [one["added_on"] is not None and (day - one["added_on"]).days >= 90 for one in people]
        net = sum(net for sales in since for _, net in sales)
        a = sum(one["grade"] == "A" for one in people)
        b = sum(one["grade"] == "B" for one in people)
        assert (row["contacts"], row["a"], row["b_plus"]) == (len(people), a, a + b)
        assert row["unknown"] == sum(one["grade"] is None for one in people)
        assert (row["net_sales"], row["sales_90d"]) == (net, sum(months))
        assert row["first_day_sales"] == sum(n for sales in since for on, n in sales if on == min(sales)[0])
        assert row["matured_contacts"] == sum(mature)
        assert row["sales_per_contact"] == halves_up(net, len(people))
        grown = sum(sales for sales, is_grown in zip(months, mature, strict=True) if is_grown)
        assert row["sales_90d_per_contact"] == halves_up(grown, sum(mature))
        assert (row["a_share_low"], row["a_share_high"]) == (wilson(a, len(people)) or (None, None))
        is_known = any(each for other, each in spent.items() if name is None or other is not None)
        cost = sum(one.amount for one in spent[name]) if is_known else None
        assert row["spend"] == cost
        if name is not None and cost is not None:
            assert row["cost_per_contact"] == halves_up(cost, len(people))
            assert row["cost_per_a"] == halves_up(cost, a)
            assert row["return_on_spend"] == (net / cost if cost else None)
            assert row["paid_back_on"] == paid_back_on(spent[name], since)
        for days in (7, 30, 90):
            found, expected = row[f"bought_{days}d"], bought_by(people, days, day)
            assert found == (None if expected is None else pytest.approx(float(expected)))


def halves_up(amount: int, count: int) -> int | None:
    return (2 * amount + count) // (2 * count) if count else None


def paid_back_on(spent: list[Payment], sales: list[list[tuple[date, int]]]) -> date | None:
    """The first of the days since which it has been back, day by day."""
    moves = [(one.day, one.amount, 0) for one in spent] + [(on, 0, net) for each in sales for on, net in each]
    found = None
    for day in sorted({on for on, _, _ in moves}):
        cost = sum(amount for on, amount, _ in moves if on <= day)
        brought = sum(net for on, _, net in moves if on <= day)
        is_back = cost > 0 and brought >= cost
        found = (found or day) if is_back else None
    return found


def bought_by(people: list[dict], days: int, day: date) -> Fraction | None:
    """Kaplan and Meier's share, person by person."""
    times = [
        ((one["first_order_on"] or day) - one["added_on"], one["first_order_on"] is not None)
        for one in people
        if one["added_on"] and one["customer_key"] is not None and not one["is_customer_before"]
    ]
    if not times:
        return None
    staying = Fraction(1)
    for time in sorted({time for time, _ in times if time <= timedelta(days)}):
        there = sum(other >= time for other, _ in times)
        staying *= 1 - Fraction(sum(other == time and came for other, came in times), there)
    return 1 - staying if staying == 0 or max(time for time, _ in times) >= timedelta(days) else None


@pytest.mark.parametrize("by", ["channel", "campaign", "day", "week", "month", "agent"])
@pytest.mark.parametrize("seed", SEEDS[:4])
def test_sums_over_groups_are_those_of_everybody(seed: int, by: str) -> None:
    part, leads, day = answered(seed, Asked(by=by))
    known, payments, _ = random_channel_shop(seed)
    rows = part.tables[f"{by}s"]
    assert rows["contacts"].sum() == (leads.entries if by == "agent" else leads.people).height
    assert rows["contacts"].sum() == part.summary["placed_contacts"] + part.summary["unplaced_contacts"]
    letters = sum(rows[name].sum() for name in ("a", "b", "c", "d", "e", "unknown"))
    assert letters == rows["contacts"].sum()
    assert rows["spend"].sum() == sum(one.amount for one in payments if one.day <= day)
    bought = purchases_of(known, day)
    sold = sum(
        net
        for one in leads.people.iter_rows(named=True)
        for on, net in bought.get(one["customer_key"], [])
        if not one["added_on"] or on >= one["added_on"]
    )
    if by == "agent":
        # of somebody in two lists the first adding counts; an entry without a day may stand before it
        assert rows["net_sales"].sum() <= sum(net for each in bought.values() for _, net in each)
    else:
        assert rows["net_sales"].sum() == sold
    funnel = part.tables["funnel"]["contacts"].to_list()
    assert funnel == sorted(funnel, reverse=True)


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_rows_in_another_order_change_nothing(seed: int) -> None:
    for asked in (Asked(), Asked(by="agent"), Asked(by="campaign", attribution="last")):
        first, second = answered(seed, asked)[0], answered(seed, asked, shuffle=17)[0]
        assert all(first.tables[name].equals(second.tables[name]) for name in first.tables)
        assert (first.summary, first.notes) == (second.summary, second.notes)


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_spend_and_contacts_after_the_day_change_nothing(seed: int) -> None:
    known, payments, day = random_channel_shop(seed)
    cut = known.until(day)
    whole = answered(seed)[0].tables["channels"]
    kept = tuple(one for one in payments if one.day <= day)
    basis = basis_with(cut, kept, day)
    part = channels(leads_of(basis, zone=ZONE), basis=basis, zone=ZONE)
    found = part.tables["channels"]
    assert found.equals(whole) or {row[1:] for row in found.rows()} == {row[1:] for row in whole.rows()}
