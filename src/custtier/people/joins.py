"""What joins accounts into one person: who shares which strong key, the strongest keys first."""

from typing import Final

import polars as pl

from custtier.people.identity import RELAY
from custtier.schema import AccountKind, Table, empty

LINK, UNION, ALIAS, PAYER, PHONE, EMAIL = range(6)
"""How strong a join is, strongest first (rule R16)."""

JOINS: Final[Table] = {"account_key": pl.Int64, "strength": pl.Int8, "join": pl.String}
"""One row per account and key that it holds. All accounts of one `join` are one person."""

APART: Final[Table] = {"account_key": pl.Int64, "other_key": pl.Int64}
"""Pairs of accounts that somebody says are two people."""

SHARED: Final[Table] = {"phone": pl.String, "accounts": pl.Int64, "on_one_platform": pl.Int64, "reason": pl.String}
"""Phones that merge nobody: how many accounts usually use them. `reason` is `one_platform` or `all_platforms`."""

OVER_ALL: Final = 4
"""A phone usual to more than this many times the limit of one platform merges nobody, over whatever platforms."""

_SHOPS_OWN: Final = (AccountKind.ACCOUNT.value, AccountKind.WECHAT.value)

SAME, APART_FROM = "same", "apart"


def shared_phones(known: pl.DataFrame, *, limit: int) -> pl.DataFrame:
    """`SHARED`: phones that too many accounts use to be one person's. A phone's own account does not count.

    Args:
        known: `KNOWN`.
        limit: Accounts of one platform that one person may have.
    """
    held = known.lazy().filter(
        pl.col("usual_phone").is_not_null() & (pl.col("account_kind") != AccountKind.PHONE.value)
    )
    crowded = held.select("usual_phone", "platforms").collect()
    crowded = crowded.filter(crowded["usual_phone"].is_duplicated()).filter(pl.len().over("usual_phone") > limit)
    counted = (
        crowded.with_columns(pl.len().over("usual_phone").cast(pl.Int64).alias("accounts"))
        .with_columns(pl.col("platforms").str.split(",").alias("platform"))
        .explode("platform")
        .group_by("usual_phone", "platform", "accounts")
        .agg(pl.len().cast(pl.Int64).alias("held"))
        .group_by(phone="usual_phone")
        .agg(pl.col("accounts").first(), pl.col("held").max().alias("on_one_platform"))
        .filter((pl.col("on_one_platform") > limit) | (pl.col("accounts") > limit * OVER_ALL))
        .sort("phone")
    )
    reason = pl.when(pl.col("on_one_platform") > limit).then(pl.lit("one_platform")).otherwise(pl.lit("all_platforms"))
    return counted.with_columns(reason.alias("reason")).select(list(SHARED))


def phone_joins(known: pl.DataFrame, shared: pl.Series) -> pl.DataFrame:
    """`JOINS` by usual phones, shared ones left out; only phones that several accounts use."""
    held = known.select("account_key", "usual_phone").drop_nulls("usual_phone")
    if shared.len():
        held = held.filter(~pl.col("usual_phone").is_in(shared.implode()))
    return _named(held.filter(held["usual_phone"].is_duplicated()), "usual_phone", PHONE)


def union_joins(known: pl.DataFrame) -> pl.DataFrame:
    """`JOINS` by union ids: their accounts and the union id's own."""
    held = known.select("account_key", "union_id").drop_nulls("union_id")
    # where an order or a list names somebody by the union id, that account is one of them
    themselves = (
        known.filter(pl.col("account_kind") == AccountKind.OPENID.value)
        .select("account_key", union_id="account")
        .join(held.select("union_id").unique(), on="union_id", how="semi")
    )
    return _named(pl.concat([held, themselves]).unique(), "union_id", UNION)


def alias_joins(known: pl.DataFrame) -> pl.DataFrame:
    """`JOINS` of accounts that have another name with the account that this name is."""
    named = known.select("account_key", "alias_key").drop_nulls("alias_key")
    ends = [named, named.select(account_key="alias_key", alias_key="alias_key")]
    return _named(pl.concat(ends).unique().with_columns(pl.col("alias_key").cast(pl.String)), "alias_key", ALIAS)


def email_joins(known: pl.DataFrame) -> pl.DataFrame:
    """`JOINS` by e-mail, on platforms that know their buyers by it; elsewhere an e-mail is only a hint.

    An address that a marketplace lends is known within that marketplace, where it is an account already.
    """
    kind, platforms = pl.col("account_kind"), pl.col("platforms").str.split(",")
    addressed = known.filter(pl.col("email").is_not_null())
    if addressed.is_empty():
        return empty(JOINS)
    by_email = known.filter((kind == AccountKind.EMAIL.value) & ~pl.col("account").str.contains(RELAY))
    where = by_email.select(platforms.alias("platform")).explode("platform").drop_nulls()["platform"].unique()
    strong = addressed.filter(
        ~pl.col("email").str.contains(RELAY)
        & platforms.list.eval(pl.element().is_in(where.implode())).list.any().fill_null(value=False)
    )
    held = pl.concat([by_email.select("account_key", email="account"), strong.select("account_key", "email")]).unique()
    return _named(held.filter(held["email"].is_duplicated()), "email", EMAIL)


def payer_joins(known: pl.DataFrame, payers: pl.DataFrame, *, limit: int) -> pl.DataFrame:
    """`JOINS` of a shop's account without a phone with the account that usually pays for it.

    A payment bill completes only some of a buyer's orders. Without this join the others would stay with the shop's
    account and one buyer would be two; with a phone, the phone itself joins them. An account that pays for many
    others of one platform joins nobody. An account that pays for others follows none, so that joins do not chain.

    Args:
        known: `KNOWN`.
        payers: `PAYERS`.
        limit: Accounts of one platform that one person may have.
    """
    if payers.is_empty():
        return empty(JOINS)
    phoneless = known.filter(pl.col("usual_phone").is_null() & pl.col("account_kind").is_in(_SHOPS_OWN))
    usual = (
        payers.join(known.select("account_key", "account"), on="account_key")
        .sort(
            ["shop_account_key", "times", "at", "account", "platform"],
            descending=[False, True, True, False, False],
            nulls_last=[False, False, True, False, False],
        )
        .unique("shop_account_key", keep="first", maintain_order=True)
    )
    followed = (
        usual.filter(pl.len().over("platform", "account_key") <= limit)
        .select(payer_key="account_key", account_key="shop_account_key")
        .join(phoneless.select("account_key"), on="account_key", how="semi")
    )
    followed = followed.filter(~pl.col("account_key").is_in(followed["payer_key"].implode()))
    name = pl.col("payer_key").cast(pl.String)
    ends = [followed.select("account_key", payer=name), followed.select(account_key="payer_key", payer=name)]
    return _named(pl.concat(ends).unique(), "payer", PAYER)


def link_joins(links: pl.DataFrame, *, known: pl.DataFrame, shared: pl.Series) -> pl.DataFrame:
    """`JOINS` that somebody stated: accounts of one label. A phone or e-mail that is no account brings its holders in.

    Args:
        links: `schema.LINKS`. Uses `person`, `account_key`, `account`, `account_kind`, `decision`.
        known: `KNOWN`.
        shared: Phones that merge nobody.
    """
    stated = links.filter((pl.col("decision") == SAME) & pl.col("account_key").is_not_null())
    if stated.is_empty():
        return empty(JOINS)
    kind = pl.col("account_kind")
    by_key = stated.join(known.select("account_key"), on="account_key", how="semi").select("account_key", "person")
    phones = stated.filter((kind == AccountKind.PHONE.value) & ~pl.col("account").is_in(shared.implode()))
    emails = stated.filter(kind == AccountKind.EMAIL.value)
    by_phone = known.select("account_key", "usual_phone").join(
        phones.select("person", usual_phone="account"), on="usual_phone"
    )
    by_email = known.select("account_key", "email").join(emails.select("person", email="account"), on="email")
    held = pl.concat([part.select("account_key", "person") for part in (by_key, by_phone, by_email)]).unique()
    return _named(held, "person", LINK)


def apart_pairs(links: pl.DataFrame) -> pl.DataFrame:
    """`APART`: whom somebody says to be two people.

    An account that a label holds as `apart` is none of that label's other accounts. Where two accounts are called
    the same under one label and apart under another, the later import holds.

    Args:
        links: `schema.LINKS`. Uses `person`, `account_key`, `decision`; `import_id` where it is known.
    """
    when = pl.col("import_id") if "import_id" in links.columns else pl.lit(0, dtype=pl.Int64)
    stated = links.filter(pl.col("account_key").is_not_null() & pl.col("decision").is_in([SAME, APART_FROM])).select(
        "person", "account_key", "decision", when.fill_null(0).alias("import_id")
    )
    apart = stated.filter(pl.col("decision") == APART_FROM)
    if apart.is_empty():
        return empty(APART)
    pairs = apart.join(stated, on="person", suffix="_of").filter(pl.col("account_key") != pl.col("account_key_of"))
    said = _pairs(pairs).rename({"import_id": "apart_id"})
    same = stated.filter(pl.col("decision") == SAME)
    joined = same.join(same, on="person", suffix="_of").filter(pl.col("account_key") != pl.col("account_key_of"))
    later = said.join(_pairs(joined), on=["account_key", "other_key"], how="left")
    holds = pl.col("import_id").is_null() | (pl.col("import_id") <= pl.col("apart_id"))
    return later.filter(holds).select(list(APART)).sort("account_key", "other_key")


def _pairs(rows: pl.DataFrame) -> pl.DataFrame:
    """Each pair once, the smaller key first, with the latest import that states it."""
    one, other = pl.col("account_key"), pl.col("account_key_of")
    return (
        rows.select(
            pl.min_horizontal(one, other).alias("account_key"),
            pl.max_horizontal(one, other).alias("other_key"),
            pl.max_horizontal("import_id", "import_id_of").alias("import_id"),
        )
        .group_by("account_key", "other_key")
        .agg(pl.col("import_id").max())
    )


def _named(held: pl.DataFrame, column: str, strength: int) -> pl.DataFrame:
    return held.select("account_key", pl.lit(strength, dtype=pl.Int8).alias("strength"), pl.col(column).alias("join"))
