"""Marked lines become links; lines that cannot be right do not."""

import polars as pl
import pytest

from custtier.people.decisions import decided, with_link_ids, withdrawn
from custtier.people.proposals import proposal_ids
from people.somebody import contact, known
from store.readings import order

ORDERS = [
    order("1", account="a"),
    order("2", account="b", platform="jd"),
    order("3", account=None, phone="13800138001"),
]
KNOWN = known(ORDERS, [contact("wm1", union_id="u")])
IDS = dict(KNOWN.select("account", "customer_id").iter_rows())


def marked(*rows: tuple[str, str, str | None], proposal: str | None = None) -> pl.DataFrame:
    """Lines of a list: two accounts, and what was written as the decision."""
    sides = [tuple(sorted((IDS.get(one, one), IDS.get(other, other)))) for one, other, _ in rows]
    frame = pl.DataFrame(
        {
            "row": list(range(2, 2 + len(rows))),
            "decision": [decision for *_, decision in rows],
            "customer_id_1": [first for first, _ in sides],
            "customer_id_2": [second for _, second in sides],
        },
        schema_overrides={"row": pl.Int32, "decision": pl.String},
    )
    ids = proposal_ids(frame)
    return frame.with_columns(ids if proposal is None else pl.lit(proposal).alias("proposal"))


def outcomes(rows: pl.DataFrame) -> list[tuple[str, str | None]]:
    return decided(rows, known=KNOWN).rows.select("outcome", "reason").rows()  # type: ignore[return-value]


@pytest.mark.parametrize("word", ["same", "是", " Y ", "Yes", "同一人", "同一个人", "1", "Ｙ", "√"])
def test_words_that_mean_one_person(word: str) -> None:
    found = decided(marked(("a", "b", word)), known=KNOWN)
    assert found.links["decision"].to_list() == ["same", "same"]
    assert sorted(found.links["account"].to_list()) == ["a", "b"]
    assert found.links["person"].unique().to_list() == found.rows["proposal"].to_list()
    assert found.rows["list_key"].to_list()[0] in found.links["link_key"].to_list()


@pytest.mark.parametrize("word", ["apart", "否", "n", "NO", "不是", "不是同一人", "0", "Ｎ"])
def test_words_that_mean_two_people(word: str) -> None:
    assert decided(marked(("a", "b", word)), known=KNOWN).links["decision"].to_list() == ["apart", "apart"]


def test_a_line_without_a_mark_is_left_out() -> None:
    assert outcomes(marked(("a", "b", None))) == [("excluded", "unmarked")]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (marked(("a", "b", "maybe")), "bad_decision"),
        (marked(("a", "b", "same"), proposal="p_aaaaaaaaaa"), "changed_line"),
        (marked(("a", "c_nobody", "same")), "unknown_customer"),
    ],
)
def test_a_line_that_cannot_be_right_is_rejected(rows: pl.DataFrame, reason: str) -> None:
    found = decided(rows, known=KNOWN)
    assert found.rows.select("outcome", "reason").rows() == [("rejected", reason)]
    assert found.links.is_empty()


def test_two_lines_that_contradict_are_both_rejected() -> None:
    assert outcomes(marked(("a", "b", "same"), ("b", "a", "no"))) == [("rejected", "contrary_decisions")] * 2
    assert outcomes(marked(("a", "b", "same"), ("b", "a", "y"))) == [("kept", None)] * 2


def test_a_link_names_each_account_so_that_its_key_comes_back() -> None:
    for account, (kind, platform) in {
        "13800138001": ("phone", ""),
        "u": ("openid", ""),
        "a": ("account", "taobao"),
    }.items():
        links = decided(marked((account, "b", "same")), known=KNOWN).links
        row = links.filter(pl.col("account") == account)
        assert row.select("account_kind", "platform").row(0) == (kind, platform)


def test_a_withdrawal_states_the_same_links_as_withdrawn() -> None:
    links = decided(marked(("a", "b", "same")), known=KNOWN).links
    taken = withdrawn(links)
    assert taken["link_key"].equals(links["link_key"])
    assert taken["decision"].unique().to_list() == ["withdrawn"]


def test_a_label_of_the_users_own_has_an_id_that_does_not_show_it() -> None:
    shown = with_link_ids(pl.DataFrame({"person": ["张三", "p_abcdefghij", "张三"]}))["link_id"].to_list()
    assert shown[0] == shown[2] != shown[1] == "p_abcdefghij"
    assert shown[0].startswith("l_")
