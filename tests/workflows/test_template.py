"""Templates import as they are, in both languages, and never write over what was filled in."""

from pathlib import Path

import pytest

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import Reading, read_files
from custtier.text import Catalogue
from custtier.workflows.template import TEMPLATES, check_template_place, template_csv

CASES = [(name, lang) for name in TEMPLATES for lang in ("zh", "en")]


def read(folder: Path, name: str, lang: str) -> Reading:
    path = folder / f"{name}.csv"
    path.write_bytes(template_csv(name, Catalogue(lang)))  # type: ignore[arg-type]
    (reading,) = read_files([path], settings=Settings())
    return reading


@pytest.mark.parametrize(("name", "lang"), CASES)
def test_what_a_template_writes_imports_row_for_row(name: str, lang: str, tmp_path: Path) -> None:
    reading = read(tmp_path, name, lang)
    assert reading.profile == ("generic" if name == "orders" else f"generic-{name}")
    assert (reading.header_row, reading.rows_read) == (2, 2)
    assert reading.records["outcome"].to_list() == ["kept", "kept"]
    rows = reading.orders if name == "orders" else reading.lists[name]
    assert rows.height == (3 if name in ("links", "tags") else 2)


@pytest.mark.parametrize(("name", "lang"), CASES)
def test_sample_rows_that_were_left_in_are_told(name: str, lang: str, tmp_path: Path) -> None:
    (note,) = (note for note in read(tmp_path, name, lang).notes if note.code == "sample_rows")
    assert note.values["rows"] == (3 if name in ("links", "tags") else 2)


@pytest.mark.parametrize("name", TEMPLATES)
def test_both_languages_of_a_template_say_the_same(name: str, tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "en").mkdir()
    readings = [read(tmp_path / lang, name, lang) for lang in ("zh", "en")]
    frames = [one.orders if name == "orders" else one.lists[name] for one in readings]
    filled = [[column for column in frame.columns if frame[column].null_count() < frame.height] for frame in frames]
    assert filled[0] == filled[1]


@pytest.mark.parametrize(("name", "lang"), CASES)
def test_a_template_is_opened_by_excel_as_utf_8_and_explains_itself_first(name: str, lang: str) -> None:
    content = template_csv(name, Catalogue(lang))  # type: ignore[arg-type]
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 4
    first = content.decode("utf-8-sig").splitlines()[0]
    assert first.lstrip('"').startswith("# ")


def test_every_column_of_a_template_is_read(tmp_path: Path) -> None:
    for name in TEMPLATES:
        for lang in ("zh", "en"):
            path = tmp_path / f"{name}.csv"
            path.write_bytes(template_csv(name, Catalogue(lang)))  # type: ignore[arg-type]
            headers = path.read_text(encoding="utf-8-sig").splitlines()[1].split(",")
            from custtier.sources.formats.profile import load_profiles

            profile = load_profiles()["generic" if name == "orders" else f"generic-{name}"]
            known = {header for columns in profile.columns.values() for header in columns}
            known |= {column for account in profile.accounts for column in account.columns}
            assert [header for header in headers if header not in known] == [], (name, lang)


def test_a_template_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(CusttierError, match="orders, contacts, messages"):
        template_csv("customers", Catalogue("en"))


def test_a_table_that_is_filled_in_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    check_template_place(path, replaces=False)
    path.write_text("mine")
    with pytest.raises(CusttierError) as caught:
        check_template_place(path, replaces=False)
    assert caught.value.code == "template-in-the-way"
    check_template_place(path, replaces=True)


def test_a_template_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(CusttierError) as caught:
        check_template_place(tmp_path / "contacts.xlsx", replaces=False)
    assert caught.value.code == "no-csv-ending"
