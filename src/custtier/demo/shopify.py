"""The web shop's Shopify export (79 columns): order cells stand on the first row of an order, later rows hold items."""

from typing import Final

import polars as pl

from custtier.demo import draws
from custtier.demo.baskets import EXPIRES_S, Baskets, Stage
from custtier.demo.cells import instant, money, rows, text
from custtier.demo.identities import city_columns, email, leaves_phone, name, phone
from custtier.demo.words import PRODUCTS
from custtier.demo.world import Role

HEADER: Final = "shopify_orders"

_FINANCIAL: Final = {
    Stage.UNPAID: "pending",
    Stage.EXPIRED: "voided",
    Stage.PAID: "paid",
    Stage.SHIPPED: "paid",
    Stage.DONE: "paid",
    Stage.RETURNED: "refunded",
}
_OFFSET: Final = " +0800"
_FIRST_NUMBER: Final = 1001
_FIRST_ID: Final = 5_600_000_000_000


def order_rows(found: Baskets, *, seed: int) -> pl.DataFrame:
    """The export; uses `ordinal`, the order's place among all of this shop, for its name."""
    whose = draws.base(seed, "person")
    unnamed = pl.col("role") == Role.STRANGER
    dialled = pl.lit("+86") + phone(seed)
    orders = found.orders.with_columns(
        mail=pl.when(~unnamed).then(email(seed)),
        dialled=pl.when(leaves_phone(whose) & ~unnamed).then(dialled),
        full_name=name(whose),
        **city_columns(whose),
    )
    lines = found.items.drop("refund").join(
        orders.drop("person", "seq", "pieces"), on="position", maintain_order="left"
    )
    first = pl.col("line") == 0
    once: dict[str, pl.Expr] = _amounts() | _course() | _who()
    cells: dict[str, pl.Expr | str] = {column: pl.when(first).then(cell) for column, cell in once.items()}
    return rows(lines, HEADER, cells | _every_row())


def _every_row() -> dict[str, pl.Expr | str]:
    product = pl.col("product")
    return {
        "Name": pl.lit("#") + text(pl.col("ordinal") + _FIRST_NUMBER),
        "Email": pl.col("mail"),
        "Created at": instant(pl.col("ordered_s"), ending=_OFFSET),
        "Lineitem quantity": text(pl.col("pieces")),
        "Lineitem name": draws.taken([f"{found.title} - {found.specification}" for found in PRODUCTS], product),
        "Lineitem price": money(pl.col("price")),
        "Lineitem sku": pl.lit("SY") + text(product + 1).str.zfill(3),
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "false",
        "Lineitem fulfillment status": pl.when(pl.col("shipped_s").is_not_null())
        .then(pl.lit("fulfilled"))
        .otherwise(pl.lit("pending")),
        "Lineitem discount": "0.00",
        "Vendor": "Shanye",
    }


def _amounts() -> dict[str, pl.Expr]:
    paid = pl.col("paid_s").is_not_null()
    owed = (pl.col("stage") == Stage.UNPAID) & ~paid
    saved = pl.col("saved") > 0
    return {
        "Currency": pl.lit("CNY"),
        "Subtotal": money(pl.col("goods") - pl.col("saved")),
        "Shipping": money(pl.col("shipping")),
        "Taxes": pl.lit("0.00"),
        "Total": money(pl.col("gross")),
        "Discount Code": pl.when(saved).then(pl.lit("TEA") + text(pl.col("discount"))),
        "Discount Amount": money(pl.col("saved")),
        "Refunded Amount": money(pl.col("refund")),
        "Outstanding Balance": pl.when(owed).then(money(pl.col("gross"))).otherwise(pl.lit("0.00")),
    }


def _course() -> dict[str, pl.Expr]:
    row, stage = pl.col("row"), pl.col("stage")
    plain = stage.replace_strict(list(map(int, _FINANCIAL)), list(_FINANCIAL.values()), return_dtype=pl.String)
    part = (pl.col("refund") > 0) & (stage != Stage.RETURNED)
    paid, sent = pl.col("paid_s").is_not_null(), pl.col("shipped_s").is_not_null()
    cancelled = pl.when(stage == Stage.EXPIRED).then(pl.col("ordered_s") + EXPIRES_S)
    return {
        "Financial Status": pl.when(part).then(pl.lit("partially_refunded")).otherwise(plain),
        "Paid at": pl.when(paid).then(instant(pl.col("paid_s"), ending=_OFFSET)),
        "Fulfillment Status": pl.when(sent).then(pl.lit("fulfilled")).otherwise(pl.lit("unfulfilled")),
        "Fulfilled at": pl.when(sent).then(instant(pl.col("shipped_s"), ending=_OFFSET)),
        "Cancelled at": pl.when(cancelled.is_not_null()).then(instant(cancelled, ending=_OFFSET)),
        "Accepts Marketing": pl.when(draws.happens(row, "news", per_mille=400))
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no")),
        "Shipping Method": pl.lit("快递"),
        "Payment Method": pl.when(paid).then(pl.lit("Alipay")),
        "Payment Reference": pl.when(paid).then(pl.lit("#") + text(pl.col("ordinal") + _FIRST_NUMBER) + pl.lit(".1")),
        "Notes": pl.when(draws.happens(row, "notes", per_mille=40)).then(pl.lit("送礼用\n请不要放小票")),
        "Id": text(pl.col("ordinal") * 37 + _FIRST_ID),
        "Risk Level": pl.lit("Low"),
        "Source": pl.lit("web"),
    }


def _who() -> dict[str, pl.Expr]:
    cells: dict[str, pl.Expr] = {}
    for side in ("Billing", "Shipping"):
        cells |= {
            f"{side} Name": pl.col("full_name"),
            f"{side} Street": pl.col("town") + pl.col("street"),
            f"{side} Address1": pl.col("town") + pl.col("street"),
            f"{side} City": pl.col("city"),
            f"{side} Zip": pl.lit("'") + pl.col("postcode"),
            f"{side} Province": pl.col("province"),
            f"{side} Country": pl.lit("CN"),
            f"{side} Phone": pl.col("dialled"),
            f"{side} Province Name": pl.col("province"),
        }
    return cells | {"Phone": pl.col("dialled")}
