"""Conditions of `--fail-on`."""

import pytest

from custtier.cli.fail_on import judge, parse_conditions
from custtier.errors import FAIL_ON, USAGE, CusttierError

FIGURES = {"rejected": 3, "lapsed_share": 0.3, "net_sales": 1299.9, "value": None, "method": "fixed", "undone": True}


def code_of(text: str) -> str:
    try:
        judge(parse_conditions([text]), FIGURES)
    except CusttierError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    "text",
    [
        "rejected>0",
        "rejected >= 3",
        "rejected=3",
        "rejected==3",
        "rejected!=0",
        "rejected<4",
        "rejected<=3",
        "lapsed_share>=0.3",
        "lapsed_share>=30%",
        "net_sales>1299.8",
        " rejected > -1 ",
        "net_sales>1e3",
        "net_sales<1.5E+3",
        "lapsed_share>=3e-1",
    ],
)
def test_a_condition_that_holds_ends_the_run(text: str) -> None:
    assert code_of(text) == "fail-on"


@pytest.mark.parametrize("text", ["rejected>3", "lapsed_share>30%", "value>0", "value<0", "net_sales>1300"])
def test_a_condition_that_does_not_hold_changes_nothing(text: str) -> None:
    assert code_of(text) == ""


@pytest.mark.parametrize(
    "text",
    ["rejected", "rejected>", ">0", "rejected>x", "rejected>>0", "", "rejected>1>2", "rejected>1e", "rejected>e3"],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(CusttierError) as caught:
        parse_conditions([text])
    assert (caught.value.code, caught.value.exit_code) == ("bad-condition", USAGE)


@pytest.mark.parametrize("text", ["rejectd>0", "method>0", "undone>0"])
def test_a_name_without_a_number_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(CusttierError) as caught:
        judge(parse_conditions([text]), FIGURES)
    assert (caught.value.code, caught.value.exit_code) == ("unknown-figure", USAGE)
    assert "rejected, lapsed_share, net_sales, value" in str(caught.value)


def test_the_first_condition_that_holds_is_told() -> None:
    with pytest.raises(CusttierError) as caught:
        judge(parse_conditions(["rejected>9", "rejected>1", "rejected>0"]), FIGURES)
    assert caught.value.exit_code == FAIL_ON
    assert "rejected>1 holds: rejected is 3" in str(caught.value)


def test_a_share_is_told_with_four_digits() -> None:
    with pytest.raises(CusttierError) as caught:
        judge(parse_conditions(["lapsed_share>0"]), {"lapsed_share": 2 / 3})
    assert caught.value.values["value"] == 0.6667
