"""The invented shop as a folder of files, with the truth beside them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Protocol

import polars as pl

from custtier.demo import jd, shopify, taobao, youzan
from custtier.demo.baskets import Baskets, baskets
from custtier.demo.cells import header
from custtier.demo.contacts import (
    CHAT_COLUMNS,
    CONTACT_COLUMNS,
    SPEND_COLUMNS,
    ad_spend,
    chat_rows,
    contact_rows,
    contacts,
    truth_of_contacts,
)
from custtier.demo.files import WORKBOOK_ROWS, TextFile, write_workbook
from custtier.demo.leads import LINK_COLUMNS, links
from custtier.demo.truth import Tally, customer_rows, state_counts
from custtier.demo.world import DAY_SECONDS, Platform, World, make_world
from custtier.errors import data_error, usage_error

UNTIL: Final = date(2026, 6, 30)
"""Last day of the exports unless another is asked for: never today's, so that the same seed gives the same files."""

MOST_CUSTOMERS: Final = 10_000_000
SLICE: Final = 50_000
"""Orders that are text at one time."""

TRUTH: Final = "truth/truth.json"
CUSTOMERS: Final = "truth/truth_customers.csv"
WORKBOOK_DAYS: Final = 181


@dataclass(frozen=True)
class Kind:
    """One kind of file: where it lies, the profile that reads it, its header and encoding."""

    path: str
    profile: str
    header: str
    encoding: str


KINDS: Final[Mapping[str, Kind]] = {
    "taobao-orders": Kind("orders/taobao_orders.csv", "taobao-orders", taobao.HEADER, "gb18030"),
    "taobao-items": Kind("orders/taobao_items.csv", "taobao-items", taobao.ITEMS_HEADER, "gb18030"),
    "taobao-workbook": Kind("orders/taobao_orders_recent.xlsx", "taobao-orders", taobao.HEADER, "xlsx"),
    "jd-orders": Kind("orders/jd_orders.csv", "jd-orders", jd.HEADER, "gb18030"),
    "youzan-orders": Kind("orders/youzan_orders.csv", "youzan-orders", youzan.HEADER, "utf-8-sig"),
    "shopify-orders": Kind("orders/shopify_orders.csv", "shopify-orders", shopify.HEADER, "utf-8"),
    "contacts": Kind("contacts.csv", "generic-contacts", "", "utf-8-sig"),
    "chats": Kind("chats.csv", "generic-messages", "", "utf-8-sig"),
    "links": Kind("links.csv", "generic-links", "", "utf-8-sig"),
    "ad-spend": Kind("ad_spend.csv", "generic-spend", "", "utf-8-sig"),
}
"""What a shop's folder holds, in the order of writing. The order files lie apart, so that their folder can be imported
whole."""

_OF_PLATFORM: Final[Mapping[Platform, tuple[str, ...]]] = {
    Platform.TAOBAO: ("taobao-orders", "taobao-items"),
    Platform.JD: ("jd-orders",),
    Platform.YOUZAN: ("youzan-orders",),
    Platform.SHOPIFY: ("shopify-orders",),
}

_PEOPLE_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": CONTACT_COLUMNS,
    "chats": CHAT_COLUMNS,
    "links": LINK_COLUMNS,
    "ad-spend": SPEND_COLUMNS,
}


class Progress(Protocol):
    """Told how far the writing is."""

    def advance(self, path: str, done: int, total: int) -> None:
        """`done` of `total` rows of what goes into `path` are written."""


@dataclass(frozen=True)
class WrittenFile:
    """One file that was written.

    Args:
        path: Within the folder, with `/`.
        profile: What reads it.
        encoding: Of its bytes, or `xlsx`.
        rows: Records under the header.
        orders: Orders that it shows, by state; empty for files of other things.
    """

    path: str
    profile: str
    encoding: str
    rows: int
    orders: Mapping[str, int]


@dataclass(frozen=True)
class ShopWritten:
    """A folder with an invented shop.

    Args:
        folder: Where it lies.
        files: In the order of writing.
        truth: What stands in `truth.json`.
    """

    folder: Path
    files: tuple[WrittenFile, ...]
    truth: Mapping[str, Any]


def write_shop(
    folder: Path,
    *,
    customers: int,
    seed: int,
    until: date = UNTIL,
    files: frozenset[str] | None = None,
    progress: Progress | None = None,
) -> ShopWritten:
    """Write an invented Chinese shop: order exports of four platforms, contacts, chats, ad spend, and the truth.

    The same arguments give the same bytes on every machine (the workbook: the same cells).

    Args:
        folder: Made when missing. Files of an earlier shop in it are overwritten, others never.
        customers: People with a purchase by `until`, from 1 to 10,000,000.
        seed: Any whole number.
        until: Last day of the exports.
        files: Which of `KINDS`; None for all. Without its order file a platform is not part of the truth.
        progress: Told of each slice.

    Raises:
        CusttierError: `bad-customers`, `unknown-demo-file`, `folder-in-use` or `cannot-write`.
    """
    wanted = _wanted(files)
    check_request(folder, customers=customers, paths=[kind.path for kind in KINDS.values()])
    make_folders([folder, *{(folder / KINDS[kind].path).parent for kind in wanted}])
    world = make_world(customers=customers, seed=seed, until=until)
    tally = Tally(seed)
    written: list[WrittenFile] = []
    for platform, kinds in _OF_PLATFORM.items():
        chosen = [kind for kind in kinds if kind in wanted]
        if chosen:
            written += _write_platform(folder, world, platform, kinds=chosen, tally=tally, progress=progress)
    if "taobao-workbook" in wanted:
        written.append(_write_recent_workbook(folder, world))
    people: dict[str, Any] = {}
    if wanted & {"contacts", "chats", "links", "ad-spend"}:
        written += _write_people(folder, world, wanted=wanted, people=people, progress=progress)
    entries = [file_truth(file) for file in written]
    truth = {**made_with(world), "files": entries, **tally.summary(), **people}
    write_truth(folder, truth=truth, tally=tally)
    return ShopWritten(folder=folder, files=tuple(written), truth=truth)


def _wanted(files: frozenset[str] | None) -> frozenset[str]:
    if files is None:
        return frozenset(KINDS)
    unknown = files - set(KINDS)
    if unknown:
        raise usage_error(
            "unknown-demo-file",
            "the demo has no file {name}; it has {names}",
            name=", ".join(sorted(unknown)),
            names=", ".join(KINDS),
        )
    return files


def check_request(folder: Path, *, customers: int, paths: Sequence[str]) -> None:
    """Refuse a size that no shop has, and a folder where `paths` hold what is not an earlier demo's."""
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise usage_error(
            "bad-customers",
            "--customers was given {customers}, a number from 1 to {most} is expected",
            hint="a small shop has 200, a large one 100000",
            customers=customers,
            most=MOST_CUSTOMERS,
        )
    taken = [path for path in paths if (folder / path).exists()]
    if taken and not (folder / TRUTH).exists():
        raise usage_error(
            "folder-in-use",
            "{folder} holds {name}, which the demo did not write",
            hint="name an empty folder",
            folder=str(folder),
            name=taken[0],
        )


def make_folders(folders: Iterable[Path]) -> None:
    """Make these folders where they are missing."""
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise data_error(
                "cannot-write",
                "{folder} cannot be made: {problem}",
                hint="name a folder that you may write to",
                folder=str(folder),
                problem=problem.strerror or str(problem),
            ) from problem


def slices(orders: pl.DataFrame, *, seed: int, end_s: int) -> Iterator[Baskets]:
    """`orders` with what is in them, as they stand at `end_s`, a slice at a time."""
    for start in range(0, orders.height, SLICE):
        yield baskets(orders.slice(start, SLICE), seed=seed, end_s=end_s)


def orders_of(world: World, platform: Platform) -> pl.DataFrame:
    """The platform's orders up to the day of the exports, newest first, with `ordinal`: 0 for the oldest."""
    found = world.orders.filter((pl.col("platform") == platform) & (pl.col("ordered_s") <= world.until_s))
    return found.with_columns(ordinal=found.height - 1 - pl.int_range(pl.len(), dtype=pl.Int64))


def _rows_of(kind: str, found: Baskets, seed: int) -> pl.DataFrame:
    if kind == "taobao-orders":
        return taobao.order_rows(found, seed=seed, guarded=True)
    if kind == "taobao-items":
        return taobao.item_rows(found, seed=seed, guarded=True)
    if kind == "jd-orders":
        return jd.order_rows(found, seed=seed)
    if kind == "youzan-orders":
        return youzan.order_rows(found, seed=seed)
    return shopify.order_rows(found, seed=seed)


def _write_platform(
    folder: Path, world: World, platform: Platform, *, kinds: list[str], tally: Tally, progress: Progress | None
) -> list[WrittenFile]:
    orders = orders_of(world, platform)
    counts: list[pl.DataFrame] = []
    texts = [_open(folder, kind) for kind in kinds]
    try:
        done = 0
        for found in slices(orders, seed=world.seed, end_s=world.until_s):
            tally.add(found.orders)
            counts.append(found.orders.select("stage"))
            for kind, text in zip(kinds, texts, strict=True):
                text.append(_rows_of(kind, found, world.seed))
            done += found.orders.height
            if progress is not None:
                progress.advance(KINDS[kinds[0]].path, done, orders.height)
    finally:
        for text in texts:
            text.close()
    by_state = state_counts(counts)
    return [_written(kind, text.rows, by_state) for kind, text in zip(kinds, texts, strict=True)]


def _open(folder: Path, kind: str) -> TextFile:
    found = KINDS[kind]
    line_ending = "\n" if kind == "shopify-orders" else "\r\n"
    return TextFile(folder / found.path, columns=header(found.header), encoding=found.encoding, line_ending=line_ending)


def _written(kind: str, rows: int, orders: Mapping[str, int]) -> WrittenFile:
    found = KINDS[kind]
    return WrittenFile(found.path, found.profile, found.encoding, rows, orders)


def _write_recent_workbook(folder: Path, world: World) -> WrittenFile:
    """The newest Taobao orders once more, as the download page gives them: a workbook of half a year, capped."""
    since_s = world.until_s - WORKBOOK_DAYS * DAY_SECONDS
    recent = orders_of(world, Platform.TAOBAO).filter(pl.col("ordered_s") > since_s).head(WORKBOOK_ROWS)
    counts: list[pl.DataFrame] = []

    def frames() -> Iterator[pl.DataFrame]:
        for found in slices(recent, seed=world.seed, end_s=world.until_s):
            counts.append(found.orders.select("stage"))
            yield taobao.order_rows(found, seed=world.seed, guarded=False)

    kind = KINDS["taobao-workbook"]
    rows = write_workbook(folder / kind.path, frames(), name=kind.header, numbers=taobao.NUMBERS)
    return _written("taobao-workbook", rows, state_counts(counts))


def _write_people(
    folder: Path, world: World, *, wanted: frozenset[str], people: dict[str, Any], progress: Progress | None
) -> list[WrittenFile]:
    found = contacts(world, end_s=world.until_s)
    spend = ad_spend(world)
    people["contacts"] = truth_of_contacts(found, spend)
    whole = {"links": links(found, world), "ad-spend": spend.rows}
    written = []
    for kind, columns in _PEOPLE_COLUMNS.items():
        if kind not in wanted:
            continue
        target = KINDS[kind]
        with TextFile(folder / target.path, columns=columns, encoding=target.encoding) as text:
            if kind in whole:
                text.append(whole[kind])
            else:
                for start in range(0, found.height, SLICE):
                    part = found.slice(start, SLICE)
                    if kind == "contacts":
                        text.append(contact_rows(part, seed=world.seed))
                    else:
                        text.append(chat_rows(part, seed=world.seed, end_s=world.until_s))
                    if progress is not None:
                        progress.advance(target.path, min(start + SLICE, found.height), found.height)
        written.append(_written(kind, text.rows, {}))
    return written


def made_with(world: World) -> dict[str, Any]:
    """What the files were made with, as `truth.json` says it."""
    return {"made_with": {"customers": world.customers, "seed": world.seed, "until": world.until.isoformat()}}


def file_truth(file: WrittenFile) -> dict[str, Any]:
    """A file's entry in `truth.json`."""
    entry = {"path": file.path, "profile": file.profile, "encoding": file.encoding, "rows": file.rows}
    return entry | ({"orders": sum(file.orders.values()), **file.orders} if file.orders else {})


def write_truth(folder: Path, *, truth: Mapping[str, Any], tally: Tally) -> None:
    """Write `truth.json` and the answer book of customers."""
    text = json.dumps(truth, ensure_ascii=False, indent=2) + "\n"
    make_folders([(folder / TRUTH).parent])
    if truth.get("customers"):
        answers = customer_rows(tally.customers(), seed=tally.seed)
        (folder / CUSTOMERS).write_bytes(answers.write_csv().encode())
    (folder / TRUTH).write_bytes(text.encode())
