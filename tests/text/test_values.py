"""Codes inside texts are said by their names; machine forms keep them."""

from custtier.text import Catalogue
from custtier.text.values import conditions_text, in_words

ZH, EN = Catalogue("zh"), Catalogue("en")


def test_conditions_of_exclusions_stand_under_their_names() -> None:
    text = "phones (1); channels = phones; gift; amount_at_least = 5; detector = brushed"
    assert conditions_text(text, ZH) == "电话 (1); 渠道 = phones; 赠品; 最低金额 = 5; 检测 = 刷单"
    assert conditions_text(text, EN).startswith("phones (1); channels = phones; gifts; least amount = 5; detector = ")


def test_what_a_format_or_a_list_needs_is_said_by_names() -> None:
    values = {"needed_field": "gross|amount", "needed_columns": "customer_id_1, decision", "rows": 3}
    told = in_words(values, ZH)
    assert told["needed_field"] == "订单金额 / 金额"
    assert told["needed_columns"] == "客户编号 1 (customer_id_1)、决定 (decision)"
    assert told["rows"] == 3
