"""`custtier explain`: why one customer has their scores, tier and level, and what would change them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from custtier.facts import Note
from custtier.periods import day_of, parse_window
from custtier.text import LANGS, Catalogue, Labels, Lang, message
from custtier.views.churn.answer import DEFAULT_DAYS, checked_days
from custtier.views.churn.levels import FIXED
from custtier.views.explain.answer import explained
from custtier.views.explain.card import Person, contact_rows
from custtier.views.explain.one_customer import Measured, figures_of, measured
from custtier.views.explain.scores import Explained
from custtier.views.explain.what_if import rules_for_one
from custtier.views.explain.words import TAG, Speaker, value_names
from custtier.views.rfm.cuts import Cuts
from custtier.views.rfm.cuts_asked import CutsKind, check_cuts, cuts_asked
from custtier.views.tiers.standing import TierRules
from custtier.views.tiers.top_group import top_group
from custtier.views.view import View
from custtier.workflows.frozen_cuts import kept_cuts
from custtier.workflows.kept_tiers import tier_rules
from custtier.workflows.one_lead import as_score, one_lead
from custtier.workflows.question import Question
from custtier.workflows.scoping import scope_of
from custtier.workflows.show import TOLD, asked_of_one, known_of, own_accounts
from custtier.workflows.tiers import bounds_asked
from custtier.workflows.whom import Matches, Whom, whom

if TYPE_CHECKING:
    from custtier.views.tags.tagged import TagSources

CUSTOMER = (
    "customer_id",
    "name",
    "phone",
    "tier",
    "sales_rank",
    "segment",
    "rfm",
    "order_count",
    "net_sales",
    "average_order",
    "last_order_on",
    "recency_days",
    "found_by",
)
"""Columns of the table `customer`."""

_OF_WINDOW = frozenset({"tier", "sales_rank", "segment", "rfm"})
"""Those of them that a window gives another meaning."""


def explain(
    text: str,
    question: Question,
    *,
    lang: Lang,
    cuts: str | None = None,
    top: str | None = None,
    sales: str | None = None,
    days: int | None = None,
    window: str | None = None,
    tier_cuts: str | None = None,
) -> View | Matches:
    """One customer's scores explained, or those whom the text means when they are several.

    Args:
        text: A customer id of today or before, a full phone, an account, an e-mail or a name.
        question: Uses `files` or `store`, `as_of`, `currency`, `use_exclusions`, `settings`.
        lang: Language of the sentences.
        cuts: As for `rfm`: `quantile`, `fixed` or `frozen`; by rank when not given.
        top: As for `tiers`: `20%` or `300`.
        sales: As for `tiers`: `80%`.
        days: As for `churn` by fixed days.
        window: As for `rfm` and `tiers`: `365d`.
        tier_cuts: `frozen`: as `cuts` for `tiers`.

    Returns:
        Tables `scores` and `outlook` (`views.explain.answer.explained`), and `customer` (`CUSTOMER`).

    Raises:
        CusttierError: Those of `whom.whom`, of `rfm`, `tiers` and `churn`.
    """
    settings, kind = question.settings, cuts or CutsKind.QUANTILE
    window_days = None if window is None else parse_window(window, option="--window")
    group, fixed_days = top_group(top, sales), checked_days(days, FIXED) or DEFAULT_DAYS
    frozen = kept_cuts() if kind == CutsKind.FROZEN else None
    bounds = bounds_asked(tier_cuts, freeze=False)
    check_cuts(kind, freeze=False, written=settings.rfm_cuts, frozen=frozen)
    found = whom(text, question, command="explain")
    if isinstance(found, Matches):
        return found
    seen = measured(
        found.facts,
        found.customer_key,
        as_of=question.as_of,
        scope=scope_of(question),
        with_gaps=True,
        window_days=window_days,
    )
    kept: Cuts | None = None
    if kind != CutsKind.QUANTILE:
        kept = cuts_asked(
            seen.basis,
            days=seen.last_days,
            sales=seen.window.sales if seen.window else seen.sales,
            kind=kind,
            written=settings.rfm_cuts,
            frozen=frozen,
            window_days=window_days,
        )
    basis = seen.basis
    rules = rules_for_one(
        tier_rules(found.facts, question, window_days=window_days, frozen=bounds),
        found.customer_key,
        as_of=basis.as_of,
    )
    person = Person(
        own_accounts(known_of(found), found.customer_key),
        as_of=basis.as_of,
        currency=basis.currency,
        zone=settings.zone,
    )
    contacts = contact_rows(found.facts, person)
    scope = basis.scope
    lead = (
        one_lead(found.facts, person.account_keys, question, as_of=basis.as_of, scope=scope, lang=lang)
        if contacts.height
        else None
    )
    asked = Explained(
        group=group,
        kept=kept,
        schemes=settings.schemes,
        rules=rules,
        churn=settings.churn_levels,
        days=fixed_days,
        tags=_tag_sources(found, question),
        is_contact=bool(contacts.height),
        lead=as_score(lead, as_of=basis.as_of),
    )
    speaker = Speaker(Catalogue(lang, settings.tier_cuts.labels), basis.currency, settings.schemes)
    of_all = rules if window_days is None else TierRules(settings.tier_cuts)
    figures = figures_of(seen, rules=of_all, churn_levels=settings.churn_levels, lang=lang)
    if window_days is not None:
        # these are of all orders: beside those of the window they would only confuse
        figures = {name: figure for name, figure in figures.items() if name not in _OF_WINDOW}
    tables = explained(seen, asked, speaker=speaker)
    return View(
        command="explain",
        parameters={
            **asked_of_one(question),
            "cuts": cuts,
            "top": top,
            "sales": sales,
            "days": days,
            "window": window_days,
            "tier_cuts": tier_cuts,
        },
        summary={},
        tables={**tables, "customer": _customer({**found.row, **figures})},
        notes=_notes(seen),
        as_of=basis.as_of,
        data_through=found.facts.extent.data_through,
        currency=basis.currency,
        excluded=found.facts.excluded if question.files else (),
        labels=_labels(question, tables["scores"], tables["outlook"]),
    )


def _tag_sources(found: Whom, question: Question) -> "TagSources | None":
    """What tags come from, where the settings have rules."""
    if not question.settings.tags:
        return None
    # the language of rules is loaded by who has any
    from custtier.workflows.tagging import sources_of

    return sources_of(found.facts, question)


def _customer(known: Mapping[str, object]) -> pl.DataFrame:
    """The table `customer`: who it is, in a few figures."""
    return pl.DataFrame([{column: known.get(column) for column in CUSTOMER}], infer_schema_length=None)


def _notes(seen: Measured) -> tuple[Note, ...]:
    """The remarks of the shop that hold for one customer too, and what is taken for granted."""
    notes = tuple(note for note in seen.found.notes if note.code in TOLD)
    if seen.window is not None:
        since = day_of(seen.basis.as_of_day - seen.window.days + 1)
        values = {"days": seen.window.days, "since": since, "as_of": seen.basis.as_of}
        notes = (*notes, Note("explained_window", values))
    if not seen.mine.height:
        return (*notes, Note("no_purchase_of_theirs"), Note("others_stay", {"as_of": seen.basis.as_of}))
    return (
        *notes,
        Note("others_stay", {"as_of": seen.basis.as_of}),
        Note("nobody_buys", {"as_of": seen.basis.as_of}),
    )


def _labels(question: Question, scores: pl.DataFrame, outlook: pl.DataFrame) -> Labels:
    """Names of what scores come to: the same column holds codes of classes, tiers and levels.

    A code that stands for two things at once keeps no name: it is shown as it is.
    """
    settings = question.settings
    named: dict[str, dict[str, str]] = {}
    for lang in LANGS:
        catalogue = Catalogue(lang, settings.tier_cuts.labels)
        for score, *codes in [
            *scores.select("score", "value", "up_value", "down_value").rows(),
            *outlook.select("score", "value").rows(),
        ]:
            names = value_names(score, catalogue, schemes=settings.schemes)
            for code in filter(None, codes):
                name = names.get(code, code)
                known = named.setdefault(code, {}).setdefault(lang, name)
                if known != name:
                    named[code][lang] = code
    tagged = {score: score.removeprefix(TAG) for score in scores.get_column("score") if score.startswith(TAG)}
    tags: dict[str, dict[str, str]] = {
        score: {lang: Catalogue(lang).say(message("tag {tag}"), tag=tag) for lang in LANGS}
        for score, tag in tagged.items()
    }
    return {
        **settings.tier_cuts.labels,
        **dict.fromkeys(("value", "up_value", "down_value"), named),
        **({"score": tags} if tags else {}),
    }
