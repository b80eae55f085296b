"""What a source format's profile says, in plain words and Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from custtier.sources.formats.profile import Profile, RowRule, Signature, Words
from custtier.text.names import NAMES

WIDTH: Final = 160
"""Lines of a list are not longer, and a wider table becomes a list."""

MEANINGS: Final[Mapping[str, str]] = {
    **NAMES["field"],
    "amount": "amount of the item",
    "direction": "money in or out",
    "type": "kind of movement",
}
"""What a profile's fields hold, in plain words."""

GRAINS: Final[Mapping[str, tuple[str, str]]] = {
    "order": ("an order", "one order"),
    "item_repeated": ("an item", "one item; the order's own cells stand on each of its rows and count once"),
    "item_blank": ("an item", "one item; the order's own cells stand on its first row only"),
    "item": ("an item", "one item with its own money; an order is the sum of its paid items"),
    "unit": ("a piece", "one piece with its own money; an order is the sum of its paid pieces"),
    "transaction": ("a payment", "one movement of money"),
    "auto": ("an order or an item", "one order, or one item where an order number stands beside several products"),
}
"""What a row is: in the table of formats, and on the page."""

KINDS: Final[Mapping[str, str]] = {
    "order": "orders",
    "payment": "payments: a row completes the shop's order with the same payment number and adds no sale; "
    "a payment of no known order is a sale of its own",
    "refund": "refunds: a row takes back money of the order that it names, which another file holds, and adds no sale",
    "buyers_bill": "refused: it tells what one person bought, not what a shop sold",
}
REFUSED: Final = {"buyers_bill": "a buyer's bill"}
STATES: Final = {
    "unpaid": "unpaid",
    "paid": "paid",
    "partly_paid": "paid in part",
    "refunded": "refunded",
    "closed": "closed",
}
"""Status keys of a profile, as states are called."""


def word(text: str) -> str:
    """A word of a file, as code."""
    fence = "``" if "`" in text else "`"
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}".replace("|", r"\|")


def words(texts: Iterable[str], *, last: str = ", ") -> str:
    """Words of a file in a row; the last one set apart by `last`."""
    shown = [word(text) for text in texts]
    return last.join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def meant(fields: str) -> str:
    """A field, or several joined by a bar, in plain words."""
    return " or ".join(MEANINGS[field] for field in fields.split("|"))


def wrapped(start: str, parts: Sequence[str], *, indent: str) -> str:
    """Parts joined by commas after a start, broken into lines that are not too long."""
    lines = [start]
    for number, part in enumerate(parts):
        piece = part + ("," if number + 1 < len(parts) else "")
        if len(lines[-1]) + len(piece) + 1 > WIDTH - 10:
            lines.append(indent + piece)
        else:
            lines[-1] += " " + piece
    return "\n".join(lines)


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def one_of(headers: Sequence[str]) -> str:
    """Headers of which one must stand there."""
    return word(headers[0]) if len(headers) == 1 else f"({words(headers, last=' or ')})"


def recognised(signature: Signature) -> str:
    """What a header must hold to be of this format."""
    needs = " + ".join(one_of(name.split("|")) for name in signature.needs)
    fields = " + ".join(f"({meant(fields)})" for fields in signature.fields)
    without = f", without {words(signature.without, last=' and ')}" if signature.without else ""
    return " + ".join(part for part in (needs, fields) if part) + without


def buyer(profile: Profile, *, with_headers: bool) -> str:
    """By what the buyer of an order is known."""
    found: list[str] = []
    phones = profile.columns.get("phone", ())
    for account in profile.accounts:
        if account.kind == "phone" and set(account.columns) <= set(phones):
            continue
        kind = {
            "account": "account",
            "openid": "openid",
            "wechat": "WeChat id",
            "phone": "full phone",
            "email": "e-mail",
        }[account.kind]
        if profile.weak_accounts:
            kind = "displayed name only"
        headers = ", else ".join(word(column) for column in account.columns)
        found.append(f"{kind} ({headers})" if with_headers and not profile.fallback else kind)
    if phones and not profile.weak_accounts:
        headers = ", else ".join(word(header) for header in phones)
        found.append(f"full phone ({headers})" if with_headers and not profile.fallback else "full phone")
    return ", else ".join(dict.fromkeys(found)) or "nobody"


def money(profile: Profile) -> str:
    """Which amount counts, and of what."""
    if profile.kind == "refund":
        return "none: only refunds are read"
    whose = {
        "buyer": "what the buyer paid",
        "shop": "what the shop received",
        "goods": "the price of the goods, without shipping",
    }[profile.money_basis]
    of_items = "gross" not in profile.columns and "total" not in profile.columns
    fields = ("amount",) if of_items else ("gross", "total")
    headers = [header for field in fields for header in profile.columns.get(field, ())]
    shown = "" if profile.fallback else f" ({', else '.join(word(header) for header in headers)})"
    net = "; refunds are off it already, and the stated refund is added back" if profile.paid == "net" else ""
    sums = [parts for field, parts in profile.sums.items() if field in fields]
    plus = "".join(f", plus {words(parts.add, last=' and ')}" for parts in sums if parts.add)
    minus = "".join(f", less {words(parts.subtract, last=' and ')}" for parts in sums if parts.subtract)
    return f"{whose}{shown}{plus}{minus}{', of each row' if of_items else ''}{net}"


def refunds(profile: Profile) -> str:
    """Where refunds are told."""
    found: list[str] = []
    columns = profile.columns
    if profile.kind == "refund":
        parts = profile.sums.get("refund_amount")
        plus = f", plus {words(parts.add, last=' and ')}" if parts and parts.add else ""
        return f"the rows, by {words(columns['refund_amount'], last=' or ')}{plus}"
    for field, whose in (("refund", "of the order"), ("item_refund", "of the item")):
        if field in columns and not profile.fallback:
            found.append(f"{words(columns[field], last=' or ')} {whose}")
        elif field in columns:
            found.append(f"a column of refunds {whose}")
    if "adjusted" in columns:
        found.append(f"what {words(columns['adjusted'], last=' or ')} is below the amount")
    if profile.statuses.amount_pattern:
        found.append("an amount inside the status")
    if profile.refund_statuses.whole:
        whole = "row" if profile.grain in {"item", "unit"} else "order"
        found.append(f"no amount: a finished refund in {words(columns['refund_status'])} takes back the whole {whole}")
    if any(rule.take == "refund" for rule in profile.rows):
        found.append("rows of their own")
    if profile.negative == "refund":
        found.append("rows with a negative amount and an order number")
    rules = profile.statuses
    if rules.refunded or rules.refunded_contains or rules.cancelled_prefixes:
        of_items = profile.grain in {"item", "unit"}
        found.append(
            "a row whose status means refunded carries no money"
            if of_items
            else "a status that means refunded takes back the whole order where no amount stands"
        )
    return "; ".join(found) or "not told by this file"


def currency(profile: Profile) -> str:
    """Where the currency comes from."""
    told = "currency" in profile.columns and not profile.currency_symbols
    found = [f"column {words(profile.columns['currency'], last=' or ')}"] if told else []
    found += [f"{one.currency} with the headers {recognised(one)}" for one in profile.signatures if one.currency]
    if profile.currency_of_country:
        pairs = ", ".join(f"{country} {code}" for country, code in profile.currency_of_country.items())
        found.append(f"by {words(profile.columns['country'])} ({pairs})")
    if profile.currency_symbols:
        cells = f" in {words(profile.columns['currency'])}" if "currency" in profile.columns else ""
        found.append(
            f"by the symbol{cells}: " + ", ".join(f"{sign} {code}" for sign, code in profile.currency_symbols.items())
        )
    found.append(profile.currency or "that of the settings (CNY by default)")
    return ", else ".join(found)


def times(profile: Profile) -> str:
    """In which zone times are read, and what else is known of them."""
    zone = profile.zone or "that of the settings (Asia/Shanghai by default)"
    found = [f"{zone}, where a time carries no offset"]
    if profile.zones:
        found = [f"that of the row ({words(profile.columns['zone'])})"]
    for field, clock in profile.clocks.items():
        found.append(f"the time of day stands in {word(clock)} beside {words(profile.columns[field])}")
    if profile.day_first is not None:
        found.append(f"`01/02/2026` is {'a day in February' if profile.day_first else 'the second of January'}")
    if profile.date_formats:
        found.append(f"formats tried first: {words(profile.date_formats)}")
    if profile.day:
        found.append(f"where no time stands, the day comes from the order number ({word(profile.day)})")
    return "; ".join(found)


def facts(profile: Profile) -> str:
    """The short facts of a format as a table."""
    rows = [
        ("profile", word(profile.name)),
        ("platform", word(profile.platform)),
        ("recognised by", "; or ".join(recognised(signature) for signature in profile.signatures)),
        ("holds", KINDS[profile.kind]),
    ]
    if profile.platforms:
        site = words(profile.columns["site"], last=" or ")
        told = ", ".join(f"{words(parts, last=' or ')} {name}" for name, parts in profile.platforms.items())
        rows[1] = ("platform", f"by what {site} contains: {told}; else {word(profile.platform)}")
    if profile.fallback:
        rows.insert(3, ("tried", "only when no other profile matches"))
    if profile.is_read:
        rows += [
            (
                "a row is",
                "one refund, or another movement of money" if profile.kind == "refund" else GRAINS[profile.grain][1],
            ),
            ("cannot do without", ", ".join(meant(fields) for fields in profile.required) or "-"),
            ("the buyer is known by", buyer(profile, with_headers=True)),
            ("amount", money(profile)),
            ("refunds", refunds(profile)),
            ("currency", currency(profile)),
            ("times", times(profile)),
        ]
    return table(("", ""), rows)


def columns_read(profile: Profile, *, meanings: Mapping[str, str] = MEANINGS) -> str:
    """Which headers each field is read from: a table, or a list where there are too many for one."""
    found = [("account", [column for account in profile.accounts for column in account.columns])]
    found += [(field, list(profile.columns[field])) for field in meanings if field in profile.columns]
    rows = [(meanings[field], word(field), words(headers)) for field, headers in found if headers]
    if max((sum(len(cell) + 3 for cell in row) for row in rows), default=0) < WIDTH:
        return table(("what", "field", "headers"), rows)
    return "\n".join(
        wrapped(f"- **{meanings[field]}** ({word(field)}):", [word(header) for header in headers], indent="  ")
        for field, headers in found
        if headers
    )


def status_words(profile: Profile) -> str:
    """What the words of the status column mean."""
    rules = profile.statuses
    known = [(name, getattr(rules, key)) for key, name in STATES.items()]
    lines = [wrapped(f"- **{name}**:", [word(text) for text in texts], indent="  ") for name, texts in known if texts]
    said: list[str] = []
    if rules.cut_prefixes:
        said.append(f"The prefix {words(rules.cut_prefixes, last=' or ')} is cut off before a word is looked up.")
    if rules.refunded_contains:
        said.append(f"A word that contains {words(rules.refunded_contains, last=' or ')} means refunded.")
    if rules.paid_contains:
        said.append(f"A word that contains {words(rules.paid_contains, last=' or ')} means paid.")
    if rules.cancelled_prefixes:
        prefixes = words(rules.cancelled_prefixes, last=" or ")
        said.append(
            f"Any other word that starts with {prefixes} means refunded where a payment time stands, else closed."
        )
    if rules.amount_pattern:
        said.append(f"A word that matches {word(rules.amount_pattern)} is paid, with that amount refunded.")
    if rules.partly_paid:
        said.append("Of an order paid in part, only what is not outstanding counts.")
    if "cancelled_at" in profile.columns:
        said.append("A cancellation time closes the order.")
    said.append("A blank word is paid where a payment time stands, else unpaid. Any other word rejects the row.")
    if rules.absent == "paid":
        said.append("A file with neither a status nor a payment time holds paid orders.")
    return "\n".join([*lines, "", *said]).strip("\n")


def refund_words(profile: Profile) -> str:
    """What the words of the refund column mean."""
    rules = profile.refund_statuses
    known = [("refunded", rules.done), ("not refunded yet", rules.pending), ("not refunded", rules.failed)]
    lines = [wrapped(f"- **{name}**:", [word(text) for text in texts], indent="  ") for name, texts in known if texts]
    said: list[str] = []
    if rules.done_contains:
        said.append(f"A word that contains {words(rules.done_contains, last=' or ')} means refunded.")
    if profile.kind == "refund" or any(rule.take == "refund" for rule in profile.rows) or profile.negative == "refund":
        said.append("A refund row that is not done nets nothing.")
    elif not rules.whole:
        said.append("The amount alone counts, not the word.")
    said.append("A word that is not known counts as not refunded; a note says how many there are.")
    return "\n".join([*lines, "", *said])


def condition(field: str, asked: Words, profile: Profile) -> str:
    """When a condition of a row rule holds."""
    said = [
        f"{verb} {words(texts, last=' or ')}"
        for verb, texts in (
            ("is", asked.equals),
            ("contains", asked.contains),
            ("does not contain", asked.lacks),
            ("starts with", asked.prefix),
        )
        if texts
    ]
    if asked.blank is not None:
        said.append("is blank" if asked.blank else "is not blank")
    if asked.zero is not None:
        said.append("is zero or blank" if asked.zero else "is not zero")
    if asked.negative is not None:
        said.append("is negative" if asked.negative else "is not negative")
    return f"{words(profile.columns[field], last=' or ')} {' and '.join(said)}"


def became(rule: RowRule, profile: Profile) -> str:
    """What a row becomes by a rule."""
    if rule.take == "order":
        return "of an order"
    if rule.take == "refund":
        amount = f" of {words(profile.columns[rule.amount], last=' or ')}" if rule.amount else ""
        return f"a refund{amount} of its order" + ("" if rule.dated else ", on a day that is not known")
    name = NAMES["reason"].get(rule.reason, rule.reason)
    return f"left out: {name} ({word(rule.reason)})" + (f", unless `--include {rule.include}`" if rule.include else "")


def rows_told_apart(profile: Profile) -> str:
    """What each row is: the first line of the table that holds decides."""
    rows: list[tuple[str, str]] = []
    for trailer in profile.trailers:
        below = " and all rows below" if trailer.to_end else ""
        name = NAMES["reason"][trailer.reason]
        rows.append(
            (f"the first two cells match {word(trailer.starts)}{below}", f"left out: {name} ({word(trailer.reason)})")
        )
    if profile.description_row:
        rows.append(
            (
                f"the first row, where its order number does not match {word(profile.description_row)}",
                f"left out: {NAMES['reason']['description_row']} (`description_row`)",
            )
        )
    for rule in (rule for rule in profile.rows if rule.when):
        holds = " and ".join(condition(field, asked, profile) for field, asked in rule.when.items())
        rows.append((holds, became(rule, profile)))
    if profile.negative == "refund":
        rows.append(("the amount is negative and an order number stands", "a refund of that order"))
    if profile.grain in {"order", "transaction"} and "order_id" in profile.columns:
        name = NAMES["reason"]["duplicate_row"]
        rows.append(("an identical row was there before", f"left out: {name} (`duplicate_row`)"))
    if not rows:
        return "Every row is of an order."
    usual = "a payment" if profile.grain == "transaction" else "of an order"
    usual = "a refund of its order" if profile.kind == "refund" else usual
    rows.append(("any other row", next((became(rule, profile) for rule in profile.rows if not rule.when), usual)))
    return table(("when", "the row is"), rows)


def generated(profile: Profile) -> str:
    """The generated part of a format's page."""
    parts = ["## In short", facts(profile)]
    if profile.is_read:
        parts += [
            "## Columns read",
            "Of several headers that stand in the file, the first that is not empty counts, row by row.",
            columns_read(profile),
        ]
        if profile.instants:
            parts.append(f"Read only to tell how new the file is: {words(profile.instants)}.")
        if "status" in profile.columns:
            parts += ["## Words of the status", status_words(profile)]
        elif profile.kind != "refund":
            parts += [
                "## Status",
                "There is no status column: an order is paid where a payment time stands, else unpaid.",
            ]
        if "refund_status" in profile.columns:
            parts += ["## Words of the refund status", refund_words(profile)]
        parts += ["## Rows", rows_told_apart(profile)]
    return "\n\n".join(parts)
