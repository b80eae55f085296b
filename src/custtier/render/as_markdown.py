"""An answer as Markdown: tables whose source is aligned too, the summary, the notes and the meanings as lists."""

from collections.abc import Sequence

from custtier.currencies import minor_digits
from custtier.render.arrange import Sheet, arrange
from custtier.render.as_text import note_lines
from custtier.render.basis import basis_lines, is_report
from custtier.render.cells import NUMBERS, Shown, asked_line, heading
from custtier.render.request import Request
from custtier.text import Catalogue
from custtier.text.layout import cells, padded
from custtier.text.titles import command_title, table_title, title_of
from custtier.views.view import View


def as_markdown(view: View, request: Request, catalogue: Catalogue) -> bytes:
    """The answer as a Markdown document."""
    shown = Shown(catalogue, digits=minor_digits(view.currency), zone=request.zone)
    parts = ["# " + heading(view, catalogue, title=command_title(view.command, catalogue))]
    asked = asked_line(view, catalogue)
    if asked:
        parts.append(_escaped(asked))
    sheets = arrange(view, request)
    for sheet in sheets:
        parts.append(f"## {table_title(sheet.name, catalogue)}")
        parts.append(_table(sheet, shown, catalogue))
    if not request.quiet:
        lists = [
            [f"{title}: {text}" for title, text, *_ in shown.summary(view)],
            [*basis_lines(view, catalogue, zone=request.zone), *note_lines(view, catalogue)],
        ]
        parts.extend("\n".join(f"- {_escaped(line)}" for line in lines) for lines in lists if lines)
        if is_report(view):
            parts += _footnotes(view, sheets, catalogue)
    return ("\n\n".join(parts) + "\n").encode(errors="backslashreplace")


def _table(sheet: Sheet, shown: Shown, catalogue: Catalogue) -> str:
    columns = []
    for column, texts in shown.table(sheet).items():
        found = [_escaped(title_of(column, catalogue)), *map(_escaped, texts)]
        width = max(3, *map(cells, found))
        right = sheet.units[column] in NUMBERS
        lines = [padded(text, width, right=right) for text in found]
        columns.append([lines[0], "-" * (width - 1) + (":" if right else "-"), *lines[1:]])
    return "\n".join(f"| {' | '.join(row)} |" for row in zip(*columns, strict=True))


def _footnotes(view: View, sheets: Sequence[Sheet], catalogue: Catalogue) -> list[str]:
    """What the columns, classes and figures of the document mean."""
    from custtier.views.glossary import footnotes

    lines = [
        f"- **{_escaped(one.title(catalogue))}**: {_escaped(one.meanings[catalogue.lang])}"
        for one in footnotes([sheet.frame for sheet in sheets], view.summary)
    ]
    return [f"## {table_title('definitions', catalogue)}", "\n".join(lines)]


def _escaped(text: str) -> str:
    for sign in "\\|<>*`[":
        text = text.replace(sign, f"\\{sign}") if sign in text else text
    return text
