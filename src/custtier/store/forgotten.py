"""Who was forgotten: keyed hashes alone, which keep a person out of later imports."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from itertools import compress
from typing import Final

import polars as pl

from custtier.people import account_keys, with_contacts, with_owner
from custtier.people.identity import account_space
from custtier.phones import with_phones
from custtier.schema import INSTANT, LIST_KEYS, LISTS, AccountKind, PhoneKind, Table, conform
from custtier.sources.reading import Reading

FORGOTTEN: Final[Table] = {"token": pl.String, "at": INSTANT, "person": pl.Int64, "welcomed_by": pl.Int64}
"""One row per key of a person who was forgotten. `token` is its hash, keyed by the secret of customer ids.

`person` tells the keys of one person: the number of the commit that forgot them. `welcomed_by` is the import that let
the person in again: while it stands, the row keeps nobody out.
"""

REASON: Final = "forgotten"
_SEPARATOR: Final = "\x1f"
_KEY: Final = r"1[3-9](?:[\s\-]?\d){9}|[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+"
"""What looks like a mobile number or an e-mail inside a text."""
_FREE: Final = ("name", "address", "remark", "referrer", "tags", "order_id", "label", "person")
_PEOPLE: Final = ("name", "phone", "phone_kind", "email", "address", "province", "city")


def account_text(kind: str, space: str, account: str) -> str:
    """What is hashed of an account."""
    return _SEPARATOR.join(("account", kind, space, account))


def union_text(union_id: str) -> str:
    """What is hashed of a union id: that of the account that it is."""
    return account_text(AccountKind.OPENID.value, "", union_id)


def plain_text(text: str) -> str:
    """What is hashed of a key that stands anywhere."""
    return _SEPARATOR.join(("text", text))


def order_text(order_key: int) -> str:
    """What is hashed of an order."""
    return _SEPARATOR.join(("order", str(order_key)))


def label_text(label: str) -> str:
    """What is hashed of a label that links gave the person."""
    return _SEPARATOR.join(("label", label))


class ForgottenList:
    """The keys of everybody who was forgotten.

    Args:
        tokens: As stored.
        id_key: The secret with which they were made.
    """

    def __init__(self, tokens: Iterable[str], *, id_key: bytes) -> None:
        self._tokens = frozenset(tokens)
        self._met: set[str] = set()
        self._keyed = blake2b(key=id_key, digest_size=16, person=b"forgotten")

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def token(self, text: str) -> str:
        """The keyed hash of what a person is known by."""
        hashed = self._keyed.copy()
        hashed.update(text.encode())
        return hashed.hexdigest()

    def holds(self, text: str) -> bool:
        """Whether a key is that of somebody forgotten."""
        return self.token(text) in self._tokens

    @property
    def met(self) -> frozenset[str]:
        """Tokens of the accounts and orders that were asked for and are those of somebody forgotten."""
        return frozenset(self._met)

    def without(self, readings: Sequence[Reading], *, theirs: pl.Series) -> list[Reading]:
        """Readings without the people who were forgotten: their rows are `excluded`, and nothing shows their keys.

        A row of somebody else that shows one of their phones, as of a parcel sent to them, comes in without receiver.

        Args:
            readings: The files of one import: an order that one of them shows as theirs is theirs in all.
            theirs: Keys of further accounts that are theirs.
        """
        gone = pl.concat([self._orders_gone(reading, theirs) for reading in readings]).unique()
        return [self._without(reading, gone, theirs) for reading in readings]

    def _without(self, reading: Reading, gone: pl.Series, theirs: pl.Series) -> Reading:
        lists, gone_lists = {}, pl.Series("list_key", [], dtype=pl.Int64)
        for name, rows in reading.lists.items():
            own = self._list_rows_gone(name, rows, theirs)
            left = rows.filter(~own)
            if name == "links":
                left = self._without_labels(left, own=rows.filter(own)["person"])
            lists[name] = self._without_receivers(left)
            gone_lists = pl.concat([gone_lists, rows.filter(own)[LIST_KEYS[name]].alias("list_key")])
        is_gone = pl.col("order_key").is_in(gone.implode()) | pl.col("list_key").is_in(gone_lists.implode())
        is_out = (pl.col("outcome") == "kept") & is_gone.fill_null(value=False)
        by_order = ~pl.col("order_key").is_in(gone.implode()).fill_null(value=False)
        return replace(
            reading,
            path=self._cleaned(reading.path),
            orders=self._without_receivers(reading.orders.filter(by_order)),
            items=reading.items.filter(by_order),
            refunds=reading.refunds.filter(by_order),
            records=reading.records.with_columns(
                outcome=pl.when(is_out).then(pl.lit("excluded")).otherwise("outcome"),
                reason=pl.when(is_out).then(pl.lit(REASON)).otherwise("reason"),
            ),
            rejects=self._without_cells(reading.rejects),
            lists=lists,
        )

    def new_labels(self, labels: pl.Series) -> dict[str, str]:
        """What stands in the place of labels, which may be names: the same for the same label, and telling nothing."""
        return {label: f"…{self.token(label_text(label))[:12]}" for label in labels.drop_nulls().unique().to_list()}

    def _without_labels(self, links: pl.DataFrame, *, own: pl.Series) -> pl.DataFrame:
        """`links` of others without the labels of those who were forgotten.

        Args:
            links: `LINKS`.
            own: Labels of rows that are theirs.
        """
        shown = links["person"].drop_nulls().unique()
        held = self.held(shown, [label_text(label) for label in shown.to_list()])
        labels = self.new_labels(pl.concat([own.alias("person"), held.alias("person")]))
        return links.with_columns(pl.col("person").replace(labels))

    def _orders_gone(self, reading: Reading, theirs: pl.Series) -> pl.Series:
        """Keys of the orders of forgotten people, and of orders that went with them."""
        orders = with_contacts(reading.orders)
        owned = orders.filter(self._owned(orders, theirs))["order_key"]
        frames = (orders, reading.items, reading.refunds)
        shown = pl.concat([frame["order_key"] for frame in frames]).drop_nulls().unique()
        known = self.held(shown, [order_text(key) for key in shown.to_list()], is_met=True)
        return pl.concat([owned, known]).unique()

    def _owned(self, rows: pl.DataFrame, theirs: pl.Series) -> pl.Series:
        """Whether the account that each row belongs to is that of somebody forgotten."""
        owned = with_owner(rows)
        keyed = owned.select(
            "account_kind",
            account_space(owned.columns).alias("account_space"),
            "account",
            account_keys(owned).alias("account_key"),
        )
        accounts = keyed.drop_nulls("account_key").unique("account_key")
        texts = [account_text(*row) for row in accounts.drop("account_key").iter_rows()]
        held = pl.concat([self.held(accounts["account_key"], texts, is_met=True), theirs])
        return keyed["account_key"].is_in(held.implode()).fill_null(value=False)

    def _list_rows_gone(self, name: str, rows: pl.DataFrame, theirs: pl.Series) -> pl.Series:
        if name == "referrals":
            return self._pairs_gone(rows)
        if name == "messages":
            return self._messages_gone(rows, theirs)
        if "account" not in LISTS[name] or rows.is_empty():
            return pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
        missing = [name for name in ("phone", "phone_kind", "email") if name not in rows.columns]
        asked = rows.with_columns(pl.lit(None, dtype=pl.String).alias(n) for n in missing)
        gone = self._owned(with_contacts(asked), theirs)
        if "union_id" in rows.columns:
            unions = rows["union_id"].drop_nulls().unique()
            held = self.held(unions, [union_text(text) for text in unions.to_list()], is_met=True)
            gone |= rows["union_id"].is_in(held.implode()).fill_null(value=False)
        return gone

    def _pairs_gone(self, rows: pl.DataFrame) -> pl.Series:
        """Whether one of each pair is somebody forgotten, by whatever key the pair names them."""
        texts = pl.concat([rows["referred"], rows["referrer"].alias("referred")]).drop_nulls().unique().rename("phone")
        forms = with_phones(texts.to_frame().with_columns(phone_kind=pl.lit(None, dtype=pl.String)))["phone"]
        held = [
            text
            for text, form in zip(texts.to_list(), forms.to_list(), strict=True)
            if any(self.holds(plain_text(one)) for one in {text, text.lower(), form or text})
        ]
        gone = pl.any_horizontal(pl.col(side).is_in(held) for side in ("referred", "referrer"))
        return rows.select(gone.fill_null(value=False)).to_series()

    def _messages_gone(self, rows: pl.DataFrame, theirs: pl.Series) -> pl.Series:
        """Whether each message is of somebody forgotten: few accounts have many, each is looked at once."""
        names = ("platform", "account", "account_kind")
        held = rows.select(names).unique()
        told = held.cast(pl.String).with_columns(
            pl.lit(None, dtype=pl.String).alias(name) for name in ("phone", "phone_kind", "email")
        )
        accounts = held.with_columns(is_gone=self._owned(with_contacts(told), theirs))
        found = rows.select(names).join(accounts, on=names, how="left", nulls_equal=True, maintain_order="left")
        return found["is_gone"]

    def _without_receivers(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` that show nobody's phone, e-mail or referral who was forgotten."""
        cleaned = rows
        if "phone" in rows.columns:
            phones = with_phones(rows.select("phone", "phone_kind"))
            full = phones.filter(pl.col("phone_kind") == PhoneKind.FULL.value)["phone"].unique()
            held = self.held(full, [plain_text(text) for text in full.to_list()])
            shows = phones["phone"].is_in(held.implode()).fill_null(value=False)
            blanked = [name for name in _PEOPLE if name in rows.columns]
            cleaned = cleaned.with_columns(pl.when(~shows).then(pl.col(name)).alias(name) for name in blanked)
        for name in ("email", "referrer"):
            if name in rows.columns:
                texts = cleaned[name].drop_nulls().unique()
                held = self.held(texts, [plain_text(text.strip().lower()) for text in texts.to_list()])
                cleaned = cleaned.with_columns(pl.when(~pl.col(name).is_in(held.implode())).then(pl.col(name)))
        return self._without_texts(cleaned)

    def _without_texts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` whose free texts show none of their phones and e-mails among other words."""
        free = [name for name in _FREE if name in rows.columns]
        shown = [rows[name].drop_nulls().str.extract_all(_KEY).explode().drop_nulls().unique() for name in free]
        keys = pl.concat([texts.alias("key") for texts in shown]).unique() if shown else pl.Series("key", [], pl.String)
        held = self.held(keys, [plain_text(_bare(text)) for text in keys.to_list()]).to_list()
        if not held:
            return rows
        pattern = "|".join(re.escape(text) for text in held)
        return rows.with_columns(pl.col(name).str.replace_all(pattern, "") for name in free)

    def _cleaned(self, text: str) -> str:
        """A text without their phones and e-mails."""
        return re.sub(_KEY, lambda found: "…" if self.holds(plain_text(_bare(found[0]))) else found[0], text)

    def _without_cells(self, rejects: pl.DataFrame) -> pl.DataFrame:
        """`rejects` whose cells show nothing of them: rows that could not be read are searched cell by cell."""
        cells = [text if text is None or not self._shows(text) else "{}" for text in rejects["cells"].to_list()]
        return rejects.with_columns(pl.Series("cells", cells, dtype=pl.String))

    def _shows(self, cells: str) -> bool:
        if self._cleaned(cells) != cells:
            return True
        texts = [str(text).strip() for text in json.loads(cells).values()]
        shown = pl.DataFrame({"phone": texts}, schema={"phone": pl.String}).with_columns(
            phone_kind=pl.lit(None, dtype=pl.String)
        )
        return any(
            self.holds(plain_text(form))
            for text, phone in zip(texts, with_phones(shown)["phone"].to_list(), strict=True)
            for form in (text, text.lower(), phone or "")
        )

    def held(self, keys: pl.Series, texts: list[str], *, is_met: bool = False) -> pl.Series:
        """Those of `keys` whose text, at the same place, is that of somebody forgotten.

        Args:
            keys: Any.
            texts: What is hashed of each.
            is_met: Whether the rows that show them are the person's own.
        """
        tokens = [self.token(text) for text in texts]
        found = [token in self._tokens for token in tokens]
        if is_met:
            self._met.update(compress(tokens, found))
        return keys.filter(pl.Series(found, dtype=pl.Boolean))

    def meet(self, texts: Iterable[str]) -> None:
        """Notes whom these texts name."""
        self._met.update(self._tokens.intersection(map(self.token, texts)))


def remembered(rows: pl.DataFrame, tokens: Iterable[str], *, person: int, at: datetime) -> pl.DataFrame:
    """`FORGOTTEN` with one person more; whoever was let in again and has one of these keys is kept out again.

    Args:
        rows: `FORGOTTEN`.
        tokens: The person's.
        person: Number of the commit.
        at: When.
    """
    more = pl.DataFrame({"token": sorted(set(tokens))}, schema={"token": pl.String}).with_columns(
        at=pl.lit(at), person=pl.lit(person)
    )
    again = rows.filter(pl.col("token").is_in(more["token"].implode()))["person"].unique()
    welcome = pl.when(~pl.col("person").is_in(again.implode())).then(pl.col("welcomed_by"))
    together = pl.concat([rows.with_columns(welcome.alias("welcomed_by")), conform(more, FORGOTTEN)])
    return together.unique("token", keep="last", maintain_order=True)


def _bare(text: str) -> str:
    """An e-mail in small letters; a number without the blanks and hyphens in it."""
    return text.lower() if "@" in text else re.sub(r"[\s\-]", "", text)
