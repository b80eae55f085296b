"""Pages in a real browser, where there is one: what the policy lets run, how tables sort and search."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from custtier.render import Request, rendered
from custtier.text import Catalogue
from render.answers import tiers_answer

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not BROWSER, reason="no Chromium is installed here")]

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy".*?>')
TRIED = """<script>
const table = document.querySelector("table");
const shown = () => [...table.tBodies[0].rows].filter((row) => !row.hidden);
const cells = (place) => shown().map((row) => row.cells[place].textContent);
const head = (place) => table.tHead.rows[0].cells[place];
const button = (place) => head(place).querySelector("[role=button]");
const seen = [];
const note = (place) => seen.push([head(place).getAttribute("aria-sort"), ...cells(place).slice(0, 3)].join(" "));
button(3).click(); note(3);
button(3).dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true })); note(3);
button(1).click(); note(1);
const field = document.querySelector("input");
field.value = " john "; field.dispatchEvent(new Event("input"));
seen.push(cells(1).length + " " + document.querySelector("output").textContent);
document.title = seen.join("; ");
</script>"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(rendered(tiers_answer(70), Request(form="html", reveal=True), Catalogue("en")))
    return path


def browse(page: Path, *words: str) -> subprocess.CompletedProcess[str]:
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"]
    profile = f"--user-data-dir={page.parent / 'profile'}"
    return subprocess.run(
        [BROWSER, *quiet, profile, *words, page.as_uri()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )


def test_the_policy_lets_the_page_work_and_nothing_is_refused(page: Path) -> None:
    done = browse(page, "--dump-dom")
    assert 'role="button"' in done.stdout
    assert "Refused" not in done.stderr
    assert "CONSOLE" not in done.stderr


def test_a_script_that_got_in_would_not_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    broken = text.replace("</main>", "<script>document.title = 'ran'</script></main>")
    for content, ran in ((broken, False), (POLICY.sub("", broken), True)):
        page.write_text(content, encoding="utf-8")
        assert ("<title>ran" in browse(page, "--dump-dom").stdout) is ran


def test_a_table_sorts_by_what_is_shown_and_finds_what_is_typed(page: Path) -> None:
    text = POLICY.sub("", page.read_text(encoding="utf-8"))
    page.write_text(text.replace("</body>", TRIED + "</body>"), encoding="utf-8")
    (title,) = re.findall(r"<title>(.*?)</title>", browse(page, "--dump-dom").stdout)
    assert title.split("; ") == [
        "descending 70 69 68",
        "ascending 1 2 3",
        "ascending =HYPERLINK(1) =HYPERLINK(1) =HYPERLINK(1)",
        "10 10 of 70 rows",
    ]
