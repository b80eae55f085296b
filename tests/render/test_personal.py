"""Cells of rejected rows: what is to be mended stays readable, what is personal does not."""

import json

import polars as pl
import pytest

from custtier.render.mask import masked
from custtier.render.personal import is_personal
from custtier.sources.formats.profile import load_profiles

PERSONAL_FIELDS = ("name", "phone", "email", "address")
READABLE_FIELDS = ("gross", "amount", "created_at", "paid_at", "order_id", "status", "refund", "quantity", "product")
NUMBERED = "Name"
"""Shopify's header of an order's number, elsewhere of a person's name."""


def hidden(cells: dict[str, str]) -> dict[str, str]:
    frame = pl.DataFrame({"cells": [json.dumps(cells, ensure_ascii=False)]})
    found: dict[str, str] = json.loads(masked(frame, ["cells"]).item())
    return found


def test_dates_amounts_numbers_and_states_of_a_rejected_row_stay_readable() -> None:
    cells = {
        "订单编号": "2026060100012345678",
        "买家会员名": "爱买东西的小明",
        "买家实际支付金额": "一百",
        "订单创建时间": "2026-13-45",
        "订单状态": "不认得",
        "收货人姓名": "王小明",
        "收货地址": "浙江省杭州市",
        "联系手机": "13800000005",
        "订单备注": "送货前打电话",
        "买家留言": "快",
    }
    assert hidden(cells) == {
        **cells,
        "买家会员名": "爱***",
        "收货人姓名": "王***",
        "收货地址": "浙***",
        "联系手机": "1***",
        "订单备注": "送***",
        "买家留言": "*",
    }


def test_every_personal_header_of_every_profile_is_known_and_no_figure_is() -> None:
    for profile in load_profiles().values():
        personal = {header for field in PERSONAL_FIELDS for header in profile.columns.get(field, ())}
        personal.update(header for account in profile.accounts for header in account.columns)
        readable = {header for field in READABLE_FIELDS for header in profile.columns.get(field, ())}
        assert [header for header in personal if not is_personal(header)] == []
        assert [header for header in readable if is_personal(header) and header != NUMBERED] == []


@pytest.mark.parametrize("text", ["13812345678", "+86 138 1234 5678", "amy@example.com"])
def test_a_number_to_call_or_to_write_to_is_hidden_under_any_header(text: str) -> None:
    assert hidden({"订单状态": text})["订单状态"] == text[0] + "***"
    assert hidden({"订单号": "13812345678"}) == {"订单号": "13812345678"}


def test_what_stands_beyond_the_last_header_is_hidden() -> None:
    assert hidden({"金额": "1", "27": "王小明"}) == {"金额": "1", "27": "王***"}


def test_an_order_number_under_name_is_readable_and_a_name_is_not() -> None:
    assert hidden({"Name": "#1001"}) == {"Name": "#1001"}
    assert hidden({"Name": "Amy Smith"}) == {"Name": "A***"}


def test_no_cells_at_all_stay_none() -> None:
    frame = pl.DataFrame({"cells": [None]}, schema={"cells": pl.String})
    assert masked(frame, ["cells"]).item() is None
