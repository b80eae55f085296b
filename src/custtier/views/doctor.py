"""`doctor`: the health of the data on one page, before any number is believed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import polars as pl

from custtier.facts import Facts
from custtier.metrics.suspects import Suspects
from custtier.rules import Rule
from custtier.text import Catalogue
from custtier.text.checks import found_text, hint_text
from custtier.views.health.check import BAD, LOOK, OK, STATUSES, Check, judged
from custtier.views.health.days import date_gaps, future_days, odd_hours, old_exports
from custtier.views.health.intake import Intake, cut_phones, intake_checks, zero_ended
from custtier.views.health.money import is_waiting, lost_refunds, overlapping_bills, paid, purchase_checks
from custtier.views.health.people import list_checks, phone_checks
from custtier.views.health.repeats import again_within_minutes, twice_over_sources
from custtier.views.spoken import spoken_money
from custtier.views.view import View

_DETAILS = (
    "order_key", "account_key", "kind", "platform", "source", "phone", "phone_kind", "state", "ordered_at", "paid_at",
    "ordered_on", "is_absorbed",
)  # fmt: skip
"""What a store has at hand; amounts come from the purchases, order numbers are fetched only where they are needed."""


def doctor(
    facts: Facts,
    intake: Intake,
    *,
    today: date,
    zone: str,
    shared_phones: int,
    shared_phone_accounts: int,
    weak_sources: Collection[str],
    found: Mapping[str, Suspects],
    rules: Sequence[Rule],
    lang: str = "en",
) -> View:
    """Every check with its verdict, the worst first.

    Args:
        facts: All orders and lists.
        intake: What reading the files left behind.
        today: In the shop's zone.
        zone: The shop's time zone.
        shared_phones: Phones that join nobody, because too many accounts usually use them.
        shared_phone_accounts: So many accounts of one platform may be one person's.
        weak_sources: Sources that know buyers by a displayed name only.
        found: Detector → what it found.
        rules: The user's exclusion rules.
        lang: Language of sentences and hints.

    Returns:
        Table `checks`: `check`, `status` (`bad`, `look`, `ok`), `count`, `share`, `detail`, `hint`; of what is well,
        sentence and hint are null.
    """
    shared = judged("shared_phones", shared_phones, accounts=shared_phone_accounts)
    checks = [
        *_order_checks(facts, today=today, zone=zone, shared=shared, weak_sources=weak_sources),
        lost_refunds(facts),
        *list_checks(facts),
        *_suspicions(facts, found),
        _rules_check(rules),
    ]
    details = facts.table("details", columns=["order_id", "source", "ordered_on"])
    checks = [*intake_checks(intake, id_zeros=zero_ended(details), cut_phones=cut_phones(facts)), *checks]
    ranked = sorted(checks, key=lambda check: STATUSES.index(check.status))
    return View(
        command="doctor",
        parameters={},
        summary={
            "checks": len(checks),
            **{status: sum(check.status == status for check in checks) for status in (BAD, LOOK, OK)},
            "orders": facts.extent.purchases,
        },
        tables={"checks": _table(ranked, Catalogue("zh" if lang == "zh" else "en"))},
        notes=(),
        as_of=facts.extent.last_on,
        data_through=facts.extent.data_through,
    )


def _table(checks: Sequence[Check], catalogue: Catalogue) -> pl.DataFrame:
    rows = [
        {
            "check": check.code,
            "status": check.status,
            "count": check.count,
            "share": check.share,
            "detail": found_text(check.code, check.values, catalogue) if _tells(check) else None,
            "hint": hint_text(check.code, catalogue) if check.status != OK else None,
        }
        for check in checks
    ]
    kinds = {"check": pl.String, "status": pl.String, "count": pl.Int64, "share": pl.Float64}
    return pl.DataFrame(rows, schema={**kinds, "detail": pl.String, "hint": pl.String})


def _tells(check: Check) -> bool:
    return check.status != OK or (check.count > 0 and check.code in {"imports", "exclusions"})


def _order_checks(facts: Facts, *, today: date, zone: str, shared: Check, weak_sources: Collection[str]) -> list[Check]:
    """Checks of the orders themselves; the details are read once, of many columns."""
    local = pl.coalesce("paid_at", "ordered_at").dt.convert_time_zone(zone)
    has_time = local.dt.time() != pl.time(0)
    details = facts.table("details", columns=_DETAILS)
    seen = (
        details.with_columns(
            # of phones only whether they are the same is asked: hashes take less room
            pl.when(pl.col("phone").is_not_null()).then(pl.col("phone").hash()).alias("phone"),
            pl.col("kind", "platform", "source", "phone_kind", "state").cast(pl.Categorical),
            pl.when(has_time).then(local.dt.epoch("s")).alias("second"),
            pl.when(has_time).then(local.dt.hour()).alias("hour"),
        )
        .drop("ordered_at", "paid_at")
        .join(facts.purchases.select("order_key", "gross"), on="order_key", how="left")
        .collect(engine="streaming")
        .lazy()
    )
    bought = seen.filter(paid())
    alone = seen.filter(~pl.col("is_absorbed"))
    count = pl.len().cast(pl.Int64).alias("orders")
    source = pl.col("source").cast(pl.String)
    days, paid_days, hours, waiting = pl.collect_all(
        [
            alone.group_by(source, "ordered_on").agg(count),
            bought.group_by(source, pl.col("kind").cast(pl.String), "ordered_on").agg(count),
            bought.filter(pl.col("hour").is_not_null()).group_by(source, "hour").agg(count),
            seen.select(is_waiting().sum().cast(pl.Int64)),
        ]
    )
    every = int(paid_days["orders"].sum())
    return [
        future_days(days, today=today),
        overlapping_bills(paid_days),
        again_within_minutes(bought, every=every),
        twice_over_sources(
            bought.filter(pl.col("kind") != "payment"),
            numbers=facts.table("details", columns=["order_key", "order_id"]),
            every=every,
        ),
        date_gaps(facts),
        old_exports(days),
        odd_hours(hours),
        *purchase_checks(facts),
        judged("waiting_items", waiting.item() or 0),
        *phone_checks(alone, shared=shared, weak_sources=weak_sources),
    ]


def _suspicions(facts: Facts, found: Mapping[str, Suspects]) -> list[Check]:
    currency = facts.extent.currencies[0] if len(facts.extent.currencies) == 1 else None
    return [
        judged(
            name,
            suspects.orders.height,
            of=facts.extent.purchases,
            clusters=suspects.clusters.height,
            sales=spoken_money(int(suspects.clusters["net_sales"].sum()), currency),
        )
        for name, suspects in found.items()
    ]


def _rules_check(rules: Sequence[Rule]) -> Check:
    """How many rules take orders out of every answer."""
    values = {"count": len(rules), "on": sum(rule.on for rule in rules)}
    return Check("exclusions", OK, len(rules), None, values)
