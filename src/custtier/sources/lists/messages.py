"""Chat logs become messages: with whom, when, from which side and of what kind; their text is never kept."""

from functools import partial
from typing import Final

import polars as pl

from custtier.keys import are_repeated
from custtier.schema import INSTANT, Direction
from custtier.sources.lists.checks import Fault, account_faults, with_faults
from custtier.sources.lists.keys import mixed_key, numbers_among, numbers_of
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.partners import with_partners
from custtier.sources.lists.persons import persons_told
from custtier.sources.lists.values import Layout, instants_alone_in, latest, no_texts, read_instants
from custtier.sources.lists.wechat import automatic_kind, left_out_accounts
from custtier.sources.lists.words import DIRECTIONS, KINDS, word_codes

_OF_PROGRAM: Final = ("system", "deleted_us")
_FEW_TEXTS: Final = (
    "sheet", "account", "account_kind", "account_platform", "platform", "phone", "email", "agent", "direction", "kind",
    "subkind", "sender", "automatic",
)  # fmt: skip
_UNREAD: Final = "sent_text"
_ROWS_AT_ONCE: Final = 1 << 20
_CATEGORY: Final = pl.Categorical()
_OF_PERSON: Final = ("account_key", "platform", "account", "account_kind")


def narrowed(rows: pl.LazyFrame, layout: Layout) -> pl.LazyFrame:
    """Rows as long chat logs are held: texts that come again and again as categories, times as instants.

    Of the message's own text `automatic` is left, which says what sentence of the program it was, if any; of its number
    a hash. `sent_text` is what of the times cannot be read by itself.
    """
    names = rows.collect_schema().names()
    if "text" in names:
        rows = rows.with_columns(automatic=automatic_kind(pl.col("text"))).drop("text")
        names = [*names, "automatic"]
    if "message_id" in names:
        rows = rows.with_columns(message_id=pl.when(pl.col("message_id") != "0").then(pl.col("message_id").hash()))
    if "sent_at" in names:
        read = pl.col("sent_at").map_batches(partial(instants_alone_in, layout=layout), return_dtype=INSTANT)
        rows = rows.with_columns(read, pl.col("sent_at").alias(_UNREAD)).with_columns(
            pl.when(pl.col("sent_at").is_null()).then(_UNREAD).cast(_CATEGORY).alias(_UNREAD)
        )
    return rows.with_columns(pl.col(name).cast(_CATEGORY) for name in _FEW_TEXTS if name in names)


def message_rows(table: pl.DataFrame, layout: Layout) -> ListRows:
    """The messages of a file.

    Args:
        table: Rows of `narrowed`, with `left_out`; texts are categories.
        layout: How they are read.
    """
    table = with_partners(table).drop("sender", "section", "first_cells", strict=False)
    table = _with_times(table, layout)
    told, persons = _persons(table, layout)
    found = [
        _judged(part, told, persons, layout) for part in (table.iter_slices(_ROWS_AT_ONCE) if table.height else [table])
    ]
    gone = ["direction", "kind", "subkind", "automatic", "left_out", *told.columns]
    rows = table.drop(gone, strict=False).hstack(pl.concat(found, rechunk=True))
    del table, found
    rows = _with_keys(rows)
    of_rows = rows["person"]
    rows = rows.drop("person").hstack([persons[name].gather(of_rows) for name in _OF_PERSON])
    return ListRows(rows, instant=latest(rows, ["sent_at"], layout))


def _with_times(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """`table` with the times that only the whole column tells how to read."""
    if _UNREAD not in table.columns:
        return table
    unread = table[_UNREAD]
    left = unread.is_not_null()
    if left.any():
        values = read_instants(unread.filter(left).cast(pl.String), layout).values
        table = table.with_columns(table["sent_at"].scatter(left.arg_true(), values))
    return table.drop(_UNREAD)


def _persons(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The texts by which rows name people, with the number `person` of each; and who they are, in that order."""
    told, settled = persons_told(table, layout.profile)
    settled = left_out_accounts(settled.with_columns(left_out=pl.lit(None, dtype=pl.String)))
    texts = ("platform", "account", "account_kind", "left_out")
    return told.with_row_index("person"), settled.select(
        "account_key",
        *(pl.col(name).cast(_CATEGORY) for name in texts),
        *(fault.holds.fill_null(value=False).alias(fault.reason) for fault in account_faults()),
    )


def _judged(rows: pl.DataFrame, told: pl.DataFrame, persons: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """What becomes of each row: `person`, `direction`, `kind`, `left_out`, `reason`, `column`, `same`."""
    names = [name for name in told.columns if name != "person"]
    person = rows.select(names).join(told, on=names, how="left", nulls_equal=True, maintain_order="left")["person"]
    who = persons[person]
    rows = rows.with_columns(
        pl.coalesce("left_out", pl.lit(who["left_out"])).alias("left_out"),
        who["account_key"],
        person,
        *(who[fault.reason] for fault in account_faults()),
    )
    rows, faults = _with_sides(rows, layout)
    faults += [fault._replace(holds=pl.col(fault.reason)) for fault in account_faults()]
    if "sent_at" in rows.columns:
        faults.append(Fault("bad_date", "sent_at", pl.col("sent_at").is_null()))
    rows = with_faults(rows, faults, layout)
    return rows.select(
        "person",
        *(pl.col(name).cast(_CATEGORY) for name in ("direction", "kind", "left_out", "reason", "column")),
        same=_likeness(rows),
    )


def _with_sides(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, list[Fault]]:
    """`direction` and `kind` as codes."""
    profile = layout.profile
    kind = _kinds(rows, layout)
    automatic = rows["automatic"] if "automatic" in rows.columns else no_texts(rows.height)
    direction = no_texts(rows.height)
    if "direction" in rows.columns:
        direction = word_codes(rows["direction"], DIRECTIONS, field="direction", profile=profile)
    usual = "text" if "automatic" in rows.columns and "kind" not in rows.columns else "other"
    told = rows.with_columns(kind=kind, automatic=automatic, direction=direction)
    # only a greeting looks like a message of somebody's own; all other sentences stand between the messages
    is_shown = pl.col("kind").is_null() | (pl.col("kind") == "system")
    sentence = (
        pl.when(pl.col("automatic") == "greeting")
        .then(pl.lit("greeting"))
        .when(is_shown & (pl.col("automatic") == "deleted_us"))
        .then(pl.lit("deleted_us"))
        .when(is_shown & (pl.col("automatic") == "notice"))
        .then(pl.lit("system"))
    )
    told = told.with_columns(kind=pl.coalesce(sentence, "kind", pl.lit(usual)))
    by_program = pl.col("kind").is_in(_OF_PROGRAM) | (pl.col("direction") == Direction.SYSTEM.value)
    told = told.with_columns(
        direction=pl.when(by_program).then(pl.lit(Direction.SYSTEM.value)).otherwise("direction"),
        kind=pl.when(by_program & ~pl.col("kind").is_in(_OF_PROGRAM)).then(pl.lit("system")).otherwise("kind"),
    )
    return told.drop("automatic", "subkind", strict=False), [
        Fault("unknown_direction", "direction", pl.col("direction").is_null())
    ]


def _kinds(rows: pl.DataFrame, layout: Layout) -> pl.Series:
    """The kind that type and subtype tell: both together first; null where no column says it."""
    if "kind" not in rows.columns:
        return no_texts(rows.height)
    word = rows["kind"]
    known = word_codes(word, KINDS, field="kind", profile=layout.profile)
    if "subkind" in rows.columns:
        texts = rows.select(pl.col(name).cast(pl.String) for name in ("kind", "subkind"))
        both = texts.select(pl.concat_str("kind", pl.col("subkind").fill_null("0"), separator="/")).to_series()
        closer = word_codes(both, {}, field="kind", profile=layout.profile)
        known = pl.select(pl.coalesce(closer, known)).to_series()
    return pl.select(pl.when(word.is_not_null()).then(pl.coalesce(known, pl.lit("other")))).to_series()


def _likeness(rows: pl.DataFrame) -> pl.Series:
    """A number that rows share which say the same."""
    agent = numbers_of(rows["agent"].cast(pl.String)) if "agent" in rows.columns else pl.lit(0)
    parts = rows.select(
        "account_key",
        agent=agent,
        instant=pl.col("sent_at").dt.epoch("us"),
        direction=numbers_of(rows["direction"]),
        kind=numbers_of(rows["kind"]),
    )
    return mixed_key(parts, parts.columns)


def _with_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """`message_key`; of rows with one number of the platform's the later ones left out as the same row again."""
    same = rows["same"]
    if "message_id" in rows.columns:
        rows = _without_repeats(rows, same).drop("message_id")
    counted = rows.select(pl.col("left_out").is_null() & pl.col("reason").is_null()).to_series()
    number = numbers_among(same.filter(counted))
    places = pl.Series([0], dtype=pl.Int64).new_from_index(0, rows.height).scatter(counted.arg_true(), number)
    keys = mixed_key(pl.DataFrame({"same": same, "number": places}), ["same", "number"])
    return rows.drop("same").with_columns(keys.alias("message_key"))


def _without_repeats(rows: pl.DataFrame, same: pl.Series) -> pl.DataFrame:
    alike = are_repeated(same)
    if not alike.any():
        return rows
    suspects = pl.DataFrame({"place": alike.arg_true(), "same": same.filter(alike)}).with_columns(
        message_id=rows["message_id"].filter(alike)
    )
    told = suspects.filter(pl.col("message_id").is_not_null())
    again = told.filter(~told.select(pl.struct("same", "message_id").is_first_distinct()).to_series())["place"]
    if again.is_empty():
        return rows
    repeated = pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True).scatter(again, True)
    return rows.with_columns(
        left_out=pl.when(pl.lit(repeated) & pl.col("left_out").is_null() & pl.col("reason").is_null())
        .then(pl.lit("duplicate_row", dtype=pl.String).cast(_CATEGORY))
        .otherwise("left_out")
    )
