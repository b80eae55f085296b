"""Orders and the files that tell what was refunded of them come to what a file without refunds comes to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.store.readings import ID_KEY

from custtier.facts import Facts
from custtier.settings import Settings
from custtier.sources import read_files
from custtier.store import Store, facts_of

Rows = Sequence[Mapping[str, str]]


def written(folder: Path, name: str, rows: Rows) -> Path:
    """A CSV file of these rows: header → cell."""
    headers = list(dict.fromkeys(header for row in rows for header in row))
    path = folder / f"{name}.csv"
    lines = [headers, *([row.get(header, "") for header in headers] for row in rows)]
    path.write_text("\n".join(",".join(cells) for cells in lines) + "\n", encoding="utf-8")
    return path


def sales(facts: Facts) -> dict[int, int]:
    """Net sales of every order that has any."""
    bought = facts.purchases.with_columns(net=pl.col("gross") - pl.col("undated_refund") - pl.col("dated_refund"))
    found = bought.filter(pl.col("net") > 0).select("order_key", "net").collect()
    return dict(found.iter_rows())


def net_sales(files: Iterable[Path]) -> list[int]:
    """Net sales by order, sorted, of files that are one import."""
    facts = facts_of(read_files(list(files), settings=Settings()), settings=Settings(), id_key=ID_KEY)
    return sorted(sales(facts).values())


def net_sales_stored(files: Sequence[Path], folder: Path) -> list[int]:
    """Net sales by order, sorted, of files that were imported one after the other."""
    store = Store(folder, settings=Settings(), id_key=ID_KEY)
    for number, path in enumerate(files):
        at = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=number)
        store.add(read_files([path], settings=Settings()), imported_at=at)
    return sorted(sales(store.facts()).values())


def pdd_order(number: int, paid: str, *, status: str = "已收货", after: str = "无售后或售后取消") -> dict[str, str]:
    return {
        "商品": "桂花糕",
        "订单号": f"260301-10000000000000{number}",
        "订单状态": status,
        "用户实付金额(元)": paid,
        "商家实收金额(元)": paid,
        "商品数量(件)": "1",
        "售后状态": after,
        "订单成交时间": "2026-03-01 08:00:00",
    }


def pdd_aftersale(number: int, refund: str, *, state: str = "退款成功") -> dict[str, str]:
    order = f"260301-10000000000000{number}"
    return {"售后编号": f"A{number}{refund}", "订单编号": order, "售后状态": state, "退款金额": refund}


def pdd_movement(number: int, spent: str, *, kind: str = "退款") -> dict[str, str]:
    return {
        "商户订单号": f"260301-10000000000000{number}",
        "发生时间": "2026-03-12 10:00:00",
        "收入金额（+元）": "0" if kind == "退款" else spent,
        "支出金额（-元）": f"-{spent}" if kind == "退款" else "0",
        "账务类型": kind,
    }


PDD = {
    "orders": [
        pdd_order(1, "100.00"),
        pdd_order(2, "80.00", after="退款成功"),
        pdd_order(3, "60.00", status="未发货，退款成功", after="退款成功"),
        pdd_order(4, "40.00", after="售后处理中"),
    ],
    "aftersales": [
        pdd_aftersale(2, "30.00"),
        pdd_aftersale(2, "5.00"),
        pdd_aftersale(3, "60.00"),
        pdd_aftersale(4, "40.00", state="售后处理中"),
        pdd_aftersale(1, "100.00", state="售后取消"),
    ],
    "fund": [pdd_movement(1, "100.00", kind="交易收入"), pdd_movement(2, "30.00"), pdd_movement(2, "5.00")],
    "net": [pdd_order(1, "100.00"), pdd_order(2, "45.00"), pdd_order(4, "40.00")],
}


def douyin_item(order: int, line: int, paid: str, *, after: str = "-", status: str = "已完成") -> dict[str, str]:
    return {
        "主订单编号": f"69000000000000000{order}",
        "子订单编号": f"69000000000000000{order}{line}",
        "选购商品": f"商品{line}",
        "商品ID": f"{line}",
        "商品数量": "1",
        "订单应付金额": paid,
        "订单状态": status,
        "售后状态": after,
        "订单提交时间": "2026-03-01 10:00:00",
        "支付完成时间": "2026-03-01 10:00:05",
    }


def douyin_aftersale(number: str, order: int, line: int, goods: str, *, freight: str = "0") -> dict[str, str]:
    return {
        "售后单号": number,
        "订单号": f"69000000000000000{order}",
        "商品单号": f"69000000000000000{order}{line}",
        "退商品金额（元）": goods,
        "退运费金额（元）": freight,
        "退支付优惠（元）": "3.00",
        "售后状态": "同意退款，退款成功",
        "商家退款时间": "2026-03-10 12:00:00",
    }


def douyin_movement(number: str, order: int, line: int, spent: str, *, after: str, before: str = "0") -> dict[str, str]:
    settled = before != "0"
    return {
        "动账时间": "2026-03-10 12:00:01",
        "动帐流水号": number,
        "动账方向": "入账" if settled else "出账",
        "动账金额": spent,
        "动账场景": "货款结算入账" if settled else "退款-结算后退款-退用户",
        "子订单号": f"69000000000000000{order}{line}",
        "订单号": f"69000000000000000{order}",
        "售后编号": after,
        "订单退款": before,
    }


def douyin_settlement(order: int, line: int, before: str) -> dict[str, str]:
    return {
        "结算时间": "2026-03-15 08:00:00",
        "订单号": f"69000000000000000{order}",
        "子订单号": f"69000000000000000{order}{line}",
        "结算金额": "1.00",
        "结算单类型": "订单结算",
        "结算前退款金额": before,
        "用户实付": "1.00",
    }


DOUYIN = {
    "orders": [
        douyin_item(1, 1, "100.00"),
        douyin_item(1, 2, "50.00", after="同意退款，退款成功"),
        douyin_item(2, 1, "80.00", after="同意退款，退款成功"),
        douyin_item(3, 1, "60.00", after="退款成功", status="已关闭"),
    ],
    "aftersales": [
        douyin_aftersale("S1", 1, 2, "50.00"),
        douyin_aftersale("S2", 2, 1, "20.00", freight="6.00"),
        douyin_aftersale("S3", 3, 1, "60.00"),
    ],
    "fund": [
        douyin_movement("F1", 1, 2, "30.00", after="S1"),
        douyin_movement("F2", 1, 2, "20.00", after="S1"),
        douyin_movement("F3", 2, 1, "54.00", after="", before="-26.00"),
    ],
    "settlement": [douyin_settlement(2, 1, "26.00"), douyin_settlement(1, 1, "0")],
    "net": [douyin_item(1, 1, "100.00"), douyin_item(2, 1, "54.00")],
}


def taobao_order(number: int, paid: str, total: str, *, back: str = "0.00", status: str = "交易成功") -> dict[str, str]:
    return {
        "订单编号": f"20260301000000000{number}",
        "买家会员名": f"买家{number}",
        "总金额": total,
        "买家实际支付金额": paid,
        "订单状态": status,
        "订单创建时间": "2026-03-01 10:00:00",
        "订单付款时间": "2026-03-01 10:00:05",
        "退款金额": back,
    }


def taobao_refund(number: int, amount: str, *, status: str = "退款成功") -> dict[str, str]:
    return {
        "退款编号": f"R{number}",
        "订单编号": f"20260301000000000{number}",
        "退给买家金额": amount,
        "退款状态": status,
        "退款完结时间": "2026-03-10 12:00:00",
    }


GONE = "付款以后用户退款成功，交易自动关闭"
TAOBAO = {
    "orders": [
        taobao_order(1, "100.00", "100.00"),
        taobao_order(2, "80.00", "80.00", status="卖家已发货，等待买家确认"),
        taobao_order(3, "60.00", "60.00", status="买家已付款，等待卖家发货"),
    ],
    "refunds": [taobao_refund(2, "30.00"), taobao_refund(3, "60.00"), taobao_refund(1, "100.00", status="退款关闭")],
    "net": [
        taobao_order(1, "100.00", "100.00"),
        taobao_order(2, "50.00", "80.00", back="30.00"),
        taobao_order(3, "0.00", "60.00", back="60.00", status=GONE),
    ],
}


def xiaohongshu_sku(order: int, sku: str, paid: str, *, after: str = "无售后") -> dict[str, str]:
    return {
        "订单号": f"P80000000000000000{order}",
        "订单状态": "已完成",
        "售后状态": after,
        "小红书编码": sku,
        "规格ID": sku,
        "商品名称": sku,
        "SKU件数": "1",
        "用户应付金额(元)": paid,
        "支付时间": "2026-03-01 10:00:05",
        "订单创建时间": "2026-03-01 10:00:00",
        "用户编号": f"U{order}",
    }


def xiaohongshu_movement(
    order: int, after: str, goods: str, *, freight: str = "0", kind: str = "退款"
) -> dict[str, str]:
    return {
        "订单号": f"P80000000000000000{order}",
        "售后单号": after,
        "结算时间": "2026-03-20 08:00:00",
        "交易类型": kind,
        "商品实付/实退": goods,
        "运费实付/实退": freight,
    }


XIAOHONGSHU = {
    "orders": [
        xiaohongshu_sku(1, "a", "100.00"),
        xiaohongshu_sku(1, "b", "50.00", after="售后完成"),
        xiaohongshu_sku(2, "a", "80.00", after="售后完成"),
        xiaohongshu_sku(3, "a", "60.00", after="售后完成"),
    ],
    "settlement": [
        xiaohongshu_movement(1, "-", "150.00", kind="结算入账"),
        xiaohongshu_movement(1, "R1", "-50.00"),
        xiaohongshu_movement(2, "R2", "-20.00", freight="-6.00"),
        xiaohongshu_movement(3, "R3", "-60.00"),
    ],
    "net": [xiaohongshu_sku(1, "a", "100.00"), xiaohongshu_sku(2, "a", "54.00")],
}

SHOPS = {"pdd": PDD, "douyin": DOUYIN, "taobao": TAOBAO, "xiaohongshu": XIAOHONGSHU}
PAIRS = [
    ("pdd", ("aftersales",)),
    ("pdd", ("aftersales", "fund")),
    ("douyin", ("aftersales",)),
    ("douyin", ("aftersales", "settlement", "fund")),
    ("taobao", ("refunds",)),
    ("xiaohongshu", ("settlement",)),
]


@pytest.mark.parametrize(
    ("platform", "told_by"), PAIRS, ids=lambda value: value if isinstance(value, str) else "+".join(value)
)
def test_orders_and_their_refund_files_sell_what_a_net_file_sells(
    platform: str, told_by: Sequence[str], tmp_path: Path
) -> None:
    shop = SHOPS[platform]
    expected = net_sales([written(tmp_path, "net", shop["net"])])
    files = [written(tmp_path, name, shop[name]) for name in ("orders", *told_by)]
    assert net_sales(files) == expected
    for number, order in enumerate((files, files[::-1])):
        assert net_sales_stored(order, tmp_path / f"store{number}") == expected


@pytest.mark.parametrize("platform", ["pdd", "douyin", "xiaohongshu"])
def test_without_a_refund_file_a_finished_aftersale_takes_the_whole_back(platform: str, tmp_path: Path) -> None:
    shop = SHOPS[platform]
    left = {"pdd": [4000, 10000], "douyin": [10000], "xiaohongshu": [10000]}[platform]
    assert net_sales([written(tmp_path, "orders", shop["orders"])]) == left


def test_an_order_report_of_after_the_refund_and_the_refund_report_take_it_off_once(tmp_path: Path) -> None:
    later = written(tmp_path, "net", TAOBAO["net"])
    refunds = written(tmp_path, "refunds", TAOBAO["refunds"])
    assert net_sales([later, refunds]) == net_sales([refunds, later]) == net_sales([later]) == [5000, 10000]


def test_refunds_that_two_files_know_in_part_are_all_taken_off(tmp_path: Path) -> None:
    orders = written(tmp_path, "orders", [douyin_item(1, 1, "100.00")])
    march = written(
        tmp_path, "aftersales", [douyin_aftersale("S1", 1, 1, "10.00"), douyin_aftersale("S2", 1, 1, "20.00")]
    )
    april = written(
        tmp_path,
        "fund",
        [douyin_movement("F2", 1, 1, "20.00", after="S2"), douyin_movement("F3", 1, 1, "5.00", after="S3")],
    )
    assert net_sales([orders, march, april]) == [6500]


def test_a_refund_that_is_paid_back_in_parts_is_taken_off_whole(tmp_path: Path) -> None:
    orders = written(tmp_path, "orders", [xiaohongshu_sku(1, "a", "100.00")])
    parts = [xiaohongshu_movement(1, "R1", "-20.00"), xiaohongshu_movement(1, "R1", "-5.00")]
    assert net_sales([orders, written(tmp_path, "settlement", parts)]) == [7500]


def test_undoing_the_refund_file_gives_the_refunds_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", settings=Settings(), id_key=ID_KEY)
    at = datetime(2026, 6, 1, tzinfo=UTC)
    for number, name in enumerate(("orders", "aftersales")):
        path = written(tmp_path, name, DOUYIN[name])
        store.add(read_files([path], settings=Settings()), imported_at=at + timedelta(minutes=number))
    assert sorted(sales(store.facts()).values()) == [5400, 10000]
    store.undo(2, at=at + timedelta(hours=1))
    assert sorted(sales(store.facts()).values()) == [10000]


def jushuitan_row(order: str, site: str, paid: str) -> dict[str, str]:
    return {
        "订单号": "1001",
        "线上订单号": order,
        "店铺": "一店",
        "平台站点": site,
        "买家账号": "买家1",
        "下单时间": "2026-03-01 10:00:00",
        "付款日期": "2026-03-01 10:00:05",
        "已付金额": paid,
        "状态": "已发货",
        "商品编码": "X1",
        "商品名称": "商品",
        "数量": "1",
    }


def jushuitan_sale(order: str, shop: str, sku: str, sold: str, *, after: str = "", back: str = "0") -> dict[str, str]:
    return {
        "内部订单号": "1001",
        "售后单号": after,
        "线上订单号": order,
        "订单状态": "已发货",
        "店铺": shop,
        "买家账号": "买家1",
        "订单日期": "2026-03-01 10:00:00",
        "付款日期": "2026-03-01 10:00:05",
        "商品编码": sku,
        "销售数量": "1",
        "销售金额": sold,
        "退货金额": back,
    }


def test_the_export_of_an_erp_and_the_platforms_own_are_one_order(tmp_path: Path) -> None:
    own = written(tmp_path, "own", [taobao_order(1, "100.00", "100.00")])
    erp = written(tmp_path, "erp", [jushuitan_row("202603010000000001", "淘宝天猫", "100.00")])
    elsewhere = written(tmp_path, "elsewhere", [jushuitan_row("202603010000000001", "某某商城", "100.00")])
    assert net_sales([own, erp]) == net_sales([erp, own]) == [10000]
    assert net_sales([own, elsewhere]) == [10000, 10000]


def test_two_lists_of_the_same_items_do_not_add_up(tmp_path: Path) -> None:
    own = written(tmp_path, "own", [douyin_item(1, 1, "100.00"), douyin_item(1, 2, "50.00")])
    order = "690000000000000001"
    erp = written(
        tmp_path,
        "erp",
        [jushuitan_sale(order, "抖音一店", "X1", "100.00"), jushuitan_sale(order, "抖音一店", "X2", "50.00")],
    )
    assert net_sales([own, erp]) == net_sales([erp, own]) == [15000]


def test_an_aftersale_of_an_erp_and_one_of_the_platform_take_the_money_back_once(tmp_path: Path) -> None:
    order = "690000000000000001"
    erp = written(
        tmp_path,
        "erp",
        [
            jushuitan_sale(order, "抖音一店", "X1", "100.00"),
            jushuitan_sale(order, "抖音一店", "X1", "0", after="9", back="30.00"),
        ],
    )
    own = written(tmp_path, "own", [douyin_aftersale("S1", 1, 1, "30.00")])
    assert net_sales([erp, own]) == net_sales([own, erp]) == net_sales([erp]) == [7000]


def test_a_fund_bill_of_a_payment_takes_off_what_the_trade_bill_does_once(tmp_path: Path) -> None:
    cases = Path(__file__).parent.parent / "cases"
    trades = next((cases / "wechatpay-merchant" / "backticks").glob("*.csv"))
    funds = next((cases / "wechatpay-fund" / "refunds-name-their-payment").glob("*.csv"))
    assert net_sales([trades, funds]) == net_sales([funds, trades]) == net_sales([trades])


def test_an_account_statement_takes_off_refunds_of_the_shop_whose_payment_it_was(tmp_path: Path) -> None:
    order = {**taobao_order(1, "100.00", "100.00"), "支付单号": "2026030122001400000000000001"}
    own = written(tmp_path, "own", [order])
    account = {
        "入账时间": "2026-03-10 10:00:00",
        "支付宝交易号": "2026030122001400000000000001",
        "支付宝流水号": "F2",
        "账务类型": "交易退款",
        "收入（+元）": "",
        "支出（-元）": "-20.00",
    }
    bill = written(
        tmp_path, "bill", [account, {**account, "支付宝流水号": "F3", "账务类型": "收费", "支出（-元）": "-0.60"}]
    )
    assert net_sales([own, bill]) == net_sales([bill, own]) == [8000]


def test_a_file_of_refunds_alone_sells_nothing(tmp_path: Path) -> None:
    assert net_sales([written(tmp_path, "aftersales", PDD["aftersales"])]) == []
