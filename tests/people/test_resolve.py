"""Who is who: merges by the usual phone, what never merges, and ids that stay."""

import random
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from custtier.errors import CusttierError
from custtier.people import People, account_keys, load_id_key, resolve, with_identity
from custtier.schema import ORDERS
from store.readings import ID_KEY, at, order

PHONE = "13800138001"
OTHER = "13900139000"


def people(*rows: dict[str, Any], limit: int = 3, id_key: bytes = ID_KEY) -> People:
    frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in ORDERS}, schema=dict(ORDERS))
    identified = with_identity(frame)
    return resolve(identified.with_columns(account_keys(identified)), id_key=id_key, shared_phone_accounts=limit)


def ids(found: People) -> set[str]:
    return set(found.customers["customer_id"].to_list())


def test_accounts_with_the_same_usual_phone_are_one_person_over_platforms() -> None:
    found = people(order("1", account="a", phone=PHONE), order("2", account="b", platform="jd", phone=PHONE))
    assert found.customers.select("platforms", "phone").rows() == [("jd,taobao", PHONE)]
    assert found.accounts.height == 1


def test_an_account_of_a_phone_is_the_person_who_usually_uses_it() -> None:
    found = people(order("1", account="a", phone=PHONE), order("2", account=None, phone=PHONE, platform="jd"))
    assert found.customers.height == 1


def test_the_usual_phone_is_that_of_most_orders_of_any_state_then_the_latest() -> None:
    often = [order(str(place), account="a", phone=PHONE, state="unpaid") for place in range(2)]
    once = order("9", account="a", phone=OTHER, paid_at=at("2026-05-01"))
    assert people(*often, once, order("x", account="b", phone=OTHER)).customers.height == 2
    assert people(often[0], once, order("x", account="b", phone=OTHER)).customers.height == 1


def test_a_gift_to_another_phone_merges_nobody() -> None:
    own = [order(str(place), account="a", phone=PHONE) for place in range(2)]
    gift = order("9", account="a", phone=OTHER)
    assert people(*own, gift, order("x", account="b", phone=OTHER)).customers.height == 2


def test_a_phone_of_too_many_accounts_of_one_platform_merges_nobody() -> None:
    crowd = [order(str(place), account=f"a{place}", phone=PHONE) for place in range(4)]
    found = people(*crowd, order("x", account=None, phone=PHONE, platform="jd"))
    assert (found.customers.height, found.shared_phones) == (5, 1)
    spread = [{**row, "platform": f"p{place % 2}"} for place, row in enumerate(crowd)]
    assert people(*spread).customers.height == 1
    assert people(*crowd[:3]).customers.height == 1


def test_masked_and_virtual_phones_merge_nobody_but_are_shown() -> None:
    found = people(
        order("1", account="a", phone="138****8000"), order("2", account="b", phone="138****8000", platform="jd")
    )
    assert found.customers["phone"].to_list() == ["138****8000"] * 2


def test_the_latest_name_without_a_mask_is_shown() -> None:
    found = people(
        order("1", name="张三", paid_at=at("2026-01-01")),
        order("2", name="张四", paid_at=at("2026-02-01")),
        order("3", name="张*", paid_at=at("2026-03-01")),
    )
    assert found.customers["name"].to_list() == ["张四"]


def test_orders_of_nobody_make_no_customer() -> None:
    assert people(order("1", account=None)).customers.is_empty()


def test_an_id_is_that_of_the_strongest_then_smallest_key() -> None:
    by_phone = ids(people(order("1", account=None, phone=PHONE)))
    by_account = ids(people(order("1", account="b", phone=PHONE)))
    both = people(order("1", account="b", phone=PHONE), order("2", account=None, phone=PHONE))
    assert ids(both) == by_account != by_phone
    smaller = people(order("1", account="b", phone=PHONE), order("2", account="a", phone=PHONE))
    assert ids(smaller) == ids(people(order("2", account="a")))


def test_an_id_has_twelve_letters_and_hangs_on_the_key() -> None:
    first = ids(people(order("1")))
    assert all(re.fullmatch(r"c_[a-z2-7]{12}", each) for each in first)
    assert first != ids(people(order("1"), id_key=b"another key of sixteen or more bytes"[:32]))
    assert first == {"c_c5i54gs4nj5x"}


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [
        order(
            str(place),
            account=f"a{place % 9}",
            name=f"n{place % 4}",
            phone=f"1380013801{place % 5}",
            platform=["taobao", "jd"][place % 2],
        )
        for place in range(60)
    ]
    expected = people(*rows)
    for seed in range(5):
        mixed = list(rows)
        random.Random(seed).shuffle(mixed)
        found = people(*mixed)
        assert found.accounts.equals(expected.accounts)
        assert found.customers.equals(expected.customers)


def test_the_key_is_made_once_and_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTTIER_ID_KEY", raising=False)
    made = load_id_key(tmp_path / "settings")
    assert load_id_key(tmp_path / "settings") == made
    path = tmp_path / "settings" / "id.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["id.key"]
    assert load_id_key(tmp_path / "other") != made


def test_the_key_can_be_shared_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_ID_KEY", "shared between machines")
    assert load_id_key(tmp_path) == load_id_key(tmp_path / "other")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_key_file_is_an_error_and_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTTIER_ID_KEY", raising=False)
    (tmp_path / "id.key").write_text("short")
    with pytest.raises(CusttierError, match="bad-id-key"):
        load_id_key(tmp_path)
    assert (tmp_path / "id.key").read_text() == "short"
