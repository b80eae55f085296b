"""JD's order export (80 columns): one row an item, the order's amounts repeated on each, phones masked."""

from typing import Final

import polars as pl

from custtier.demo import draws
from custtier.demo.baskets import Baskets, Stage
from custtier.demo.cells import instant, money, rows, text
from custtier.demo.identities import city_columns, jd_account, name, number, phone
from custtier.demo.words import AGENTS, PRODUCTS, SHOP

HEADER: Final = "jd_orders"

_STATUS: Final = {
    Stage.UNPAID: "等待付款",
    Stage.EXPIRED: "(删除)等待付款",
    Stage.PAID: "等待出库",
    Stage.SHIPPED: "等待确认收货",
    Stage.DONE: "完成",
    Stage.RETURNED: "(删除)等待出库",
}


def order_id(seed: int) -> pl.Expr:
    """Twelve digits: 3, the person's number, the order's own."""
    return pl.lit("3") + number(seed) + pl.col("seq").cast(pl.String).str.zfill(2)


def order_rows(found: Baskets, *, seed: int) -> pl.DataFrame:
    """The order export, one row a line."""
    whose = draws.base(seed, "person")
    orders = found.orders.with_columns(number=order_id(seed), **city_columns(whose))
    kept = orders.drop("person", "seq", "pieces")
    lines = found.items.drop("refund").join(kept, on="position", maintain_order="left")
    return rows(lines, HEADER, _item() | _order(seed))


def _item() -> dict[str, pl.Expr | str]:
    product = pl.col("product")
    return {
        "商品ID": text(product + 100_234_001),
        "商品名称": draws.taken([f"{found.title} {found.specification}" for found in PRODUCTS], product),
        "订购数量": text(pl.col("pieces")),
        "京东价": money(pl.col("price")),
        "货号": pl.lit("SY") + text(product + 1).str.zfill(3),
        "商家SKUID": pl.lit("SY") + text(product + 1).str.zfill(3),
    }


def _status(row: pl.Expr) -> pl.Expr:
    """Sent back after it went out, an order is deleted from another state; a few wait locked."""
    codes, words = list(map(int, _STATUS)), list(_STATUS.values())
    stage = pl.col("stage")
    plain = stage.replace_strict(codes, words, return_dtype=pl.String)
    sent_back = (stage == Stage.RETURNED) & pl.col("shipped_s").is_not_null()
    locked = (stage == Stage.PAID) & draws.happens(row, "locked", per_mille=60)
    cancelled = (stage == Stage.EXPIRED) & draws.happens(row, "cancelled", per_mille=400)
    return (
        pl.when(sent_back)
        .then(pl.lit("(删除)等待确认收货"))
        .when(locked)
        .then(pl.lit("(锁定)等待出库"))
        .when(cancelled)
        .then(pl.lit("已取消"))
        .otherwise(plain)
    )


def _order(seed: int) -> dict[str, pl.Expr | str]:
    whose, row = draws.base(seed, "person"), pl.col("row")
    footnote = pl.when(draws.happens(row, "footnote", per_mille=150)).then(pl.lit("（系统计算中，该值仅供参考）"))
    masked = pl.lit("1******") + phone(seed).str.slice(7)
    return {
        "订单号": pl.col("number"),
        "支付方式": "在线支付",
        "下单时间": instant(pl.col("ordered_s")),
        "订单金额": money(pl.col("goods") + pl.col("shipping")),
        "商家应收": money(pl.col("gross")) + footnote.fill_null(""),
        "余额支付": "0.00",
        "应付金额": money(pl.col("gross")),
        "订单状态": _status(row),
        "订单类型": "SOP",
        "下单帐号": jd_account(seed),
        "客户姓名": name(whose).str.slice(0, 1) + pl.lit("**"),
        "客户地址": pl.concat_str("province", "city", "district") + pl.lit("***"),
        "联系电话": masked,
        "运费金额": money(pl.col("shipping")),
        "付款确认时间": instant(pl.col("paid_s")),
        "订单出库时间": instant(pl.col("shipped_s")),
        "订单完成时间": instant(pl.col("done_s")),
        "订单渠道": pl.when(draws.happens(row, "mobile", per_mille=900)).then(pl.lit("APP")).otherwise(pl.lit("PC")),
        "订单来源": "京东",
        "商家备注": pl.when(draws.happens(row, "memo", per_mille=60)).then(draws.chosen(row, "agent", AGENTS)),
        "门店名称": SHOP,
        "是否为品牌商订单": "否",
        "是否为toplife订单": "否",
        "是否为以旧换新订单": "否",
    }
