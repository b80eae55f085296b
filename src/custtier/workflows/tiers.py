"""`custtier tiers`: customers by net sales, from the store or from files."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from custtier.errors import NOTHING, CusttierError, usage_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.periods import parse_day, parse_window
from custtier.views.tiers import answer as view
from custtier.views.tiers.frozen import FrozenTiers
from custtier.views.tiers.held import LastRun
from custtier.views.tiers.lists import Listed
from custtier.views.tiers.never_bought import Prospects, keyless_contacts, prospect_count, prospects
from custtier.views.tiers.ranked import ranked
from custtier.views.tiers.standing import Standing, standing
from custtier.views.tiers.top_group import top_group
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.kept_tiers import FROZEN, check_keeping, is_whole, keep_run, runs_of, tier_rules
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of


@dataclass(frozen=True)
class Listing:
    """Which customers are listed instead of all.

    Args:
        near: Who is within reach of the next tier.
        within: `15%` of that tier's least net sales, or an amount; asks `near` unless `slipping` is asked.
        slipping: Who is about to fall.
        ahead: `30d`: look so many days ahead; asks `slipping`.
        risen: Who rose and who fell since the last kept run.
        compared_with: Since this day instead; asks `risen`.
        prospects: Contacts who never bought.
    """

    near: bool = False
    within: str | None = None
    slipping: bool = False
    ahead: str | None = None
    risen: bool = False
    compared_with: str | None = None
    prospects: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """The lists that are asked for."""
        slipping = self.slipping or self.ahead is not None
        wanted = {
            "near": self.near or (self.within is not None and not slipping),
            "slipping": slipping,
            "risen": self.risen or self.compared_with is not None,
            "prospects": self.prospects,
        }
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)

    def one(self) -> str | None:
        """The list that is asked for; None for all customers.

        Raises:
            CusttierError: `one-list`.
        """
        if len(self.asked) > 1:
            raise usage_error(
                "one-list",
                "{options} ask for different lists",
                hint="ask for one after the other",
                options=", ".join(f"--{name}" for name in self.asked),
            )
        return self.asked[0] if self.asked else None


def tiers(
    question: Question,
    *,
    top: str | None = None,
    sales: str | None = None,
    window: str | None = None,
    listing: Listing | None = None,
    cuts: str | None = None,
    freeze: bool = False,
    keep_at: datetime | None = None,
) -> View:
    """Customers by net sales, the top group marked.

    Args:
        question: Where the orders come from, and which are used.
        top: `20%` or `300`; `20%` when neither is given.
        sales: `80%`: the fewest customers who make this share.
        window: `365d`: only the orders of so many last days.
        listing: Some of the customers instead of all.
        cuts: `frozen`: by the bounds kept.
        freeze: Keep the bounds of this answer.
        keep_at: Keep who is in which tier; the instant, UTC, is for the record.

    Returns:
        `views.tiers.answer.tiers_of`.
    """
    listing = listing or Listing()
    wanted, group = listing.one(), top_group(top, sales)
    window_days = None if window is None else parse_window(window, option="--window")
    frozen = bounds_asked(cuts, freeze=freeze)
    if keep_at is not None:
        check_keeping(question)
    facts = open_facts(question)
    rules = tier_rules(facts, question, window_days=window_days, frozen=frozen)

    def on(day: date | None) -> Standing:
        scope = scope_of(question, is_of_period=True)
        return standing(facts, as_of=day, scope=scope, window_days=window_days, rules=rules)

    state = on(question.as_of)
    listed = _listed(wanted, listing, state, on=on, facts=facts, question=question)
    answer = view.tiers_of(
        state,
        facts=facts,
        group=group,
        sales=sales,
        listed=listed,
        prospect_count=_prospect_count(state, facts, question),
        rows=question.rows,
    )
    notes = [*answer.notes, *_kept(state, question, freeze=freeze, keep_at=keep_at)]
    parameters = {**answer.parameters, "cuts": cuts, "freeze": freeze, **asked_filters(question)}
    return replace(answer, parameters=parameters, excluded=facts.excluded, notes=tuple(notes))


def bounds_asked(cuts: str | None, *, freeze: bool = False) -> FrozenTiers | None:
    """The bounds that were kept, where they are asked for.

    Raises:
        CusttierError: `unknown-cuts`, `freeze-frozen`, `no-frozen-cuts`, `bad-frozen-cuts`.
    """
    if cuts is None:
        return None
    if cuts != FROZEN:
        raise usage_error(
            "unknown-cuts", "--cuts {cuts!r} is not known; there is frozen", hint="leave it out for today's", cuts=cuts
        )
    if freeze:
        raise usage_error(
            "freeze-frozen",
            "--freeze keeps the bounds of the day observed, --cuts says frozen",
            hint="leave out one of the two",
        )
    from custtier.workflows.frozen_tiers import kept_bounds

    frozen = kept_bounds()
    if frozen is None:
        raise usage_error(
            "no-frozen-cuts",
            "--cuts frozen was asked for, and no bounds of tiers have been kept yet",
            hint="keep those of a day with `custtier tiers --freeze`",
        )
    return frozen


def _kept(state: Standing, question: Question, *, freeze: bool, keep_at: datetime | None) -> list[Note]:
    """Keeps what is to be kept, and what is to be said of it."""
    notes = []
    if freeze:
        from custtier.workflows.frozen_tiers import keep_bounds

        notes.append(Note("bounds_kept", {"file": keep_bounds(state).name}))
    if keep_at is not None:
        import_id = keep_run(state, question, at=keep_at)
        notes.append(Note("run_kept", {"kept_on": state.everyone.basis.as_of, "import_id": import_id}))
    return notes


def _listed(
    wanted: str | None,
    listing: Listing,
    state: Standing,
    *,
    on: Callable[[date | None], Standing],
    facts: Facts,
    question: Question,
) -> Listed | None:
    """The list that is asked for; its module is loaded by who asks for it."""
    if wanted == "near":
        from custtier.views.tiers.near import Near

        return Near(listing.within)
    if wanted == "slipping":
        from custtier.views.tiers.slipping import Slipping

        ahead = None if listing.ahead is None else parse_window(listing.ahead, option="--ahead")
        return Slipping(ahead_days=ahead, within=listing.within)
    if wanted == "risen":
        from custtier.views.tiers.risen import Risen

        return Risen(_before(listing.compared_with, state, on=on, facts=facts, question=question))
    return _prospects(state, facts, question) if wanted == "prospects" else None


def _before(
    typed: str | None, state: Standing, *, on: Callable[[date | None], Standing], facts: Facts, question: Question
) -> Standing | LastRun:
    """Who was in which tier on the day typed, or in the last kept run.

    Raises:
        CusttierError: `bad-day`, `compared-too-late`, `no-kept-run`, and those of `standing`.
    """
    as_of = state.everyone.basis.as_of
    if typed is not None:
        day = parse_day(typed, option="--compared-with")
        if day >= as_of:
            raise usage_error(
                "compared-too-late",
                "--compared-with {day} does not lie before the day observed, {as_of}",
                hint="give an earlier day",
                day=day,
                as_of=as_of,
            )
        return on(day)
    is_frozen = state.rules.frozen is not None
    runs = runs_of(facts, question, window_days=state.window_days, is_frozen=is_frozen)
    last = runs(as_of) if is_whole(question) else None
    if last is None:
        raise usage_error(
            "no-kept-run",
            "no run of these tiers was kept before {as_of}",
            hint="keep one with `custtier tiers --keep` and ask again on a later day, or name a day: "
            "--compared-with 2026-01-31",
            as_of=as_of,
        )
    return last


def _prospects(state: Standing, facts: Facts, question: Question) -> Prospects:
    """Contacts who never bought, whatever the question filters.

    Raises:
        CusttierError: `prospects-with-tag`.
    """
    if question.tags:
        raise usage_error(
            "prospects-with-tag",
            "--prospects lists contacts who never bought, --tag chooses among those who did",
            hint="leave out one of the two",
        )
    as_of, zone = state.everyone.basis.as_of, question.settings.zone
    keys = [pl.Series("customer_key", [], dtype=pl.Int64)]
    for currency in facts.extent.currencies or (None,):
        try:
            everyone = ranked(facts, as_of=as_of, scope=Scope(currency=currency), window_days=None)
        except CusttierError as error:
            if error.exit_code != NOTHING:
                raise
            continue
        keys.append(everyone.found.totals.get_column("customer_key"))
    found = prospects(facts, buyers=pl.concat(keys).unique(), as_of=as_of, zone=zone)
    return Prospects(found, keyless=keyless_contacts(facts))


def _prospect_count(state: Standing, facts: Facts, question: Question) -> int:
    """How many contacts never bought, for the table of tiers; 0 where only a part of the buyers is known."""
    if state.window_days is not None or len(facts.extent.currencies) > 1 or not is_whole(question):
        return 0
    buyers = state.everyone.found.totals.get_column("customer_key")
    return prospect_count(facts, buyers=buyers, as_of=state.everyone.basis.as_of, zone=question.settings.zone)
