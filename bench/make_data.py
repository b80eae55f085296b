"""Writes what the benchmarks read: Taobao order reports of 25 columns and a store of ten million orders.

    python bench/make_data.py [FOLDER]

Everything is invented and the same on every machine. What is there already is kept; delete the folder to make it anew.

    orders_100k.xlsx            100,000 rows, a workbook
    orders_1m_gb18030.csv       1,000,000 rows
    orders_1m_utf8.csv          the same rows in UTF-8, for the floor
    parts/orders_NN.csv         ten files of 1,000,000 rows each, by 1,000,000 people
    store/                      the ten imported, one after the other
    example_store/              the example shop imported
    accounts.parquet            orders of two shops of 1,000,000 accounts each, 30% of them with the same phones
    account_contacts.parquet    400,000 contacts, some with the phones of buyers, some with a common union id
    chats.csv                   20,000,000 chat rows of 1,000,000 contacts; chat_contacts.csv, chat_orders.csv
    chat_store/                 the three imported
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import xlsxwriter

from custtier.demo import draws, taobao
from custtier.demo.baskets import baskets
from custtier.demo.seasons import ORDER_STEPS, Calendar, calendar, extra_orders
from custtier.demo.shop import UNTIL
from custtier.demo.world import DAY_SECONDS, Fate, Role, end_of
from custtier.people import account_keys, with_contacts, with_identity
from custtier.schema import CONTACTS as CONTACTS_TABLE
from custtier.schema import ORDERS, conform
from make_chats import make_chat_files

SEED = 25
SLICE = 100_000
MONTHS = 32
ORDERS_A_PERSON = 10
ACCOUNTS_A_SHOP = 1_000_000
CONTACTS = 400_000

COLUMNS = (
    "订单编号",
    "买家会员名",
    "支付单号",
    "买家应付货款",
    "买家应付邮费",
    "总金额",
    "买家实际支付金额",
    "订单状态",
    "买家留言",
    "收货人姓名",
    "收货地址",
    "联系手机",
    "虚拟号过期时间",
    "订单创建时间",
    "订单付款时间",
    "宝贝标题",
    "宝贝种类",
    "物流单号",
    "物流公司",
    "订单备注",
    "宝贝总数量",
    "店铺名称",
    "退款金额",
    "确认收货时间",
    "发货时间",
)


def place_in(days: Calendar, row: pl.Expr) -> pl.Expr:
    """A day number of the shop's life, busy days more often."""
    return pl.lit(days.day_at).gather(draws.below(row, "place", days.until_place))


def orders(people: int) -> pl.DataFrame:
    """About ten orders a person, heavy-tailed, over thirty months; oldest first."""
    days = calendar(UNTIL)
    quantiles = extra_orders(MONTHS).tail(ORDER_STEPS)
    row = pl.col("row")
    return (
        pl.DataFrame({"person": pl.int_range(people, eager=True, dtype=pl.UInt32)})
        .with_columns(row=draws.base(SEED, "person"))
        .with_columns(count=1 + pl.lit(quantiles).gather(draws.below(row, "orders", ORDER_STEPS)))
        .select("person", seq=pl.int_ranges(0, "count", dtype=pl.UInt8))
        .explode("seq")
        .with_columns(row=draws.base(SEED, "person", "seq"))
        .select(
            "person",
            "seq",
            role=pl.lit(int(Role.CUSTOMER), dtype=pl.UInt8),
            platform=pl.lit(0, dtype=pl.UInt8),
            ordered_s=place_in(days, row) * DAY_SECONDS + draws.below(row, "second", DAY_SECONDS - 300),
            fate=draws.weighted(
                row, "fate", {Fate.KEPT: 88, Fate.PARTIAL: 4, Fate.RETURNED: 4, Fate.ABANDONED: 4}
            ).cast(pl.UInt8),
        )
        .sort("ordered_s", "person", "seq")
    )


def rows_of(found: pl.DataFrame, *, guarded: bool) -> Iterator[pl.DataFrame]:
    """The 25 columns of these orders as text, a slice at a time."""
    for start in range(0, found.height, SLICE):
        part = baskets(found.slice(start, SLICE), seed=SEED, end_s=end_of(UNTIL))
        yield taobao.order_rows(part, seed=SEED, guarded=guarded).select(COLUMNS)


def write_csv(path: Path, found: pl.DataFrame, *, encoding: str) -> None:
    """An order report as CSV."""
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write((",".join(COLUMNS) + "\r\n").encode(encoding))
        for part in rows_of(found, guarded=True):
            file.write(part.write_csv(include_header=False, line_terminator="\r\n").encode(encoding))
    unfinished.rename(path)


def write_xlsx(path: Path, found: pl.DataFrame) -> None:
    """An order report as a workbook: amounts and counts are numbers, the rest text."""
    unfinished = path.with_suffix(".unfinished")
    book = xlsxwriter.Workbook(str(unfinished), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, COLUMNS)
    numeric = [name in taobao.NUMBERS for name in COLUMNS]
    row = 0
    for part in rows_of(found, guarded=False):
        for cells in part.iter_rows():
            row += 1
            for place, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(row, place, float(cell)) if numeric[place] else sheet.write_string(row, place, cell)
    book.close()
    unfinished.rename(path)


def import_into(store: Path, files: list[Path]) -> None:
    """The files in a store, one import each; the store is in its place only when all are in."""
    unfinished = store.with_name(f"{store.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    program = Path(sys.executable).with_name("custtier")
    settings = {"CUSTTIER_SETTINGS": str(store.parent / "settings")}
    for file in files:
        started = time.monotonic()
        words = [str(program), "import", str(file), "--store", str(unfinished), "--quiet"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=os.environ | settings)
        print(f"  imported {file.name} in {time.monotonic() - started:.1f} s", file=sys.stderr)
    unfinished.rename(store)


def make_workbook(folder: Path) -> None:
    """`orders_100k.xlsx`."""
    workbook = folder / "orders_100k.xlsx"
    if not workbook.exists():
        write_xlsx(workbook, orders(100_000 // ORDERS_A_PERSON + 2_000).tail(100_000))
        print(f"wrote {workbook}", file=sys.stderr)


def make_million(folder: Path) -> None:
    """`orders_1m_gb18030.csv` and `orders_1m_utf8.csv`."""
    guarded, plain = folder / "orders_1m_gb18030.csv", folder / "orders_1m_utf8.csv"
    if not (guarded.exists() and plain.exists()):
        million = orders(1_000_000 // ORDERS_A_PERSON + 5_000).tail(1_000_000)
        write_csv(guarded, million, encoding="gb18030")
        write_csv(plain, million, encoding="utf-8")
        print(f"wrote {guarded} and {plain}", file=sys.stderr)


def make_store(folder: Path) -> None:
    """`parts` and `store`."""
    if (folder / "store").exists():
        return
    (folder / "parts").mkdir(exist_ok=True)
    parts = [folder / "parts" / f"orders_{number:02}.csv" for number in range(10)]
    if not all(part.exists() for part in parts):
        everything = orders(10_000_000 // ORDERS_A_PERSON + 10_000).tail(10_000_000)
        for number, part in enumerate(parts):
            write_csv(part, everything.slice(number * 1_000_000, 1_000_000), encoding="gb18030")
            print(f"wrote {part}", file=sys.stderr)
    import_into(folder / "store", parts)


def make_example_store(folder: Path) -> None:
    """`example_store`."""
    if not (folder / "example_store").exists():
        import_into(folder / "example_store", [Path(__file__).parents[1] / "examples" / "shop" / "orders"])


def shop_orders(platform: str, first: int) -> pl.DataFrame:
    """An order of each of a shop's accounts, their phones numbered from `first`, and a second one of every third."""
    number = pl.col("number")
    once = pl.DataFrame({"number": pl.int_range(ACCOUNTS_A_SHOP, eager=True)})
    rows = pl.concat([once.with_columns(seq=0), once.filter(number % 3 == 0).with_columns(seq=1)])
    order_id = number.cast(pl.String) + pl.lit("-") + pl.col("seq").cast(pl.String)
    return conform(
        rows.select(
            platform=pl.lit(platform),
            order_id=order_id,
            account=pl.lit(platform) + number.cast(pl.String),
            account_kind=pl.lit("account"),
            name=pl.lit("张") + (number % 997).cast(pl.String),
            phone=phone_of(number + first),
            state=pl.lit("paid"),
        ),
        ORDERS,
    )


def phone_of(number: pl.Expr) -> pl.Expr:
    """A mobile number of its own for every number."""
    return pl.lit("13") + (number * 7919 % 1_000_000_007).cast(pl.String).str.zfill(9).str.slice(-9)


def keyed(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows as a store keeps them: with the key of their account."""
    return rows.with_columns(account_keys(rows).alias("account_key"))


def make_accounts(folder: Path) -> None:
    """`accounts.parquet` and `account_contacts.parquet`."""
    accounts, contacts = folder / "accounts.parquet", folder / "account_contacts.parquet"
    if accounts.exists() and contacts.exists():
        return
    apart = ACCOUNTS_A_SHOP - ACCOUNTS_A_SHOP * 3 // 10
    keyed(with_identity(pl.concat([shop_orders("taobao", 0), shop_orders("jd", apart)]))).write_parquet(accounts)
    number = pl.col("number")
    listed = pl.DataFrame({"number": pl.int_range(CONTACTS, eager=True)}).select(
        platform=pl.lit("wecom"),
        account=pl.lit("wm") + number.cast(pl.String),
        account_kind=pl.lit("openid"),
        union_id=pl.when(number % 4 < 2).then(pl.lit("u") + (number // 4).cast(pl.String)),
        name=pl.lit("友") + (number % 997).cast(pl.String),
        phone=pl.when(number % 2 == 0).then(phone_of(number * 3)),
    )
    keyed(with_contacts(conform(listed, CONTACTS_TABLE))).write_parquet(contacts)
    print(f"wrote {accounts} and {contacts}", file=sys.stderr)


def make_chats(folder: Path) -> None:
    """`chat_contacts.csv`, `chats.csv`, `chat_orders.csv` and `chat_store`."""
    if not (folder / "chat_store").exists() or not (folder / "chats.csv").exists():
        files = make_chat_files(folder)
        print(f"wrote {', '.join(map(str, files))}", file=sys.stderr)
        shutil.rmtree(folder / "chat_store", ignore_errors=True)
        import_into(folder / "chat_store", files)


PIECES = {
    "workbook": make_workbook,
    "million": make_million,
    "store": make_store,
    "example": make_example_store,
    "accounts": make_accounts,
    "chats": make_chats,
}


def make(folder: Path, pieces: Iterable[str] = tuple(PIECES)) -> None:
    """Write what is missing of these pieces."""
    folder.mkdir(parents=True, exist_ok=True)
    for piece in pieces:
        PIECES[piece](folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "data")
