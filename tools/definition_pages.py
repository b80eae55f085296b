"""The pages of definitions in both languages, as `custtier define` says them."""

from pathlib import Path

from custtier.text import Catalogue, Lang
from custtier.text.definitions import SUBJECTS, Definition, definition_of, definitions
from custtier.text.names import names_of
from custtier.views.glossary import unit_of_definition

FOLDER = Path(__file__).resolve().parent.parent / "docs"
PAGES: dict[str, tuple[Lang, str, str]] = {
    "definitions.md": (
        "en",
        "What the words mean",
        "Every figure, column, tier, class, level, reason and check of an answer, with its code in files. "
        "On a terminal: `custtier define WORD`.",
    ),
    "definitions.zh-CN.md": (
        "zh",
        "词语释义",
        "结果里出现的每个数字、列、层级、分类、预警级别、原因和检查项，以及它在文件里的字段名。"
        "在终端里用 `custtier define 词` 查看。",
    ),
}


def page_of(lang: Lang, title: str, opening: str) -> str:
    """One language's page."""
    catalogue = Catalogue(lang)
    subjects = names_of("subject", catalogue)
    parts = [f"# {title}\n\n<!-- written by tools/reference.py -->\n\n{opening}"]
    for subject in SUBJECTS:
        lines = [_line(one, catalogue) for one in definitions() if one.subject == subject]
        head = subjects[subject]
        parts.append(f"## {head[0].upper()}{head[1:]}\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _line(one: Definition, catalogue: Catalogue) -> str:
    is_chinese = catalogue.lang == "zh"
    stop, colon, close = ("。", "：", "") if is_chinese else (".", ": ", " ")
    unit = unit_of_definition(one)
    named = f" ({names_of('unit', catalogue)[unit]})" if unit else ""
    parts = [f"- **{one.title(catalogue)}** `{one.code}`{named}{colon}{one.meanings[catalogue.lang]}"]
    if one.formulas:
        parts.append(f"`{one.formulas[catalogue.lang]}`{stop}")
    if one.sources:
        source = one.sources[catalogue.lang].rstrip("。.")
        parts.append(f"{catalogue.word('title', 'Source')}{colon}{source}{stop}")
    near = [found.title(catalogue) for place in one.see if (found := definition_of(place)) is not None]
    if near:
        parts.append(f"{catalogue.word('title', 'See also')}{colon}{catalogue.listed(near)}{stop}")
    if one.rules:
        parts.append(f"[{catalogue.word('title', 'Rule')}](rules.md#{one.rules}){stop}")
    return close.join(parts)


def stale(*, write: bool) -> list[str]:
    """Names of the pages that are out of date; written anew if asked."""
    found = []
    for name, (lang, title, opening) in PAGES.items():
        page, text = FOLDER / name, page_of(lang, title, opening)
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        found.append(name)
        if write:
            page.write_text(text, encoding="utf-8")
    return found
