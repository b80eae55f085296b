"""What is known of contacts beyond the list: who brought whom, what staff think of them, and who is which customer."""

from typing import Any, Final

import polars as pl

from custtier.demo import draws
from custtier.demo.identities import (
    OWN_PHONE,
    email,
    identity,
    jd_account,
    name,
    number,
    phone,
    taobao_account,
    wechat_name,
)
from custtier.demo.words import CHANNELS, LEAD_CLASSES, NICK_WORDS
from custtier.demo.world import Platform, World, home

BUYING_PER_MILLE: Final = 300
"""How many of 1,000 customers are contacts."""
OTHERS_PER_MILLE: Final = 700
"""How many contacts without a purchase there are for 1,000 customers."""

LINK_COLUMNS: Final = ("人", "微信号", "平台", "账号", "手机号", "邮箱")

_REMARKED: Final = 600
_OF_BUYERS: Final = (40, 30, 12, 3, 15)
_OF_OTHERS: Final = (5, 15, 30, 20, 30)
_PLATFORMS: Final = {Platform.TAOBAO: "淘宝", Platform.JD: "京东"}


def true_a_shares() -> dict[str, float]:
    """The chance that a contact of each channel bought, as the shop was made: what no finite shop shows exactly."""
    shares = {}
    for channel in CHANNELS:
        bought = BUYING_PER_MILLE * channel.buyers
        shares[channel.name] = bought / (bought + OTHERS_PER_MILLE * channel.others)
    return shares


def remark(row: pl.Expr) -> pl.Expr:
    """The name under which staff keep a contact; null where they left the nickname."""
    return pl.when(draws.happens(row, "remark", per_mille=_REMARKED)).then(name(row))


def phone_known(row: pl.Expr) -> pl.Expr:
    """True for buyers whose phone stands in the contact list; uses `buys`."""
    return pl.col("buys") & draws.happens(row, "phone known", per_mille=700)


def campaign(row: pl.Expr) -> pl.Expr:
    """The campaign by which a contact came; uses `channel`."""
    named = pl.lit(None, dtype=pl.String)
    for place, channel in enumerate(CHANNELS):
        if channel.campaigns:
            named = (
                pl.when(pl.col("channel") == place)
                .then(draws.chosen(row, "campaign", channel.campaigns))
                .otherwise(named)
            )
    return named


def lead_class(row: pl.Expr) -> pl.Expr:
    """What staff noted by hand: right more often than not; uses `buys`."""
    noted = [draws.weighted(row, "lead class", dict(enumerate(weights))) for weights in (_OF_BUYERS, _OF_OTHERS)]
    return draws.taken(LEAD_CLASSES, pl.when(pl.col("buys")).then(noted[0]).otherwise(noted[1]))


def with_referrers(found: pl.DataFrame) -> pl.DataFrame:
    """`found` with `referrer`: for who was referred, the person of a buyer who had been added before, early ones most.

    Args:
        found: Sorted by `added_s`; uses `person`, `row`, `buys`, `channel` (0 is by referral).
    """
    row = pl.col("row")
    before = (pl.col("buys").cum_sum() - pl.col("buys")).cast(pl.Int64)
    known = pl.max_horizontal(before, 1)
    place = draws.below(row, "referred by", known) * draws.below(row, "referred anyhow", 1000) // 1000
    buyers = found.filter("buys")["person"].cast(pl.Int64)
    if buyers.is_empty():
        return found.with_columns(referrer=pl.lit(None, dtype=pl.Int64))
    by = pl.lit(buyers).gather(pl.min_horizontal(place, buyers.len() - 1))
    return found.with_columns(referrer=pl.when((pl.col("channel") == 0) & (before > 0)).then(by))


def referrer_names(found: pl.DataFrame, *, seed: int) -> pl.Series:
    """How staff wrote down the referrer: as they call them, by WeChat name, or by a nickname that many have."""
    whose, row = draws.base(seed, "person"), pl.col("row")
    way = draws.below(row, "referrer written", 100)
    called = pl.when(way < 50).then(remark(whose))
    wechat = pl.when(way < 85).then(wechat_name(seed))
    return (
        found.select("row", person="referrer")
        .select(pl.coalesce(called, wechat, draws.chosen(whose, "wechat nick", NICK_WORDS)).alias("推荐人"))
        .to_series()
    )


def links(found: pl.DataFrame, world: World) -> pl.DataFrame:
    """Who is which customer, for the buyers whom no phone joins: two rows each, the contact and an account of theirs.

    Args:
        found: As `contacts` gives it.
        world: The shop.
    """
    whose, phoned = draws.base(world.seed, "person"), pl.col("identity") == OWN_PHONE
    shown = (
        world.orders.filter(pl.col("ordered_s") <= world.until_s)
        .join(found.filter("buys").select("person"), on="person", how="semi")
        .select("person", identity=identity(whose))
        .filter(phoned)
        .unique("person")
    )
    joined = found.filter(phone_known(pl.col("row"))).join(shown, on="person", how="semi")
    unjoined = found.filter("buys").join(joined, on="person", how="anti", maintain_order="left")
    seed = world.seed
    at = home(whose)

    def on(platform: Platform, cell: pl.Expr) -> pl.Expr:
        return pl.when((pl.col("side") == 1) & (at == int(platform))).then(cell)

    return (
        unjoined.select("person", side=pl.lit([0, 1], dtype=pl.List(pl.Int64)))
        .explode("side")
        .select(
            (pl.lit("客") + number(seed)).alias("人"),
            pl.when(pl.col("side") == 0).then(wechat_name(seed)).alias("微信号"),
            pl.coalesce(on(platform, pl.lit(title)) for platform, title in _PLATFORMS.items()).alias("平台"),
            pl.coalesce(on(Platform.TAOBAO, taobao_account(whose, seed)), on(Platform.JD, jd_account(seed))).alias(
                "账号"
            ),
            on(Platform.YOUZAN, phone(seed)).alias("手机号"),
            on(Platform.SHOPIFY, email(seed)).alias("邮箱"),
        )
    )


def truth_of_referrals(found: pl.DataFrame) -> dict[str, Any]:
    """How many were brought by whom: contacts with a referrer, of these buyers, and how many brought them."""
    brought = found.filter(pl.col("referrer").is_not_null())
    return {
        "referred": brought.height,
        "bought": int(brought["buys"].sum()),
        "referrers": brought["referrer"].n_unique(),
    }
