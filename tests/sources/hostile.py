"""Small files that ask for more than any computer has, or that mean harm in some other way."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

TABLE = "订单号,日期,客户,金额\nA1,2026-01-02,老李,5\n"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]>'
)
XML_BOOK = (
    '<?xml version="1.0"?>{declared}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="1"><Table>{rows}</Table></Worksheet>'
    "</Workbook>"
)

Maker = Callable[[Path], object]
HOSTILE: dict[str, tuple[str, Maker]] = {}
"""Name with ending → code of the error, and what writes the file."""


def hostile(name: str, code: str) -> Callable[[Maker], Maker]:
    def keep(make: Maker) -> Maker:
        HOSTILE[name] = (code, make)
        return make

    return keep


def packed(path: Path, files: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", kind, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@hostile("zeros.zip", "too-large")
def _(path: Path) -> None:
    packed(path, {"a.csv": bytes(100 << 20)})


@hostile("zeros-bzip2.zip", "too-large")
def _(path: Path) -> None:
    packed(path, {"a.csv": bytes(100 << 20)}, zipfile.ZIP_BZIP2)


@hostile("zeros-lzma.zip", "too-large")
def _(path: Path) -> None:
    packed(path, {"a.csv": bytes(100 << 20)}, zipfile.ZIP_LZMA)


@hostile("zeros-that-deny-it.zip", "unreadable-file")
def _(path: Path) -> None:
    packed(path, {"a.csv": bytes(100 << 20)}, zipfile.ZIP_BZIP2)
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 100 << 20), struct.pack("<I", 1000)))


@hostile("zeros.gz", "too-large")
def _(path: Path) -> None:
    path.write_bytes(gzip.compress(bytes(100 << 20)))


@hostile("short-rows.csv.gz", "too-large")
def _(path: Path) -> None:
    path.write_bytes(gzip.compress(TABLE.encode() + b"a,2026-1-2,b,1\n" * 3_000_000))


@hostile("shared-bytes.zip", "unreadable-file")
def _(path: Path) -> None:
    packed(path, {"a.csv": bytes(1 << 20), "b.csv": bytes(1 << 20)})
    with zipfile.ZipFile(path) as archive:
        second = archive.infolist()[1].header_offset
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 42 : at + 46] = struct.pack("<I", 0)
    assert second
    path.write_bytes(raw)


@hostile("crowd.zip", "too-large")
def _(path: Path) -> None:
    packed(path, {f"{number}.csv": b"" for number in range(6_000)}, zipfile.ZIP_STORED)


@hostile("nested.zip", "unreadable-file")
def _(path: Path) -> None:
    packed(path, {"a.csv": TABLE.encode()})
    packed(path, {"inner.zip": path.read_bytes()})


@hostile("nested.gz", "unreadable-file")
def _(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.compress(TABLE.encode())))


@hostile("orders.tar.gz", "unreadable-file")
def _(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("orders.csv")
        entry.size = len(TABLE.encode())
        archive.addfile(entry, io.BytesIO(TABLE.encode()))


@hostile("orders.csv.bz2", "unreadable-file")
def _(path: Path) -> None:
    path.write_bytes(bz2.compress(TABLE.encode()))


@hostile("orders.csv.xz", "unreadable-file")
def _(path: Path) -> None:
    path.write_bytes(lzma.compress(TABLE.encode()))


@hostile("bill.pdf", "unreadable-file")
def _(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n")


@hostile("columns.csv", "too-large")
def _(path: Path) -> None:
    path.write_text(TABLE + "," * 900_000 + "\n")


@hostile("columns-of-a-record.csv", "too-large")
def _(path: Path) -> None:
    path.write_text("订单号,日期,客户,金额" + ",x" * 400_000 + "\n" + "a,2026-1-2,b,1\n" * 100)


def book(path: Path, sheet: str, *, texts: str = "") -> None:
    """A workbook whose only sheet is this XML."""
    workbook = Workbook()
    workbook.active["A1"] = "x"
    content = io.BytesIO()
    workbook.save(content)
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name in source.namelist():
            if name == "xl/worksheets/sheet1.xml":
                out.writestr(name, sheet)
            elif name != "xl/sharedStrings.xml":
                out.writestr(name, source.read(name))
        if texts:
            out.writestr("xl/sharedStrings.xml", texts)


def sheet_of(rows: str, *, before: str = "", declared: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{declared}<worksheet xmlns="{SHEET}">{before}<sheetData>{rows}</sheetData></worksheet>'
    )


FAR = '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
NEAR = '<row r="1"><c r="A1"><v>1</v></c></row>'


@hostile("corners.xlsx", "too-large")
def _(path: Path) -> None:
    book(path, sheet_of(NEAR + FAR))


def aside(path: Path, relation: str, content: bytes) -> None:
    """A workbook with a part beside its own, and how the workbook is related to it."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        related = archive.read("xl/_rels/workbook.xml.rels").decode()
        names = archive.namelist()
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{relation}"
    told = f'<Relationship Id="rId99" Type="{kind}" Target="../customXml/item1.xml"/></Relationships>'
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in names}
    parts["xl/_rels/workbook.xml.rels"] = related.replace("</Relationships>", told).encode()
    parts["customXml/item1.xml"] = content
    packed(path, parts)


QUERY = "\ufeff<DataMashup>x</DataMashup>".encode("utf-16-le")
"""What a query keeps in a workbook, two bytes a letter."""


@hostile("sheet-aside.xlsx", "unreadable-file")
def _(path: Path) -> None:
    book(path, sheet_of(NEAR))
    aside(path, "worksheet", sheet_of(NEAR + FAR).encode("utf-16"))


@hostile("declared-aside.xlsx", "unreadable-file")
def _(path: Path) -> None:
    book(path, sheet_of(NEAR))
    aside(path, "customXml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"))


@hostile("corners-in-other-quotes.xlsx", "too-large")
def _(path: Path) -> None:
    book(path, sheet_of(NEAR + FAR.replace('"', "'").replace("r=", "r = ")))


@hostile("corners-in-small-letters.xlsx", "too-large")
def _(path: Path) -> None:
    book(path, sheet_of(NEAR + FAR.replace("XFD", "xfd")))


@hostile("corners-under-a-prefix.xlsx", "too-large")
def _(path: Path) -> None:
    sheet = sheet_of(NEAR + FAR).replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
    book(path, sheet.replace("xmlns=", "xmlns:x="))


@hostile("corners-behind-a-gap.xlsx", "too-large")
def _(path: Path) -> None:
    book(path, sheet_of(NEAR + " " * (5 << 20) + FAR))


@hostile("unplaced-cells.xlsx", "too-large")
def _(path: Path) -> None:
    cell = "<c><v>1</v></c>"
    book(path, sheet_of(f"<row>{cell * 16_000}</row>" + f"<row>{cell}</row>" * 200_000))


@hostile("heap-of-cells.xlsx", "too-large")
def _(path: Path) -> None:
    book(path, sheet_of("<row>" + '<c r="A1"><v>1</v></c>' * 5_000_000 + "</row>"))


@hostile("one-text-everywhere.xlsx", "too-large")
def _(path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 60_000))
    book(path, sheet_of(rows), texts=f'<sst xmlns="{SHEET}"><si><t>{"x" * 30_000}</t></si></sst>')


@hostile("announced-texts.xlsx", "unreadable-file")
def _(path: Path) -> None:
    book(path, sheet_of(NEAR), texts=f'<sst xmlns="{SHEET}" count="1" uniqueCount="4000000000"><si><t>x</t></si></sst>')


@hostile("entities.xlsx", "unreadable-file")
def _(path: Path) -> None:
    book(path, sheet_of('<row r="1"><c r="A1" t="str"><v>&c;</v></c></row>', declared=LAUGHS))


@hostile("zeros.xlsx", "too-large")
def _(path: Path) -> None:
    book(path, sheet_of(NEAR, before=f"<!--{'x' * (100 << 20)}-->"))


@hostile("merged-everything.xlsx", "")
def _(path: Path) -> None:
    """Reads: what is merged beyond the last cell is nothing."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(["订单编号", "买家公司名", "实付款(元)", "订单状态", "订单创建时间", "货品标题"])
    sheet.append(["39002", "商行", 20, "交易成功", "2026-04-02", "货品丙"])
    for area in ("A2:XFD1048576", "B2:B1048576"):
        sheet.merged_cells.add(area)
    workbook.save(path)


@hostile("laughs.xls", "unreadable-file")
def _(path: Path) -> None:
    path.write_text(XML_BOOK.format(declared=LAUGHS, rows="<Row><Cell><Data>&c;&d;</Data></Cell></Row>"))


@hostile("far.xls", "too-large")
def _(path: Path) -> None:
    path.write_text(
        XML_BOOK.format(
            declared="", rows='<Row ss:Index="999999999"><Cell><Data ss:Type="String">a</Data></Cell></Row>'
        )
    )


@hostile("wide.xls", "too-large")
def _(path: Path) -> None:
    row = '<Row><Cell ss:Index="16384"><Data ss:Type="String">a</Data></Cell></Row>'
    path.write_text(XML_BOOK.format(declared="", rows=row * 100_000))


@hostile("not-a-spreadsheet.xml", "unreadable-file")
def _(path: Path) -> None:
    path.write_text('<?xml version="1.0"?><orders><order id="1"/></orders>')


@hostile("spans.html", "too-large")
def _(path: Path) -> None:
    path.write_text("<table>" + "<tr><td rowspan=65534 colspan=1000>a" * 200_000)


@hostile("deep.html", "unreadable-file")
def _(path: Path) -> None:
    path.write_text("<html>" + "<table><tr><td>" * 200_000)


@hostile("saved-page.xls", "unreadable-file")
def _(path: Path) -> None:
    path.write_text("MIME-Version: 1.0\nContent-Type: multipart/related\n\n<table><tr><td>1</table>")


def old_book(path: Path, record: bytes, replaced: bytes) -> None:
    """An older workbook with one of its records replaced by another of the same length."""
    (source, *_) = sorted((Path(__file__).parent.parent / "cases").glob("*/*/*.xls"))
    raw = source.read_bytes()
    at = raw.index(record)
    path.write_bytes(raw[:at] + replaced + raw[at + len(replaced) :])


@hostile("announced.xls", "too-large")
def _(path: Path) -> None:
    old_book(path, struct.pack("<HH", 0x0200, 14), struct.pack("<HHIIHHH", 0x0200, 14, 0, 0xFFFFFFF0, 0, 0xFFFF, 0))


@hostile("texts.xls", "too-large")
def _(path: Path) -> None:
    (source, *_) = sorted((Path(__file__).parent.parent / "cases").glob("*/*/*.xls"))
    raw = bytearray(source.read_bytes())
    at = next(at for at in range(512, len(raw)) if raw[at : at + 2] == b"\xfc\x00" and raw[at + 4 : at + 8] != bytes(4))
    raw[at + 8 : at + 12] = struct.pack("<I", 0xFFFFFFF0)
    path.write_bytes(raw)


@hostile("corner.xls", "too-large")
def _(path: Path) -> None:
    old_book(path, struct.pack("<HHHH", 0x00FD, 10, 1, 0), struct.pack("<HHHH", 0x00FD, 10, 0xFFFF, 0xFFF0))


@hostile("sectors.xls", "unreadable-file")
def _(path: Path) -> None:
    (source, *_) = sorted((Path(__file__).parent.parent / "cases").glob("*/*/*.xls"))
    raw = bytearray(source.read_bytes())
    raw[72:76] = struct.pack("<I", 0xFFFFFFF0)
    path.write_bytes(raw)
