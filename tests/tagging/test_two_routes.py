"""Random rules on random customers: the expressions against plain Python, which judges one customer at a time."""

import random
from datetime import date, timedelta

import polars as pl
import pytest

from custtier.customer_fields import FIELDS, Kind
from custtier.metrics.tag_conditions import bought_column, bought_in, holds
from custtier.tagging.checking import Shop, condition_of
from tagging.plain_rules import judge

AS_OF = date(2026, 6, 30)
CODES = {"tier": ("core", "important"), "lifecycle": ("new", "active")}
TEXTS = ("广东", "VIP", "Tea", "tea house", "茶", "core", "new", "a*b", "50%", "")
GOODS = ("茶", "Tea", "面膜")
NUMBERS = ("0", "1", "5", "0.5", "20%", "3万", "100", "2.25")
TYPES = {
    Kind.NUMBER: pl.Float64,
    Kind.MONEY: pl.Int64,
    Kind.DATE: pl.Date,
    Kind.FLAG: pl.Boolean,
    Kind.TEXT: pl.String,
    Kind.TEXTS: pl.List(pl.String),
}


def by_kind(kind: Kind) -> list[str]:
    return [name for name, field in FIELDS.items() if field.kind is kind and name not in {"province", "city"}]


def random_rule(rng: random.Random, *, depth: int = 3) -> str:
    """A rule that has a meaning."""
    if depth and rng.random() < 0.6:
        inner = [random_rule(rng, depth=depth - 1) for _ in range(rng.choice([1, 2, 2, 3]))]
        if len(inner) == 1:
            return f"not ({inner[0]})"
        return "(" + rng.choice([" and ", " or ", " 且 ", " 或 "]).join(inner) + ")"
    sign = rng.choice(["=", "!=", "<", "<=", ">", ">="])
    number, money = rng.choice(by_kind(Kind.NUMBER)), rng.choice(by_kind(Kind.MONEY))
    day, flag = rng.choice(by_kind(Kind.DATE)), rng.choice(by_kind(Kind.FLAG))
    text, listed = rng.choice([name for name in by_kind(Kind.TEXT) if FIELDS[name].unit != "code"]), "tags"
    word = rng.choice([one for one in TEXTS if one])
    return rng.choice(
        [
            f"{number} {sign} {rng.choice(NUMBERS)}",
            f"{rng.choice(NUMBERS)} {sign} {number} {rng.choice(['<', '>='])} {rng.choice(NUMBERS)}",
            f"{number} + 1 {sign} {rng.choice(by_kind(Kind.NUMBER))} * {rng.choice(NUMBERS)}",
            f"{money} / {rng.choice(by_kind(Kind.NUMBER))} {sign} ¥{rng.choice(['1', '0.01', '33.3'])}",
            f"{money} {sign} {rng.choice(['1', '12.34', '500元'])}",
            f"{money} - {rng.choice(by_kind(Kind.MONEY))} {sign} {rng.choice(NUMBERS)}",
            f"{day} {sign} 2026-0{rng.randrange(1, 7)}-15",
            f"as_of - {day} {sign} {rng.randrange(60)}天",
            f"{day} + {number} {sign} as_of",
            f'{text} {rng.choice(["=", "!="])} "{word}"',
            f'{text} in ("{word}", "广东")',
            f'{text} not in ("{word}")',
            f'{text} contains "{word}"',
            f'{listed} contains "{word}"',
            f'{rng.choice([text, listed])} like "{rng.choice(["*a*", "?", "t*", "*%", "v?p", "a[b*"])}"',
            f"{rng.choice([text, number, money, day])} is missing",
            f"tier = {rng.choice(CODES['tier'])}",
            flag,
            f'tagged "{word}"',
            f"bought {rng.choice(['', 'category '])}{rng.choice(GOODS)}{rng.choice(['', ' within 9 days'])}",
        ]
    )


def random_customers(rng: random.Random, *, count: int = 40) -> pl.DataFrame:
    def one(kind: Kind) -> object:
        if kind is not Kind.FLAG and kind is not Kind.TEXTS and rng.random() < 0.25:
            return None
        return {
            Kind.NUMBER: lambda: rng.choice([0.0, 1.0, 2.0, 5.0, 0.5, 0.2, 30.0]),
            Kind.MONEY: lambda: rng.choice([0, 1, 100, 1234, 50000, 33330]),
            Kind.DATE: lambda: AS_OF - timedelta(days=rng.randrange(200)),
            Kind.FLAG: lambda: rng.random() < 0.5,
            Kind.TEXT: lambda: rng.choice(TEXTS),
            Kind.TEXTS: lambda: rng.sample(TEXTS, rng.randrange(3)),
        }[kind]()

    return pl.DataFrame(
        {name: [one(field.kind) for _ in range(count)] for name, field in FIELDS.items()},
        schema={name: TYPES[field.kind] for name, field in FIELDS.items()},
    )


@pytest.mark.parametrize("seed", range(40))
def test_an_expression_says_what_plain_python_says(seed: int) -> None:
    rng = random.Random(seed)
    shop = Shop(codes=CODES)
    customers = random_customers(rng)
    for _ in range(10):
        rule = random_rule(rng)
        condition = condition_of(rule, shop)
        goods = sorted(bought_in([condition]), key=str)
        bought = [pl.Series(bought_column(one), [rng.random() < 0.5 for _ in range(40)]) for one in goods]
        table = customers.with_columns(bought)
        found = table.select(pl.lit(None, dtype=pl.Boolean).fill_null(holds(condition, as_of=AS_OF)).alias("x"))
        called = {bought_column(one): f"bought {one.text} {one.is_category} {one.days}" for one in goods}
        rows = table.rename(called).iter_rows(named=True)
        assert found["x"].to_list() == [judge(condition, row, as_of=AS_OF) for row in rows], rule


def test_what_is_missing_gives_no_tag_either_way() -> None:
    shop = Shop(codes=CODES)
    nobody = pl.DataFrame({"refund_share": [None]}, schema={"refund_share": pl.Float64})
    for rule in ("refund_share > 20%", "not refund_share > 20%", "refund_share != 0"):
        answer = nobody.select(holds(condition_of(rule, shop), as_of=AS_OF)).item()
        assert answer is None
    assert nobody.select(holds(condition_of("refund_share is missing", shop), as_of=AS_OF)).item() is True
