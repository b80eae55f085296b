"""JSON, CSV and Parquet: what a script can rely on."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from custtier.errors import USAGE, CusttierError
from custtier.render import Request, rendered
from custtier.render.as_csv import rejects_csv
from custtier.text import Catalogue
from custtier.views.view import View
from render.answers import rejects_answer, tiers_answer

ENGLISH, CHINESE = Catalogue("en"), Catalogue("zh")


def envelope(view: View, catalogue: Catalogue = ENGLISH, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(rendered(view, Request(form="json", **asked), catalogue))
    return found


def csv_rows(view: View, **asked: Any) -> list[dict[str, str]]:
    text = rendered(view, Request(form="csv", **asked), ENGLISH).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_envelope_has_its_keys_in_order() -> None:
    assert list(envelope(tiers_answer())) == [
        "schema_version",
        "command",
        "as_of",
        "data_through",
        "currency",
        "minor_digits",
        "basis",
        "parameters",
        "summary",
        "excluded",
        "notes",
        "tables",
    ]


def test_the_envelope_says_what_was_asked_and_of_which_day() -> None:
    found = envelope(tiers_answer())
    assert (found["schema_version"], found["command"]) == (1, "tiers")
    assert (found["as_of"], found["data_through"]) == ("2026-06-30", "2026-07-02")
    assert (found["currency"], found["minor_digits"]) == ("CNY", 2)
    assert found["parameters"] == {"top": "20%", "sales": None, "as_of": "2026-06-30", "shop": ["一号店"]}
    assert found["excluded"] == [{"reason": "duplicate_row", "rows": 2}, {"reason": "a_reason_of_tomorrow", "rows": 1}]


def test_money_is_a_number_in_major_units() -> None:
    found = envelope(tiers_answer())
    assert found["tables"]["customers"][0]["net_sales"] == 1299.9
    assert found["summary"]["net_sales"] == 9099.09
    assert found["summary"]["cuts"] == {"r": [90, 60, 30, 7], "m": [10, 20, 30, 40]}


def test_money_of_a_currency_without_small_coins_stays_whole() -> None:
    view = View("tiers", {}, {"net_sales": 1300}, {"customers": pl.DataFrame({"net_sales": [1300]})}, currency="JPY")
    found = envelope(view)
    assert found["minor_digits"] == 0
    assert found["summary"]["net_sales"] == found["tables"]["customers"][0]["net_sales"] == 1300
    assert csv_rows(view)[0]["net_sales"] == "1300"


def test_money_is_exact_at_the_end_of_a_long_number() -> None:
    view = View("tiers", {}, {}, {"customers": pl.DataFrame({"net_sales": [1_234_567_890_123_45, -5]})}, currency="CNY")
    assert [row["net_sales"] for row in csv_rows(view)] == ["1234567890123.45", "-0.05"]
    assert b"1234567890123.45" in rendered(view, Request(form="json"), ENGLISH)


def test_shares_are_unrounded_and_a_missing_value_is_null() -> None:
    found = envelope(tiers_answer())
    assert found["summary"]["top_sales_share"] == 2 / 7
    assert found["summary"]["cutoff_sales"] is None
    assert found["tables"]["customers"][4]["name"] is None


def test_codes_stay_codes_and_notes_follow_the_language() -> None:
    english, chinese = envelope(tiers_answer()), envelope(tiers_answer(), CHINESE)
    assert english["tables"] == chinese["tables"]
    assert english["tables"]["tiers"][0]["tier"] == "core"
    assert [note["code"] for note in english["notes"]] == [note["code"] for note in chinese["notes"]]
    assert english["notes"][0]["text"] != chinese["notes"][0]["text"]


def test_every_table_is_in_the_envelope_unless_one_is_named() -> None:
    assert list(envelope(tiers_answer())["tables"]) == ["customers", "tiers", "lorenz"]
    assert list(envelope(tiers_answer(), table="tiers")["tables"]) == ["tiers"]


def test_a_limit_cuts_the_list_and_not_the_small_tables() -> None:
    found = envelope(tiers_answer(), limit=1)["tables"]
    assert (len(found["customers"]), len(found["tiers"])) == (1, 2)
    assert len(envelope(tiers_answer(30), limit=0)["tables"]["customers"]) == 30


def test_an_empty_table_is_an_empty_list() -> None:
    view = View("churn", {}, {}, {"customers": pl.DataFrame(schema={"customer_id": pl.String})})
    assert envelope(view)["tables"] == {"customers": []}
    assert rendered(view, Request(form="csv"), ENGLISH) == b"customer_id\n"


def test_an_unknown_table_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(CusttierError) as caught:
        rendered(tiers_answer(), Request(form="csv", table="tires"), ENGLISH)
    assert (caught.value.code, caught.value.exit_code) == ("unknown-table", USAGE)
    assert "customers, tiers, lorenz" in str(caught.value)


def test_instants_are_written_in_the_zone_of_the_shop() -> None:
    found = envelope(rejects_answer())
    assert found["summary"]["imported_at"] == "2026-07-01T02:05:00+08:00"
    assert found["tables"]["imports"][0]["imported_at"] == "2026-07-01T02:05:00+08:00"


def test_csv_is_plain_utf8_with_the_english_names() -> None:
    content = rendered(tiers_answer(), Request(form="csv"), CHINESE)
    assert content.startswith(b"customer_id,name,phone,order_count,last_order_on,net_sales,")
    first = csv_rows(tiers_answer())[0]
    assert (first["name"], first["last_order_on"], first["net_sales"]) == ("张*", "2026-06-01", "1299.90")
    assert (first["tier"], first["in_top"]) == ("core", "true")


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r"])
def test_no_text_of_a_csv_is_a_formula(begin: str) -> None:
    view = View("tiers", {}, {}, {"customers": pl.DataFrame({"platforms": [begin + "1+1"], "net_sales": [-5]})})
    row = csv_rows(view)[0]
    assert row["platforms"] == "'" + begin + "1+1"
    assert row["net_sales"] == "-0.05"


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\x9b"])
def test_no_text_of_a_csv_tells_a_terminal_what_to_do(sign: str) -> None:
    view = View("tiers", {}, {}, {"customers": pl.DataFrame({"platforms": [f"{sign}=1{sign}\n"]})})
    assert csv_rows(view)[0]["platforms"] == "'=1\n"


def test_a_line_break_in_a_name_stays_in_its_cell() -> None:
    view = View("tiers", {}, {}, {"customers": pl.DataFrame({"platforms": ['a\n"b",c']})})
    assert csv_rows(view)[0]["platforms"] == 'a\n"b",c'


def test_parquet_keeps_types_and_exact_money() -> None:
    content = rendered(tiers_answer(), Request(form="parquet"), ENGLISH)
    found = pl.read_parquet(io.BytesIO(content))
    assert found.get_column("net_sales").to_list()[0] == Decimal("1299.90")
    assert found.schema["last_order_on"] == pl.Date
    assert found.get_column("phone").to_list()[0] == "138****5678"


def test_rejected_rows_are_masked_unless_revealed() -> None:
    rejects = rejects_answer().tables["rejects"]
    assert "张三丰" not in rejects_csv(rejects, reveal=False).decode()
    assert "张三丰" in rejects_csv(rejects, reveal=True).decode()
