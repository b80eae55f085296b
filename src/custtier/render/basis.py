"""What an answer counts by: money, refunds, orders, days and exclusions, in one line or for machines."""

from collections.abc import Mapping

from custtier.text import Catalogue, message
from custtier.views.view import View

BY_ORDER = "order"
"""The refund basis of every answer that does not say another: a refund counts on the day of its order."""


def is_report(view: View) -> bool:
    """Whether an answer counts money as of a day, so that it has to say how."""
    return view.as_of is not None and view.currency is not None


def basis_of(view: View, *, zone: str) -> Mapping[str, object] | None:
    """What an answer counts by, for machines; None where it counts no money as of a day."""
    if not is_report(view):
        return None
    asked = view.parameters
    return {
        "money": "paid_less_refunded",
        "refund_basis": _refund_basis(view),
        "window_days": asked.get("window"),
        "since": asked.get("since"),
        "until": asked.get("until"),
        "zone": zone,
        "exclusions": _rules(view),
    }


def basis_lines(view: View, catalogue: Catalogue, *, zone: str) -> list[str]:
    """What an answer counts by, in one line; none where it counts no money as of a day."""
    if not is_report(view):
        return []
    parts = [_money(view, catalogue), _orders(view, catalogue)]
    if view.data_through is not None:
        parts.append(catalogue.say(message("data through {day}"), day=view.data_through.isoformat()))
    parts += [catalogue.say(message("days in {zone}"), zone=zone), _exclusions(view, catalogue)]
    return [catalogue.say(message("counted: {how}"), how=" · ".join(parts))]


def _refund_basis(view: View) -> object:
    return view.parameters.get("refund_basis") or BY_ORDER


def _rules(view: View) -> list[object]:
    return [note.values["rule"] for note in view.notes if note.code == "excluded_by_rule"]


def _money(view: View, catalogue: Catalogue) -> str:
    if _refund_basis(view) == BY_ORDER:
        return catalogue.say(message("paid less refunded, refunds with their order"))
    return catalogue.say(message("paid less refunded, refunds on their own day"))


def _orders(view: View, catalogue: Catalogue) -> str:
    asked = view.parameters
    days, since, until = asked.get("window"), asked.get("since"), asked.get("until")
    if since and until:
        said = catalogue.say(message("orders from {since} to {until}"), since=since, until=until)
    elif since:
        said = catalogue.say(message("orders since {since}"), since=since)
    elif until:
        said = catalogue.say(message("orders until {until}"), until=until)
    else:
        said = catalogue.say(message("orders of all days"))
    if not days:
        return said
    last = catalogue.say(message("of the last {days} days"), days=days)
    return last if not since and not until else catalogue.listed([said, last])


def _exclusions(view: View, catalogue: Catalogue) -> str:
    if view.parameters.get("no_exclusions"):
        return catalogue.say(message("exclusions switched off"))
    rules = _rules(view)
    if rules:
        return catalogue.say(message("exclusions: {rules}"), rules=catalogue.listed(map(str, rules)))
    if "exclusions" in view.tables:
        return catalogue.say(message("before exclusions"))
    return catalogue.say(message("no exclusions"))
