"""Contacts, messages, spend and the other lists: their records in comparable form, and the fold of each list."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from custtier.facts import CONTACT_EVENTS, TABLES
from custtier.people import account_keys, with_contacts, with_owner
from custtier.schema import HELD_MESSAGES, LIST_KEYS, LISTS, PROVENANCE, Table, conform
from custtier.sources.reading import Reading
from custtier.store.fold import best_phone, oldest_first, singles_and_several, whole_or_any
from custtier.store.latest import Records

MESSAGES: Final = "messages"
FOLDED: Final = tuple(name for name in LISTS if name != MESSAGES)
"""Lists whose records are folded; a message never changes, so of messages each is only kept once."""

SAID: Final[Mapping[str, tuple[str, ...]]] = {
    name: (*(column for column in table if column not in PROVENANCE), "source") for name, table in LISTS.items()
}
"""What a record of each list says, and which profile read it."""

_ROWS_AT_ONCE: Final = 1 << 20
_OWNER: Final = ("platform", "account", "account_kind")
_ASKED: Final[Table] = dict.fromkeys((*_OWNER, "phone", "phone_kind", "email"), pl.String)

ListRecords = Mapping[str, pl.DataFrame]
"""List → its records, as `schema.LISTS`, `import_id` filled; lists without a record may be missing."""


def lists_of(readings: Sequence[Reading], *, import_id: int) -> dict[str, pl.DataFrame]:
    """The records of every list that the files hold, phones and accounts in comparable form, `account_key` settled.

    This is the one place where the account of a list's row becomes a key: the same key as that of an order.
    """
    found = {}
    for name, table in LISTS.items():
        frames = [reading.lists[name] for reading in readings if name in reading.lists]
        shape = HELD_MESSAGES if name == MESSAGES else table
        filled = [conform(frame, shape) for frame in frames if not frame.is_empty()]
        if filled:
            rows = pl.concat(filled).with_columns(pl.lit(import_id, dtype=pl.Int64).alias("import_id"))
            found[name] = _in_comparable_form(rows, table)
    return found


def lists_together(*several: ListRecords) -> dict[str, pl.DataFrame]:
    """The records of all."""
    found = {}
    for name in LISTS:
        frames = [records[name] for records in several if name in records]
        if frames:
            found[name] = pl.concat(frames) if len(frames) > 1 else frames[0]
    return found


def fold_list(name: str, records: pl.DataFrame) -> pl.DataFrame:
    """One row per key of a list: the columns of `facts.TABLES`, sorted by key.

    Args:
        name: Any list but messages.
        records: `schema.LISTS`, in comparable form, of any number of imports. The order of rows does not matter.
    """
    key = LIST_KEYS[name]
    if name == "contacts":
        folded = _folded_contacts(records)
    elif name == "links":
        last = records.sort("file_instant", "import_id", nulls_last=False).unique(key, keep="last", maintain_order=True)
        folded = _folded(records, name).join(last.select(key, "import_id"), on=key, how="left")
    elif name == "tags":
        folded = _folded_tags(records)
    elif name == "kept":
        is_last = pl.col("import_id") == pl.col("import_id").max().over("name", "kept_on")
        folded = records.filter(is_last).unique(key, keep="any")
    else:
        folded = _folded(records, name)
    if "phone" in folded.columns:
        folded = _owned(folded)
    return conform(folded, TABLES[name]).sort(key)


def events_of(records: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """`facts.CONTACT_EVENTS`: when each contact was added and deleted, as far as any record tells.

    Args:
        records: Contacts of any number of imports.
        contacts: What they come to.
    """
    came = ["channel", "campaign"]
    added = records.filter(pl.col("added_at").is_not_null()).select(
        "contact_key", "file_instant", "import_id", *came, event=pl.lit("added"), at="added_at"
    )
    deleted = records.filter(pl.col("deleted_at").is_not_null()).select(
        "contact_key",
        "file_instant",
        "import_id",
        *(pl.lit(None, dtype=pl.String).alias(name) for name in came),
        event=pl.lit("deleted"),
        at="deleted_at",
    )
    told = (
        pl.concat([added, deleted])
        .sort("contact_key", "at", "event", "file_instant", "import_id", *came, nulls_last=False)
        .group_by("contact_key", "at", "event", maintain_order=True)
        .agg(pl.col(name).drop_nulls().last() for name in came)
    )
    owners = contacts.select("contact_key", "account_key", "agent")
    return conform(told.join(owners, on="contact_key", how="left", maintain_order="left"), CONTACT_EVENTS)


def _in_comparable_form(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    if "account" not in table:
        return rows
    if "phone" in table:
        return _owned_keys(with_contacts(_with_asked(rows))).select(list(table))
    return _accounts_in_comparable_form(rows)


def _accounts_in_comparable_form(rows: pl.DataFrame) -> pl.DataFrame:
    """Many rows of few accounts: each account is looked at once, and its rows only where something of it changes."""
    names = [*_OWNER, "account_key"]
    before = rows.select(names).unique()
    told = before.with_columns(pl.col(name).cast(pl.String) for name in _OWNER).with_row_index("place")
    settled = _owned_keys(with_contacts(_with_asked(told.drop("account_key")))).sort("place")
    after = settled.select("place", *names)
    if after.equals(told):
        return rows
    keyed = before.with_row_index("place")
    place = pl.concat(
        part.select(names).join(keyed, on=names, how="left", nulls_equal=True, maintain_order="left")["place"]
        for part in rows.iter_slices(_ROWS_AT_ONCE)
    )
    changed = ("account", "account_kind", "account_key")
    return rows.with_columns(after[name].cast(rows.schema[name]).gather(place) for name in changed)


def _with_asked(rows: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in _ASKED.items() if name not in rows.columns]
    return rows.with_columns(missing)


def _owned_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the key of the account that each belongs to; what they show of it stays as it is."""
    return rows.with_columns(account_keys(with_owner(rows)).alias("account_key"))


def _owned(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the account that each belongs to, a full phone standing in for a missing one, and its key."""
    owned = with_owner(_with_asked(rows))
    return owned.with_columns(account_keys(owned).alias("account_key")).select(rows.columns)


def _folded(records: pl.DataFrame, name: str) -> pl.DataFrame:
    """`SAID` of a list, one row per key: numbers and days by the newest file, texts the fullest."""
    key, fields = LIST_KEYS[name], SAID[name]
    singles, several = singles_and_several(records, key=key, fields=fields)
    if several.is_empty():
        return singles
    held = Records(oldest_first(several, key=key, further=[]), key=key)
    settled = {key: held.at(key, held.ends), "source": held.at("source", held.ends)}
    if "account" in fields:
        account = whole_or_any(held, "account")
        settled |= {column: held.at(column, account) for column in ("account", "account_kind", "account_key")}
    if "phone" in fields:
        phone = best_phone(held)
        settled |= {column: held.at(column, phone) for column in ("phone", "phone_kind")}
    for column in fields:
        if column not in settled:
            is_text = LISTS[name][column] == pl.String
            settled[column] = held.fullest(column) if is_text else held.newest(column)
    return pl.concat([singles, pl.DataFrame({column: settled[column] for column in fields})])


def _folded_contacts(records: pl.DataFrame) -> pl.DataFrame:
    """Contacts: the latest adding, the first and where it came from, and the deletion after the latest adding."""
    folded = _folded(records, "contacts").with_columns(pl.col("added_at").alias("first_added_at"))
    key = "contact_key"
    repeated = records.filter(records[key].is_duplicated())
    if repeated.height:
        told = repeated.group_by(key).agg(
            pl.col("added_at").min().alias("first_added_at"), pl.col("added_at").max(), pl.col("deleted_at").max()
        )
        told = told.join(_first_channels(repeated), on=key, how="left")
        single = folded.select(told.columns).join(told, on=key, how="anti")
        folded = folded.drop(told.columns[1:]).join(pl.concat([single, told]), on=key)
    gone = pl.col("deleted_at") >= pl.col("added_at")
    is_deleted = pl.col("added_at").is_null() | gone
    return folded.with_columns(pl.when(is_deleted).then("deleted_at").alias("deleted_at"))


def _folded_tags(records: pl.DataFrame) -> pl.DataFrame:
    """Tags as they were last decided: by the later import, in one import by the later day, then by the removal."""
    key, said = "tag_key", ("decision", "noted_on", "import_id")
    last = records.sort("import_id", "noted_on", "decision", nulls_last=False).unique(
        key, keep="last", maintain_order=True
    )
    folded = _folded(records, "tags").drop("decision", "noted_on")
    return folded.join(last.select(key, *said), on=key, how="left")


def _first_channels(records: pl.DataFrame) -> pl.DataFrame:
    """`contact_key`, `channel`, `campaign` of the earliest adding that names a channel, or a campaign of that channel.

    Of several files that tell of that adding the newest counts; records without an instant come last.
    """
    placed = records.select("contact_key", "added_at", "file_instant", "import_id", "channel", "campaign").sort(
        ["contact_key", "added_at", "file_instant", "import_id", "channel", "campaign"],
        descending=[False, False, True, True, True, True],
        nulls_last=True,
    )
    channels = placed.filter(pl.col("channel").is_not_null()).unique("contact_key", keep="first", maintain_order=True)
    named = placed.join(channels.select("contact_key", first_channel="channel"), on="contact_key", how="left")
    of_it = named.filter(
        pl.col("campaign").is_not_null()
        & (pl.col("channel").is_null() | (pl.col("channel") == pl.col("first_channel")))
    ).unique("contact_key", keep="first", maintain_order=True)
    return (
        placed.select("contact_key")
        .unique()
        .join(channels.select("contact_key", "channel"), on="contact_key", how="left")
        .join(of_it.select("contact_key", "campaign"), on="contact_key", how="left")
    )
