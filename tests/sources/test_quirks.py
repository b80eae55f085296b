"""Every quirk of an export has a case that is read otherwise when its handling is switched off."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from custtier.errors import CusttierError
from custtier.schema import State
from custtier.settings import Settings
from custtier.sources import Reading, fields, read, read_files
from custtier.sources.formats import identify
from custtier.sources.formats.profile import Profile, load_profiles
from custtier.sources.orders import convert, values
from custtier.sources.sheets import decoding, text_sheet
from custtier.sources.transforms import money

CASES = Path(__file__).parent.parent / "cases"
NEVER = r"[^\s\S]"
Switch = Callable[[pytest.MonkeyPatch, str], None]
Change = Callable[[dict[str, Any]], None]


def profile_without(change: Change) -> Switch:
    """The profile of the case as its TOML would be without a key."""

    def switch(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        text = (files("custtier.sources") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
        table = tomllib.loads(text)
        change(table)
        profiles = {**load_profiles(), name: Profile.model_validate(table)}
        monkeypatch.setattr(read, "known_profiles", lambda: profiles)

    return switch


def key(*names: str) -> Switch:
    """The profile without these keys; `statuses.cut_prefixes` is the key of a table."""

    def change(table: dict[str, Any]) -> None:
        for name in names:
            *tables, last = name.split(".")
            within = table
            for part in tables:
                within = within[part]
            del within[last]

    return profile_without(change)


def instead(**keys: object) -> Switch:
    """The profile with other values of these keys."""
    return profile_without(lambda table: table.update(keys))


def patch(module: object, name: str, value: object) -> Switch:
    """A module with another function or constant."""
    return lambda monkeypatch, _: monkeypatch.setattr(module, name, value)


def both(*switches: Switch) -> Switch:
    def switch(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        for one in switches:
            one(monkeypatch, name)

    return switch


def money_of_each_row(table: dict[str, Any]) -> None:
    """Each row's amount taken for its item's, as if the order's did not stand on all of them."""
    table["grain"] = "item"
    table["columns"].pop("amount", None)
    table["columns"]["amount"] = table["columns"].pop("gross")
    table["required"] = ["order_id", "amount"]


def money_of_one_row(table: dict[str, Any]) -> None:
    """An order's amount taken from one row of it, as if no piece had a row of its own."""
    table["grain"] = "item_repeated"
    table["columns"]["gross"] = table["columns"].pop("amount")
    table["columns"]["refund"] = table["columns"].pop("item_refund")
    table["required"] = ["order_id", "gross"]


def deleted_words(table: dict[str, Any]) -> None:
    """No word that says (删除), whole or as a prefix."""
    statuses = table["statuses"]
    del statuses["cancelled_prefixes"]
    for state in ("closed", "refunded"):
        statuses[state] = [word for word in statuses[state] if "(删除)" not in word]


def without_item_rules(table: dict[str, Any]) -> None:
    del table["columns"]["item_status"]


def last_of_a_name(cells: list[str]) -> dict[str, list[int]]:
    """Columns by header where a header that stands twice is overwritten."""
    return {identify.normal_header(cell): [index] for index, cell in enumerate(cells) if cell.strip()}


@dataclass(frozen=True)
class Quirk:
    """What exports do, the case that shows it, and what reading it without the handling does to the figures.

    Args:
        case: Folder of the case.
        off: Switches the handling off.
        changes: Figure → what it is, and what it would be: the figures that tell most.
    """

    case: str
    off: Switch
    changes: Mapping[str, tuple[object, object]]


QUIRKS: dict[str, Quirk] = {
    "an order's amount stands on the row of each item": Quirk(
        "jd-orders/items-repeat-the-order",
        profile_without(money_of_each_row),
        {"sales": (79500, 94300), "refunds": (9800, 0)},
    ),
    "an order's total stands on the row of each item, in a workbook": Quirk(
        "shopee-orders/totals-repeat", profile_without(money_of_each_row), {"sales": (8530, 13080)}
    ),
    "rows of further items leave the order's cells blank": Quirk(
        "alibaba1688-orders/blank-below-the-first-row",
        patch(convert, "_with_ids_filled", lambda table: table),
        {"rejected": (2, 4)},
    ),
    "an order's cells are merged over the rows of its items": Quirk(
        "alibaba1688-orders/merged-cells", instead(grain="order"), {"rejected": (0, 1)}
    ),
    "every piece has a row of its own": Quirk(
        "lazada-orders/a-row-a-piece", profile_without(money_of_one_row), {"sales": (4500, 3000)}
    ),
    "a refund is a row of its own": Quirk(
        "wechatpay-merchant/trailer-agrees", key("rows"), {"sales": (135800, 0), "refunds": (30800, 0)}
    ),
    "a refund is a row with negative amounts": Quirk(
        "square-items/refund-rows", key("rows"), {"sales": (114160, 1672), "refunds": (1744, 0)}
    ),
    "a refund is a row with its order's number and a negative amount": Quirk(
        "woocommerce-orders/refund-rows", key("negative"), {"sales": (9758, 7208), "refunds": (4680, 0)}
    ),
    "totals stand under the table": Quirk(
        "wechatpay-merchant/trailer-agrees", key("trailers"), {"rejected": (0, 2), "excluded": (2, 0)}
    ),
    "counts stand under the table": Quirk(
        "ebay-orders/blank-lines-and-trailer", key("trailers"), {"rejected": (0, 2), "excluded": (2, 0)}
    ),
    "the second row explains the columns": Quirk(
        "tiktok-shop-orders/description-row", key("description_row"), {"rejected": (0, 1), "excluded": (1, 0)}
    ),
    "a header stands twice": Quirk(
        "youzan-orders/duplicate-header", patch(identify, "_positions", last_of_a_name), {"first agent": ("小王", None)}
    ),
    "every cell begins with a backtick": Quirk(
        "wechatpay-merchant/backticks",
        both(key("cell_prefix"), patch(text_sheet, "has_backticks", lambda *_: False)),
        {"sales": (3000, 0), "refunds": (2400, 0)},
    ),
    'ids are guarded as ="…"': Quirk(
        "taobao-orders/report-2018",
        patch(fields, "unguarded", lambda text: text),
        {"first order": ("202603000000000001", '="202603000000000001"')},
    ),
    "a footnote stands in the amount": Quirk(
        "generic/footnotes-in-amounts", patch(money, "_FOOTNOTE", NEVER), {"sales": (185690, 5800), "rejected": (0, 2)}
    ),
    "a status begins with (删除)": Quirk(
        "jd-orders/items-repeat-the-order", profile_without(deleted_words), {"refunds": (9800, 0), "rejected": (2, 5)}
    ),
    "a status begins with (锁定)": Quirk(
        "jd-orders/items-repeat-the-order", key("statuses.cut_prefixes"), {"sales": (79500, 29600), "rejected": (2, 3)}
    ),
    "a paid amount has its refund taken off": Quirk(
        "taobao-orders/report-2018", key("paid"), {"sales": (43990, 38990)}
    ),
    "shipping and promotions stand in columns of their own": Quirk(
        "amazon-order-report/europe-without-quotes", key("sums"), {"sales": (6790, 9485), "rejected": (1, 0)}
    ),
    "a quotation mark is a character": Quirk(
        "amazon-order-report/europe-without-quotes", key("quotes"), {"error": (None, "unreadable-file")}
    ),
    "a file of Western Europe is no UTF-8": Quirk(
        "amazon-order-report/europe-without-quotes",
        patch(decoding, "_code_page", lambda _: "gb18030"),
        {"error": (None, "undecodable-file")},
    ),
    "a Japanese file is no UTF-8": Quirk(
        "amazon-order-report/japan",
        patch(decoding, "_code_page", lambda _: "gb18030"),
        {
            "first product": ("湯のみ茶わん\u3000ペアセット", "搾偺傒拑傢傫丂儁傾僙僢僩"),
            "first name": ("見本 花子", "尒杮 壴巕"),
        },
    ),
    "one item of an order is cancelled, without a price": Quirk(
        "amazon-all-orders/cancelled-without-a-price",
        profile_without(without_item_rules),
        {"sales": (6580, 2800), "rejected": (1, 3)},
    ),
    "an account stands in brackets behind a name": Quirk(
        "etsy-items/several-items",
        profile_without(lambda table: table["accounts"][0].pop("pattern")),
        {"first account": ("fake_user_01", "Testy Fakename (fake_user_01)")},
    ),
    "names are written as in a web page": Quirk(
        "etsy-items/several-items", key("html"), {"first product": ('Cup 12" & lid', "Cup 12&quot; &amp; lid")}
    ),
    "a year has two digits": Quirk(
        "etsy-orders/adjusted-totals", key("date_formats"), {"sales": (111345, 0), "refunds": (1000, 0)}
    ),
    "a refund shows in an adjusted total": Quirk(
        "etsy-orders/adjusted-totals", key("columns.adjusted"), {"refunds": (1000, 0)}
    ),
    "a market's headers tell its currency": Quirk(
        "shopee-orders/indonesia",
        profile_without(lambda table: table["signatures"][1].pop("currency")),
        {"sales": (125000000, 8750000), "currencies": ("IDR", "CNY")},
    ),
    "a dot groups thousands in rupiah": Quirk(
        "shopee-orders/indonesia",
        patch(values, "NEVER_DECIMAL", frozenset()),
        {"sales": (125000000, 8750000), "rejected": (0, 2)},
    ),
    "a country tells the currency": Quirk(
        "shopee-orders/totals-repeat", key("currency_of_country"), {"currencies": ("MYR,SGD", "CNY")}
    ),
    "the time of day stands in a column of its own": Quirk(
        "square-items/refund-rows",
        key("clocks"),
        {"first time": ("2026-01-03 22:30:00+00:00", "2026-01-03 05:00:00+00:00")},
    ),
    "every row has its own time zone": Quirk(
        "square-items/refund-rows", key("zones"), {"sales": (114160, 115032), "rejected": (2, 1)}
    ),
    "an amount in brackets is negative": Quirk(
        "square-items/refund-rows",
        patch(money, "_NEGATIVE", NEVER),
        {"sales": (114160, 113288), "refunds": (1744, 872)},
    ),
    "a symbol tells the currency": Quirk(
        "square-items/refund-rows", key("currency_symbols"), {"currencies": ("GBP,USD", "USD")}
    ),
    "times are in UTC and do not say so": Quirk(
        "stripe-payments/live-and-test",
        key("zone"),
        {"first time": ("2026-01-03 20:30:00+00:00", "2026-01-03 12:30:00+00:00")},
    ),
    "payments of a test stand among the others": Quirk(
        "stripe-payments/live-and-test", key("rows"), {"sales": (13380, 23280), "excluded": (1, 0)}
    ),
    "a comma parts the cents": Quirk(
        "stripe-payments/decimal-commas",
        patch(money, "_DECIMAL_COMMA", NEVER),
        {"sales": (129400, 300126), "refunds": (1250, 125000)},
    ),
    "a time has AM or PM": Quirk(
        "magento-orders/grid", key("date_formats"), {"sales": (11100, 2000), "refunds": (3000, 0)}
    ),
}


def figures(case: str) -> dict[str, object]:
    """What a reading comes to, or the code of its error."""
    source = next(path for path in (CASES / case).iterdir() if path.is_file())
    try:
        (reading,) = read_files([source], settings=Settings())
    except CusttierError as problem:
        return {"error": problem.code}
    return {
        "error": None,
        "orders": reading.orders.height,
        "sales": sales_of(reading),
        "refunds": stated_refunds(reading) + int(reading.refunds["amount"].sum()),
        "excluded": reading.records.filter(outcome="excluded").height,
        "rejected": reading.rejects.height,
        "currencies": ",".join(sorted(reading.orders["currency"].drop_nulls().unique())),
        "first order": reading.orders["order_id"].first(),
        "first time": str(reading.orders["ordered_at"].min()),
        "first account": reading.orders["account"].first(),
        "first name": reading.orders["name"].first(),
        "first agent": reading.orders["agent"].first(),
        "first product": reading.items["product"].first() if reading.items.height else None,
    }


def sales_of(reading: Reading) -> int:
    """Paid money of orders, else of their items, before refunds."""
    whole = reading.orders.filter(state=State.PAID.value)["gross"].sum()
    items = reading.items.filter(pl.col("state") == State.PAID.value)["amount"].sum()
    return int(whole) + int(items)


def stated_refunds(reading: Reading) -> int:
    return int(reading.orders["stated_refund"].sum()) + int(reading.items["stated_refund"].sum())


@pytest.mark.parametrize("quirk", QUIRKS.values(), ids=QUIRKS)
def test_a_case_is_read_otherwise_without_the_handling_of_its_quirk(
    quirk: Quirk, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled = figures(quirk.case)
    quirk.off(monkeypatch, quirk.case.split("/", maxsplit=1)[0])
    unhandled = figures(quirk.case)
    changed = {name: (handled[name], told) for name, told in unhandled.items() if told != handled[name]}
    assert quirk.changes
    assert quirk.changes.items() <= changed.items()
