"""Who each person says they are: names, phones, accounts; and what an export lets a reader know of it."""

from typing import Final

import polars as pl

from custtier.demo import draws
from custtier.demo.words import CITIES, GIVEN_FIRST, GIVEN_SECOND, NICK_WORDS, STREETS, SURNAMES, TOWNS
from custtier.demo.world import Platform, Role

_PHONE_STEP: Final = 61_803_399
_NUMBER_STEP: Final = 314_159_261
"""Coprime with 10: multiplied by it, neighbours get numbers far apart and no two the same."""


def _scattered(seed: int, what: str, *, step: int, digits: int) -> pl.Expr:
    numbers = int(10**digits)
    offset = draws.number_of(f"{what} {seed}") % numbers
    number = (pl.col("person").cast(pl.Int64) * step + offset) % numbers
    return number.cast(pl.String).str.zfill(digits)


def phone(seed: int) -> pl.Expr:
    """The person's own mobile: 160 and eight digits, a prefix that no mainland carrier has given out."""
    return pl.lit("160") + _scattered(seed, "phone", step=_PHONE_STEP, digits=8)


def number(seed: int) -> pl.Expr:
    """Nine digits of the person's own, for account names and order numbers."""
    return _scattered(seed, "number", step=_NUMBER_STEP, digits=9)


def name(whose: pl.Expr) -> pl.Expr:
    """A Chinese name of two or three characters."""
    given = draws.chosen(whose, "given 1", GIVEN_FIRST) + draws.chosen(whose, "given 2", GIVEN_SECOND)
    return draws.chosen(whose, "surname", SURNAMES) + given


def taobao_account(whose: pl.Expr, seed: int) -> pl.Expr:
    """A Taobao member name: what the site gives, or a word of the person's choice."""
    chosen = draws.chosen(whose, "nick", NICK_WORDS)
    return pl.when(draws.happens(whose, "own nick", per_mille=300)).then(chosen).otherwise(pl.lit("tb")) + number(seed)


def jd_account(seed: int) -> pl.Expr:
    """A JD account name."""
    return pl.lit("jd_") + number(seed)


def email(seed: int) -> pl.Expr:
    """An e-mail address at a name that is kept for examples."""
    return pl.lit("buyer") + number(seed) + pl.lit("@example.com")


def wechat_name(seed: int) -> pl.Expr:
    """A WeChat user name."""
    return pl.lit("wxid_demo") + number(seed)


def city_columns(whose: pl.Expr) -> dict[str, pl.Expr]:
    """Where the person lives: `province`, `city`, `district`, `postcode`, `town`, `street`."""
    at = draws.below(whose, "city", len(CITIES))
    house = (1 + draws.below(whose, "house", 199)).cast(pl.String)
    return {
        "province": draws.taken([city.province for city in CITIES], at),
        "city": draws.taken([city.city for city in CITIES], at),
        "district": draws.taken([city.district for city in CITIES], at),
        "postcode": draws.taken([city.postcode for city in CITIES], at),
        "town": draws.chosen(whose, "town", TOWNS),
        "street": draws.chosen(whose, "street", STREETS) + house + pl.lit("号"),
    }


def shows_phone(whose: pl.Expr) -> pl.Expr:
    """True for those whose own phone stands in Taobao's file; the others order behind a virtual number."""
    return draws.happens(whose, "open phone", per_mille=700)


def leaves_phone(whose: pl.Expr) -> pl.Expr:
    """True for those who leave a phone beside their e-mail in the web shop."""
    return draws.happens(whose, "web phone", per_mille=600)


OWN_PHONE: Final = 9
"""The identity of all accounts of a person that carry their own phone."""


def identity(whose: pl.Expr) -> pl.Expr:
    """What an order's files allow to know of its buyer: accounts of a person with equal values are one customer.

    `OWN_PHONE` where the full phone stands, else the platform (the account alone is known), null where nothing is.
    Uses `platform` and `role`.
    """
    platform = pl.col("platform")
    phoned = (
        (platform == Platform.YOUZAN)
        | ((platform == Platform.TAOBAO) & shows_phone(whose))
        | ((platform == Platform.SHOPIFY) & leaves_phone(whose))
    )
    known = pl.when(phoned).then(pl.lit(OWN_PHONE, dtype=pl.UInt8)).otherwise(platform)
    return pl.when(pl.col("role") != Role.STRANGER).then(known)
