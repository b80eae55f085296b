"""What somebody types for a code: the code, its name in either language, in any case."""

import pytest

from custtier.text.meant import meant_code, nearest_code


@pytest.mark.parametrize(
    ("typed", "column", "code"),
    [
        ("order", "kind", "order"),
        ("ORDERS", "kind", "order"),
        ("广告花费", "kind", "spend"),
        ("ad spend", "kind", "spend"),
        ("淘宝订单报表", "profile", "taobao-orders"),
        ("1688订单", "profile", "alibaba1688-orders"),
        ("拼多多", "platforms", "pdd"),
        ("没有", "kind", None),
    ],
)
def test_a_code_may_be_typed_as_it_is_shown(typed: str, column: str, code: str | None) -> None:
    assert meant_code(typed, column) == code


def test_only_the_codes_that_there_are_can_be_meant() -> None:
    assert meant_code("订单", "kind", codes=["contacts"]) is None
    assert meant_code("My-Shop", "profile", codes=["my-shop"]) == "my-shop"
    assert meant_code("我的表", "profile", codes=["my-shop"], titles={"my-shop": ["我的表"]}) == "my-shop"


def test_the_code_nearest_to_a_misspelt_name_is_found() -> None:
    assert nearest_code("淘宝订单报", "profile", codes=["taobao-orders", "jd-orders"]) == "taobao-orders"
    assert nearest_code("zzz", "profile", codes=["taobao-orders"]) is None
