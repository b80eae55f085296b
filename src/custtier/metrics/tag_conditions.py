"""The conditions of tag rules as expressions over a table of customers.

Polars only: the language has missing values with three answers (yes, no, cannot be told), which are Polars' own.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import polars as pl

from custtier.customer_fields import Kind
from custtier.periods import day_number
from custtier.tagging.nodes import (
    All,
    Among,
    AnyOf,
    Arithmetic,
    AsOf,
    Bought,
    Compare,
    Condition,
    Constant,
    FieldValue,
    Holds,
    IsTrue,
    Like,
    Missing,
    Not,
    Tagged,
    Value,
)

_EXACT = 2**53


def holds(condition: Condition, *, as_of: date) -> pl.Expr:  # noqa: PLR0911  # one for each kind of node
    """Whether a customer meets a condition: null where it cannot be told.

    Args:
        condition: Checked.
        as_of: Last day observed.

    Returns:
        An expression over the columns of `fields_in`, `bought_column` of each of `bought_in`, and, for `Tagged`,
        `tags` (list of texts).
    """
    if isinstance(condition, All):
        return pl.all_horizontal(holds(part, as_of=as_of) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return pl.any_horizontal(holds(part, as_of=as_of) for part in condition.parts)
    if isinstance(condition, Not):
        return ~holds(condition.part, as_of=as_of)
    if isinstance(condition, Compare):
        sides = (_value(condition.left, as_of=as_of), _value(condition.right, as_of=as_of))
        return _compared(*sides, condition.sign)
    if isinstance(condition, Among):
        value = _value(condition.value, as_of=as_of)
        return pl.any_horizontal(value == _value(choice, as_of=as_of) for choice in condition.choices)
    if isinstance(condition, Missing):
        return _value(condition.value, as_of=as_of).is_null()
    return _of_texts(condition)


def _of_texts(condition: IsTrue | Bought | Tagged | Holds | Like) -> pl.Expr:
    if isinstance(condition, IsTrue):
        return pl.col(condition.value.name)
    if isinstance(condition, Bought):
        return pl.col(bought_column(condition))
    if isinstance(condition, Tagged):
        return pl.col("tags").list.eval(pl.element().str.to_lowercase()).list.contains(condition.tag.lower())
    is_list = condition.value.kind is Kind.TEXTS
    text = (pl.element() if is_list else pl.col(condition.value.name)).str.to_lowercase()
    if isinstance(condition, Like):
        found = text.str.contains(pattern_of(condition.pattern))
    elif is_list:
        found = text == condition.text.lower()
    else:
        found = text.str.contains(condition.text.lower(), literal=True)
    return pl.col(condition.value.name).list.eval(found).list.any() if is_list else found


def pattern_of(form: str) -> str:
    """A regular expression for a form in which `*` is any run of characters and `?` any one, in small letters."""
    parts = {"*": ".*", "?": "."}
    return "(?s)^" + "".join(parts.get(sign, re.escape(sign)) for sign in form.lower()) + "$"


def _compared(left: pl.Expr, right: pl.Expr, sign: str) -> pl.Expr:
    found = {
        "=": left.eq,
        "!=": left.ne,
        "<": left.lt,
        "<=": left.le,
        ">": left.gt,
        ">=": left.ge,
    }
    return found[sign](right)


def _value(value: Value, *, as_of: date) -> pl.Expr:  # noqa: PLR0911  # one for each kind of node
    """A value: numbers and amounts as they are, days as their numbers, texts in small letters."""
    if isinstance(value, FieldValue):
        column = pl.col(value.name)
        if value.kind is Kind.DATE:
            return column.cast(pl.Int32).cast(pl.Int64)
        if value.kind is Kind.NUMBER:
            return column.cast(pl.Float64)
        return column.str.to_lowercase() if value.kind is Kind.TEXT else column
    if isinstance(value, AsOf):
        return pl.lit(day_number(as_of), dtype=pl.Int64)
    if isinstance(value, Constant):
        return _constant(value)
    left, right = _value(value.left, as_of=as_of), _value(value.right, as_of=as_of)
    if value.sign == "+":
        return left + right
    if value.sign == "-":
        return left - right
    left, right = left.cast(pl.Float64), right.cast(pl.Float64)
    if value.sign == "*":
        return left * right
    # by a column, not by one number: Polars would multiply by its reciprocal, which rounds twice
    divisor = pl.when(right != 0).then(right)
    return left / (divisor + left * 0)


def _constant(constant: Constant) -> pl.Expr:
    value = constant.value
    if isinstance(value, Decimal):
        is_whole = value == value.to_integral_value() and abs(value) < _EXACT
        return pl.lit(int(value), dtype=pl.Int64) if is_whole else pl.lit(float(value))
    if isinstance(value, date):
        return pl.lit(day_number(value), dtype=pl.Int64)
    return pl.lit(value.lower() if isinstance(value, str) else value)


def fields_in(condition: Condition) -> set[str]:
    """The fields that a condition looks at; `tags` for `Tagged`."""
    if isinstance(condition, (All, AnyOf)):
        return set().union(*(fields_in(part) for part in condition.parts))
    if isinstance(condition, Not):
        return fields_in(condition.part)
    if isinstance(condition, Tagged):
        return {"tags"}
    if isinstance(condition, Bought):
        return set()
    if isinstance(condition, Compare):
        return _fields_of(condition.left) | _fields_of(condition.right)
    return _fields_of(condition.value)


def _fields_of(value: Value) -> set[str]:
    if isinstance(value, Arithmetic):
        return _fields_of(value.left) | _fields_of(value.right)
    return {value.name} if isinstance(value, FieldValue) else set()


def bought_in(conditions: Iterable[Condition]) -> set[Bought]:
    """What customers may have bought by some conditions."""
    found: set[Bought] = set()
    for condition in conditions:
        if isinstance(condition, (All, AnyOf)):
            found |= bought_in(condition.parts)
        elif isinstance(condition, Not):
            found |= bought_in([condition.part])
        elif isinstance(condition, Bought):
            found.add(condition)
    return found


def bought_column(goods: Bought) -> str:
    """The column that says whether a customer bought it."""
    return f"bought {'category' if goods.is_category else 'product'} {goods.days or ''} {goods.text.lower()}"


def bought_columns(items: pl.LazyFrame, wanted: Iterable[Bought], *, as_of: date) -> pl.DataFrame:
    """One row per `customer_key` with `bought_column` of each: whether any item of theirs is such.

    Args:
        items: Paid items of customers' purchases: `customer_key`, `order_day`, `product_id`, `product`, `category`.
        wanted: What is asked for.
        as_of: Last day observed.
    """
    return (
        items.group_by("customer_key")
        .agg(_is_such(goods, as_of=as_of).any().alias(bought_column(goods)) for goods in wanted)
        .collect(engine="streaming")
    )


def _is_such(goods: Bought, *, as_of: date) -> pl.Expr:
    text = goods.text.lower()
    if goods.is_category:
        found = pl.col("category").str.to_lowercase().str.contains(text, literal=True).fill_null(value=False)
    else:
        named = pl.col("product").str.to_lowercase().str.contains(text, literal=True).fill_null(value=False)
        found = named | (pl.col("product_id").str.to_lowercase() == text).fill_null(value=False)
    return found if goods.days is None else found & (pl.col("order_day") > day_number(as_of) - goods.days)
