"""Tags as answers: which there are and who has them, what each part of a rule takes away, and one person's tags."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from custtier.customer_fields import FIELDS, Kind
from custtier.errors import nothing_error
from custtier.facts import Note
from custtier.metrics.tag_conditions import fields_in
from custtier.tagging.nodes import Condition
from custtier.tagging.rules import rule_condition, rule_parts
from custtier.tagging.words import field_names
from custtier.tags import TagRule
from custtier.text import Catalogue
from custtier.text.definitions import definition_of
from custtier.text.names import names_of
from custtier.text.titles import title_of
from custtier.views.basis import Basis
from custtier.views.columns.customers import customer_columns
from custtier.views.people import with_people
from custtier.views.shares import divided
from custtier.views.tags.tagged import READY, Origin, TagSources, judged
from custtier.views.view import View

TAGS: Final = ("tag", "tag_origin", "customers", "customer_share", "net_sales", "sales_share", "tag_condition")
CONDITIONS: Final = ("tag", "condition", "meeting", "failing", "untold", "remaining")
LISTED: Final = ("customer_id", "name", "phone", "tag", "tag_origin", "noted_on")

_COUNTS: Final = (pl.len().cast(pl.Int64).alias("customers"), pl.col("net_sales").sum())


def tag_list(sources: TagSources, *, lang: str = "en") -> View:
    """Every tag, and how many customers have it: rules first, then tags given, of contact lists, and ready-made ones.

    Args:
        sources: Whose orders and tags.
        lang: Language in which `tag_condition` says what ready-made tags mean.

    Raises:
        CusttierError: `bad-tag-rule`; `no-purchases` when nobody bought anything.
    """
    rules, catalogue = sources.rules, Catalogue("zh" if lang == "zh" else "en")
    conditions = {f"rule {place}": rule_condition(rule, sources.shop) for place, rule in enumerate(rules)}
    table = judged(sources, conditions, columns=("net_sales", *READY))
    _check_anybody(table, sources.basis)
    by_rule = [
        table.filter(pl.col(name)).select(
            pl.lit(rule.name).alias("tag"), *_COUNTS, pl.lit(rule.when).alias("tag_condition")
        )
        for (name, rule) in zip(conditions, rules, strict=True)
    ]
    parts = [
        *(_placed(frame, Origin.RULE) for frame in by_rule),
        _placed(_given_counts(sources, table), Origin.HAND),
        _placed(_contact_counts(sources, table), Origin.CONTACTS),
        *(_placed(_ready_counts(table, name, catalogue), Origin.READY) for name in READY),
    ]
    sales = int(table.get_column("net_sales").sum())
    listed = pl.concat(parts).with_columns(
        divided(pl.col("customers"), table.height).alias("customer_share"),
        divided(pl.col("net_sales"), sales).alias("sales_share"),
    )
    return _view(
        "tag",
        sources,
        summary={"customers": table.height, "tag_rules": len(rules)},
        tables={"tags": listed.select(TAGS)},
        notes=() if rules else (Note("no_tag_rules"),),
    )


def _placed(counts: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    texts = [name for name in ("tag", "tag_condition") if name in counts.columns]
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in ("tag_condition",) if name not in counts.columns]
    return counts.with_columns(
        pl.col(texts).cast(pl.String), pl.lit(origin.value).alias("tag_origin"), *missing
    ).select("tag", "tag_origin", "customers", "net_sales", "tag_condition")


def _given_counts(sources: TagSources, table: pl.DataFrame) -> pl.DataFrame:
    """Tags given by hand; those of people without a purchase count nobody."""
    bought = pl.col("net_sales").is_not_null().sum().cast(pl.Int64).alias("customers")
    return (
        sources.given.join(table.select("customer_key", "net_sales"), on="customer_key", how="left")
        .group_by("tag")
        .agg(bought, pl.col("net_sales").sum())
        .sort("customers", "tag", descending=[True, False])
    )


def _contact_counts(sources: TagSources, table: pl.DataFrame) -> pl.DataFrame:
    shown = customer_columns(sources.basis, ["tags"], settings=sources.settings)
    return (
        shown.explode("tags", empty_as_null=False)
        .rename({"tags": "tag"})
        .join(table.select("customer_key", "net_sales"), on="customer_key")
        .group_by("tag")
        .agg(*_COUNTS)
        .sort("customers", "tag", descending=[True, False])
    )


def _ready_counts(table: pl.DataFrame, name: str, catalogue: Catalogue) -> pl.DataFrame:
    spoken = names_of(name, catalogue)
    return (
        table.filter(pl.col(name).is_not_null())
        .group_by(name)
        .agg(*_COUNTS)
        .sort("customers", name, descending=[True, False])
        .with_columns(
            pl.concat_str(pl.lit(f"{name}:"), name).alias("tag"),
            pl.concat_str(pl.lit(f"{title_of(name, catalogue)} = "), pl.col(name).replace(spoken)).alias(
                "tag_condition"
            ),
        )
        .drop(name)
    )


def tag_test(sources: TagSources, rules: Sequence[TagRule], *, only: pl.Series | None, rows: int | None = None) -> View:
    """What each part of some rules takes away, and, of one rule, who has the tag.

    Args:
        sources: Whose orders and tags.
        rules: At least one.
        only: Keys of the customers who are looked at; None for everybody.
        rows: How many customers will be shown; None for all.

    Returns:
        Tables `conditions` (a row per part: a part that cannot be told counts as not met) and, of one rule,
        `customers`, largest net sales first, with the fields that the rule looks at.

    Raises:
        CusttierError: `bad-tag-rule`; `no-purchases` when nobody bought anything.
    """
    parts = [rule_parts(rule, sources.shop) for rule in rules]
    conditions = {f"{at} {place}": part for at, found in enumerate(parts) for place, (_, part) in enumerate(found)}
    table = judged(sources, conditions, columns=("net_sales",))
    if only is not None:
        table = table.filter(pl.col("customer_key").is_in(only.implode()))
    _check_anybody(table, sources.basis)
    judged_parts = [
        _parts_table(table, rule, [text for text, _ in found], at=at)
        for at, (rule, found) in enumerate(zip(rules, parts, strict=True))
    ]
    tables = {"conditions": pl.concat(judged_parts)}
    summary: dict[str, object] = {"customers": table.height, "tag_rules": len(rules)}
    if len(rules) > 1:
        return _view("tag test", sources, summary=summary, tables=tables)
    names = [name for name in conditions if name.startswith("0 ")]
    tagged = table.filter(pl.all_horizontal(pl.col(names).fill_null(value=False)))
    figures = {
        "tagged_customers": tagged.height,
        "tagged_share": tagged.height / table.height,
        "tagged_sales": int(tagged.get_column("net_sales").sum()),
    }
    tables["customers"] = _examples(tagged, sources, [part for _, part in parts[0]], rows=rows)
    return _view(
        "tag test",
        sources,
        summary={"customers": table.height, **figures},
        tables=tables,
        heights={"customers": tagged.height},
    )


def _parts_table(table: pl.DataFrame, rule: TagRule, texts: Sequence[str], *, at: int) -> pl.DataFrame:
    met = [pl.col(f"{at} {place}") for place in range(len(texts))]
    rows = [
        table.select(
            pl.lit(rule.name).alias("tag"),
            pl.lit(text).alias("condition"),
            met[place].sum().cast(pl.Int64).alias("meeting"),
            (~met[place]).sum().cast(pl.Int64).alias("failing"),
            met[place].is_null().sum().cast(pl.Int64).alias("untold"),
            pl.all_horizontal(one.fill_null(value=False) for one in met[: place + 1])
            .sum()
            .cast(pl.Int64)
            .alias("remaining"),
        )
        for place, text in enumerate(texts)
    ]
    return pl.concat(rows)


def _examples(
    tagged: pl.DataFrame, sources: TagSources, conditions: Sequence[Condition], *, rows: int | None
) -> pl.DataFrame:
    """Who has the tag, with what the rule looks at."""
    looked = sorted(set().union(*map(fields_in, conditions)) - {"net_sales", "name", "platforms"})
    order = [name for name in FIELDS if name in looked]
    shown = tagged.select("customer_key", "net_sales", *order).with_columns(
        pl.col(name).list.join(", ") for name in order if FIELDS[name].kind is Kind.TEXTS
    )
    people = with_people(shown, facts=sources.basis.facts, largest_first="net_sales", rows=rows)
    return people.head(tagged.height if rows is None else rows).select(
        "customer_id", "name", "phone", "net_sales", *order, "platforms"
    )


def given_list(sources: TagSources) -> View:
    """Who was given which tag by hand or in a file, people without a purchase too."""
    return _view("tag list", sources, summary={}, tables={"tags": _of_people(sources, _given_rows(sources))})


def tags_of_one(sources: TagSources, customer_key: int) -> View:
    """Every tag of one person, and where each comes from.

    Raises:
        CusttierError: `bad-tag-rule`.
    """
    rules = sources.rules
    conditions = {f"rule {place}": rule_condition(rule, sources.shop) for place, rule in enumerate(rules)}
    mine = judged(sources, conditions, columns=READY).filter(pl.col("customer_key") == customer_key)
    shown = customer_columns(sources.basis, ["tags"], settings=sources.settings)
    found: list[tuple[str, Origin]] = []
    for row in mine.iter_rows(named=True):
        found += [(rule.name, Origin.RULE) for name, rule in zip(conditions, rules, strict=True) if row[name]]
        found += [(f"{name}:{row[name]}", Origin.READY) for name in READY if row[name] is not None]
    for row in shown.filter(pl.col("customer_key") == customer_key).iter_rows(named=True):
        found += [(tag, Origin.CONTACTS) for tag in row["tags"]]
    made = pl.DataFrame(
        {
            "customer_key": [customer_key] * len(found),
            "tag": [tag for tag, _ in found],
            "tag_origin": [origin.value for _, origin in found],
        },
        schema={"customer_key": pl.Int64, "tag": pl.String, "tag_origin": pl.String},
    ).with_columns(pl.lit(None, dtype=pl.Date).alias("noted_on"))
    given = _given_rows(sources).filter(pl.col("customer_key") == customer_key)
    return _view("tag list", sources, summary={}, tables={"tags": _of_people(sources, pl.concat([given, made]))})


def _given_rows(sources: TagSources) -> pl.DataFrame:
    return sources.given.with_columns(pl.lit(Origin.HAND.value).alias("tag_origin")).select(
        "customer_key", "tag", "tag_origin", "noted_on"
    )


def _of_people(sources: TagSources, rows: pl.DataFrame) -> pl.DataFrame:
    order = {
        origin.value: place for place, origin in enumerate((Origin.HAND, Origin.CONTACTS, Origin.RULE, Origin.READY))
    }
    return (
        rows.lazy()
        .join(sources.basis.facts.customers, on="customer_key")
        .sort("customer_id", pl.col("tag_origin").replace_strict(order, return_dtype=pl.Int8), "tag")
        .select(LISTED)
        .collect()
    )


def field_list(catalogue: Catalogue) -> View:
    """What a tag rule may ask for: each field, its kind, and what else it may be called."""
    called: dict[str, list[str]] = {name: [] for name in FIELDS}
    for text, name in field_names().items():
        if text != name:
            called[name].append(text)
    meanings = {name: definition_of(f"column.{name}") for name in FIELDS}
    table = pl.DataFrame(
        {
            "field": list(FIELDS),
            "field_kind": [one.kind.value for one in FIELDS.values()],
            "names_too": [catalogue.listed(called[name]) for name in FIELDS],
            "meaning": [None if found is None else found.meanings[catalogue.lang] for found in meanings.values()],
        }
    )
    return View(command="tag fields", parameters={}, summary={}, tables={"fields": table}, units={"field": "text"})


def _check_anybody(table: pl.DataFrame, basis: Basis) -> None:
    if table.is_empty():
        raise nothing_error(
            "no-purchases",
            "there is no purchase up to {as_of} among the orders asked for",
            hint="take a later --as-of, or fewer of --since, --until, --source, --shop, --channel and --agent",
            as_of=basis.as_of,
        )


def _view(
    command: str,
    sources: TagSources,
    *,
    summary: Mapping[str, object],
    tables: Mapping[str, pl.DataFrame],
    notes: tuple[Note, ...] = (),
    heights: Mapping[str, int] | None = None,
) -> View:
    basis = sources.basis
    return View(
        command=command,
        parameters={},
        summary=summary,
        tables=tables,
        notes=(*basis.facts.notes, *notes),
        as_of=basis.as_of,
        data_through=basis.facts.extent.data_through,
        currency=basis.currency,
        heights=heights or {},
        labels=sources.settings.tier_cuts.labels,
    )
