"""Who has which tag: by the user's rules, by hand, by a contact list, or by what is known of everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import polars as pl

from custtier.currencies import minor_digits
from custtier.customer_fields import FIELDS, Kind
from custtier.errors import CusttierError, nearest, usage_error
from custtier.grading import GRADES, UNKNOWN
from custtier.metrics.tag_conditions import bought_columns, bought_in, fields_in, holds
from custtier.regions import AREAS
from custtier.schema import CHURN_LEVELS, SEGMENTS
from custtier.settings import Settings
from custtier.tagging.checking import Shop
from custtier.tagging.nodes import AnyOf, Bought, Compare, Condition, Constant, FieldValue, Tagged
from custtier.tagging.rules import rule_condition
from custtier.tagging.words import field_names
from custtier.tags import TagRule, tag_rule
from custtier.text.meant import meant_code
from custtier.views.basis import Basis
from custtier.views.columns.customers import customer_columns
from custtier.views.columns.items import PRICE_SENSITIVITIES, bought_items
from custtier.views.columns.orders import LIFECYCLES
from custtier.views.tiers.standing import TierRules

WITHOUT: Final = ("!", "！")
"""What a tag begins with when customers without it are meant."""

_SHOWN: Final = 10
_BOUGHT: Final = {"bought": False, "买过": False, "category": True, "品类": True, "类目": True}
"""What stands before the colon → whether a category is meant."""


class Origin(StrEnum):
    """Where a tag comes from."""

    RULE = "rule"
    HAND = "hand"
    CONTACTS = "contacts"
    READY = "ready"


READY: Final = ("lifecycle", "price_sensitivity", "region")
"""Fields of few codes: each code is a tag that needs no rule, such as `lifecycle:new`."""


@dataclass(frozen=True)
class TagSources:
    """What tags come from.

    Args:
        basis: Everybody's orders, and the day observed.
        settings: Tag rules, tiers, warning levels, the shop's zone.
        tier_rules: By what tiers are told; None for the settings' alone.
        given: Tags by hand or in a file: `customer_key`, `tag`, `noted_on`; each tag of a customer once.
    """

    basis: Basis
    settings: Settings = field(default_factory=Settings)
    tier_rules: TierRules | None = None
    given: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"customer_key": pl.Int64, "tag": pl.String, "noted_on": pl.Date})
    )

    @property
    def rules(self) -> tuple[TagRule, ...]:
        """The user's rules."""
        return tuple(tag_rule(written) for written in self.settings.tags)

    @property
    def shop(self) -> Shop:
        """What rules are checked against."""
        tiers = self.settings.tier_cuts
        labels = {
            column: {code: tuple(names.values()) for code, names in named.items()}
            for column, named in tiers.labels.items()
        }
        return Shop(minor_digits=minor_digits(self.basis.currency), codes=codes_of(self.settings), labels=labels)


def codes_of(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Field → its codes, of all fields that have few."""
    return {
        "tier": settings.tier_cuts.codes,
        "segment": SEGMENTS,
        "churn_level": CHURN_LEVELS,
        "lifecycle": LIFECYCLES,
        "price_sensitivity": PRICE_SENSITIVITIES,
        "region": AREAS,
        "grade": (*GRADES, UNKNOWN),
    }


def judged(
    sources: TagSources,
    conditions: Mapping[str, Condition],
    *,
    columns: Iterable[str] = (),
    others: pl.Series | None = None,
) -> pl.DataFrame:
    """Every customer, and whether they meet each condition.

    Args:
        sources: Whose orders and tags.
        conditions: Name → condition.
        columns: Fields that are wanted too.
        others: Keys of people who are asked about although they may never have bought.

    Returns:
        `customer_key`, the fields that are wanted or looked at, `tags` with those given by hand, and one column of
        Boolean for each name: null where it cannot be told.
    """
    fields = list(dict.fromkeys([*columns, *sorted(set().union(*map(fields_in, conditions.values())))]))
    table = customer_columns(
        sources.basis, fields, settings=sources.settings, rules=sources.tier_rules, others=others, given=sources.given
    )
    if "tags" in fields:
        table = with_given(table, sources.given)
    goods = sorted(bought_in(conditions.values()), key=lambda one: (one.text, one.is_category, one.days or 0))
    if goods:
        items = bought_items(sources.basis, "product_id", "product", "category")
        bought = bought_columns(items, goods, as_of=sources.basis.as_of)
        table = table.join(bought, on="customer_key", how="left", maintain_order="left").with_columns(
            pl.col(bought.columns[1:]).fill_null(value=False)
        )
    return table.with_columns(
        holds(condition, as_of=sources.basis.as_of).alias(name) for name, condition in conditions.items()
    )


def with_given(table: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """`table` whose list `tags` has the tags given by hand too, each once, sorted."""
    if given.is_empty():
        return table
    listed = given.group_by("customer_key").agg(pl.col("tag").alias("given"))
    both = pl.concat_list("tags", pl.col("given").fill_null(pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first()))
    return (
        table.join(listed, on="customer_key", how="left", maintain_order="left")
        .with_columns(both.list.unique().list.sort().alias("tags"))
        .drop("given")
    )


def tagged_customers(sources: TagSources, asked: Sequence[str], *, others: pl.Series | None = None) -> pl.Series:
    """Keys of the customers who have every tag that is asked for, and none of those that begin with `!`.

    Args:
        sources: Whose orders and tags.
        asked: Tags as typed.
        others: Keys of people who are asked about although they may never have bought.

    Raises:
        CusttierError: `unknown-tag`; `bad-tag-rule` for a rule of the settings that cannot be read.
    """
    conditions = {str(place): asked_condition(text, sources) for place, text in enumerate(asked)}
    table = judged(sources, {name: condition for name, (condition, _) in conditions.items()}, others=others)
    for name, (_, is_without) in conditions.items():
        has = pl.col(name).fill_null(value=False)
        table = table.filter(~has if is_without else has)
    return table.get_column("customer_key")


def asked_condition(text: str, sources: TagSources) -> tuple[Condition, bool]:
    """What a tag on the command line means, and whether customers without it are asked for.

    A rule's name, `FIELD:VALUE` for a field of texts, `bought:PRODUCT`, or a tag given by hand or by a contact list; a
    tag that is given and has a rule holds for both.

    Raises:
        CusttierError: `unknown-tag`, `bad-tag-rule`.
    """
    wanted = text.strip()
    is_without = wanted.startswith(WITHOUT)
    wanted = wanted.lstrip("!！").strip()
    given = _given_condition(wanted, sources)
    rule = next((one for one in sources.rules if one.name.casefold() == wanted.casefold()), None)
    if rule is not None:
        condition = rule_condition(rule, sources.shop)
        found = condition if given is None else AnyOf((condition, given))
    elif given is not None:
        found = given
    else:
        ready = ready_condition(wanted, sources)
        if ready is None:
            raise _unknown(wanted, sources)
        found = ready
    return found, is_without


def _given_condition(wanted: str, sources: TagSources) -> Condition | None:
    known = {tag.casefold() for tag in known_tags(sources)}
    return Tagged(wanted) if wanted.casefold() in known else None


def known_tags(sources: TagSources) -> list[str]:
    """Every tag that is given by hand or that a contact list shows, sorted."""
    contacts = sources.basis.facts.table("contacts", columns=["tags"]).select(
        pl.col("tags").str.replace_all("，", ",").str.split(",").explode(empty_as_null=False).str.strip_chars()
    )
    shown = contacts.unique().collect(engine="streaming").to_series()
    return sorted({*shown.drop_nulls().to_list(), *sources.given.get_column("tag").to_list()} - {""})


def ready_condition(wanted: str, sources: TagSources) -> Condition | None:
    """What `FIELD:VALUE` means; None when it means nothing."""
    called, colon, value = wanted.replace("：", ":").partition(":")
    called, value = called.strip().casefold(), value.strip()
    if not colon or not value:
        return None
    if called in _BOUGHT:
        return Bought(value, is_category=_BOUGHT[called], days=None)
    name = field_names().get(called)
    if name is None or FIELDS[name].kind is not Kind.TEXT:
        return None
    codes = sources.shop.codes.get(name)
    if codes is not None:
        meant = meant_code(value, name, codes=codes, titles=sources.shop.labels.get(name))
        if meant is None:
            raise usage_error(
                "unknown-tag",
                "--tag {tag!r}: {field} is never {value!r}; there are: {known}",
                hint="write it as {field}:{first}",
                tag=wanted,
                field=name,
                value=value,
                known=", ".join(codes),
                first=codes[0],
            )
        value = meant
    elif name in {"province", "city"}:
        from custtier.regions import one_name

        value = one_name(value, name)
    return Compare(FieldValue(name, Kind.TEXT), "=", Constant(value, Kind.TEXT))


def _unknown(wanted: str, sources: TagSources) -> CusttierError:
    rules = [rule.name for rule in sources.rules]
    ready = [f"{name}:{code}" for name in READY for code in codes_of(sources.settings)[name]]
    given = known_tags(sources)
    near = nearest(wanted, [*rules, *given, *ready])
    known = [*rules, *given]
    shown = ", ".join(known[:_SHOWN]) or "-"
    listed = shown if len(known) <= _SHOWN else f"{shown}, … (+{len(known) - _SHOWN})"
    if near is not None:
        return usage_error(
            "unknown-tag",
            "no customer has the tag {tag!r}; is {near} meant?",
            hint="list the tags with `custtier tag`",
            tag=wanted,
            near=near,
        )
    return usage_error(
        "unknown-tag",
        "no customer has the tag {tag!r}; there are: {known}",
        hint="list the tags with `custtier tag`; a field and its value is a tag too, such as province:广东",
        tag=wanted,
        known=listed,
    )
