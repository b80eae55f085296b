"""Taobao's order report (2022, 71 columns) and item report of the same orders."""

from typing import Final

import polars as pl

from custtier.demo import draws
from custtier.demo.baskets import Baskets, Stage
from custtier.demo.cells import compact, instant, money, rows, text
from custtier.demo.identities import city_columns, name, number, phone, shows_phone, taobao_account
from custtier.demo.words import AGENTS, GIVEN_FIRST, PRODUCTS, RELATIONS, SHOP, SURNAMES
from custtier.demo.world import DAY_SECONDS, Platform, home

HEADER: Final = "taobao_orders"
ITEMS_HEADER: Final = "taobao_items"

NUMBERS: Final = frozenset(
    ("买家应付货款", "买家应付邮费", "总金额", "买家实际支付金额", "退款金额", "宝贝种类", "宝贝总数量")
)
"""Columns whose cells are numbers in a workbook."""

_STATUS: Final = {
    Stage.UNPAID: "等待买家付款",
    Stage.EXPIRED: "交易关闭",
    Stage.PAID: "买家已付款，等待卖家发货",
    Stage.SHIPPED: "卖家已发货，等待买家确认",
    Stage.DONE: "交易成功",
    Stage.RETURNED: "交易关闭",
}
_CARRIERS: Final = ("圆通速递", "中通快递", "韵达快递", "顺丰速运")
_NOTES: Final = ("null", "null", "null", "老客户，送小样", "加急", "包装用礼盒")
_MESSAGES: Final = (None, None, None, None, "请尽快发货，谢谢", "麻烦包好一点")


def order_id(seed: int) -> pl.Expr:
    """Nineteen digits: the day, the person's number, the order's own."""
    seq = pl.col("seq").cast(pl.String).str.zfill(4)
    return compact(pl.col("ordered_s"), "%y%m%d") + number(seed) + seq


def order_rows(found: Baskets, *, seed: int, guarded: bool) -> pl.DataFrame:
    """The order report: one row an order.

    Args:
        found: Taobao orders.
        seed: Of the shop.
        guarded: Ids and phones carry the marks of the CSV export: `="…"` and a leading apostrophe.
    """
    whose = draws.base(seed, "person")
    row = pl.col("row")
    # never the first order of an account: its own phone must have been seen to be its usual one
    gift = draws.happens(row, "gift", per_mille=40) & (pl.col("seq") > 0) & (home(whose) == Platform.TAOBAO)
    orders = found.orders.with_columns(
        number=order_id(seed),
        own_phone=phone(seed),
        virtual=~shows_phone(whose) | gift,
        gift=gift,
        **city_columns(whose),
    )
    return rows(orders, HEADER, _who(seed, guarded=guarded) | _amounts() | _course())


def _virtual_phone(row: pl.Expr) -> pl.Expr:
    shared = pl.lit("1610000") + text(draws.below(row, "virtual", 400)).str.zfill(4)
    return shared + pl.lit("-") + text(draws.below(row, "extension", 10_000)).str.zfill(4)


def _who(seed: int, *, guarded: bool) -> dict[str, pl.Expr | str]:
    whose, row = draws.base(seed, "person"), pl.col("row")
    virtual, gift = pl.col("virtual"), pl.col("gift")
    shown = pl.when(virtual).then(_virtual_phone(row)).otherwise(pl.col("own_phone"))
    expiry = pl.col("ordered_s") + 20 * DAY_SECONDS
    relative = draws.chosen(row, "relative surname", SURNAMES) + draws.chosen(row, "relative", GIVEN_FIRST)
    place = pl.concat_str("province", "city", "district", "town", "street", separator=" ")
    account = taobao_account(whose, seed)
    mark, guard = pl.lit("'" if guarded else ""), pl.lit('="' if guarded else "")
    return {
        "订单编号": guard + pl.col("number") + pl.lit('"' if guarded else ""),
        "主订单编号": guard + pl.col("number") + pl.lit('"' if guarded else ""),
        "买家会员名": account,
        "买家会员昵称": account,
        "收货人姓名": pl.when(gift).then(relative).otherwise(name(whose)),
        "收货地址": place + pl.lit("(") + pl.col("postcode") + pl.lit(")"),
        "运送方式": "快递",
        "联系手机": mark + shown,
        "虚拟号过期时间": pl.when(virtual).then(instant(expiry)),
        "买家留言": pl.when(gift)
        .then(pl.lit("送给") + draws.chosen(row, "relation", RELATIONS))
        .otherwise(draws.chosen(row, "message", _MESSAGES)),
        "店铺Id": "0",
        "店铺名称": SHOP,
    }


def _amounts() -> dict[str, pl.Expr | str]:
    """Paid amounts stand net of refunds here; unpaid orders show what was due in the total alone."""
    paid = pl.col("paid_s").is_not_null()
    nothing = pl.lit("0.00")
    net = pl.when(paid).then(money(pl.col("gross") - pl.col("refund"))).otherwise(nothing)
    return {
        "买家应付货款": money(pl.col("goods") - pl.col("saved")),
        "买家应付邮费": money(pl.col("shipping")),
        "买家支付积分": "0",
        "总金额": money(pl.col("gross")),
        "返点积分": "0",
        "买家实际支付金额": net,
        "买家实际支付积分": "0",
        "退款金额": pl.when(pl.col("refund") > 0).then(money(pl.col("refund"))).otherwise(pl.lit("0")),
        "打款商家金额": pl.when(pl.col("stage") == Stage.DONE).then(net + pl.lit("元")).otherwise(pl.lit("0.00元")),
        "卖家服务费": "0元",
        "买家服务费": "0元",
    }


def _status() -> pl.Expr:
    """Called off before it was sent, a refunded order says so; sent back later, it is simply closed."""
    codes, words = list(map(int, _STATUS)), list(_STATUS.values())
    plain = pl.col("stage").replace_strict(codes, words, return_dtype=pl.String)
    called_off = (pl.col("stage") == Stage.RETURNED) & pl.col("shipped_s").is_null()
    return pl.when(called_off).then(pl.lit("付款以后用户退款成功，交易自动关闭")).otherwise(plain)


def _course() -> dict[str, pl.Expr | str]:
    row, stage = pl.col("row"), pl.col("stage")
    sent = pl.col("shipped_s").is_not_null()
    tracking = pl.lit("No:YT") + text(draws.below(row, "parcel", 2_000_000_000)).str.zfill(13)
    reason = (
        pl.when(stage == Stage.EXPIRED)
        .then(pl.lit("买家未付款"))
        .when(stage == Stage.RETURNED)
        .then(pl.lit("退款"))
        .otherwise(pl.lit("订单未关闭"))
    )
    return {
        "支付单号": _payment_id(),
        "订单状态": _status(),
        "订单创建时间": instant(pl.col("ordered_s")),
        "订单付款时间": instant(pl.col("paid_s")),
        "发货时间": instant(pl.col("shipped_s")),
        "确认收货时间": instant(pl.col("done_s")),
        "宝贝标题": pl.col("titles").list.join("，"),
        "宝贝种类": text(pl.col("line_count")),
        "宝贝总数量": text(pl.col("pieces")),
        "物流单号": pl.when(sent).then(tracking),
        "物流公司": pl.when(sent).then(draws.chosen(row, "carrier", _CARRIERS)),
        "订单备注": draws.chosen(row, "note", _NOTES),
        "商家备忘": pl.when(draws.happens(row, "memo", per_mille=80)).then(draws.chosen(row, "agent", AGENTS)),
        "订单关闭原因": reason,
        "是否手机订单": pl.when(draws.happens(row, "mobile", per_mille=930)).then(pl.lit("手机订单")),
        "是否上传合同照片": "否",
        "是否上传小票": "否",
        "是否代付": "否",
        "是否信用购": "否",
    }


def item_rows(found: Baskets, *, seed: int, guarded: bool) -> pl.DataFrame:
    """The item report: one row a line; the first carries the shipping, so that lines add up to their order."""
    columns = ("position", "ordered_s", "paid_s", "shipped_s", "stage", "line_count", "shipping", "row")
    orders = found.orders.select(*columns, number=order_id(seed))
    first = pl.col("line") == 0
    returned = pl.col("stage") == Stage.RETURNED
    lines = found.items.join(orders, on="position", maintain_order="left").with_columns(
        due=pl.col("due") + pl.when(first).then("shipping").otherwise(0),
        refund=pl.col("refund") + pl.when(first & returned).then("shipping").otherwise(0),
    )
    return rows(lines, ITEMS_HEADER, _item_cells(guarded=guarded))


def _item_cells(*, guarded: bool) -> dict[str, pl.Expr | str]:
    guard, close = pl.lit('="' if guarded else ""), pl.lit('"' if guarded else "")
    titles = [product.title for product in PRODUCTS]
    specifications = [product.specification for product in PRODUCTS]
    code = pl.lit("SY") + text(pl.col("product") + 1).str.zfill(3)
    paid, refund = pl.col("paid_s").is_not_null(), pl.col("refund")
    turned_down = draws.happens(pl.col("row"), "turned down", per_mille=12) & paid
    return {
        "子订单编号": guard + _child_id() + close,
        "主订单编号": guard + pl.col("number") + close,
        "标题": draws.taken(titles, pl.col("product")),
        "价格": money(pl.col("price")),
        "购买数量": text(pl.col("pieces")),
        "外部系统编号": code,
        "商品属性": draws.taken(specifications, pl.col("product")),
        "备注": "null",
        "订单状态": _status(),
        "商家编码": code,
        "支付单号": _payment_id(),
        "买家应付货款": money(pl.col("due")),
        "买家实际支付金额": pl.when(paid).then(money(pl.col("due") - refund)).otherwise(pl.lit("0.00")),
        "退款状态": pl.when(refund > 0)
        .then(pl.lit("退款成功"))
        .when(turned_down)
        .then(pl.lit("退款关闭"))
        .otherwise(pl.lit("没有申请退款")),
        "退款金额": pl.when(refund > 0).then(money(refund)).otherwise(pl.lit("0.00")),
        "订单创建时间": instant(pl.col("ordered_s")),
        "订单付款时间": instant(pl.col("paid_s")),
    }


def _child_id() -> pl.Expr:
    """The order's own number for a single line; else its own last four digits for each line."""
    line = pl.when(pl.col("line_count") == 1).then(pl.lit(0, dtype=pl.Int64)).otherwise(pl.col("line") + 1)
    ending = text(pl.col("seq").cast(pl.Int64) + line * 100).str.zfill(4)
    return pl.col("number").str.slice(0, 15) + ending


def _payment_id() -> pl.Expr:
    """The payment's number, 25 digits; null while unpaid."""
    number = compact(pl.col("ordered_s"), "%Y%m%d") + pl.lit("2200") + pl.col("number").str.slice(6)
    return pl.when(pl.col("paid_s").is_not_null()).then(number)
