"""Write the generated documentation from the program itself.

That is `docs/reference/`, every command's help in both languages, what `docs/sources/` says of every source format, and
what `docs/definitions.md` says of every word.
`python tools/reference.py` writes the pages; `--check` only says whether they are up to date.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import definition_pages
import source_pages

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
PAGES = {"commands.md": ("en", "Commands"), "commands.zh-CN.md": ("zh", "命令")}
COMMANDS = (
    (),
    ("import",),
    ("imports",),
    ("imports", "show"),
    ("imports", "undo"),
    ("template",),
    ("sources",),
    ("sources", "show"),
    ("sources", "new"),
    ("sources", "check"),
    ("identities",),
    ("identities", "propose"),
    ("identities", "apply"),
    ("identities", "undo"),
    ("tiers",),
    ("rfm",),
    ("churn",),
    ("value",),
    ("next",),
    ("prospects",),
    ("growth",),
    ("grade",),
    ("backtest",),
    ("backtest", "churn"),
    ("backtest", "next"),
    ("backtest", "value"),
    ("key",),
    ("show",),
    ("exclusions",),
    ("exclusions", "test"),
    ("define",),
    ("doctor",),
    ("demo",),
)


def help_of(command: tuple[str, ...], *, lang: str) -> str:
    """What `custtier COMMAND --help` prints at 100 columns."""
    done = subprocess.run(
        [sys.executable, "-m", "custtier", "--lang", lang, *command, "--help"],
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return re.sub(r"python -m custtier", "custtier", done.stdout).strip("\n")


def page_of(lang: str, title: str) -> str:
    """One language's page."""
    parts = [f"# {title}\n\n<!-- written by tools/reference.py -->"]
    for command in COMMANDS:
        parts.append(f"## custtier {' '.join(command)}".rstrip() + f"\n\n```text\n{help_of(command, lang=lang)}\n```")
    return "\n\n".join(parts) + "\n"


def stale(*, write: bool) -> list[str]:
    """Names of the pages of commands that are out of date; written anew if asked."""
    found = []
    for name, (lang, title) in PAGES.items():
        page, text = FOLDER / name, page_of(lang, title)
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        found.append(name)
        if write:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
    return found


def main() -> None:
    """Write or check the pages."""
    check = "--check" in sys.argv
    write = not check
    found = [*source_pages.stale(write=write), *definition_pages.stale(write=write), *stale(write=write)]
    if found and check:
        sys.exit(f"generated pages are out of date ({', '.join(found)}): run `python tools/reference.py`")


if __name__ == "__main__":
    main()
