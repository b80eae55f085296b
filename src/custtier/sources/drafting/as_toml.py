"""A draft written down as a profile: TOML with a remark on every line that a person should look at."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from custtier.sources.drafting.asking import REFUND_STATES, STATES
from custtier.sources.drafting.draft import Draft
from custtier.sources.drafting.place import GUESS, LIKELY, Placement
from custtier.sources.drafting.vocabulary import ACCOUNT, loose
from custtier.text import Catalogue, message

_SIGNED_BY: Final = (
    "order_id", "gross", "amount", "created_at", "paid_at", "added_at", ACCOUNT, "phone", "name", "status", "email",
    "remark", "product",
)  # fmt: skip
"""Fields whose headers tell the format, the most telling first."""

_SIGNS: Final = 5
_INCOME: Final = ("收入", "收款", "入账", "income", "in", "credit")
"""Words of money that comes in."""

_ACCOUNT_ORDER: Final = ("openid", "wechat", "account", "phone", "email")


def as_toml(draft: Draft, *, name: str, title: str, platform: str, catalogue: Catalogue) -> str:
    """The profile as TOML.

    Args:
        draft: What was found.
        name: Name of the profile.
        title: For people.
        platform: Part of every key.
        catalogue: Language of the remarks.
    """
    parts = [
        _heading(draft, catalogue),
        _facts(draft, name=name, title=title, platform=platform, catalogue=catalogue),
        f"[[signatures]]\nneeds = {_list(signs(draft))}",
        *_accounts(draft),
        _columns(draft, catalogue),
        *_statuses(draft, catalogue),
        *_refund_statuses(draft, catalogue),
        *_rules(draft),
        _totals(),
    ]
    return "\n\n".join(parts) + "\n"


def signs(draft: Draft) -> list[str]:
    """The headers that tell the format."""
    fields = draft.fields
    headers = [fields[field].column.header for field in _SIGNED_BY if field in fields]
    others = [one.column.header for one in draft.placements if one.column.header not in headers]
    least = [*headers, *others] if len(set(headers)) < 3 else headers
    return list(dict.fromkeys(least))[:_SIGNS]


def _heading(draft: Draft, catalogue: Catalogue) -> str:
    lines = [
        catalogue.say(message("Drafted by custtier from a file's columns. Look it through, then delete this line.")),
    ]
    beside = list(dict.fromkeys(one.column.header for one in draft.placements if not one.field))
    if beside:
        listed = catalogue.listed(beside)
        lines.append(catalogue.say(message("Columns that are not read: {columns}"), columns=listed))
    return "\n".join(f"# {_line(line)}" for line in lines)


def _facts(draft: Draft, *, name: str, title: str, platform: str, catalogue: Catalogue) -> str:
    fields, is_order = draft.fields, draft.kind.name == "order"
    needed = [
        name for group in draft.kind.required for name in ["|".join(one for one in group if one in fields)] if name
    ]
    if "order_id" in fields:
        needed.insert(0, "order_id")
    lines = [
        f"name = {_text(name)}",
        f"title = {{ zh = {_text(title)}, en = {_text(title)} }}",
        f"platform = {_text(platform)}",
    ]
    if is_order:
        open_remark = (
            catalogue.say(message("check: too few orders have several rows to tell")) if draft.rows.is_open else ""
        )
        lines += [
            f"grain = {_text(draft.rows.grain)}{_remark(open_remark)}",
            f'paid = "gross"{_remark(catalogue.say(message("net, if refunds are off the paid amount already")))}',
        ]
    else:
        lines.append(f"kind = {_text(draft.kind.name)}")
    lines.append(f"required = {_list(needed)}")
    if draft.date_formats:
        lines.append(f"date_formats = {_list(draft.date_formats)}")
    if draft.day_first is not None:
        lines.append(f"day_first = {str(draft.day_first).lower()}")
    elif draft.open_days:
        said = catalogue.say(
            message("how is 01/02/2026 to be read? true: in February; until then such rows are rejected")
        )
        lines.append(f"# day_first = true{_remark(said)}")
    if draft.currency:
        lines.append(f"currency = {_text(draft.currency)}")
    if draft.negative and "order_id" in fields and is_order:
        lines.append('negative = "refund"')
    return "\n".join(lines)


def _accounts(draft: Draft) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for one in draft.placements:
        if one.field == ACCOUNT:
            kinds.setdefault(draft.account_kinds.get(loose(one.column.header), "account"), []).append(one.column.header)
    if "email" in draft.fields and "email" not in kinds:
        kinds["email"] = [draft.fields["email"].column.header]
    return [
        f"[[accounts]]\nkind = {_text(kind)}\ncolumns = {_list(kinds[kind])}"
        for kind in _ACCOUNT_ORDER
        if kind in kinds
    ]


def _columns(draft: Draft, catalogue: Catalogue) -> str:
    placed: dict[str, list[Placement]] = {}
    for one in draft.placements:
        if one.field and one.field != ACCOUNT:
            placed.setdefault(one.field, []).append(one)
    lines = [
        f"{field} = {_list([one.column.header for one in ones])}{_remark(_doubt(ones[0], catalogue))}"
        for field, ones in placed.items()
    ]
    return "\n".join(["[columns]", *lines])


def _doubt(one: Placement, catalogue: Catalogue) -> str:
    if one.certainty == GUESS:
        return catalogue.say(message("check: a guess by the look of the values"))
    if one.certainty == LIKELY and one.reason == "similar":
        return catalogue.say(message("check: taken because it is like {header}"), header=one.like)
    return ""


def _statuses(draft: Draft, catalogue: Catalogue) -> list[str]:
    if draft.kind.name != "order":
        return []
    if "status" not in draft.fields:
        absent = "by_pay_time" if "paid_at" in draft.fields else "paid"
        return [f"[statuses]\nabsent = {_text(absent)}"]
    return [_words(draft, "status", "statuses", STATES, catalogue)]


def _refund_statuses(draft: Draft, catalogue: Catalogue) -> list[str]:
    if "refund_status" not in draft.fields:
        return []
    text = _words(draft, "refund_status", "refund_statuses", REFUND_STATES, catalogue)
    has_amount = {"refund", "item_refund"} & draft.fields.keys()
    return [f"{text}\n{'judge_amount' if has_amount else 'whole'} = true"]


def _words(draft: Draft, field: str, table: str, states: Sequence[str], catalogue: Catalogue) -> str:
    """The words that the file shows, then the usual ones that later files may show; unknown ones as a remark."""
    known = draft.known.usual_states if field == "status" else draft.known.usual_refund_states
    seen = [word for word in draft.words if word.field == field]
    is_chinese = any(not word.word.isascii() for word in seen)
    lines = [f"[{table}]"]
    unknown = [word.word for word in seen if not word.state]
    if unknown:
        said = catalogue.say(message("put these words where they belong; until then their rows are rejected: {words}"))
        lines.append(f"# {_line(said.replace('{words}', _list(unknown)))}")
    shown = {_plain(word.word) for word in seen}
    for state in states:
        here = [word.word for word in seen if word.state == state]
        usual = [
            word
            for word, meaning in known.items()
            if meaning == state and _plain(word) not in shown and word.isascii() is not is_chinese
        ]
        if here or usual:
            lines.append(_word_list(state, here, usual, catalogue))
    return "\n".join(lines)


def _word_list(state: str, here: Sequence[str], usual: Sequence[str], catalogue: Catalogue) -> str:
    if not usual:
        return f"{state} = {_list(here)}"
    lines = [f"{state} = ["]
    if here:
        lines.append(f"  {', '.join(map(_text, here))},")
    lines.append(f"  # {_line(catalogue.say(message('usual words that this file does not show')))}")
    lines.append(f"  {', '.join(map(_text, usual))},")
    return "\n".join([*lines, "]"])


def _plain(word: str) -> str:
    from custtier.sources.transforms.statuses import plain_word

    return plain_word(word)


def _rules(draft: Draft) -> list[str]:
    """Of movements both ways only those that come in are sales."""
    if "direction" not in draft.fields:
        return []
    return [
        '[[rows]]\ntake = "leave_out"\nreason = "own_spending"\nwhen = { direction = { lacks = '
        f"{_list(_INCOME)} }} }}"
    ]


def _totals() -> str:
    """Rows of totals are none of the records, whatever the kind."""
    starts = "(?i)^,?(合计|总计|小计|共计|汇总|累计|total|totals|grand total|sum)[:：]?\\\\s*(,|$)"
    return f'[[trailers]]\nstarts = "{starts}"\nreason = "total_row"\nto_end = false'


def _text(text: str) -> str:
    """A TOML string: JSON's is one, but for a character that TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _remark(text: str) -> str:
    return f"  # {_line(text)}" if text else ""


def _line(text: str) -> str:
    """A text that a remark can hold: one line, nothing that moves the cursor."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
