"""Keys of text ids: what a column gives is what each text gives alone."""

import polars as pl

from custtier.keys import key_column, key_of


def test_each_row_of_a_column_has_the_key_of_its_texts_joined() -> None:
    rows = pl.select(order_id=pl.int_range(150_000).cast(pl.String)).with_columns(platform=pl.lit("taobao"))
    keys = key_column(rows, ["platform", "order_id"])
    asked = [0, 65_535, 65_536, 149_999]
    assert [keys[row] for row in asked] == [key_of(f"taobao\x1f{row}") for row in asked]
    assert keys.n_unique() == len(rows)


def test_a_row_without_one_of_its_texts_has_no_key_and_an_empty_text_has_one() -> None:
    rows = pl.DataFrame({"platform": ["jd", None, "jd"], "order_id": ["1", "1", ""]})
    assert key_column(rows, ["platform", "order_id"]).to_list() == [key_of("jd\x1f1"), None, key_of("jd\x1f")]
