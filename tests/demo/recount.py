"""A slow recount of export files in plain Python, by the rules and not by the demo's code."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from pathlib import Path


@dataclass
class Order:
    """One order as its file tells it."""

    platform: str
    account: str | None
    phone: str | None
    state: str
    ordered: str
    paid: str
    gross: Decimal = Decimal(0)
    refund: Decimal = Decimal(0)
    items: list[Decimal] = field(default_factory=list)

    @property
    def net(self) -> Decimal:
        return self.gross - self.refund


def records(path: Path, encoding: str) -> Iterator[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        lines = csv.reader(file)
        header = next(lines)
        for line in lines:
            assert len(line) == len(header)
            cells: dict[str, str] = {}
            for name, cell in zip(header, line, strict=True):
                cells.setdefault(name, cell)
            yield cells


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def full_phone(text: str) -> str | None:
    digits = text.removeprefix("'").removeprefix("+86")
    return digits if len(digits) == 11 and digits.isdigit() else None


TAOBAO = {
    "等待买家付款": "unpaid",
    "买家已付款，等待卖家发货": "paid",
    "卖家已发货，等待买家确认": "paid",
    "交易成功": "paid",
    "付款以后用户退款成功，交易自动关闭": "refunded",
}


SHOPIFY = {
    "paid": "paid",
    "partially_refunded": "paid",
    "pending": "unpaid",
    "voided": "closed",
    "refunded": "refunded",
}


def taobao(path: Path) -> dict[str, Order]:
    orders = {}
    for cells in records(path, "gb18030"):
        assert cells["订单编号"].startswith('="') and len(cells["订单编号"]) == 22
        paid, status = cells["订单付款时间"], cells["订单状态"]
        refund = Decimal(cells["退款金额"]) if paid else Decimal(0)
        gross = Decimal(cells["买家实际支付金额"]) + refund if paid else Decimal(0)
        if paid:
            assert gross == Decimal(cells["总金额"])
        state = ("refunded" if paid else "closed") if status == "交易关闭" else TAOBAO[status]
        phone = None if cells["虚拟号过期时间"] else full_phone(cells["联系手机"])
        order = Order("taobao", cells["买家会员名"], phone, state, cells["订单创建时间"], paid, gross, refund)
        assert cells["订单编号"] not in orders
        orders[cells["订单编号"]] = order
    return orders


def taobao_lines(path: Path) -> dict[str, list[tuple[str, Decimal, Decimal]]]:
    """Child number, paid and refund of each line, by order."""
    lines = defaultdict(list)
    for cells in records(path, "gb18030"):
        entry = (cells["子订单编号"], Decimal(cells["买家实际支付金额"]), Decimal(cells["退款金额"]))
        assert (cells["退款状态"] == "退款成功") == (entry[2] > 0)
        lines[cells["主订单编号"]].append(entry)
    return lines


def jd(path: Path) -> dict[str, Order]:
    orders: dict[str, Order] = {}
    for cells in records(path, "gb18030"):
        status, paid = cells["订单状态"], cells["付款确认时间"]
        assert cells["联系电话"].startswith("1******") and len(cells["联系电话"]) == 11
        if status in {"等待付款"}:
            state = "unpaid"
        elif status in {"(删除)等待付款", "已取消"}:
            state = "closed"
        elif status.startswith("(删除)"):
            state = "refunded"
        else:
            assert status in {"等待出库", "(锁定)等待出库", "等待确认收货", "完成"}
            state = "paid"
        gross = Decimal(cells["应付金额"]) if paid else Decimal(0)
        refund = gross if state == "refunded" else Decimal(0)
        order = Order("jd", cells["下单帐号"], None, state, cells["下单时间"], paid, gross, refund)
        known = orders.setdefault(cells["订单号"], order)
        assert (known.gross, known.state, known.account) == (order.gross, order.state, order.account)
        known.items.append(Decimal(cells["京东价"]) * int(cells["订购数量"]))
        assert Decimal(cells["订单金额"]) >= gross
    return orders


def youzan(path: Path) -> dict[str, Order]:
    orders = {}
    for cells in records(path, "utf-8-sig"):
        phone, paid = full_phone(cells["买家手机号"]), cells["买家付款时间"]
        refund = money(cells["订单已退款金额"])
        gross = money(cells["订单实付金额"])
        states = {"待付款": "unpaid", "待发货": "paid", "已发货": "paid", "交易完成": "paid"}
        state = ("refunded" if paid else "closed") if cells["订单状态"] == "交易关闭" else states[cells["订单状态"]]
        assert (state == "refunded") == (paid != "" and refund == gross)
        assert cells["订单号"] not in orders
        orders[cells["订单号"]] = Order("youzan", phone, phone, state, cells["订单创建时间"], paid, gross, refund)
    return orders


def shopify(path: Path) -> dict[str, Order]:
    orders: dict[str, Order] = {}
    for cells in records(path, "utf-8"):
        if cells["Name"] in orders:
            assert cells["Financial Status"] == cells["Total"] == cells["Phone"] == ""
            assert cells["Email"] == (orders[cells["Name"]].account or "")
            continue
        paid, state = cells["Paid at"], SHOPIFY[cells["Financial Status"]]
        gross = money(cells["Total"]) - money(cells["Outstanding Balance"]) if paid else Decimal(0)
        orders[cells["Name"]] = Order(
            "shopify",
            cells["Email"] or None,
            full_phone(cells["Phone"]),
            state,
            cells["Created at"],
            paid,
            gross,
            money(cells["Refunded Amount"]),
        )
        assert cells["Created at"].endswith(" +0800")
        assert cells["Currency"] == "CNY"
    return orders


def shop_orders(folder: Path) -> dict[str, dict[str, Order]]:
    return {
        "taobao": taobao(folder / "orders" / "taobao_orders.csv"),
        "jd": jd(folder / "orders" / "jd_orders.csv"),
        "youzan": youzan(folder / "orders" / "youzan_orders.csv"),
        "shopify": shopify(folder / "orders" / "shopify_orders.csv"),
    }


def totals(orders: Iterable[Order]) -> dict[str, object]:
    orders = list(orders)
    states = Counter(order.state for order in orders)
    return {
        "orders": len(orders),
        **{name: states[name] for name in ("unpaid", "paid", "refunded", "closed")},
        "purchases": sum(order.net > 0 for order in orders),
        "gross": float(sum((order.gross for order in orders), Decimal(0))),
        "refunds": float(sum((order.refund for order in orders), Decimal(0))),
        "net_sales": float(sum((order.net for order in orders), Decimal(0))),
    }


def customers(orders: Iterable[Order]) -> dict[str, list[Order]]:
    """Purchases by customer: accounts whose usual phones are equal are one."""
    by_account: dict[tuple[str, str], list[Order]] = defaultdict(list)
    for order in orders:
        if order.account is not None:
            by_account[order.platform, order.account].append(order)
    merged: dict[str, list[Order]] = defaultdict(list)
    for (platform, account), own in by_account.items():
        phones = Counter(order.phone for order in own if order.phone)
        latest = {order.phone: order.ordered for order in sorted(own, key=lambda order: order.ordered)}
        usual = max(phones, key=lambda phone: (phones[phone], latest[phone]), default=None)
        merged[usual or f"{platform} {account}"] += [order for order in own if order.net > 0]
    return {key: own for key, own in merged.items() if own}


def top_fifth(sales: list[Decimal]) -> dict[str, object]:
    best = sorted(sales, reverse=True)
    last = best[ceil(len(best) / 5) - 1]
    top = [net for net in best if net >= last]
    return {
        "customers": len(best),
        "net_sales": float(sum(best)),
        "top_customers": len(top),
        "top_sales": float(sum(top)),
        "cutoff_sales": float(last),
    }
