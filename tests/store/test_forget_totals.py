"""Random shops: whoever is forgotten, nobody else's orders, sales or id change, and with kept totals no sum does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from custtier.facts import Facts
from custtier.schema import LIST_KEYS, LISTS
from custtier.store import Store
from custtier.store.as_known import Between, facts_then
from custtier.store.lists import MESSAGES
from custtier.store.person import person_of
from custtier.store.snapshots import Snapshots
from store.empty import empty_store
from store.readings import ID_KEY, at, contact, listing, order, reading, refund
from store.shops import CONTRADICTORY, SENSIBLE, Shop
from store.test_lists import assert_alike
from store.test_store import FRAMES, NOW, assert_same, held, opened


def bought(store: Store) -> pl.DataFrame:
    """What every customer bought, by the id that the world sees."""
    facts = store.facts()
    placed = facts.purchases.join(facts.accounts, on="account_key", how="left").with_columns(
        pl.coalesce("customer_key", "account_key").alias("customer_key")
    )
    people = facts.customers.select("customer_key", "customer_id")
    return placed.join(people, on="customer_key", how="left").drop("customer_key").sort("order_key").collect()


def now_one_with(customers: pl.DataFrame, store: Store) -> dict[str, str]:
    """Ids of customers who are one with another now → the id of both.

    A record of the forgotten may have given somebody else's order a phone; without it the two who share the other
    phone of that order are found to be one.

    Args:
        customers: Before somebody was forgotten.
        store: Afterwards.
    """
    facts = store.facts()
    present = facts.customers.select("customer_key", pl.col("customer_id").alias("now"))
    accounts = facts.accounts.filter(pl.col("account_key") != pl.col("customer_key"))
    moved = customers.lazy().select(pl.col("customer_key").alias("account_key"), "customer_id")
    found = moved.join(accounts, on="account_key").join(present, on="customer_key").select("customer_id", "now")
    return dict(found.collect().iter_rows())


def refolded(store: Store) -> Facts:
    """What the store's records come to, all of them folded anew."""
    state = store._state()
    then = Between(standing=state.visible, later=[], undone=[])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Snapshots, "are_outdated", lambda _: True)
        return facts_then(then, state=state, layout=store._layout, settings=store._settings, id_key=lambda: ID_KEY)


def of_frames(facts: Facts) -> dict[str, pl.DataFrame]:
    return {name: getattr(facts, name).collect() for name in FRAMES}


@dataclass(frozen=True)
class Case:
    """A shop and whom of it to forget."""

    shop: Shop
    number: int
    undone: int
    keep_totals: bool


def cases(shops: st.SearchStrategy[Shop]) -> st.SearchStrategy[Case]:
    return st.builds(Case, shops, st.integers(0, 5), st.integers(0, 3), st.booleans())


@dataclass(frozen=True)
class Told:
    """What a shop bought and who its customers were, before somebody was forgotten and after.

    Args:
        customer_id: Who was.
        joined: `now_one_with`.
    """

    customer_id: str
    before: pl.DataFrame
    customers: pl.DataFrame
    after: pl.DataFrame
    left: set[str]
    joined: dict[str, str]

    @property
    def others(self) -> pl.DataFrame:
        """What was bought by anybody else or by nobody, under the ids of today."""
        renamed = self.before.with_columns(pl.col("customer_id").replace(self.joined))
        return renamed.filter(self.before["customer_id"].ne_missing(self.customer_id))


def entries_of_others(facts: Facts, customer_key: int) -> set[tuple[str, int]]:
    """List and key of whatever lists hold of other accounts; of messages, which nobody asks for by key, the account."""
    person = person_of(customer_key, known=facts.table("known").collect(), accounts=facts.accounts)
    lists = {name: key for name, key in LIST_KEYS.items() if "account_key" in LISTS[name]} | {MESSAGES: "account_key"}
    strange = ~pl.col("account_key").is_in(person.account_keys.implode())
    return {(name, row) for name, key in lists.items() for row in facts.table(name).filter(strange).collect()[key]}


def forgotten(case: Case, folder: Path) -> Told:
    """Somebody forgotten, and what holds in any shop.

    They are in no file and no customer, the lists keep what they hold of others, and the store is that of its records.
    """
    store = empty_store(folder / "s")
    ids = [store.add(files, imported_at=NOW).import_id for files in case.shop]
    if len(ids) > 1:
        store.undo(ids[case.undone % len(ids)])
    customers = store.facts().customers.sort("customer_key").collect()
    assume(customers.height > 0)
    key, customer_id = customers.select("customer_key", "customer_id").row(case.number % customers.height)
    before, entries = bought(store), entries_of_others(store.facts(), key)
    done = store.forget(key, keep_totals=case.keep_totals, at=at("2026-07-01"))
    assert done.searched.found == ()
    told = Told(
        customer_id=customer_id,
        before=before,
        customers=customers,
        after=bought(store),
        left=set(store.facts().customers.collect()["customer_id"].to_list()),
        joined=now_one_with(customers, store),
    )
    assert customer_id not in told.left
    assert entries <= entries_of_others(store.facts(), key)
    anew = refolded(store)
    assert_same(held(store), of_frames(anew))
    assert_alike(store.facts(), anew)
    return told


def check_sensible(case: Case, folder: Path) -> None:
    told = forgotten(case, folder)
    others = told.others
    left = told.after.join(others.select("order_key"), on="order_key", how="semi")
    # a bill that shows nobody goes with the order that it paid
    assert left.equals(others.join(left.select("order_key"), on="order_key", how="semi"))
    assert others.filter(pl.col("account_key").is_not_null()).height == left["account_key"].drop_nulls().len()
    ids = told.customers["customer_id"].to_list()
    assert told.left == {told.joined.get(each, each) for each in ids if each != told.customer_id}
    if case.keep_totals:
        sums = ["gross", "undated_refund", "dated_refund"]
        assert told.before.select(sums).sum().equals(told.after.select(sums).sum())
        assert told.before.height == told.after.height


def check_contradictory(case: Case, folder: Path) -> None:
    """What holds even where an order has several buyers: whoever else has it keeps it, though under other ids.

    A record that names the person as its buyer goes with its phone, and that may have told two customers to be one.
    """
    told = forgotten(case, folder)
    owned = pl.col("account_key").is_not_null()
    others = told.others.filter(owned)
    assert others.join(told.after.filter(owned), on="order_key", how="anti").is_empty()
    if case.keep_totals:
        assert told.before["gross"].sum() == told.after["gross"].sum()
        assert told.before.height == told.after.height


def whole(check: Callable[[Case, Path], None], case: Case) -> None:
    with TemporaryDirectory() as folder:
        check(case, Path(folder))


drawn = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])


@settings(drawn, max_examples=3)
@given(cases(SENSIBLE))
def test_nobody_elses_sales_change(case: Case) -> None:
    whole(check_sensible, case)


@pytest.mark.slow
@settings(drawn, max_examples=15)
@given(cases(SENSIBLE))
def test_nobody_elses_sales_change_in_many_shops(case: Case) -> None:
    whole(check_sensible, case)


@pytest.mark.slow
@settings(drawn, max_examples=10)
@given(cases(CONTRADICTORY))
def test_nobody_else_loses_an_order_in_shops_that_contradict_themselves(case: Case) -> None:
    whole(check_contradictory, case)


def test_a_contact_known_by_a_union_id_alone_is_forgotten_with_whoever_has_it(tmp_path: Path) -> None:
    store = opened(tmp_path / "s")
    whole = contact("wx_lin", phone="13700236001", union_id="union-lin-1")
    store.add([listing(contacts=[whole, contact(None, "小李", union_id="union-lin-1")])], imported_at=NOW)
    key = store.facts().customers.collect()["customer_key"].item()
    assert store.forget(key, keep_totals=False, at=at("2026-07-01")).searched.found == ()
    assert store.facts().table("contacts").collect().is_empty()


def bill(row: str, account: str, gross: int, **fields: Any) -> dict[str, Any]:
    filled = {"platform": "wechatpay", "kind": "payment", "account_kind": "openid", "payment_id": "p"}
    return order(row, account=account, gross=gross, **{**filled, **fields})


def test_a_bills_row_that_one_record_gives_to_somebody_else_stays_theirs(tmp_path: Path) -> None:
    store = opened(tmp_path / "s")
    store.add([reading([order("5", account="b", payment_id="p")])], imported_at=NOW)
    store.add([reading([bill("2", "ob", 1000, payment_id="q")])], imported_at=NOW)
    store.add([reading([bill("2", "oc***", 1000)], instant="2026-03-01")], imported_at=NOW)
    ids = dict(store.facts().customers.select("platforms", "customer_key").collect().iter_rows())
    store.forget(ids["taobao"], keep_totals=False, at=at("2026-07-01"))
    assert store.facts().customers.collect()["platforms"].to_list() == ["wechatpay"]


@pytest.mark.parametrize("keep_totals", [False, True])
def test_a_second_bill_of_the_persons_payment_does_not_come_to_the_fore(tmp_path: Path, keep_totals: bool) -> None:
    store = opened(tmp_path / "s")
    store.add([reading([bill("4", "oa", 1000), bill("3", "ob", 0, phone="13900139000")])], imported_at=NOW)
    customers = store.facts().customers.filter(pl.col("customer_key").is_not_null()).collect()
    bought_by = bought(store)["customer_id"].to_list()
    assert len(bought_by) == 1
    key = customers.filter(pl.col("customer_id") == bought_by[0])["customer_key"].item()
    store.forget(key, keep_totals=keep_totals, at=at("2026-07-01"))
    assert bought(store)["gross"].to_list() == ([1000] if keep_totals else [])
    assert store.facts().customers.collect().is_empty()


def test_a_union_id_that_an_undone_import_shows_beside_another_account_goes(tmp_path: Path) -> None:
    store = opened(tmp_path / "s")
    beside = contact("wx_wang", union_id="union-lin-1")
    undone = store.add([listing(contacts=[beside])], imported_at=NOW).import_id
    alone = contact("13700236001", "小李", account_kind="phone", phone="13700236001", union_id="union-lin-1")
    store.add([listing(contacts=[alone])], imported_at=NOW)
    store.undo(undone)
    key = store.facts().customers.collect()["customer_key"].item()
    assert store.forget(key, keep_totals=False, at=at("2026-07-01")).searched.found == ()


def test_a_buyer_whose_account_reads_as_one_of_the_persons_on_another_platform_stays(tmp_path: Path) -> None:
    store = opened(tmp_path / "s")
    lin = [order("1", account="lin", phone="13700236001"), order("2", account="lin")]
    store.add([reading(lin, instant="2026-01-01")], imported_at=NOW)
    store.add([reading([order("2", account="wang", phone="13900139000")], instant="2026-03-01")], imported_at=NOW)
    store.add([listing(contacts=[contact("wang", phone="13700236001"), contact("lin")])], imported_at=NOW)
    before = bought(store)
    found = store.facts().customers.filter(platforms="taobao,wechat").collect()
    store.forget(found["customer_key"].item(), keep_totals=False, at=at("2026-07-01"))
    theirs = before.filter(pl.col("account_key") != found["customer_key"].item())
    assert bought(store)["customer_id"].to_list() == theirs["customer_id"].to_list() != []


@pytest.mark.parametrize("keep_totals", [False, True])
def test_a_record_of_a_refund_that_does_not_name_the_persons_order_goes_with_it(
    tmp_path: Path, keep_totals: bool
) -> None:
    store = opened(tmp_path / "s")
    named = refund("r", "1", 700, refunded_on=at("2026-03-05").date())
    bare = {**named, "order_key": None, "payment_id": "p", "amount": 300}
    lin, wang = order("1", account="lin", gross=1000), order("2", account="wang", gross=900, payment_id="p")
    store.add([reading([lin], refunds=[named], instant="2026-04-01")], imported_at=NOW)
    store.add([reading([wang], refunds=[bare], instant="2026-06-01")], imported_at=NOW)
    before = bought(store)
    key = before.filter(gross=1000)["account_key"].item()
    store.forget(key, keep_totals=keep_totals, at=at("2026-07-01"))
    assert bought(store)["dated_refund"].sum() == (300 if keep_totals else 0)
    assert store.facts().table("refunds").collect().height == (1 if keep_totals else 0)


def test_an_older_record_of_the_persons_contact_does_not_come_to_the_fore(tmp_path: Path) -> None:
    store = opened(tmp_path / "s")
    known = contact(None, phone="13700236001", union_id="union-lin-1")
    before = {**known, "union_id": None, "phone": "13900236002"}
    store.add([listing(contacts=[before], instant="2026-03-01")], imported_at=NOW)
    store.add([listing(contacts=[known], instant="2026-04-01")], imported_at=NOW)
    key = store.facts().customers.collect()["customer_key"].item()
    assert store.forget(key, keep_totals=False, at=at("2026-07-01")).searched.found == ()
    assert store.facts().customers.collect().is_empty()


def test_of_two_records_of_one_file_the_same_decides_once_their_buyer_is_gone(tmp_path: Path) -> None:
    store = opened(tmp_path / "s")
    masked = order("1", account="c***", gross=1000)
    store.add([reading([masked, order("1", account="b", phone="13800138001", gross=300)])], imported_at=NOW)
    before = bought(store)
    store.forget(before["account_key"].item(), keep_totals=True, at=at("2026-07-01"))
    assert bought(store)["gross"].to_list() == before["gross"].to_list()


def test_refunds_that_two_sources_number_alike_are_still_one_when_they_are_nobodys(tmp_path: Path) -> None:
    store = opened(tmp_path / "s")
    own, again, other = (
        {**refund(key, "1", amount, refunded_on=at("2026-03-05").date()), "refund_id": number}
        for key, amount, number in (("r", 100, "n1"), ("s", 100, "n1"), ("t", 300, "n2"))
    )
    store.add([reading([order("1", account="b", gross=1000)], refunds=[own])], imported_at=NOW)
    store.add([reading(refunds=[again, other], profile="taobao-refunds")], imported_at=NOW)
    assert bought(store)["dated_refund"].to_list() == [400]
    store.forget(bought(store)["account_key"].item(), keep_totals=True, at=at("2026-07-01"))
    assert bought(store)["dated_refund"].to_list() == [400]
    assert store.facts().table("refunds").filter(pl.col("refund_id").is_in(["n1", "n2"])).collect().is_empty()


@pytest.mark.parametrize("keep_totals", [False, True])
def test_a_refund_of_somebody_elses_order_that_names_the_persons_payment_stays(
    tmp_path: Path, keep_totals: bool
) -> None:
    store = opened(tmp_path / "s")
    lin, wang = order("1", account="lin", gross=1000, payment_id="p"), order("2", account="wang", gross=900)
    backs = [refund("r", "2", 300, refunded_on=at("2026-03-05").date(), payment_id="p")]
    store.add([reading([lin, wang, bill("b", "olin", 1000)], refunds=backs)], imported_at=NOW)
    key = bought(store).filter(gross=1000)["account_key"].item()
    before = bought(store).filter(gross=900)
    assert before["dated_refund"].to_list() == [300]
    store.forget(key, keep_totals=keep_totals, at=at("2026-07-01"))
    assert bought(store).filter(gross=900).equals(before)
    assert_same(held(store), of_frames(refolded(store)))
