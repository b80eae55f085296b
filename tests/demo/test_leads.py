"""What the demo says of its contacts: a true chance for each channel, and referrers who were there before."""

import csv
from pathlib import Path

import polars as pl
import pytest

from custtier.demo import write_shop
from custtier.demo.contacts import contacts
from custtier.demo.leads import true_a_shares
from custtier.demo.shop import UNTIL
from custtier.demo.world import make_world


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_true_share_of_a_channel_is_what_its_weights_make_it() -> None:
    shares = true_a_shares()
    # of 1,000 customers 300 are contacts, 30 in 100 of them referred; so are 6 in 100 of the 700 others
    assert shares["朋友转介绍"] == pytest.approx(90 / (90 + 42))
    assert shares["朋友圈广告"] == pytest.approx(12 / (12 + 154))
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_a_large_shop_comes_near_to_the_true_shares() -> None:
    world = make_world(customers=60_000, seed=4, until=UNTIL)
    found = contacts(world, end_s=world.until_s)
    seen = found.group_by("channel").agg(pl.col("buys").mean()).sort("channel")["buys"]
    assert list(seen) == pytest.approx(list(true_a_shares().values()), abs=0.015)


def test_who_was_referred_was_brought_by_a_buyer_added_before_and_few_bring_most() -> None:
    world = make_world(customers=8_000, seed=5, until=UNTIL)
    found = contacts(world, end_s=world.until_s)
    added = dict(found.select("person", "added_s").iter_rows())
    buyers = set(found.filter("buys")["person"])
    brought = found.filter(pl.col("referrer").is_not_null())
    assert set(brought["channel"]) == {0}
    assert brought.height > 0.95 * found.filter(pl.col("channel") == 0).height
    assert all(by in buyers and added[by] <= at for by, at in brought.select("referrer", "added_s").iter_rows())
    counts = brought.group_by("referrer").len().sort("len", descending=True)["len"]
    assert counts.head(len(counts) // 5).sum() > 0.4 * brought.height


def test_campaigns_are_of_their_channel_and_referrers_stand_with_the_referred_alone(tmp_path: Path) -> None:
    write_shop(tmp_path, customers=300, seed=6, files=frozenset({"contacts"}))
    rows = rows_of(tmp_path / "contacts.csv")
    channels: dict[str, set[str]] = {}
    for row in rows:
        channels.setdefault(row["计划"], set()).add(row["渠道"])
        assert not row["推荐人"] or row["渠道"] == "朋友转介绍"
    assert channels.pop("") == {"朋友转介绍"}
    assert all(len(names) == 1 for names in channels.values())
    assert {row["意向"] for row in rows} == {"很有希望", "有希望", "一般", "无意向", ""}
    accounts, remarks = {row["微信号"] for row in rows}, {row["备注"] for row in rows}
    named = [row["推荐人"] for row in rows if row["推荐人"]]
    assert sum(name in accounts for name in named) > sum(name in remarks for name in named) > 0


def test_a_link_names_a_contact_and_one_account_of_theirs(tmp_path: Path) -> None:
    write_shop(tmp_path, customers=300, seed=6, files=frozenset({"contacts", "links"}))
    accounts = {row["微信号"] for row in rows_of(tmp_path / "contacts.csv")}
    links: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(tmp_path / "links.csv"):
        links.setdefault(row["人"], []).append(row)
    for contact, account in links.values():
        assert contact["微信号"] in accounts
        assert sum(bool(account[name]) for name in ("账号", "手机号", "邮箱")) == 1
        assert bool(account["平台"]) == bool(account["账号"])
