"""Write what `docs/sources/` says of every source format from its profile.

Each page is written by hand but for the part between `<!-- generated -->` and `<!-- end -->`. `python
tools/source_pages.py` writes these parts anew, `--check` only says whether they are up to date; `tools/reference.py`
does both for all generated pages.
"""

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import list_facts
from custtier.sources.formats.profile import Profile, load_profiles
from source_facts import GRAINS, REFUSED, buyer, columns_read, generated, table, word

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "docs" / "sources"
INDEX: Final = "README.md"
_PART: Final = re.compile(r"(<!-- generated(?:: (?P<name>\w+))? -->\n).*?(\n?<!-- end -->)", re.DOTALL)
_EVIDENCE: Final = re.compile(r"^\*\*Evidence:\*\* ([^.]+)\.", re.MULTILINE)


def evidence_of(text: str) -> str:
    """The first sentence of what a page says on how sure we are."""
    found = _EVIDENCE.search(text)
    return found[1] if found else "?"


def formats(profiles: Mapping[str, Profile], pages: Mapping[str, str]) -> str:
    """The table of all formats."""
    rows = []
    for name, profile in profiles.items():
        link = f"[{profile.title.zh}]({name}.md)<br>{profile.title.en}"
        evidence = evidence_of(pages.get(name, ""))
        if profile.is_list:
            cells = list_facts.row_cells(profile)
        elif profile.is_read:
            net = "refunds off already" if profile.paid == "net" else "before refunds"
            whose = {"buyer": "buyer paid", "shop": "shop received", "goods": "price of goods"}[profile.money_basis]
            cells = (GRAINS[profile.grain][0], buyer(profile, with_headers=False), f"{whose}, {net}")
            if profile.kind == "refund":
                cells = ("a refund", "-", "only refunds")
        else:
            cells = (REFUSED[profile.kind], "-", "refused")
        rows.append((link, word(name), *cells, evidence))
    return table(("format", "profile", "a row is", "the buyer is known by", "amount", "evidence"), rows)


def with_parts(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """A page with its generated parts written anew; parts of other names stay as they are."""

    def part(found: re.Match[str]) -> str:
        make = parts.get(found["name"] or "")
        return f"{found[1]}\n{make()}\n\n<!-- end -->" if make else found[0]

    return _PART.sub(part, text)


def skeleton(profile: Profile) -> str:
    """The page of a new format, for a hand to fill."""
    return (
        f"# {profile.title.zh} · {profile.title.en}\n\n**Evidence:** not known yet.\n\n"
        "## Where to export\n\n## What is special\n\n<!-- generated -->\n<!-- end -->\n"
    )


def pages() -> dict[Path, str]:
    """Every page of `docs/sources/` as it should stand."""
    profiles = load_profiles()
    written: dict[str, str] = {}
    for name, profile in profiles.items():
        page = FOLDER / f"{name}.md"
        text = page.read_text(encoding="utf-8") if page.exists() else skeleton(profile)
        written[name] = with_parts(text, {"": partial(list_facts.generated if profile.is_list else generated, profile)})
    index = (FOLDER / INDEX).read_text(encoding="utf-8")
    parts = {"formats": lambda: formats(profiles, written), "headers": lambda: columns_read(profiles["generic"])}
    return {
        FOLDER / INDEX: with_parts(index, parts),
        **{FOLDER / f"{name}.md": text for name, text in written.items()},
    }


def stale(*, write: bool) -> list[str]:
    """Names of the pages that are out of date; written anew if asked."""
    found = []
    for page, text in pages().items():
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        found.append(page.name)
        if write:
            page.write_text(text, encoding="utf-8")
    return found


def main() -> None:
    """Write or check the pages."""
    check = "--check" in sys.argv
    found = stale(write=not check)
    if found and check:
        sys.exit(f"docs/sources is out of date ({', '.join(found)}): run `python tools/reference.py`")


if __name__ == "__main__":
    main()
