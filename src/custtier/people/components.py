"""Accounts that hang together by what they share: the groups that are one person each."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from custtier.people.contacted import account_order
from custtier.schema import Table, empty

GROUPS: Final[Table] = {"account_key": pl.Int64, "group": pl.Int64}
"""One row per account that shares a group with another one; groups have no meaning but to be equal."""


def groups_of(joins: pl.DataFrame, *, apart: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`GROUPS`: the connected components of accounts and the keys that they share.

    Two accounts that are said to be apart are never in one group, by whatever chain. Where a component holds such a
    pair, its joins are taken one by one, the strongest first: a join that would bring the two together is left out for
    the weaker account, so that of a phone that both use, the stronger one keeps the phone.

    Args:
        joins: `JOINS`.
        apart: `APART`.
        known: `KNOWN`; its accounts' strength decides who keeps what is shared.
    """
    if joins.is_empty():
        return empty(GROUPS)
    grouped = _components(joins)
    if apart.is_empty():
        return grouped
    ends = apart.join(grouped, on="account_key").join(
        grouped.rename({"account_key": "other_key", "group": "other_group"}), on="other_key"
    )
    torn = ends.filter(pl.col("group") == pl.col("other_group"))
    if torn.is_empty():
        return grouped
    is_torn = pl.col("group").is_in(torn["group"].unique().implode())
    accounts = grouped.filter(is_torn).select("account_key")
    inside = joins.join(accounts, on="account_key", how="semi")
    parted = _constrained(inside, apart=torn.select("account_key", "other_key"), known=known)
    return pl.concat([grouped.filter(~is_torn), parted])


def _components(joins: pl.DataFrame) -> pl.DataFrame:
    """Connected components of the graph whose nodes are accounts and joins."""
    told = joins.select("account_key", token=pl.struct("strength", "join").rank("dense") - 1)
    if not told["account_key"].is_duplicated().any():
        # every account holds one key only: the key itself is the group
        return told.select("account_key", pl.col("token").cast(pl.Int64).alias("group"))
    from numpy import ones
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    accounts = told.select(pl.col("account_key").unique()).with_row_index("node")
    placed = told.join(accounts, on="account_key")
    tokens = int(placed["token"].max()) + 1  # type: ignore[arg-type]  # of numbers it is one
    rows = placed["node"].cast(pl.Int32).to_numpy()
    columns = (placed["token"].cast(pl.Int32) + accounts.height).to_numpy()
    size = accounts.height + tokens
    graph = coo_array((ones(len(rows), dtype="int8"), (rows, columns)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    group = pl.Series("group", labels[: accounts.height], dtype=pl.Int64)
    return accounts.select("account_key", group)


def _constrained(joins: pl.DataFrame, *, apart: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`GROUPS` of a few accounts, none of which may come together with one that it is apart from."""
    ordered = joins.join(
        known.select("account_key", "account_kind", "account", "account_space"), on="account_key"
    ).sort("strength", "join", *account_order())
    forest = _Forest(joins["account_key"].unique().to_list(), list(apart.iter_rows()))
    for accounts in _by_join(ordered):
        for account in accounts[1:]:
            forest.join(accounts[0], account)
    keys = sorted(forest.parent)
    numbers = {root: -1 - place for place, root in enumerate(sorted({forest.root(key) for key in keys}))}
    groups = [numbers[forest.root(key)] for key in keys]
    return pl.DataFrame({"account_key": keys, "group": groups}, schema=dict(GROUPS))


def _by_join(ordered: pl.DataFrame) -> Iterator[list[int]]:
    for _, part in ordered.group_by("strength", "join", maintain_order=True):
        yield part["account_key"].to_list()


class _Forest:
    """Sets of accounts that grow together unless two of theirs are apart."""

    def __init__(self, accounts: list[int], apart: list[tuple[int, ...]]) -> None:
        self.parent = {account: account for account in accounts}
        self.enemies: dict[int, set[int]] = {}
        for one, other in apart:
            self.enemies.setdefault(one, set()).add(other)
            self.enemies.setdefault(other, set()).add(one)

    def root(self, account: int) -> int:
        while self.parent[account] != account:
            self.parent[account] = self.parent[self.parent[account]]
            account = self.parent[account]
        return account

    def join(self, one: int, other: int) -> None:
        """Brings two sets together, unless one holds an account that is apart from one of the other."""
        first, second = self.root(one), self.root(other)
        if first == second or any(self.root(enemy) == second for enemy in self.enemies.get(first, ())):
            return
        self.parent[second] = first
        self.enemies.setdefault(first, set()).update(self.enemies.pop(second, set()))
