"""Whose order it is."""

from typing import Any

import polars as pl
import pytest

from custtier.people import account_keys, with_identity
from custtier.schema import ORDERS
from store.readings import order


def settled(**fields: Any) -> tuple[str | None, str | None]:
    found = with_identity(_frame(order("1", **fields)))
    return found.select("account", "account_kind").row(0)  # type: ignore[return-value]


def _frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in ORDERS}, schema=dict(ORDERS))


@pytest.mark.parametrize(
    ("fields", "account"),
    [
        ({"account": "buyer"}, ("buyer", "account")),
        ({"account": "buyer", "account_kind": None}, ("buyer", "account")),
        ({"account": "buyer", "phone": "13800138001"}, ("buyer", "account")),
        ({"account": "b***r", "phone": "+86 13800138001"}, ("13800138001", "phone")),
        ({"account": None, "phone": "138****8000"}, (None, None)),
        ({"account": None, "phone": "13800138001-1234"}, (None, None)),
        ({"account": "13800138001 ", "account_kind": "phone"}, ("13800138001", "phone")),
        ({"account": "138****8000", "account_kind": "phone"}, (None, None)),
        ({"account": "Li@Example.com", "account_kind": "email"}, ("li@example.com", "email")),
        (
            {"account": None, "account_kind": "email", "email": "Li@Example.com", "phone": None},
            ("li@example.com", "email"),
        ),
        ({"account": None, "account_kind": None, "email": "li@example.com"}, (None, None)),
        ({"account": "##cipher##"}, (None, None)),
    ],
)
def test_an_order_belongs_to_its_account_else_to_its_full_phone(
    fields: dict[str, Any], account: tuple[str | None, str | None]
) -> None:
    assert settled(**fields) == account


def _same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    keys = account_keys(with_identity(_frame(order("1", **first), order("2", **second))))
    return bool(keys[0] == keys[1])


def test_an_account_is_known_within_its_platform() -> None:
    assert _same({"account": "a"}, {"account": "a"})
    assert not _same({"account": "a"}, {"account": "a", "platform": "jd"})


@pytest.mark.parametrize("kind", ["openid", "wechat"])
def test_what_wechat_draws_for_a_person_is_known_everywhere(kind: str) -> None:
    listed = {"account": "o", "account_kind": kind, "platform": "wecom"}
    assert _same(listed, {**listed, "platform": "generic"})


def test_phones_and_emails_are_known_everywhere_but_relay_addresses_are_not() -> None:
    phone = {"account": None, "phone": "13800138001"}
    assert _same(phone, {**phone, "platform": "jd"})
    email = {"account": "a@example.com", "account_kind": "email"}
    assert _same(email, {**email, "platform": "shopify"})
    relay = {"account": "x@marketplace.amazon.com", "account_kind": "email"}
    assert not _same(relay, {**relay, "platform": "shopify"})


def test_an_order_of_nobody_has_no_key() -> None:
    keys = account_keys(with_identity(_frame(order("1", account=None), order("2", account="buyer"))))
    assert keys.is_null().to_list() == [True, False]
