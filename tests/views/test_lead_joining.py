"""Contacts who could not be found among the buyers are said to be so."""

from datetime import date

from custtier.facts import Note
from custtier.views.leads.joining import joining_notes
from custtier.views.leads.leads import leads_of
from metrics.shops import Order, Shop
from views.lead_shops import ZONE, Entry, LeadShop, at, basis_at

DAY = date(2026, 6, 30)


def remarks(*bought: str, phones: frozenset[str] = frozenset()) -> tuple[Note, ...]:
    entries = tuple(Entry(one, added=(at("2026-05-01"),), phone=one in phones) for one in ("a", "b", "c"))
    orders = tuple(Order(account=one, day=date(2026, 6, 1), gross=1000) for one in bought)
    basis = basis_at(LeadShop(Shop(orders), entries), DAY)
    return joining_notes(leads_of(basis, zone=ZONE).people, basis=basis)


def test_where_only_contacts_with_a_phone_bought_the_others_could_not_be_found() -> None:
    (said,) = remarks("a", phones=frozenset("a"))
    assert said == Note("contacts_hardly_found", {"count": 2, "contacts": 3})


def test_where_no_contact_bought_nobody_could_be_found() -> None:
    (said,) = remarks("somebody else")
    assert said.values == {"count": 3, "contacts": 3}


def test_a_buyer_found_without_phone_shows_that_they_can_be_found() -> None:
    assert remarks("a", "b", phones=frozenset("a")) == ()


def test_contacts_who_all_show_a_phone_can_be_found() -> None:
    assert remarks("a", phones=frozenset("abc")) == ()


def test_without_orders_there_is_nobody_to_be_found_among() -> None:
    assert remarks() == ()
