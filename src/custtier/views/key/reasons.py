"""Why a customer is picked, in words: the facts behind the points, part by part."""

from collections.abc import Collection, Iterable, Mapping

from custtier.text.key_reasons import KEY_REASONS
from custtier.views.spoken import spoken_money, spoken_number, spoken_share

Row = Mapping[str, object]


def key_reason(row: Row, *, known: Collection[str], currency: str | None, lang: str) -> str:
    """A line such as `bought on 4 days, every 31 days, last 12 days ago; CNY 8,200.00 in a year, nobody buys more`.

    Args:
        row: One row of `key.answer.COLUMNS`.
        known: The parts, and the keys of `key.points.REACH`, of which anything is known here.
        currency: Of the amounts.
        lang: A language of `text.key_reasons`.
    """
    said = KEY_REASONS[lang]
    told: list[tuple[str, Mapping[str, object]]] = [
        *_repurchase(row),
        *(_value(row, currency) if "value" in known else ()),
        *(_influence(row) if "influence" in known else ()),
        *(_referral(row, currency) if "referral" in known else ()),
        *_reachability(row, known),
    ]
    return said["between"].join(said[kind].format(**places) for kind, places in told)


def _number(row: Row, column: str) -> int:
    value = row[column]
    assert isinstance(value, int)
    return value


def _repurchase(row: Row) -> Iterable[tuple[str, Mapping[str, object]]]:
    gap = row["usual_gap_days"]
    if _number(row, "purchase_days") > 1 and isinstance(gap, float):
        yield "rhythm", {"gap": spoken_number(gap), "recency": row["recency_days"], "days": row["purchase_days"]}
    else:
        yield "once", {"recency": row["recency_days"]}


def _value(row: Row, currency: str | None) -> Iterable[tuple[str, Mapping[str, object]]]:
    sales, margin, above = _number(row, "year_sales"), row["year_margin"], row["value_above_share"]
    if not sales:
        yield "nothing_in_year", {}
        return
    assert isinstance(above, float)
    places = {"sales": spoken_money(sales, currency), "above": spoken_share(above)}
    if isinstance(margin, int):
        yield ("margin" if above else "best_margin"), {**places, "margin": spoken_money(margin, currency)}
    else:
        yield ("value" if above else "best"), places


def _influence(row: Row) -> Iterable[tuple[str, Mapping[str, object]]]:
    if row["is_influencer"]:
        yield "influencer", {}
    if row["product_count"] is None and row["receiver_count"] is None:
        if not row["is_influencer"]:
            yield "influence_unknown", {}
        return
    if row["product_count"] is not None:
        yield "products", {"count": row["product_count"]}
    if row["receiver_count"] is not None and _number(row, "receiver_count") > 1:
        yield "receivers", {"count": row["receiver_count"]}


def _referral(row: Row, currency: str | None) -> Iterable[tuple[str, Mapping[str, object]]]:
    if _number(row, "referred_count"):
        sales = spoken_money(_number(row, "referred_sales"), currency)
        yield "referral", {"count": row["referred_count"], "buyers": row["referred_buyers"], "sales": sales}


def _reachability(row: Row, known: Collection[str]) -> Iterable[tuple[str, Mapping[str, object]]]:
    if "is_contact" in known:
        yield {"contact": "contact", "deleted": "deleted", None: "no_contact"}[_state(row)], {}
    if "answers" in known and row["contact_state"] == "contact":
        count = _number(row, "answer_count")
        yield ("answers" if count else "silent"), {"count": count}
    if not row["has_phone"]:
        yield "no_phone", {}


def _state(row: Row) -> str | None:
    state = row["contact_state"]
    return None if state is None else str(state)
