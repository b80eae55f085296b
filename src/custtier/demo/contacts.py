"""The shop's WeChat contacts, when they talked, and what was spent to win them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from custtier.demo import draws
from custtier.demo.cells import instant, money
from custtier.demo.identities import phone, wechat_name
from custtier.demo.leads import (
    BUYING_PER_MILLE,
    OTHERS_PER_MILLE,
    campaign,
    lead_class,
    phone_known,
    referrer_names,
    remark,
    true_a_shares,
    truth_of_referrals,
    with_referrers,
)
from custtier.demo.seasons import weight_of
from custtier.demo.words import AGENTS, CHANNELS, NICK_WORDS
from custtier.demo.world import DAY_SECONDS, Role, World
from custtier.periods import day_number, day_of

CONTACT_COLUMNS: Final = (
    "微信号",
    "昵称",
    "备注",
    "手机号",
    "添加时间",
    "渠道",
    "计划",
    "员工",
    "标签",
    "意向",
    "推荐人",
    "删除时间",
)
CHAT_COLUMNS: Final = ("微信号", "员工", "时间", "方向", "类型")
SPEND_COLUMNS: Final = ("日期", "渠道", "花费", "曝光", "点击")

_KINDS: Final = ("文本", "文本", "文本", "文本", "文本", "文本", "图片", "图片", "语音", "表情")
_TAGS: Final = (None, None, "茶友", "送礼", "宝妈", "企业采购", "茶友、送礼")


def contacts(world: World, *, end_s: int) -> pl.DataFrame:
    """Everybody's entry, by when they were added; three of ten buy.

    `person`, `buys`, `channel` (place in `CHANNELS`), `agent`, `added_s`, `deleted_s`, `referrer` (a person), `row`.
    """
    buyers = world.persons.filter(pl.col("role") == Role.CUSTOMER).with_columns(row=draws.base(world.seed, "person"))
    buyers = buyers.filter(draws.happens(pl.col("row"), "contact", per_mille=BUYING_PER_MILLE)).with_columns(buys=True)
    start = world.persons.height
    others = pl.DataFrame(
        {"person": pl.Series(range(start, start + world.customers * OTHERS_PER_MILLE // 1000), dtype=pl.UInt32)}
    ).with_columns(first_s=pl.lit(None, dtype=pl.Int64), row=draws.base(world.seed, "person"), buys=False)
    columns = ("person", "first_s", "row", "buys")
    row, buys = pl.col("row"), pl.col("buys")
    channel = (
        pl.when(buys)
        .then(draws.weighted(row, "channel", {place: found.buyers for place, found in enumerate(CHANNELS)}))
        .otherwise(draws.weighted(row, "channel", {place: found.others for place, found in enumerate(CHANNELS)}))
    )
    left = draws.below(row, "left", 1000) < pl.when(buys).then(20).otherwise(130)
    deleted = pl.col("added_s") + DAY_SECONDS + draws.below(row, "left after", 150 * DAY_SECONDS)
    found = (
        pl.concat([buyers.select(columns), others.select(columns)])
        .with_columns(channel=channel, agent=draws.below(row, "agent", len(AGENTS)), added_s=_added(world, end_s=end_s))
        .with_columns(deleted_s=pl.when(left & (deleted <= end_s)).then(deleted))
        .sort("added_s", "person")
    )
    return with_referrers(found)


def _added(world: World, *, end_s: int) -> pl.Expr:
    """Most buyers were won before they bought, a fifth afterwards; others came at any time."""
    row = pl.col("row")
    start = day_number(date(world.until.year - 2, 1, 1)) * DAY_SECONDS
    days = (end_s + 1 - start) // DAY_SECONDS
    anytime = start + draws.below(row, "added on", days) * DAY_SECONDS + 9 * 3600 + draws.below(row, "added", 12 * 3600)
    before = pl.col("first_s") - 600 - draws.below(row, "added", 60 * DAY_SECONDS)
    after = pl.min_horizontal(pl.col("first_s") + 3600 + draws.below(row, "added", 40 * DAY_SECONDS), pl.lit(end_s))
    won = pl.when(draws.happens(row, "won before", per_mille=800)).then(before).otherwise(after)
    return pl.when(pl.col("buys")).then(won).otherwise(anytime)


def contact_rows(found: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """The contact list with its Chinese headers."""
    row = pl.col("row")
    nick = draws.chosen(row, "wechat nick", NICK_WORDS)
    return found.select(
        wechat_name(seed).alias("微信号"),
        nick.alias("昵称"),
        remark(row).alias("备注"),
        pl.when(phone_known(row)).then(phone(seed)).alias("手机号"),
        instant(pl.col("added_s")).alias("添加时间"),
        draws.taken([channel.name for channel in CHANNELS], pl.col("channel")).alias("渠道"),
        campaign(row).alias("计划"),
        draws.taken(AGENTS, pl.col("agent")).alias("员工"),
        draws.chosen(row, "tags", _TAGS).alias("标签"),
        lead_class(row).alias("意向"),
        referrer_names(found, seed=seed),
        instant(pl.col("deleted_s")).alias("删除时间"),
    )


def message_count(row: pl.Expr) -> pl.Expr:
    """Messages with a contact: buyers talk, half of the others were only greeted, a few have no chat at all."""
    silent = draws.happens(row, "no chat", per_mille=50)
    talk = 2 + draws.below(row, "messages", 8)
    return (
        pl.when(pl.col("buys"))
        .then(5 + draws.below(row, "messages", 10))
        .when(silent)
        .then(0)
        .otherwise(pl.when(only_greeted(row)).then(1 + draws.below(row, "messages", 2)).otherwise(talk))
    )


def only_greeted(row: pl.Expr) -> pl.Expr:
    """True for contacts who never answered; asked of those who did not buy."""
    return draws.happens(row, "only greeted", per_mille=450)


def chat_rows(found: pl.DataFrame, *, seed: int, end_s: int) -> pl.DataFrame:
    """Every message's time, direction and kind; no text is ever written. A deleted contact is silent."""
    until = pl.min_horizontal(pl.col("deleted_s").fill_null(end_s), pl.lit(end_s))
    row, message = pl.col("row"), pl.col("message")
    first = message == 0
    ours = first | (~pl.col("buys") & only_greeted(row)) | draws.happens(pl.col("turn"), "ours", per_mille=480)
    gap = message * 5 * DAY_SECONDS + draws.below(pl.col("turn"), "gap", 5 * DAY_SECONDS)
    sent = pl.col("added_s") + 40 + pl.when(first).then(draws.below(row, "greet", 90)).otherwise(gap)
    # some who have not bought talk again in the last weeks: they are considering
    lately = end_s - (message_count(row) - message) * 2 * DAY_SECONDS - draws.below(pl.col("turn"), "gap", DAY_SECONDS)
    again = pl.col("deleted_s").is_null() & ~pl.col("buys") & draws.happens(row, "talks again", per_mille=180)
    sent = pl.when(again & ~first).then(pl.max_horizontal(sent, lately)).otherwise(sent)
    return (
        found.with_columns(message=pl.int_ranges(0, message_count(row), dtype=pl.Int64))
        .explode("message", empty_as_null=False)
        .with_columns(turn=draws.base(seed, "person", "message"))
        .with_columns(sent_s=sent)
        .filter(pl.col("sent_s") <= until)
        .select(
            wechat_name(seed).alias("微信号"),
            draws.taken(AGENTS, pl.col("agent")).alias("员工"),
            instant(pl.col("sent_s")).alias("时间"),
            pl.when(ours).then(pl.lit("发出")).otherwise(pl.lit("收到")).alias("方向"),
            draws.chosen(pl.col("turn"), "kind", _KINDS).alias("类型"),
        )
    )


@dataclass(frozen=True)
class Spend:
    """What was spent: the table to write, and fen by channel."""

    rows: pl.DataFrame
    fen_by_channel: dict[str, int]


def ad_spend(world: World) -> Spend:
    """One row per day and paid channel, in step with the size of the shop and the season."""
    start = day_number(date(world.until.year - 2, 1, 1))
    days = range(start, day_number(world.until) + 1)
    paid = [place for place, channel in enumerate(CHANNELS) if channel.daily_fen]
    weights = {number: weight_of(day_of(number)) for number in days}
    daily = [channel.daily_fen * world.customers // 1000 for channel in CHANNELS]
    table = (
        pl.DataFrame({"day": days, "weight": list(weights.values())}, schema={"day": pl.Int64, "weight": pl.Int64})
        .join(pl.DataFrame({"channel": paid}, schema={"channel": pl.Int64}), how="cross", maintain_order="left_right")
        .with_columns(row=draws.base(world.seed, "day", "channel"))
        .with_columns(
            fen=pl.lit(pl.Series(daily, dtype=pl.Int64)).gather(pl.col("channel"))
            * pl.col("weight")
            * (70 + draws.below(pl.col("row"), "spend", 60))
            // 10_000,
            seen=draws.below(pl.col("row"), "seen", 40) + 30,
        )
        .with_columns(channel_name=draws.taken([channel.name for channel in CHANNELS], pl.col("channel")))
    )
    shown = pl.col("fen") * pl.col("seen") // 100
    sums = table.group_by("channel_name").agg(pl.col("fen").sum()).sort("channel_name")
    return Spend(
        rows=table.select(
            pl.from_epoch(pl.col("day") * DAY_SECONDS).dt.to_string("%Y-%m-%d").alias("日期"),
            pl.col("channel_name").alias("渠道"),
            money(pl.col("fen")).alias("花费"),
            shown.cast(pl.String).alias("曝光"),
            (shown * 3 // 100).cast(pl.String).alias("点击"),
        ),
        fen_by_channel=dict(sums.iter_rows()),
    )


def truth_of_contacts(found: pl.DataFrame, spend: Spend) -> dict[str, Any]:
    """Counts by channel, best channel first; `bought` by the day of the exports, `true_a_share` the chance of it."""
    row, shares = pl.col("row"), true_a_shares()
    greeted = ~pl.col("buys") & (message_count(row) > 0) & only_greeted(row)
    counts = found.group_by("channel").agg(
        contacts=pl.len(),
        bought=pl.col("buys").sum(),
        deleted=pl.col("deleted_s").count(),
        only_greeted=greeted.sum(),
    )
    by_place = {entry.pop("channel"): entry for entry in counts.to_dicts()}
    channels = []
    for place, channel in enumerate(CHANNELS):
        if place in by_place:
            spent = round(spend.fen_by_channel.get(channel.name, 0) / 100, 2)
            share = round(shares[channel.name], 6)
            channels.append({"channel": channel.name, **by_place[place], "true_a_share": share, "spend": spent})
    totals = {"contacts": found.height, "bought": int(found["buys"].sum())}
    return {**totals, "channels": channels, "referrals": truth_of_referrals(found)}
