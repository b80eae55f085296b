"""Random tags, merges and undos against plain Python: what was said last of any account of a person decides."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custtier.facts import Facts
from custtier.keys import key_of
from custtier.people import tags_of_customers
from store.empty import empty_store
from store.readings import link, listing, order, reading
from store.test_store import NOW

ACCOUNTS = ("a", "b", "c", "d")
Row = dict[str, Any]

ROWS = st.builds(
    lambda account, tag, decision, noted: {
        "tag_key": key_of(f"tag {account} {tag}"),
        "platform": "taobao",
        "account": account,
        "account_kind": "account",
        "tag": tag,
        "decision": decision,
        "noted_on": noted and date(2026, 6, noted),
    },
    st.sampled_from(ACCOUNTS),
    st.sampled_from(["x", "y"]),
    st.sampled_from(["add", "add", "remove"]),
    st.sampled_from([None, 1, 2]),
)
STEPS = st.lists(
    st.one_of(st.lists(ROWS, min_size=1, max_size=4), st.integers(2, 5), st.permutations(ACCOUNTS)),
    min_size=1,
    max_size=6,
)


def told_slowly(imports: dict[int, list[Row]], owners: dict[str, frozenset[str]]) -> set[tuple[frozenset[str], str]]:
    """Who has which tag, a decision at a time; a person is the set of their accounts."""
    last: dict[tuple[frozenset[str], str], str] = {}
    for _, rows in sorted(imports.items()):
        for row in sorted(rows, key=lambda row: (row["noted_on"] or date.min, row["decision"])):
            last[owners[row["account"]], row["tag"]] = row["decision"]
    return {person for person, decision in last.items() if decision == "add"}


def told(facts: Facts) -> set[tuple[frozenset[str], str]]:
    accounts = facts.accounts.collect()
    customers = dict(accounts.iter_rows())
    known = facts.table("known").select("account_key", "account").collect()
    people: dict[int, set[str]] = {}
    for key, account in known.iter_rows():
        people.setdefault(customers.get(key, key), set()).add(account)
    rows = tags_of_customers(facts.table("tags"), known=facts.table("known"), accounts=facts.accounts).collect()
    assert not rows.select(pl.struct("customer_key", "tag").is_duplicated().any()).item()
    return {(frozenset(people[key]), tag) for key, tag in rows.select("customer_key", "tag").iter_rows()}


def replay(steps: list[Any], folder: Path) -> None:
    store = empty_store(folder)
    store.add([reading([order(account, account=account) for account in ACCOUNTS])], imported_at=NOW)
    imports: dict[int, list[Row]] = {}
    merged: frozenset[str] = frozenset()
    for step in steps:
        if isinstance(step, int):
            if imports.pop(step, None) is not None:
                store.undo(step, at=NOW)
        elif isinstance(step[0], str):
            if not merged:
                merged = frozenset(step[:2])
                store.add([listing(None, links=[link("p", account) for account in merged])], imported_at=NOW)
        else:
            imports[store.add([listing(None, tags=step)], imported_at=NOW).import_id] = step
    owners = {account: merged if account in merged else frozenset({account}) for account in ACCOUNTS}
    assert told(store.facts()) == told_slowly(imports, owners)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_what_was_said_last_decides_whatever_comes_between(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        replay(steps, Path(folder) / "s")
