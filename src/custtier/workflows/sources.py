"""`custtier sources`: the formats that are known, and what one of them reads."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Note
from custtier.sources.formats.identify import headers_of
from custtier.sources.formats.known import is_file, own_profiles, profile_named, text_of, usable_profiles
from custtier.sources.formats.profile import Profile, load_profiles
from custtier.text import Catalogue, Lang, message
from custtier.text.meant import meant_code, nearest_code
from custtier.text.names import names_of
from custtier.views.view import View

_ACCOUNT: Final = "account"
_STATES: Final = (
    "unpaid", "paid", "partly_paid", "refunded", "closed", "refunded_contains", "cancelled_prefixes", "paid_contains",
    "cut_prefixes",
)  # fmt: skip
_REFUND_STATES: Final = ("done", "done_contains", "pending", "failed")
_NAMED_AS: Final = {"platform": "platforms"}
"""Option → the column whose names its codes have, where that is another one."""

_CONDITIONS: Final = {
    ("equals", True): message("{field} is {words}"),
    ("contains", True): message("{field} contains {words}"),
    ("lacks", True): message("{field} does not contain {words}"),
    ("prefix", True): message("{field} begins with {words}"),
    ("blank", True): message("{field} is blank"),
    ("blank", False): message("{field} is not blank"),
    ("zero", True): message("{field} is zero or blank"),
    ("zero", False): message("{field} is not zero"),
    ("negative", True): message("{field} is below zero"),
    ("negative", False): message("{field} is not below zero"),
}
"""What a rule asks of a field, and whether it must hold → how that is said."""


def list_sources(*, lang: Lang, platform: str | None = None, kind: str | None = None) -> View:
    """Every format that is known: those that come with custtier and the user's own.

    Args:
        lang: Language of the titles.
        platform: Only formats of this platform: its code, or its name as shown.
        kind: Only formats that hold this, likewise.

    Returns:
        Table `formats` (source, title, platform, kind, evidence, origin), sorted by platform and name. A file of the
        user's that is no profile is a note.

    Raises:
        CusttierError: `unknown-choice` when no format is of the platform or kind.
    """
    profiles = list(usable_profiles().values())
    platform = _chosen("platform", platform, {profile.platform for profile in profiles})
    kind = _chosen("kind", kind, {profile.kind for profile in profiles})
    chosen = [profile for profile in profiles if platform in {None, profile.platform} and kind in {None, profile.kind}]
    chosen.sort(key=lambda profile: (profile.platform, profile.name))
    own = own_profiles()
    formats = pl.DataFrame(
        [
            {
                "source": profile.name,
                "title": _title(profile, lang),
                "platform": profile.platform,
                "kind": profile.kind,
                "evidence": profile.evidence or None,
                "origin": _origin(profile.name),
            }
            for profile in chosen
        ],
        schema=dict.fromkeys(("source", "title", "platform", "kind", "evidence", "origin"), pl.String),
    )
    return View(
        command="sources",
        parameters={"platform": platform, "kind": kind},
        summary={"formats": formats.height},
        tables={"formats": formats},
        notes=tuple(
            Note("broken_profile", {"file": str(problem.values.get("origin") or problem.values.get("path") or "")})
            for problem in own.broken
        ),
    )


def show_source(name: str, *, lang: Lang) -> View:
    """What one format reads: its columns, words and rows.

    Args:
        name: Of the profile, or its title as shown, or the path of its file.
        lang: Language of the title.

    Returns:
        Tables `columns` (field, headers), `words` (field, state, words), `rules` (take, reason, when).

    Raises:
        CusttierError: `unknown-profile`, `bad-profile`.
    """
    profile = profile_named(name)
    path = Path(name) if is_file(name) else own_profiles().paths.get(profile.name)
    has_rows = not profile.is_list and profile.is_read
    has_money = has_rows and profile.kind != "refund"
    return View(
        command="sources show",
        parameters={},
        summary={
            "source": profile.name,
            "title": _title(profile, lang),
            "platform": profile.platform,
            "kind": profile.kind,
            "evidence": profile.evidence or None,
            "origin": "own" if is_file(name) else _origin(profile.name),
            "path": near(path) if path else None,
            "recognised_by": [_signature(profile, number) for number in range(len(profile.signatures))],
            "required": list(profile.required),
            "grain": profile.grain if has_rows else None,
            "money_basis": profile.money_basis if has_money else None,
            "paid": profile.paid if has_money else None,
            "currency": profile.currency or None,
            "zone": profile.zone or None,
        },
        tables={
            "columns": _table(("field", "headers"), _columns(profile)),
            "words": _table(("field", "state", "words"), _words(profile)),
            "rules": _table(("take", "reason", "when"), _rules(profile, lang)),
        },
    )


def source_text(name: str) -> str:
    """The profile itself, as TOML.

    Raises:
        CusttierError: `unknown-profile`, `bad-profile`.
    """
    profile = profile_named(name)
    return text_of(name if is_file(name) else profile.name)


def near(path: Path) -> str:
    """A path as it is typed from here, where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _chosen(option: str, typed: str | None, known: set[str]) -> str | None:
    """The code that is meant."""
    if typed is None:
        return None
    column = _NAMED_AS.get(option, option)
    found = meant_code(typed, column, codes=sorted(known))
    if found is not None:
        return found
    near = nearest_code(typed, column, codes=sorted(known))
    if near is not None:
        raise usage_error(
            "unknown-choice",
            "no format has the {option} {value}; is {near} meant?",
            hint="list all formats with: custtier sources",
            option=option,
            value=typed,
            near=near,
        )
    raise usage_error(
        "unknown-choice",
        "no format has the {option} {value}; there is {known}",
        hint="list all formats with: custtier sources",
        option=option,
        value=typed,
        known=", ".join(sorted(known)),
    )


def _origin(name: str) -> str:
    if name not in own_profiles().profiles:
        return "ours"
    return "overrides" if name in load_profiles() else "own"


def _title(profile: Profile, lang: Lang) -> str:
    return profile.title.zh if lang == "zh" else profile.title.en


def _signature(profile: Profile, number: int) -> str:
    one = profile.signatures[number]
    return " + ".join((*one.needs, *one.fields, *(f"-{name}" for name in one.without)))


def _columns(profile: Profile) -> Iterable[tuple[str, ...]]:
    if profile.accounts:
        yield _ACCOUNT, ", ".join(headers_of(profile, _ACCOUNT))
    for field, headers in profile.columns.items():
        sums, clock = profile.sums.get(field), profile.clocks.get(field)
        plus = [*(sums.add if sums else ()), *([clock] if clock else ())]
        minus = sums.subtract if sums else ()
        yield field, " ".join([", ".join(headers), *(f"+ {name}" for name in plus), *(f"− {name}" for name in minus)])


def _words(profile: Profile) -> Iterable[tuple[str, ...]]:
    for field, rules, states in (
        ("status", profile.statuses, _STATES),
        ("refund_status", profile.refund_statuses, _REFUND_STATES),
    ):
        for state in states:
            words: Sequence[str] = getattr(rules, state)
            if words and field in profile.columns:
                yield field, state, ", ".join(words)


def _rules(profile: Profile, lang: Lang) -> Iterable[tuple[str, ...]]:
    catalogue = Catalogue(lang)
    fields = names_of("field", catalogue)
    for trailer in profile.trailers:
        yield "leave_out", trailer.reason, catalogue.say("the first two cells match {words}", words=trailer.starts)
    for rule in profile.rows:
        conditions = (
            catalogue.say(
                _CONDITIONS[name, value if isinstance(value, bool) else True],
                field=fields.get(field, field),
                words=catalogue.listed(value) if isinstance(value, tuple) else "",
            )
            for field, asked in rule.when.items()
            for name, value in asked.model_dump(exclude_defaults=True).items()
        )
        yield rule.take, rule.reason, "; ".join(conditions)


def _table(columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict.fromkeys(columns, pl.String), orient="row")
