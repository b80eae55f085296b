"""Write `docs/reference/` from the program itself: every command's help, in both languages.

`python tools/reference.py` writes the pages; `--check` only says whether they are up to date.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
PAGES = {"commands.md": ("en", "Commands"), "commands.zh-CN.md": ("zh", "命令")}
COMMANDS = (
    (),
    ("import",),
    ("imports",),
    ("imports", "show"),
    ("imports", "undo"),
    ("tiers",),
    ("rfm",),
    ("churn",),
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


def main() -> None:
    """Write or check the pages."""
    stale = []
    for name, (lang, title) in PAGES.items():
        page, text = FOLDER / name, page_of(lang, title)
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"docs/reference is out of date ({', '.join(stale)}): run `python tools/reference.py`")


if __name__ == "__main__":
    main()
