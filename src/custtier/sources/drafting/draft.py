"""A draft: what every column of an unknown export is for, what its rows are, what its words mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from custtier.errors import data_error, usage_error
from custtier.sources.drafting.asking import REFUND_ANSWERS, REFUND_STATES, STATE_ANSWERS, STATES, Asker, Question
from custtier.sources.drafting.choose import asked_fields, can_be, wished, with_buyers, with_guesses
from custtier.sources.drafting.head import Head, column_texts, head_of
from custtier.sources.drafting.kinds import KINDS, TOLD, Kind
from custtier.sources.drafting.place import NONE, Placement, by_field, placements
from custtier.sources.drafting.rows import Rows, Word, rows_of, words_of
from custtier.sources.drafting.vocabulary import ACCOUNT, Vocabulary, vocabulary
from custtier.sources.formats.identify import normal_header
from custtier.sources.formats.profile import Profile
from custtier.sources.sheets.sheet import Sheet
from custtier.sources.transforms.statuses import plain_word
from custtier.text import message

_MOST_QUESTIONS: Final = 12
_COMPLETE: Final = 2
"""How many fields of a kind alone it weighs that all is there that a kind cannot do without."""

_CURRENCY_OF: Final = {"€": "EUR", "£": "GBP", "$": "USD", "US$": "USD", "HK$": "HKD"}


@dataclass(frozen=True)
class Wishes:
    """What the user settles beforehand.

    Args:
        kind: Kind of the profile; None to tell it from the columns.
        columns: Field → header.
        words: Word of a status → its state.
        zone: Of times without an offset.
        day_first: How to read `01/02/2026`; None to ask where it is open.
    """

    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"
    day_first: bool | None = None


@dataclass(frozen=True)
class Draft:
    """What was found.

    Args:
        kind: What the file holds.
        head: Its header.
        placements: One a column and field, in the order of the columns.
        rows: What a row is.
        words: Words of states.
        day_first: How to read `01/02/2026`; None where nothing is open, or nobody could be asked.
        open_days: Whether it stays open: such rows will be rejected.
        currency: Of the amounts, by their sign; empty for the settings'.
        negative: Whether some amount is negative.
        account_kinds: Header → kind of the account under it.
        known: What was known beforehand.
    """

    kind: Kind
    head: Head
    placements: tuple[Placement, ...]
    rows: Rows
    words: tuple[Word, ...]
    day_first: bool | None
    open_days: bool
    currency: str
    negative: bool
    account_kinds: Mapping[str, str]
    known: Vocabulary

    @property
    def date_formats(self) -> list[str]:
        """How the dates are written, where that is none of the usual ways."""
        return list(dict.fromkeys(way for one in self.fields.values() if (way := one.column.look.date_format)))

    @property
    def fields(self) -> Mapping[str, Placement]:
        """Field → its column; of several accounts the first."""
        return by_field(self.placements)


def draft(
    sheets: Sequence[Sheet], *, path: str, profiles: Sequence[Profile], wishes: Wishes, ask: Asker | None
) -> Draft:
    """What a file that no profile knows is likely to hold.

    Args:
        sheets: Of the file.
        path: As the user gave it.
        profiles: Those whose headers and words are known.
        wishes: What is settled beforehand.
        ask: Who may be asked where something must be known; None for nobody.

    Raises:
        CusttierError: `no-header`; `cannot-draft` when a column that must be there cannot be told; `unknown-field`,
            `no-such-column`, `unknown-kind` `unknown-state` for wishes that
            cannot be fulfilled.
    """
    kinds = _kinds(wishes)
    everything = frozenset().union(*(kind.fields for kind in kinds))
    known = vocabulary(profiles, fields=everything)
    ways = list(dict.fromkeys(way for profile in profiles for way in profile.date_formats))
    names = {*known.aliases, *known.beside}
    head = head_of(sheets, known=names, path=path, zone=wishes.zone, date_formats=ways)
    _check_wishes(wishes, kinds, head, path)
    _check_words(wishes.words)
    tried = [(kind, wished(_placed(kind, profiles, head), wishes.columns)) for kind in kinds]
    kind, found = _likeliest(tried)
    known = vocabulary(profiles, fields=kind.fields)
    found = with_guesses(found, kind=kind, head=head, known=known)
    found = asked_fields(found, kind=kind, head=head, ask=ask, path=path)
    found = with_buyers(found, kind=kind, ask=ask)
    rows = rows_of(head.sample, by_field(found)) if kind.name == "order" else Rows("order", "", "")
    rows = _asked_rows(rows, by_field(found), ask)
    found = _with_levels(found, rows) if kind.name == "order" else found
    fields = by_field(found)
    words = _asked_words(_with_said(_words(head, fields, known), wishes.words), ask)
    day_first, open_days = _asked_days(fields, wishes.day_first, ask)
    money = fields.get(rows.money)
    return Draft(
        kind=kind,
        head=head,
        placements=tuple(found),
        rows=rows,
        words=tuple(words),
        day_first=day_first,
        open_days=open_days,
        currency=_CURRENCY_OF.get(money.column.look.symbol, "") if money and "currency" not in fields else "",
        negative=money is not None and money.column.look.negative,
        account_kinds=known.account_kinds,
        known=known,
    )


def _kinds(wishes: Wishes) -> list[Kind]:
    if wishes.kind is None:
        return [KINDS[name] for name in TOLD]
    if wishes.kind not in KINDS:
        raise usage_error(
            "unknown-kind",
            "there is no kind {kind} of file to draft a profile for; there are {kinds}",
            hint="leave `--kind` out to have it told from the columns",
            kind=wishes.kind,
            kinds=", ".join(KINDS),
        )
    return [KINDS[wishes.kind]]


def _check_wishes(wishes: Wishes, kinds: Sequence[Kind], head: Head, path: str) -> None:
    fields = sorted(frozenset().union(*(kind.fields for kind in kinds)))
    headers = {normal_header(column.header) for column in head.columns}
    for name, header in wishes.columns.items():
        if name not in fields:
            raise usage_error(
                "unknown-field",
                "there is no field {field}; there are {fields}",
                hint="write it as `--column FIELD=HEADER`",
                field=name,
                fields=", ".join(fields),
            )
        if header and normal_header(header) not in headers:
            raise data_error(
                "no-such-column",
                "{path} has no column {column}; it has {headers}",
                hint="write the header as the file has it, in quotation marks when it has spaces",
                path=path,
                column=header,
                headers=", ".join(column.header for column in head.columns),
            )


def _check_words(words: Mapping[str, str]) -> None:
    known = (*STATES, *REFUND_STATES)
    for word, state in words.items():
        if state not in known:
            raise usage_error(
                "unknown-state",
                "{state} is no state that the word {word} could mean; there are {states}",
                hint="write it as `--word WORD=paid`",
                state=state,
                word=word,
                states=", ".join(known),
            )


def _placed(kind: Kind, profiles: Sequence[Profile], head: Head) -> list[Placement]:
    return placements(head.columns, kind=kind, known=vocabulary(profiles, fields=kind.fields))


def _likeliest(tried: Sequence[tuple[Kind, list[Placement]]]) -> tuple[Kind, list[Placement]]:
    """The kind of which most is there; a list without a field of its own only where no column could hold money."""
    has_money = any(kind.name == "order" and can_be(kind, found, group=kind.required[0]) for kind, found in tried)

    def weight(one: tuple[Kind, list[Placement]]) -> tuple[int, bool]:
        kind, found = one
        is_order, own = kind.name == "order", _telling(kind, found)
        could_be = can_be(kind, found) and (is_order or own > 0 or not has_money)
        return _COMPLETE * could_be + own, is_order

    return max(tried, key=weight)


def _telling(kind: Kind, found: Sequence[Placement]) -> int:
    return len(kind.own_fields & by_field(found).keys())


def _asked_rows(rows: Rows, fields: Mapping[str, Placement], ask: Asker | None) -> Rows:
    """The same, where somebody says whose amount it is that too few rows tell."""
    if not rows.is_open or ask is None:
        return rows
    money = fields.get("gross") or fields["amount"]
    chosen = ask.choose(
        Question(
            message(
                "Whose amount does the column {column} hold? The orders with several rows here are too few to tell."
            ),
            (message("that of the whole order, on each of its rows"), message("that of the row alone")),
            {"column": money.column.header},
        )
    )
    if chosen == 1:
        return replace(rows, grain="item", money="amount", refund="item_refund", is_open=False)
    return replace(rows, is_open=chosen is None)


def _with_levels(found: Sequence[Placement], rows: Rows) -> list[Placement]:
    """The fields of money named for whose they are: the order's or the item's."""
    fields = by_field(found)
    renamed = {
        **_levels("gross", "amount", rows.money, fields, both=rows.grain in {"item_repeated", "item_blank", "auto"}),
        **_levels("refund", "item_refund", rows.refund, fields, both=rows.grain == "item_repeated"),
    }
    result: list[Placement] = []
    for one in found:
        name = renamed.get(one.field, one.field)
        lost = one.field and not name
        result.append(
            replace(one, field="", certainty=NONE, reason="taken", like=one.field) if lost else replace(one, field=name)
        )
    return result


def _levels(whole: str, part: str, wanted: str, fields: Mapping[str, Placement], *, both: bool) -> dict[str, str]:
    """Field → its name; an empty one for a column that is one too many."""
    if not wanted:
        return {}
    other = part if wanted == whole else whole
    if wanted in fields:
        return {} if both or other not in fields else {other: ""}
    return {other: wanted}


def _words(head: Head, fields: Mapping[str, Placement], known: Vocabulary) -> list[Word]:
    found: list[Word] = []
    for name, meanings in (("status", known.states), ("refund_status", known.refund_states)):
        if name in fields:
            found += words_of(column_texts(head, fields[name].column), field=name, known=meanings)
    return found


def _with_said(words: Sequence[Word], said: Mapping[str, str]) -> list[Word]:
    """The same, with what the user says that words mean."""
    meant = {plain_word(word): state for word, state in said.items()}
    states = {"status": STATES, "refund_status": REFUND_STATES}
    return [
        replace(one, state=state, asked=True)
        if (state := meant.get(plain_word(one.word), "")) in states[one.field]
        else one
        for one in words
    ]


def _asked_words(words: Sequence[Word], ask: Asker | None) -> list[Word]:
    """The same, where somebody says what unknown words mean."""
    left = _MOST_QUESTIONS if ask is not None else 0
    result: list[Word] = []
    for one in words:
        settled = one
        if not one.state and left and ask is not None:
            left -= 1
            is_refund = one.field == "refund_status"
            question = Question(
                message("What does the status “{word}” mean (rows: {rows})?"),
                REFUND_ANSWERS if is_refund else STATE_ANSWERS,
                {"word": one.word, "rows": one.rows},
            )
            chosen = ask.choose(question)
            if chosen is not None:
                settled = replace(one, state=(REFUND_STATES if is_refund else STATES)[chosen], asked=True)
        result.append(settled)
    return result


def _asked_days(fields: Mapping[str, Placement], day_first: bool | None, ask: Asker | None) -> tuple[bool | None, bool]:
    """How `01/02/2026` is to be read, and whether that stays open."""
    open_columns = [one.column.header for one in fields.values() if one.column.look.two_ways]
    if not open_columns or day_first is not None:
        return day_first if open_columns else None, False
    if ask is None:
        return None, True
    chosen = ask.choose(
        Question(
            message("How is 01/02/2026 to be read in the column {column}?"),
            (message("1 February 2026, the day first"), message("2 January 2026, the month first")),
            {"column": open_columns[0]},
        )
    )
    return (None, True) if chosen is None else (chosen == 0, False)


def is_anybodys(found: Draft) -> bool:
    """Whether nothing in the file can tell who bought."""
    fields = found.fields
    phone = fields.get("phone")
    has_phone = phone is not None and phone.column.look.phones > 0
    return not has_phone and not {ACCOUNT, "email"} & fields.keys()
