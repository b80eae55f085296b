"""Orders that look brushed (刷单): bought by the shop's own helpers to raise its figures. Evidence, never proof.

Polars only: bursts are runs of neighbours in time. What each kind of evidence is worth, and why, stands in
`docs/exclusions.md`.
"""

from datetime import date
from typing import Final

import polars as pl

from custtier.facts import Facts
from custtier.metrics.suspects import ORDERS, Suspects, as_day, bought_orders
from custtier.periods import day_number
from custtier.rules import BrushedLimits
from custtier.schema import AccountKind, PhoneKind, State

LINKS: Final = ("address", "phone", "family", "crowd")
"""What holds a cluster together, the strongest first: one address, one phone, account names that differ by a number, or
only the same basket on one day."""

_LINK_POINTS: Final = 2
_CROWD_POINTS: Final = 1
_ALIKE_POINTS: Final = 2
_EVEN_POINTS: Final = 2
_ONCE_POINTS: Final = 1
_NIGHT_POINTS: Final = 1
_BACK_POINTS: Final = -1

_PUNCTUATION: Final = r"[\s,，。.;；、:：_()（）#\-—]"
_SHORTEST_ADDRESS: Final = 8
_SHORTEST_STEM: Final = 4


def brushed_orders(facts: Facts, *, as_of: date, zone: str, limits: BrushedLimits) -> Suspects:
    """Clusters of orders with enough evidence against them; an order belongs to the cluster with most.

    Args:
        facts: The orders; details, items and contacts are read.
        as_of: Last day observed; nothing after it is evidence.
        zone: The shop's time zone: whether it was night.
        limits: What counts, and from how many points on.

    Returns:
        Clusters with `link` (one of `LINKS`), `points` (Int64), `names` (Int64, receiver names), `alike_share`,
        `once_share`, `night_share` (Float64; `once_share` null while it is too early to tell), `even_gap_minutes`
        (Float64, null when the gaps are not even), `amount` (Int64, minor units: the commonest).
    """
    seen = _seen(facts, as_of=as_of, zone=zone)
    candidates = pl.concat([*_linked(seen, limits), _crowds(seen, limits)])
    if candidates.is_empty():
        return _nothing(candidates)
    burst_rows = candidates.join(seen, on="order_key")
    bursts = _measured(burst_rows, as_of=as_of, limits=limits).filter(pl.col("points") >= limits.points)
    if bursts.is_empty():
        return _nothing(candidates)
    best = (
        burst_rows.select("order_key", "burst", "order_day", "account_key", "net_sales")
        .join(bursts.select("burst", "points", "rank"), on="burst")
        .sort(["points", "rank", "burst"], descending=[True, False, False])
        .unique("order_key", keep="first", maintain_order=True)
    )
    kept = best.group_by("burst").agg(
        as_day("order_day").min().alias("since"),
        as_day("order_day").max().alias("until"),
        pl.len().cast(pl.Int64).alias("orders"),
        pl.col("account_key").n_unique().cast(pl.Int64).alias("accounts"),
        pl.col("net_sales").sum(),
    )
    clusters = (
        kept.join(bursts.drop("rank"), on="burst")
        .sort(["points", "net_sales", "since", "burst"], descending=[True, True, False, False])
        .with_row_index("cluster")
        .with_columns(pl.col("cluster").cast(pl.Int64))
    )
    orders = best.join(clusters.select("burst", "cluster"), on="burst").select(list(ORDERS))
    return Suspects(orders=orders, clusters=clusters.drop("burst"))


def _nothing(candidates: pl.DataFrame) -> Suspects:
    columns = {
        "cluster": pl.Int64, "since": pl.Date, "until": pl.Date, "orders": pl.Int64, "accounts": pl.Int64,
        "net_sales": pl.Int64, "link": pl.String, "points": pl.Int64, "names": pl.Int64, "alike_share": pl.Float64,
        "once_share": pl.Float64, "night_share": pl.Float64, "even_gap_minutes": pl.Float64, "amount": pl.Int64,
    }  # fmt: skip
    return Suspects(
        orders=candidates.clear().select("order_key", cluster="burst"), clusters=pl.DataFrame(schema=columns)
    )


def _seen(facts: Facts, *, as_of: date, zone: str) -> pl.DataFrame:
    """One row per purchase: whose, when, where to, which basket; texts as hashes, null where they tell nothing."""
    bought = bought_orders(facts, as_of=as_of, columns=("shop",))
    local = pl.coalesce("paid_at", "ordered_at").dt.convert_time_zone(zone)
    place = pl.concat_str("province", "city", "address", ignore_nulls=True).str.replace_all(_PUNCTUATION, "")
    tells = (
        pl.col("address").is_not_null()
        & (place.str.len_chars() >= _SHORTEST_ADDRESS)
        & place.str.contains(r"\d|[零一二三四五六七八九十]")
        & ~place.str.contains(r"[*＊]")
    )
    stem = pl.col("account").str.to_lowercase().str.replace(r"[\d_\-]+$", "")
    is_family = (
        (pl.col("account_kind") == AccountKind.ACCOUNT.value)
        & (stem.str.len_chars() >= _SHORTEST_STEM)
        & (stem != pl.col("account").str.to_lowercase())
        & ~stem.str.contains(r"[*＊]")
    )
    asked = ["order_key", "account", "account_kind", "phone", "phone_kind", "name", "province", "city", "address"]
    details = facts.table("details", columns=[*asked, "ordered_at", "paid_at"]).select(
        "order_key",
        pl.when(tells).then(place.hash()).alias("address"),
        pl.when(pl.col("phone_kind") == PhoneKind.FULL.value).then(pl.col("phone").hash()).alias("phone"),
        pl.when(is_family).then(stem.hash()).alias("family"),
        pl.when(pl.col("name").is_not_null()).then(pl.col("name").hash()).alias("name"),
        pl.when(local.dt.time() != pl.time(0)).then(local.dt.epoch("s")).alias("second"),
        pl.when(local.dt.time() != pl.time(0)).then(local.dt.hour() < 6).alias("is_night"),
    )
    products = (
        facts.table("items", columns=["order_key", "state", "product_id", "product"])
        .filter(pl.col("state").is_null() | (pl.col("state") == State.PAID.value))
        .group_by("order_key")
        .agg(pl.coalesce("product", "product_id").drop_nulls().hash().sum().alias("basket"))
    )
    # an order without a named product has no basket
    products = products.with_columns(pl.when(pl.col("basket") != 0).then("basket").alias("basket"))
    known = facts.table("contacts", columns=["account_key"]).select(pl.col("account_key").unique(), is_known=True)
    seen = (
        bought.join(details, on="order_key", how="left")
        .join(products, on="order_key", how="left")
        .join(known, on="account_key", how="left")
        .collect(engine="streaming")
    )
    is_once = pl.col("account_key").is_unique() & pl.col("account_key").is_not_null() & pl.col("is_known").is_null()
    return seen.with_columns(is_once.alias("is_once")).drop("is_known")


def _linked(seen: pl.DataFrame, limits: BrushedLimits) -> list[pl.DataFrame]:
    """`order_key`, `burst`, `link` of bursts by enough accounts to one address, phone or family of names."""
    found = []
    for number, link in enumerate(LINKS[:3]):
        rows = seen.lazy().filter(pl.col(link).is_not_null() & pl.col("account_key").is_not_null())
        busy = (
            rows.group_by(link)
            .agg(pl.len().alias("size"), pl.col("account_key").n_unique().alias("all_accounts"))
            .filter(pl.col("all_accounts") >= limits.accounts)
        )
        later = pl.col("order_day") - pl.col("order_day").shift(1) >= limits.gap_days
        starts = (pl.col(link).ne_missing(pl.col(link).shift(1)) | later).fill_null(value=True)
        run = (
            rows.join(busy, on=link)
            .sort(link, "order_day", "order_key")
            .with_columns(starts.cum_sum().cast(pl.Int64).alias("run"))
        )
        accounts = pl.col("account_key").n_unique().over("run")
        is_burst = accounts >= limits.accounts
        if link == "address":
            is_burst = is_burst & (pl.col("name").n_unique().over("run") >= limits.names)
        if link == "family":
            # names that a platform gives to everybody come every day: a family comes at once
            is_burst = is_burst & (accounts * 2 >= pl.col("all_accounts"))
        found.append(
            run.filter(is_burst)
            .select("order_key", (pl.col("run") * len(LINKS) + number).alias("burst"), pl.lit(link).alias("link"))
            .collect()
        )
    return found


def _crowds(seen: pl.DataFrame, limits: BrushedLimits) -> pl.DataFrame:
    """The same of crowds: one basket and one amount on one day, by accounts that bought just once."""
    alike = ["shop", "order_day", "basket", "gross"]
    return (
        seen.lazy()
        .filter(pl.col("is_once") & pl.col("basket").is_not_null())
        .with_columns(pl.len().over(alike).alias("size"))
        .filter(pl.col("size") >= limits.crowd)
        .sort(*alike, "order_key")
        .with_columns(pl.struct(alike).rle_id().cast(pl.Int64).alias("run"))
        .select(
            "order_key",
            (pl.col("run") * len(LINKS) + LINKS.index("crowd")).alias("burst"),
            pl.lit("crowd").alias("link"),
        )
        .collect()
    )


def _measured(rows: pl.DataFrame, *, as_of: date, limits: BrushedLimits) -> pl.DataFrame:
    """One row per burst: its evidence and its points."""
    last = day_number(as_of)
    alike = rows.group_by("burst", "basket", "gross").agg(pl.len().alias("alike")).sort("alike", "gross", "basket")
    commonest = alike.group_by("burst", maintain_order=True).agg(
        pl.when(pl.col("basket").is_not_null()).then("alike").max().alias("alike"),
        pl.col("gross").last().alias("amount"),
    )
    gaps = rows.sort("burst", "second").with_columns(pl.col("second").diff().over("burst").alias("gap"))
    timed = gaps.group_by("burst").agg(
        pl.col("gap").count().alias("gaps"),
        pl.col("gap").mean().alias("gap"),
        pl.col("gap").std(ddof=0).alias("varies"),
    )
    measured = (
        rows.group_by("burst", "link")
        .agg(
            pl.len().alias("size"),
            pl.col("name").drop_nulls().n_unique().cast(pl.Int64).alias("names"),
            pl.when(pl.col("order_day").max() + limits.quiet_days <= last)
            .then(pl.col("is_once").mean())
            .alias("once_share"),
            pl.col("is_night").mean().alias("night_share"),
            (~pl.col("is_once")).mean().alias("back_share"),
        )
        .join(commonest, on="burst")
        .join(timed, on="burst")
    )
    share = (pl.col("alike").fill_null(0) / pl.col("size")).alias("alike_share")
    return measured.with_columns(share).select(
        "burst",
        "link",
        _points(limits).alias("points"),
        "names",
        "alike_share",
        "once_share",
        "night_share",
        pl.when(_is_even(limits)).then(pl.col("gap") / 60).alias("even_gap_minutes"),
        "amount",
        pl.col("link").replace_strict(list(LINKS), list(range(len(LINKS))), return_dtype=pl.Int64).alias("rank"),
    )


def _points(limits: BrushedLimits) -> pl.Expr:
    """The points of a measured burst."""
    is_crowd = pl.col("link") == "crowd"
    return (
        pl.when(is_crowd).then(_CROWD_POINTS).otherwise(_LINK_POINTS)
        + pl.when(~is_crowd & (pl.col("alike_share") >= limits.alike_share)).then(_ALIKE_POINTS).otherwise(0)
        + pl.when(_is_even(limits)).then(_EVEN_POINTS).otherwise(0)
        + pl.when(pl.col("once_share") >= limits.once_share).then(_ONCE_POINTS).otherwise(0)
        + pl.when(pl.col("night_share") >= limits.night_share).then(_NIGHT_POINTS).otherwise(0)
        + pl.when(pl.col("back_share") >= limits.back_share).then(_BACK_POINTS).otherwise(0)
    ).cast(pl.Int64)


def _is_even(limits: BrushedLimits) -> pl.Expr:
    """Whether the orders of a measured burst come at nearly even intervals."""
    return (
        (pl.col("gaps") + 1 >= limits.even_orders)
        & (pl.col("gap") > 0)
        & (pl.col("varies") < limits.even_gaps * pl.col("gap"))
    )
