"""Keep the Chinese catalogue in step with the messages in the code.

`python tools/catalogue.py` collects the messages, updates `custtier.po` (new ones wait there untranslated, gone ones
leave) and compiles `custtier.mo`. `--check` changes nothing and fails when a message is missing, untranslated, fuzzy,
obsolete or has other places than its translation, or when the `.mo` is stale.

A message is: the text and the hint of an error, what stands in `message(...)` and `.say(...)`, the help of an option,
the first paragraph of a command's docstring, and the tables of `custtier.text`.
"""

import ast
import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from custtier.text import DOMAIN, LOCALE
from custtier.text.checks import FOUND, HINTS
from custtier.text.column_titles import TITLES
from custtier.text.names import CONTEXT as NAME_CONTEXT
from custtier.text.names import NAMES
from custtier.text.notes import NOTES
from custtier.text.titles import ASKED, COMMANDS, TABLES
from custtier.text.titles import CONTEXT as TITLE_CONTEXT

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "custtier"
ERRORS = {"CusttierError", "data_error", "usage_error", "nothing_error", "store_error"}
MARKS = {"message", "say"}
OPTIONS = {"Option", "Argument", "Typer"}

CHANGING = (b'"POT-Creation', b'"PO-Revision', b'"Last-Translator', b'"Report-Msgid', b'"Generated-By')
"""Lines of the header that say when and with what it was written."""
MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in the `.mo`, so that the same texts give the same bytes."""

Found = tuple[str | None, str, str]
"""Context, message, file."""


class UnreadableError(Exception):
    """A message that is put together at run time, so that nobody can translate it."""


class Module:
    """The messages of one source file."""

    def __init__(self, path: Path) -> None:
        self.place = path.relative_to(ROOT).as_posix()
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.is_command = path.parent.name == "cli"
        self.named: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        self.named.setdefault(target.id, []).append(node.value)

    def messages(self) -> Iterator[Found]:
        """Every message, in the order of the file."""
        for node in ast.walk(self.tree):
            texts: Iterator[ast.expr] = iter(())
            if isinstance(node, ast.Call):
                texts = self._of_call(node)
            for text in texts:
                for english in self._read(text):
                    if english:
                        yield None, english, self.place
            if self.is_command and isinstance(node, ast.FunctionDef) and node.decorator_list:
                yield from self._of_command(node)

    def _of_call(self, call: ast.Call) -> Iterator[ast.expr]:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        words = {word.arg: word.value for word in call.keywords}
        if name in ERRORS:
            yield from (text for text in (*call.args[1:2], words.get("message"), words.get("hint")) if text)
        elif name in MARKS and call.args and not _is_mark(call.args[0]):
            yield call.args[0]
        elif self.is_command and name in OPTIONS and "help" in words:
            yield words["help"]

    def _of_command(self, function: ast.FunctionDef) -> Iterator[Found]:
        names = {_last_name(one) for one in function.decorator_list}
        text = ast.get_docstring(function)
        if text and names & {"given", "command", "callback"}:
            yield None, " ".join(text.split("\n\n")[0].split()), self.place

    def _read(self, text: ast.expr) -> list[str]:
        """The texts that an expression may stand for."""
        match text:
            case ast.Constant(value=str(found)):
                return [found]
            case ast.IfExp(body=one, orelse=other):
                parts = [one, other]
            case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)) if name in self.named:
                parts = self.named[name]
            case ast.Dict(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                pass
            case ast.Call(func=ast.Name(id="message"), args=parts):
                pass
            case _:
                self._refuse(text)
        return [found for part in parts for found in self._read(part)]

    def _refuse(self, text: ast.expr) -> NoReturn:
        raise UnreadableError(f"{self.place}:{text.lineno}: {ast.unparse(text)} is no text that can be translated")


def _is_mark(text: ast.expr) -> bool:
    """Whether it is seen elsewhere: `say(message("…"))`, or a text that passes through."""
    return isinstance(text, ast.Call | ast.Attribute) or (isinstance(text, ast.Name) and text.id.islower())


def _last_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def tables() -> Iterator[Found]:
    """The messages of the tables in `custtier.text`."""
    folder = (SOURCE / "text").relative_to(ROOT).as_posix()
    for column, names in NAMES.items():
        yield from ((f"{NAME_CONTEXT} {column}", english, f"{folder}/names.py") for english in names.values())
    yield from ((TITLE_CONTEXT, english, f"{folder}/column_titles.py") for english in TITLES.values())
    for context, titles in (("table", TABLES), ("answer", COMMANDS), ("asked", ASKED)):
        yield from ((context, english, f"{folder}/titles.py") for english in titles.values())
    yield from ((None, english, f"{folder}/checks.py") for english in (*FOUND.values(), *HINTS.values()))
    yield from ((None, english, f"{folder}/notes.py") for english in NOTES.values())


def template() -> tuple[Catalog, list[str]]:
    """All messages of the program, and the places where one cannot be read."""
    found = Catalog(domain=DOMAIN)
    problems = []
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name == "errors.py":
            continue
        try:
            for context, english, place in Module(path).messages():
                found.add(english, context=context, locations=[(place, 0)])
        except UnreadableError as problem:
            problems.append(str(problem))
    for context, english, place in tables():
        found.add(english, context=context, locations=[(place, 0)])
    for one in found:
        one.flags.discard("python-format")
        one.locations = sorted(set(one.locations))
    return found, problems


def places(text: str) -> set[str]:
    """Names of the places in a message."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def faults(known: Catalog, wanted: Catalog) -> list[str]:
    """What is wrong with a catalogue."""
    wants = {(one.context, one.id) for one in wanted if one.id}
    has = {(one.context, one.id): one for one in known if one.id}
    lines = [f"missing: {english!r}" for context, english in wants - has.keys()]
    lines += [f"gone from the code: {english!r}" for context, english in has.keys() - wants]
    lines += [f"obsolete: {english!r}" for english in known.obsolete]
    for (_, english), one in has.items():
        if not one.string:
            lines.append(f"untranslated: {english!r}")
        elif one.fuzzy:
            lines.append(f"fuzzy: {english!r}")
        elif places(str(one.string)) != places(str(english)):
            lines.append(f"other places: {english!r} and {one.string!r}")
    return sorted(lines)


def compiled(known: Catalog) -> bytes:
    """The bytes of the `.mo`."""
    known.creation_date = known.revision_date = MADE
    out = io.BytesIO()
    write_mo(out, known)
    return out.getvalue()


def main() -> None:
    """Update and compile, or check."""
    po = LOCALE / "zh" / "LC_MESSAGES" / f"{DOMAIN}.po"
    mo = po.with_suffix(".mo")
    wanted, unreadable = template()
    with po.open("rb") as file:
        known = read_po(file, locale="zh", domain=DOMAIN)
    if "--check" in sys.argv:
        lines = unreadable + faults(known, wanted)
        if not mo.exists() or mo.read_bytes() != compiled(known):
            lines.append(f"{mo.name} is stale")
        if lines:
            sys.exit("\n".join([*lines, "run `python tools/catalogue.py` and translate what is new"]))
        return
    known.update(wanted, no_fuzzy_matching=True, update_header_comment=False)
    known.obsolete.clear()
    out = io.BytesIO()
    write_po(out, known, width=120, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    po.write_bytes(b"".join(line for line in out.getvalue().splitlines(True) if not line.startswith(CHANGING)))
    mo.write_bytes(compiled(known))
    waiting = sum(1 for one in known if one.id and not one.string)
    print("\n".join(unreadable), end="\n" if unreadable else "")
    print(f"{len(known)} messages, {waiting} untranslated")


if __name__ == "__main__":
    main()
