"""What the profile of a list says (contacts, chats, spend, links, tags, referrals …), in plain words and Markdown."""

from collections.abc import Mapping, Sequence
from typing import Final

from custtier.sources.formats.profile import Profile, Signature
from custtier.sources.lists import words as usual
from custtier.text.names import NAMES
from source_facts import columns_read, condition, one_of, table, times, word, words, wrapped

MEANINGS: Final[Mapping[str, str]] = {
    **NAMES["field"],
    "account": "account",
    "platform": "platform of the account",
    "person": "label of the person",
    "decision": "decision",
    "noted_on": "day",
    "address": "address (province and city are taken from it, the rest is not kept)",
    "lead_class": "class noted by staff",
    "status": "whether the contact has deleted us",
    "deleted_at": "deleted us at",
    "direction": "who sent it",
    "subkind": "kind within the kind",
    "sender": "account of the sender",
    "text": "text (looked at, never kept)",
    "spent_on": "day",
    "on": "date",
    "margin_share": "margin as a share of the price",
    "referred": "who was brought",
    "referred_on": "day",
}
"""What the fields of lists hold, in plain words."""

HOLDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "contacts": ("a contact", "contacts: who is in whose list, since when, through which channel", "one contact"),
    "messages": (
        "a message",
        "messages: with whom, when, from which side, of what kind; never their text",
        "one message",
    ),
    "spend": ("a day's spend", "ad spend", "what was spent on one day, for one channel, campaign and agent"),
    "dates": ("a key date", "key dates: birthdays, anniversaries, expiries", "one date of one person"),
    "costs": ("a product's cost", "costs or margins of products", "one product, or one category, from one day on"),
    "tags": ("a tag of a person", "tags: who has which, given or taken away", "one person, and one tag or several"),
    "referrals": ("a pair of people", "who brought whom", "two people, one of whom brought the other"),
    "links": ("an account of a person", "which accounts are one person", "one account, or several, of one person"),
}
"""What a row is in the table of formats, what the file holds, what a row is on the page."""

_USUAL: Final[Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]] = {
    "contacts": {"status": usual.DELETED},
    "messages": {"direction": usual.DIRECTIONS, "kind": usual.KINDS},
    "dates": {"kind": usual.DATE_KINDS, "calendar": usual.CALENDARS},
    "links": {"decision": usual.DECISIONS},
    "tags": {"decision": usual.TAG_DECISIONS},
}
_SAME_ROW_TWICE: Final = ("contacts", "dates", "costs", "links", "tags", "referrals")
_REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": ("bad_date", "missing_account", "damaged_id"),
    "messages": ("bad_date", "missing_account", "damaged_id", "unknown_direction"),
    "spend": ("bad_date", "bad_amount", "bad_quantity"),
    "dates": ("bad_date", "missing_account", "damaged_id"),
    "costs": ("bad_date", "bad_amount", "missing_product"),
    "links": ("missing_account", "missing_person", "damaged_id", "unknown_decision"),
    "tags": ("bad_date", "missing_account", "damaged_id", "unknown_decision"),
    "referrals": ("bad_date", "missing_referral", "damaged_id"),
}
"""Kind of list → why a row of it may be rejected."""


def meant(fields: str) -> str:
    """A field, or several joined by a bar, in plain words."""
    return " or ".join(MEANINGS[field] for field in fields.split("|"))


def recognised(signature: Signature) -> str:
    """What a header must hold to be of this format."""
    needs = " + ".join(one_of(name.split("|")) for name in signature.needs)
    fields = " + ".join(f"({meant(fields)})" for fields in signature.fields)
    without = f", without {words(signature.without, last=' and ')}" if signature.without else ""
    return " + ".join(part for part in (needs, fields) if part) + without


def people(profile: Profile, *, with_headers: bool) -> str:
    """By what the person of a row is known."""
    found = []
    for account in profile.accounts:
        kind = {
            "account": "account",
            "openid": "openid",
            "wechat": "WeChat id",
            "phone": "full phone",
            "email": "e-mail",
        }[account.kind]
        whose = f" on {account.platform}" if account.platform else ""
        headers = ", else ".join(word(column) for column in account.columns)
        found.append(f"{kind}{whose} ({headers})" if with_headers and not profile.fallback else f"{kind}{whose}")
    if "phone" in profile.columns:
        found.append("full phone")
    return ", else ".join(dict.fromkeys(found)) or "nobody"


def row_cells(profile: Profile) -> tuple[str, str, str]:
    """What the table of formats says of a list: what a row is, by what its person is known, no amount."""
    known = (
        people(profile, with_headers=False)
        if profile.kind in {"contacts", "messages", "dates", "links", "tags"}
        else "-"
    )
    return (HOLDS[profile.kind][0], known, "-")


def facts(profile: Profile) -> str:
    """The short facts of a list's format as a table."""
    rows = [
        ("profile", word(profile.name)),
        ("platform", word(profile.platform)),
        ("recognised by", "; or ".join(recognised(signature) for signature in profile.signatures)),
        *([("tried", "only when no other profile matches")] if profile.fallback else []),
        ("holds", HOLDS[profile.kind][1]),
        ("a row is", HOLDS[profile.kind][2]),
        ("cannot do without", ", ".join(meant(fields) for fields in profile.required) or "-"),
    ]
    if profile.kind in {"contacts", "messages", "dates", "links", "tags"}:
        rows.append(("the person is known by", people(profile, with_headers=True)))
    if profile.kind in {"spend", "costs"}:
        column = (
            f"column {words(profile.columns['currency'], last=' or ')}, else " if "currency" in profile.columns else ""
        )
        rows.append(("currency", column + (profile.currency or "that of the settings (CNY by default)")))
    if profile.kind != "links":
        rows.append(("times", times(profile)))
    return table(("", ""), rows)


def words_told(profile: Profile) -> Sequence[str]:
    """What the words of its columns mean: the profile's own, and for plain tables the usual ones."""
    found: list[str] = []
    for field, codes in _USUAL.get(profile.kind, {}).items():
        if field not in profile.columns:
            continue
        own = profile.words.get(field, {})
        known = {
            code: (*own.get(code, ()), *(codes.get(code, ()) if profile.fallback else ())) for code in (*codes, *own)
        }
        lines = [
            wrapped(f"- **{code}**:", [word(text) for text in texts], indent="  ")
            for code, texts in known.items()
            if texts
        ]
        more = "" if profile.fallback else "Everyday words in Chinese and English are known besides."
        found.append("\n\n".join(part for part in (f"## Words of {meant(field)}", "\n".join(lines), more) if part))
    return found


def rows_told_apart(profile: Profile) -> str:
    """What becomes of each row."""
    names = NAMES["reason"]
    rows = [
        (
            f"the first two cells match {word(trailer.starts)}",
            f"left out: {names[trailer.reason]} ({word(trailer.reason)})",
        )
        for trailer in profile.trailers
    ]
    for rule in profile.rows:
        holds = " and ".join(condition(field, asked, profile) for field, asked in rule.when.items())
        rows.append((holds, f"left out: {names[rule.reason]} ({word(rule.reason)})"))
    if profile.kind in {"contacts", "messages"}:
        for reason, what in (
            ("group_chat", "the account is a WeChat group (`…@chatroom`), or several people wrote in the conversation"),
            ("public_account", "the account is a WeChat public account (`gh_…`)"),
            ("system_account", "the account is one of WeChat's own (`weixin`, `filehelper`, `fmessage` …)"),
        ):
            rows.append((what, f"left out: {names[reason]} ({word(reason)})"))
    if profile.kind == "tags":
        rows.append(("no tag stands in it", f"left out: {names['missing_tag']} (`missing_tag`)"))
    if profile.kind in _SAME_ROW_TWICE:
        rows.append(("an identical row was there before", f"left out: {names['duplicate_row']} (`duplicate_row`)"))
    elif "message_id" in profile.columns:
        rows.append(
            (
                "the same message was there before, by its number",
                f"left out: {names['duplicate_row']} (`duplicate_row`)",
            )
        )
    rows += [(names[reason], f"rejected ({word(reason)})") for reason in _REASONS[profile.kind]]
    return table(("when", "the row is"), rows)


def generated(profile: Profile) -> str:
    """The generated part of a list's page."""
    parts = [
        "## In short",
        facts(profile),
        "## Columns read",
        "Of several headers that stand in the file, the first that is not empty counts, row by row.",
        columns_read(profile, meanings=MEANINGS),
    ]
    if profile.agent_cut:
        parts.append(f"Of the agent's cell, what matches {word(profile.agent_cut)} is cut off.")
    if profile.tag_columns:
        parts.append(f"Columns whose header matches {word(profile.tag_columns)} hold tags.")
    if profile.instants:
        parts.append(f"Read only to tell how new the file is: {words(profile.instants)}.")
    parts += [*words_told(profile), "## Rows", rows_told_apart(profile)]
    return "\n\n".join(parts)
