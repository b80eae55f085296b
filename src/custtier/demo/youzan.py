"""Youzan's order export (60 columns): one row an order, gross amounts beside their refunds, phones."""

from typing import Final

import polars as pl

from custtier.demo import draws
from custtier.demo.baskets import Baskets, Stage
from custtier.demo.cells import compact, instant, rows, text
from custtier.demo.cells import money as plain_money
from custtier.demo.identities import city_columns, name, number, phone
from custtier.demo.words import AGENTS, NICK_WORDS, SHOP
from custtier.demo.world import Role

HEADER: Final = "youzan_orders"

_STATUS: Final = {
    Stage.UNPAID: "待付款",
    Stage.EXPIRED: "交易关闭",
    Stage.PAID: "待发货",
    Stage.SHIPPED: "已发货",
    Stage.DONE: "交易完成",
    Stage.RETURNED: "交易关闭",
}
_SOURCES: Final = ("微信小程序", "微信小程序", "微信小程序", "公众号", "朋友圈分享", "视频号")
_BLANK: Final = "——"


def order_id(seed: int) -> pl.Expr:
    """E and 23 digits: the minute, the order's own, the person's number."""
    seq = pl.col("seq").cast(pl.String).str.zfill(2)
    return pl.lit("E") + compact(pl.col("ordered_s"), "%Y%m%d%H%M") + seq + number(seed)


def order_rows(found: Baskets, *, seed: int) -> pl.DataFrame:
    """The order export; who buys as a stranger has a masked phone."""
    whose = draws.base(seed, "person")
    own = phone(seed)
    masked = own.str.slice(0, 3) + pl.lit("******") + own.str.slice(9)
    shown = pl.when(pl.col("role") == Role.STRANGER).then(masked).otherwise(own)
    orders = found.orders.with_columns(shown_phone=shown, **city_columns(whose))
    return rows(orders, HEADER, _amounts() | _course(seed) | _who(seed))


def _money(fen: pl.Expr) -> pl.Expr:
    """Thousands with a comma, as this export writes them."""
    whole = fen // 100
    comma = (whole // 1000).cast(pl.String) + pl.lit(",") + (whole % 1000).cast(pl.String).str.zfill(3)
    cents = pl.lit(".") + (fen % 100).cast(pl.String).str.zfill(2)
    return pl.when(whole >= 1000).then(comma + cents).otherwise(plain_money(fen))


def _amounts() -> dict[str, pl.Expr | str]:
    paid = pl.col("paid_s").is_not_null()
    received = pl.when(paid).then(_money(pl.col("gross"))).otherwise(pl.lit("0.00"))
    refund = pl.col("refund")
    refunded = (
        pl.when((refund > 0) & (refund == pl.col("gross")))
        .then(pl.lit("全额退款"))
        .when(refund > 0)
        .then(pl.lit("部分退款"))
        .otherwise(pl.lit(_BLANK))
    )
    return {
        "商品金额合计": _money(pl.col("goods")),
        "运费": _money(pl.col("shipping")),
        "店铺优惠合计": _money(pl.col("saved")),
        "应收订单金额": _money(pl.col("gross")),
        "订单实付金额": received,
        "支付优惠合计": "0.00",
        "订单实收金额": received,
        "订单退款状态": refunded,
        "订单已退款金额": _money(refund),
    }


def _course(seed: int) -> dict[str, pl.Expr | str]:
    row, paid = pl.col("row"), pl.col("paid_s").is_not_null()
    helped = draws.happens(row, "helped", per_mille=350)
    return {
        "订单号": order_id(seed),
        "销售渠道": "网店",
        "归属店铺": SHOP,
        "订单类型": "普通订单",
        "订单状态": pl.col("stage").replace_strict(
            list(map(int, _STATUS)), list(_STATUS.values()), return_dtype=pl.String
        ),
        "推广方式": _BLANK,
        "订单来源": draws.chosen(row, "source", _SOURCES),
        "订单创建时间": instant(pl.col("ordered_s")),
        "买家付款时间": instant(pl.col("paid_s")),
        "交易成功时间": instant(pl.col("done_s")),
        "付款方式": pl.when(paid).then(pl.lit("微信支付")),
        "支付流水号": pl.when(paid).then(pl.lit("YZ") + order_id(seed).str.slice(1)),
        "全部商品名称": pl.col("titles").list.join(";"),
        "商品种类数": text(pl.col("line_count")),
        "订单配送方式": "快递发货",
        "分销员": pl.when(helped).then(draws.chosen(pl.col("row"), "agent", AGENTS)).otherwise(pl.lit(_BLANK)),
        "商家订单备注": _BLANK,
    }


def _who(seed: int) -> dict[str, pl.Expr | str]:
    whose = draws.base(seed, "person")
    nick = draws.chosen(whose, "nick", NICK_WORDS)
    return {
        "收货人省份": pl.col("province"),
        "收货人城市": pl.col("city"),
        "收货人地区": pl.col("district"),
        "详细收货地址/提货地址": pl.col("town") + pl.col("street"),
        "收货人/提货人": name(whose),
        "收货人手机号/提货人手机号": pl.col("shown_phone"),
        "买家昵称": nick,
        "买家是否会员": pl.when(draws.happens(whose, "member", per_mille=400))
        .then(pl.lit("是"))
        .otherwise(pl.lit("否")),
        "买家手机号": pl.col("shown_phone"),
    }
