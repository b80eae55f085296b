"""All that a store knows one person by: keys, texts and the pattern that finds them in any text."""

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.keys import key_of
from custtier.people import with_customers
from custtier.schema import AccountKind
from custtier.store.forgotten import account_text, order_text, plain_text, union_text

_LONG: Final = 6
"""A text of fewer characters, or of plain letters, is looked for as a whole cell only: elsewhere it may be a word."""
_NAME: Final = 2
"""The least length of a name by which a rejected row is taken for the person's."""


@dataclass(frozen=True)
class Person:
    """One customer, as far as keys tell.

    Args:
        account_keys: Every account of the person, and what their phones and e-mails would be as accounts.
        accounts: `account_kind`, `account_space`, `account` of each, and of union ids.
        phones: Full phones that no other account usually uses.
        emails: Those that no other account is known by.
        names: Without masks.
        called: Names that nobody else has, and customer ids: what says who brought somebody may call them so.
    """

    account_keys: pl.Series
    accounts: pl.DataFrame
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    names: tuple[str, ...]
    called: tuple[str, ...]
    union_ids: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is looked for: accounts, phones, e-mails and union ids."""
        return tuple(sorted({*self.accounts["account"].to_list(), *self.phones, *self.emails, *self.union_ids}))

    def token_texts(self, order_keys: pl.Series) -> list[str]:
        """What is hashed, so that neither the person nor these orders come in again."""
        forms = {form for text in self.texts for form in (text, text.lower())}
        return [
            *(account_text(*row) for row in self.accounts.iter_rows()),
            *(account_text(AccountKind.PHONE.value, "", phone) for phone in self.phones),
            *(account_text(AccountKind.EMAIL.value, "", email) for email in self.emails),
            *(union_text(union) for union in self.union_ids),
            *(plain_text(form) for form in sorted(forms)),
            *(order_text(key) for key in order_keys.to_list()),
        ]

    def pattern(self, *, others: frozenset[str] = frozenset()) -> str | None:
        """A regular expression that finds the long texts anywhere; a phone also with blanks or hyphens in it.

        Args:
            others: Texts that are also somebody else's, and not looked for.
        """
        found = [
            r"[\s\-]?".join(text) if text in self.phones else re.escape(text)
            for text in self.texts
            if is_distinct(text) and text not in others
        ]
        return f"(?i){'|'.join(found)}" if found else None

    def cells_pattern(self) -> str | None:
        """What finds the person in the cells of a rejected row, names and short texts as whole cells."""
        whole = [text for text in self.texts if not is_distinct(text)]
        named = [name for name in self.names if len(name) >= _NAME]
        found = [*(f'"{re.escape(text)}"' for text in whole), *(re.escape(name) for name in named)]
        long = self.pattern()
        return "|".join([*([long] if long else []), *found]) or None


def is_distinct(text: str) -> bool:
    """Whether a key means the person wherever it stands, and is no word that stands there by chance.

    Examples:
        >>> is_distinct("13700236001"), is_distinct("custom"), is_distinct("tb_92")
        (True, False, False)
    """
    return len(text) >= _LONG and not (text.isascii() and text.isalpha())


def person_of(customer_key: int, *, known: pl.DataFrame, accounts: pl.LazyFrame) -> Person:
    """The person that a customer is.

    Args:
        customer_key: Of `schema.CUSTOMERS`.
        known: `facts.KNOWN`.
        accounts: `schema.ACCOUNTS`.
    """
    placed = with_customers(known.lazy(), accounts).collect()
    is_own = placed["customer_key"] == customer_key
    own, others = placed.filter(is_own), placed.filter(~is_own)

    def alone(column: str) -> tuple[str, ...]:
        texts = own[column].drop_nulls().unique()
        shared = others.filter(pl.col(column).is_in(texts.implode()))[column].unique()
        return tuple(sorted(texts.filter(~texts.is_in(shared.implode())).to_list()))

    by_phone = own.filter(pl.col("account_kind") == AccountKind.PHONE.value)["account"].to_list()
    by_email = own.filter(pl.col("account_kind") == AccountKind.EMAIL.value)["account"].to_list()
    is_openid = pl.col("account_kind") == AccountKind.OPENID.value
    names = tuple(sorted(name for name in own["name"].drop_nulls().unique().to_list() if "*" not in name))
    named = {name for name in {*alone("name")} & {*names} if len(name) >= _NAME}
    phones, emails = tuple(sorted({*alone("usual_phone"), *by_phone})), tuple(sorted({*alone("email"), *by_email}))
    # a link may name a phone or an e-mail that is no account of any order or contact
    stated = [(AccountKind.PHONE, text) for text in phones] + [(AccountKind.EMAIL, text) for text in emails]
    stated_keys = pl.Series([key_of(f"{kind.value}\x1f\x1f{text}") for kind, text in stated], dtype=pl.Int64)
    return Person(
        account_keys=pl.concat([own["account_key"], stated_keys.alias("account_key")]).unique(),
        accounts=own.select("account_kind", "account_space", "account"),
        phones=phones,
        emails=emails,
        names=names,
        called=tuple(sorted({*named, *own["customer_id"].drop_nulls()})),
        # an id beside an account of theirs may be somebody else's account: it is whose account it is
        union_ids=tuple(sorted({*own["union_id"].drop_nulls()} & {*own.filter(is_openid)["account"]})),
    )
