"""Files spoiled at random, each told by its number: whatever is done to an export, it reads or is refused.

`python tests/sources/mutations.py 10000` tries so many of them and prints those that end in anything else.
"""

import gzip
import io
import random
import re
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import read_files
from custtier.sources.packed.archives import DAMAGE
from custtier.sources.packed.passwords import KnownPasswords

CASES = Path(__file__).parent.parent / "cases"
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "big5", "latin-1", "cp932")
MARKS = (",", "\t", ";", "|")
PIECES = (b'"', b"\0", b"\n", b"\r", b",", b"\t", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x03\x04", b"<table>", b'="', b"`")
CELLS = (
    "",
    "-1",
    "1e400",
    "9" * 40,
    "=1+1",
    "\0",
    '"',
    "2026-13-45",
    "¥1,2,3.4.5",
    "退款成功",
    "0001-01-01",
    "NaN",
    "\u202e",
)
PASSWORD = "123456"
PATIENCE_SECONDS = 20.0

Mutation = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Fault:
    """A spoiled file that did not end as it should."""

    number: int
    what: str
    problem: str


def originals() -> list[Path]:
    """Every input of every case, sorted."""
    return sorted(path for path in CASES.glob("*/*/*") if path.is_file() and CASES / "headers" not in path.parents)


def flipped(content: bytes, chance: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(chance.choice([1, 3, 30])):
        if raw:
            raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw)


def cut(content: bytes, chance: random.Random) -> bytes:
    start, end = sorted((chance.randrange(len(content) + 1), chance.randrange(len(content) + 1)))
    return chance.choice([content[:end], content[start:], content[:start] + content[end:]])


def repeated(content: bytes, chance: random.Random) -> bytes:
    start, end = sorted((chance.randrange(len(content) + 1), chance.randrange(len(content) + 1)))
    return content[:end] + content[start:end] * chance.choice([1, 2, 20]) + content[end:]


def inserted(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(PIECES) * chance.choice([1, 1, 5, 3000]) + content[at:]


def numbers_changed(content: bytes, chance: random.Random) -> bytes:
    """Lengths, counts and places of binary formats are numbers of two or four bytes."""
    raw = bytearray(content)
    for _ in range(chance.choice([1, 2, 8])):
        at = chance.randrange(max(len(raw) - 4, 1))
        width = chance.choice([2, 4])
        raw[at : at + width] = chance.choice([0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFF0]).to_bytes(
            4, "little"
        )[:width]
    return bytes(raw)


def header_changed(content: bytes, chance: random.Random) -> bytes:
    """Numbers at places where archives and old workbooks keep flags, sizes and offsets."""
    raw = bytearray(content)
    starts = [found.start() for found in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)|\xd0\xcf\x11\xe0", content)]
    for _ in range(chance.choice([1, 2])):
        at = chance.choice(starts or [0]) + chance.randrange(4, 80)
        raw[at : at + 1] = bytes([chance.choice([0, 1, 8, 9, 12, 99, 127, 255])])
    return bytes(raw)


def recoded(content: bytes, chance: random.Random) -> bytes:
    return as_text(content).encode(chance.choice(ENCODINGS), errors="replace")


def lines_changed(content: bytes, chance: random.Random) -> bytes:
    lines = as_text(content).splitlines(keepends=True) or [""]
    for _ in range(chance.choice([1, 3])):
        at = chance.randrange(len(lines))
        choice = chance.randrange(4)
        if choice == 0:
            del lines[at : at + chance.choice([1, 3])]
        elif choice == 1:
            lines[at:at] = lines[at : at + 1] * chance.choice([1, 50])
        elif choice == 2:
            chance.shuffle(lines)
        else:
            lines.insert(at, chance.choice(["\n", "合计,,,\n", '"\n', ",,,,,,\n"]))
        lines = lines or [""]
    return "".join(lines).encode()


def columns_changed(content: bytes, chance: random.Random) -> bytes:
    text = as_text(content)
    mark = max(MARKS, key=text.count)
    first, second = chance.randrange(12), chance.randrange(12)
    choice = chance.randrange(5)
    changed = []
    for line in text.split("\n"):
        cells = line.split(mark)
        if max(first, second) < len(cells):
            if choice == 0:
                del cells[first]
            elif choice == 1:
                cells[first], cells[second] = cells[second], cells[first]
            elif choice == 2:
                cells[first] = chance.choice(CELLS)
            elif choice == 3:
                cells.insert(first, cells[second])
        changed.append((chance.choice(MARKS) if choice == 4 and chance.random() < 0.1 else mark).join(cells))
    return "\n".join(changed).encode()


def renamed(content: bytes, chance: random.Random) -> bytes:
    lines = as_text(content).split("\n")
    at = chance.randrange(min(len(lines), 8))
    words = re.split(r"([,\t;])", lines[at])
    place = chance.randrange(len(words))
    words[place] = chance.choice(
        ["", "x", words[place] * 2, words[place][:-1], "订单编号", "金额", "\ufeff" + words[place]]
    )
    lines[at] = "".join(words)
    return "\n".join(lines).encode()


def parts_changed(content: bytes, chance: random.Random) -> bytes:
    """A workbook or an archive with one of its parts spoiled, renamed, dropped or doubled, and packed again."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except DAMAGE:
        parts = {}
    if not parts:
        return flipped(content, chance)
    name = chance.choice([*parts, *(part for part in parts if "sheet" in part or "haredStrings" in part)])
    choice = chance.randrange(5)
    if choice == 0:
        del parts[name]
    elif choice == 1:
        parts[name + "x"] = parts.pop(name)
    elif choice == 2:
        parts[name] = xml_changed(parts[name], chance)
    else:
        parts[name] = chance.choice([flipped, cut, repeated, inserted, xml_changed])(parts[name], chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for part, body in parts.items():
            archive.writestr(part, body)
    return out.getvalue()


def xml_changed(content: bytes, chance: random.Random) -> bytes:
    """Attributes and cells of XML changed into what nobody writes."""
    found = list(re.finditer(rb'="([^"]*)"|>([^<]+)<', content))
    raw = content
    for _ in range(chance.choice([1, 4])):
        if found:
            one = chance.choice(found)
            group = 1 if one[1] is not None else 2
            word = chance.choice(
                [
                    b"",
                    b"-1",
                    b"XFD1048576",
                    b"A1:XFD1048576",
                    b"99999999999",
                    b"s",
                    b"e",
                    b"#REF!",
                    b"1e999",
                    b"&amp;",
                    b"&x;",
                ]
            )
            raw = raw[: one.start(group)] + word + raw[one.end(group) :] if one.end(group) <= len(raw) else raw
    return raw


BYTES: tuple[Mutation, ...] = (flipped, cut, repeated, inserted, numbers_changed, header_changed)
TEXTS: tuple[Mutation, ...] = (recoded, lines_changed, columns_changed, renamed)


def as_text(content: bytes) -> str:
    for encoding in ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def contained(content: bytes, name: str, chance: random.Random, folder: Path) -> bytes:
    """The file, or an archive, a page or a locked file made of it."""
    choice = chance.randrange(10)
    if choice == 0:
        return gzip.compress(content)
    if choice in (1, 2):
        out = io.BytesIO()
        kinds = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
        with zipfile.ZipFile(out, "w", chance.choice(kinds)) as archive:
            for _ in range(chance.choice([1, 2])):
                archive.writestr(f"{chance.randrange(100)}{name}", content)
        return out.getvalue()
    if choice == 3:
        from packing import locked_zip

        path = locked_zip(
            folder / "locked.zip", {name: content[:20_000]}, password=PASSWORD.encode(), aes=chance.choice([1, 3, None])
        )
        return path.read_bytes()
    if choice == 4 and not content.startswith((b"PK", b"\xd0\xcf")):
        rows = [line.split(max(MARKS, key=line.count)) for line in as_text(content).splitlines()]
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in rows)
        return f"<html><table>{body}</table></html>".encode(chance.choice(["utf-8", "gb18030"]), errors="replace")
    return content


def mutated(number: int, paths: list[Path], folder: Path) -> tuple[str, bytes]:
    """What the spoiled file of a number is made of, and its bytes."""
    chance = random.Random(number)
    path = chance.choice(paths)
    content = path.read_bytes()
    done = []
    is_text = not content.startswith((b"PK", b"\xd0\xcf", b"\x1f\x8b"))
    before = chance.random() < 0.7
    mutations: tuple[Mutation, ...] = (*BYTES, *TEXTS, *TEXTS) if is_text else (*BYTES, *(parts_changed,) * 6)
    if before:
        mutation = chance.choice(mutations)
        content = mutation(content, chance)
        done.append(mutation.__name__)
    content = contained(content, path.name, chance, folder)
    if not before or chance.random() < 0.2:
        mutation = chance.choice(BYTES if is_text or chance.random() < 0.5 else (parts_changed,))
        content = mutation(content, chance)
        done.append(mutation.__name__)
    return f"{path.relative_to(CASES)} {' '.join(done)}", content


def tried(numbers: Iterator[int] | range) -> Iterator[Fault]:
    """Those of the spoiled files with these numbers that neither read nor are refused, or take too long."""
    paths = originals()
    with tempfile.TemporaryDirectory(prefix="custtier-mutations-") as name:
        folder = Path(name)
        for number in numbers:
            what, content = mutated(number, paths, folder)
            path = folder / f"{number}.bin"
            path.write_bytes(content)
            since = time.monotonic()
            try:
                read_files([path], settings=Settings(), passwords=KnownPasswords([PASSWORD]))
            except CusttierError as problem:
                # what is shown can be filled
                str(problem), problem.hint.format_map(problem.values)
            except BaseException as problem:  # anything else is what is looked for, a panic too
                if isinstance(problem, KeyboardInterrupt):
                    raise
                yield Fault(number, what, f"{type(problem).__name__}: {problem}"[:300])
            took = time.monotonic() - since
            if took > PATIENCE_SECONDS:
                yield Fault(number, what, f"took {took:.0f} s")
            path.unlink()


def main() -> None:
    """Try as many as the command line says, from the number that it names second, and count the faults."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    faults = 0
    for start in range(first, first + count, 500):
        for fault in tried(range(start, min(start + 500, first + count))):
            faults += 1
            print(f"{fault.number}: {fault.what}: {fault.problem}", flush=True)
        print(f"{min(start + 500, first + count) - first} of {count}", file=sys.stderr, flush=True)
    print(f"{count} spoiled files, {faults} faults{memory()}")
    sys.exit(1 if faults else 0)


def memory() -> str:
    """The most memory that this process took, where the system tells."""
    if shutil.which("free") is None and sys.platform == "win32":
        return ""
    import resource

    return f", at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB"


if __name__ == "__main__":
    main()
