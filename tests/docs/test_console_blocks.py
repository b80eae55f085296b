"""Each console block of the READMEs and the documentation is run, and prints what stands there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from inside import Ended, run_inside

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("**/*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks_of(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def steps_of(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what it prints."""
    steps: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line)
    return [(command, "\n".join(lines).strip("\n")) for command, lines in steps]


def environment(folder: Path, language: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("LC_", "CUSTTIER_"))},
        "LANG": language,
        "COLUMNS": "110",
        "CUSTTIER_SETTINGS": str(folder / "settings"),
        "CUSTTIER_STORE": str(folder / "store"),
        "CUSTTIER_ID_KEY": "documentation",
    }


def words_of(command: str) -> list[str]:
    words = shlex.split(command)
    assert words[0] == "custtier", f"only custtier is run in documentation, not {words[0]}"
    return words[1:]


def printed_by(done: Ended | subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


@pytest.mark.parametrize("page", [page for page in PAGES if blocks_of(page)], ids=lambda page: page.name)
def test_console_blocks_print_what_stands_there(
    page: Path, tmp_path: Path, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    language = "zh_CN.UTF-8" if page.name.endswith(".zh-CN.md") else "en_US.UTF-8"

    def run(command: str) -> str:
        around = environment(tmp_path, language)
        return printed_by(run_inside(words_of(command), folder=tmp_path, environment=around, capture=capfd))

    for block in blocks_of(page):
        printed = "".join(f"$ {command}\n{run(command)}\n" for command, _ in steps_of(block))
        if request.config.getoption("--update-snapshots"):
            text = page.read_text(encoding="utf-8")
            page.write_text(text.replace(block, printed), encoding="utf-8")
        else:
            assert printed == block


def test_the_main_job_is_what_the_readmes_say(tmp_path: Path) -> None:
    for page in PAGES[:2]:
        setup = next(line for line in page.read_text(encoding="utf-8").splitlines() if "pip install" in line)
        steps = [step.strip() for step in setup.split("&&")]
        assert steps[:2] == ["python3 -m venv .venv", ".venv/bin/pip install -q ."]
        folder = tmp_path / page.name
        folder.mkdir()
        (folder / "examples").symlink_to(ROOT / "examples")
        for step in steps[2:]:
            done = subprocess.run(
                [sys.executable, "-m", "custtier", *words_of(step.removeprefix(".venv/bin/"))],
                cwd=folder,
                env=environment(folder, "C"),
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
            printed = printed_by(done)
        assert "as of 2026-06-30" in printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_the_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
