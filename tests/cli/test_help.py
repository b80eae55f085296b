"""Help pages: complete, aligned, translated."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
import typer
from rich.cells import cell_len

from custtier.cli import app as program
from custtier.cli.help import first_paragraph
from custtier.text.layout import wrapped

COMMANDS = [
    (),
    ("import",),
    ("imports",),
    ("imports", "show"),
    ("imports", "undo"),
    ("tiers",),
    ("rfm",),
    ("churn",),
    ("value",),
    ("next",),
    ("key",),
    ("grade",),
    ("exclusions",),
    ("exclusions", "test"),
    ("tag",),
    ("tag", "test"),
    ("tag", "list"),
    ("tag", "add"),
    ("show",),
    ("define",),
    ("doctor",),
    ("demo",),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("columns", [60, 80, 100])
def test_no_line_of_a_page_is_wider_than_the_terminal(
    custtier: Callable, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for lang in ("en", "zh"):
        page = custtier("--lang", lang, *words, "--help").out
        assert max(cell_len(line) for line in page.splitlines() if not line.startswith(("Usage", "用法"))) <= columns


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_text_of_a_chinese_page_is_chinese(custtier: Callable, words: tuple[str, ...]) -> None:
    page = custtier("--lang", "zh", *words, "--help").out
    texts = re.findall(r"^  (?:-|[a-z]).*?  +(\S.*)$", page, re.MULTILINE)
    assert texts
    assert [text for text in texts if not re.search(r"[\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize("command", ["tiers", "rfm", "churn"])
def test_every_analysis_has_the_shared_options(custtier: Callable, command: str) -> None:
    page = custtier(command, "--help").out
    scope = "as-of since until source shop channel agent currency no-exclusions"
    shared = f"{scope} password-file profile include store format output table limit reveal quiet lang fail-on"
    assert [name for name in shared.split() if f"--{name}" not in page] == []


def test_no_words_at_all_show_the_help(custtier: Callable) -> None:
    ended = custtier()
    assert (ended.code, ended.out) == (0, custtier("--help").out)


def test_the_version(custtier: Callable) -> None:
    assert custtier("--version").out == "custtier 0.1.0\n"


@pytest.mark.parametrize("width", range(13, 40))
def test_wrapped_lines_fit_and_lose_nothing(width: int) -> None:
    text = "把 red-packets（红包）也算进来，例如 2026-03-31。Then some words, in English (too)."
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(cell_len, lines)) <= width
    assert not any(line.startswith(("，", "。", "）")) for line in lines)
    assert not any(line.endswith("（") for line in lines)


def test_the_demo_offers_only_what_means_something_to_it(custtier: Callable) -> None:
    page = custtier("demo", "--help").out
    assert [name for name in ("table", "limit", "reveal", "fail-on", "store") if f"--{name}" in page] == []
    assert [
        name for name in ("customers", "seed", "format", "output", "quiet", "lang") if f"--{name}" not in page
    ] == []


@pytest.mark.parametrize("command", ["tiers", "rfm", "churn"])
def test_the_help_tells_the_day_observed_by_default(custtier: Callable, command: str) -> None:
    page = " ".join(custtier(command, "--help").out.split())
    assert "by default the last day of any paid order or dated refund" in page


def test_the_first_page_says_of_every_command_what_its_own_page_says() -> None:
    root = typer.main.get_command(program.app)
    assert isinstance(root, program.Root)
    context = typer.Context(root)
    for name, (_, summary) in program.COMMANDS.items():
        assert first_paragraph(root.get_command(context, name).help) == summary


def test_the_first_page_loads_no_command() -> None:
    script = "import sys; from custtier.cli.main import run; run(['--help']); print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8")
    loaded = {line for line in done.stdout.splitlines() if line.startswith("custtier.")}
    assert not loaded & {f"custtier.cli.{place.partition(':')[0]}" for place, _ in program.COMMANDS.values()}
