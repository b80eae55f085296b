"""What hints that two customers are one person: what they show in common, by rule, never all pairs compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.people.addresses import city_name, door
from custtier.people.buyers import is_plain
from custtier.phones import MOBILE
from custtier.schema import Table, empty

SHOWN: Final[Table] = dict.fromkeys(("name", "name_head", "phone", "tail", "mask", "email", "city", "door"), pl.String)
TRAITS: Final[Table] = {"customer_key": pl.Int64, "from_orders": pl.Boolean, **SHOWN}
"""One row per customer and way in which their orders or contacts show them. `name` is whole, `name_head` its first
character; `phone` is full, `tail` its last four digits and `mask` its first three and last four, of masked ones too."""

HINTS: Final[Table] = {"one": pl.Int64, "other": pl.Int64, "reason": pl.String}
"""One row per pair of customers and reason; pairs are not in order."""

CROWD: Final = 20
"""Customers who share a hint, beyond whom it tells nothing: an office, a dormitory, a collection point."""

_ALL_PAIRS: Final = 5
_GENERIC_MAIL: Final = ("info", "sales", "admin", "service", "contact", "office", "hello", "support", "mail", "email")


@dataclass(frozen=True)
class Reason:
    """A rule of evidence.

    Args:
        code: Its name.
        kind: Of several reasons of one kind only the weightiest counts: they tell the same thing.
        weight: How likely two customers are one person for this reason alone.
        key: Columns of `TRAITS` that both show alike.
    """

    code: str
    kind: str
    weight: float
    key: tuple[str, ...] = ()


REASONS: Final = (
    Reason("receiver_address_tail", "receiver", 0.95, ("name", "door", "tail")),
    Reason("receiver_address", "receiver", 0.80, ("name", "door")),
    Reason("receiver_address_other_phone", "receiver", 0.50),
    Reason("masked_receiver_address_tail", "receiver", 0.85, ("name_head", "door", "tail")),
    Reason("masked_phone_name_city", "receiver", 0.85, ("name", "mask", "city")),
    Reason("masked_phone_city", "receiver", 0.60, ("name_head", "mask", "city")),
    Reason("shared_phone_name", "phone", 0.75, ("name", "phone")),
    Reason("same_email", "email", 0.90, ("email",)),
    Reason("email_name", "email", 0.45),
    Reason("same_payer", "payer", 0.60),
    Reason("remark_phone", "remark", 0.90),
    Reason("remark_account", "remark", 0.80),
    Reason("remark_name_city", "remark", 0.70),
    Reason("remark_name", "remark", 0.60),
    Reason("nickname_account", "nickname", 0.50),
)
"""Every rule, with its weight. The weights are judgements, not measurements."""

WEIGHTS: Final = {reason.code: reason.weight for reason in REASONS}
KINDS: Final = {reason.code: reason.kind for reason in REASONS}


@dataclass
class Hints:
    """Hints as they are gathered, and how many crowds were passed over.

    Args:
        frames: `HINTS`.
        crowds: Values that more than `CROWD` customers share.
    """

    frames: list[pl.DataFrame]
    crowds: int = 0

    def together(self) -> pl.DataFrame:
        """`HINTS` of all rules, each pair and reason once, the smaller key first."""
        if not self.frames:
            return empty(HINTS)
        one, other = pl.col("one"), pl.col("other")
        return (
            pl.concat(self.frames)
            .filter(one != other)
            .select(pl.min_horizontal(one, other).alias("one"), pl.max_horizontal(one, other).alias("other"), "reason")
            .unique()
        )

    def share(self, held: pl.DataFrame, *, key: Sequence[str], reason: str) -> None:
        """Adds the pairs of customers who hold the same `key`.

        Of few customers all pairs are taken; of more, each with the first: the others come up when these are decided.
        """
        named = held.select("customer_key", *key).drop_nulls().unique()
        named = named.filter(named.select(key).is_duplicated())
        sizes = named.with_columns(pl.len().over(key).alias("size"), pl.struct(key).rank("dense").alias("block"))
        self.crowds += sizes.filter(pl.col("size") > CROWD)["block"].n_unique()
        kept = sizes.filter(pl.col("size") <= CROWD).select("block", "customer_key", "size")
        first = pl.col("customer_key") == pl.col("customer_key").min().over("block")
        heads = kept.filter((pl.col("size") <= _ALL_PAIRS) | first).select("block", one="customer_key")
        pairs = heads.join(kept.select("block", other="customer_key"), on="block")
        self._add(pairs.filter(pl.col("one") != pl.col("other")), reason)

    def match(self, held: pl.DataFrame, others: pl.DataFrame, *, key: Sequence[str], reason: str, most: int) -> None:
        """Adds the pairs of a customer of `held` and one of `others` with the same `key`, few on each side."""
        sides = []
        for side in (held, others):
            named = side.select("customer_key", *key).drop_nulls().unique()
            sides.append(named.filter(pl.len().over(key) <= most))
        pairs = sides[0].rename({"customer_key": "one"}).join(sides[1].rename({"customer_key": "other"}), on=key)
        self._add(pairs, reason)

    def _add(self, pairs: pl.DataFrame, reason: str) -> None:
        if pairs.height:
            self.frames.append(pairs.select("one", "other", pl.lit(reason).alias("reason")))


def traits_of(shown: pl.LazyFrame) -> pl.DataFrame:
    """`TRAITS` of rows that show people.

    Args:
        shown: `customer_key`, `from_orders`, `name`, `phone`, `phone_kind`, `email`, `province`, `city`, `address`;
            many rows may show the same.
    """
    phone, kind = pl.col("phone"), pl.col("phone_kind")
    digits = phone.str.replace_all(r"[\s-]", "")
    tailed = kind.is_in(["full", "masked"]) & digits.str.contains(r"\d{4}$")
    name = pl.col("name").str.strip_chars()
    once = shown.select(
        "customer_key", "from_orders", "name", "phone", "phone_kind", "email", "province", "city", "address"
    ).unique()
    rows = once.with_columns(
        pl.when((name != "") & ~name.str.contains(r"[*＊]") & (name.str.len_chars() >= 2)).then(name).alias("whole"),
        pl.when(name.str.contains(r"^[\p{Han}A-Za-z]")).then(name.str.slice(0, 1)).alias("name_head"),
        pl.when(kind == "full").then(phone).alias("full"),
        pl.when(tailed).then(digits.str.slice(-4)).alias("tail"),
        pl.when(tailed & digits.str.contains(r"^1\d\d[\d*]{4}\d{4}$"))
        .then(digits.str.slice(0, 3) + digits.str.slice(-4))
        .alias("mask"),
        pl.when(is_plain("email")).then(pl.col("email").str.to_lowercase()).alias("email"),
        city_name(pl.col("city"), pl.col("province")).alias("city"),
    ).collect()
    doors = rows.select(pl.col("address").drop_nulls().unique()).with_columns(door(pl.col("address")).alias("door"))
    placed = rows.join(doors, on="address", how="left").drop("name", "phone")
    named = placed.rename({"whole": "name", "full": "phone"})
    return named.select(list(TRAITS)).unique()


def share_traits(hints: Hints, traits: pl.DataFrame) -> None:
    """Adds what customers show in common by the rules that compare alike with alike."""
    for reason in REASONS:
        if reason.key:
            hints.share(traits, key=reason.key, reason=reason.code)
    local = pl.col("email").str.extract(r"^([^@]{5,})@", 1)
    mailed = traits.with_columns(pl.when(~local.is_in(_GENERIC_MAIL)).then(local).alias("local"))
    hints.match(mailed, mailed, key=["local"], reason="email_name", most=3)


def share_remarks(hints: Hints, *, listed: pl.DataFrame, known: pl.DataFrame, traits: pl.DataFrame) -> None:
    """Adds what contacts' remarks and nicknames tell of buyers.

    Args:
        hints: Are added to.
        listed: Contacts: `customer_key`, `name`, `remark`, `province`, `city`.
        known: `KNOWN` with `customer_key`.
        traits: `TRAITS` of the orders.
    """
    remark, nickname = pl.col("remark").str.strip_chars(), pl.col("name").str.strip_chars()
    told = listed.with_columns(city_name(pl.col("city"), pl.col("province")).alias("city"))
    phones = told.select("customer_key", phone=remark.str.extract(rf"(?:^|\D)({MOBILE})(?:\D|$)", 1))
    users = known.select("customer_key", phone="usual_phone")
    hints.match(phones, users, key=["phone"], reason="remark_phone", most=3)
    accounts = known.filter(pl.col("account_kind").is_in(["account", "wechat"])).select("customer_key", text="account")
    accounts = accounts.filter(pl.col("text").str.len_chars() >= 4)
    words = told.select("customer_key", text=remark.str.split(" ")).explode("text")
    hints.match(words, accounts, key=["text"], reason="remark_account", most=3)
    hints.match(told.select("customer_key", text=nickname), accounts, key=["text"], reason="nickname_account", most=3)
    named = told.select("customer_key", "city", name=remark).filter(pl.col("name").str.len_chars() >= 2)
    receivers = traits.select("customer_key", "name", "city")
    hints.match(named, receivers, key=["name", "city"], reason="remark_name_city", most=2)
    # without a city a name tells something only where nobody else has it
    hints.match(named, receivers, key=["name"], reason="remark_name", most=1)


def share_payers(hints: Hints, *, payers: pl.DataFrame, known: pl.DataFrame) -> None:
    """Adds shop accounts that one payer paid for, and the payer.

    Args:
        hints: Are added to.
        payers: `PAYERS`.
        known: `KNOWN` with `customer_key`.
    """
    keyed = known.select("account_key", "customer_key")
    ends = pl.concat(
        [
            payers.select("account_key", payer="account_key"),
            payers.select(account_key="shop_account_key", payer="account_key"),
        ]
    )
    hints.share(ends.unique().join(keyed, on="account_key"), key=["payer"], reason="same_payer")
