"""Every quirk of the domestic refund files and ERP exports has a case that is read otherwise without its handling."""

import re

import pytest
from tests.sources.test_quirks import NEVER, Quirk, Switch, figures, key, money_of_each_row, patch, profile_without

from custtier.sources.sheets import text_head


def without_rule_for(*, amount: str) -> Switch:
    """The profile without its row rules of one amount."""
    return profile_without(
        lambda table: table.update(rows=[rule for rule in table["rows"] if rule.get("amount") != amount])
    )


QUIRKS: dict[str, Quirk] = {
    "refunds are rows among others": Quirk("douyin-fund/39-columns", key("rows"), {"refunds": (8200, 23050)}),
    "a settled order tells what was refunded before": Quirk(
        "douyin-fund/39-columns", without_rule_for(amount="item_refund"), {"refunds": (8200, 5200), "excluded": (5, 6)}
    ),
    "a settlement's refund stands in another column": Quirk(
        "douyin-settlement/description-row", without_rule_for(amount="gross"), {"refunds": (8000, 7950)}
    ),
    "the second row of a settlement explains the columns": Quirk(
        "douyin-settlement/description-row", key("description_row"), {"rejected": (0, 1), "excluded": (2, 1)}
    ),
    "goods and shipping are refunded in columns of their own": Quirk(
        "douyin-aftersales/states", key("sums"), {"refunds": (113600 + 10000, 113000 + 10000)}
    ),
    "a refund of shipping alone": Quirk(
        "xiaohongshu-settlement/refunds-are-negative", key("sums"), {"refunds": (5100, 4000)}
    ),
    "an order's amount stands on the row of each item of an ERP": Quirk(
        "jushuitan-orders/of-many-platforms",
        profile_without(money_of_each_row),
        {"sales": (31899, 43899)},
    ),
    "an order was split into parts": Quirk(
        "jushuitan-orders/split-and-merged", key("columns.part_id"), {"sales": (28000, 12000)}
    ),
    "rows of split and merged orders stand twice": Quirk(
        "jushuitan-orders/split-and-merged", key("rows"), {"sales": (28000, 8000), "rejected": (0, 6)}
    ),
    "after-sales of an ERP are rows of their own": Quirk(
        "jushuitan-sales/after-sales-on-own-rows",
        profile_without(lambda table: table["rows"].pop()),
        {"refunds": (5000, 10000)},
    ),
    "postage is shared out among the items": Quirk(
        "wangdiantong-orders/serial-dates", key("sums"), {"sales": (36500, 36000)}
    ),
    "a return is a document of its own": Quirk(
        "guanjiapo-sales/headers-that-stand-twice", key("rows"), {"sales": (19360, 21860), "refunds": (500, 0)}
    ),
    "every cell ends with a TAB": Quirk(
        "pdd-aftersales/states", patch(text_head, "_PADDING", re.compile(NEVER)), {"error": (None, "unknown-format")}
    ),
}


@pytest.mark.parametrize("quirk", QUIRKS.values(), ids=QUIRKS)
def test_a_case_is_read_otherwise_without_the_handling_of_its_quirk(
    quirk: Quirk, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled = figures(quirk.case)
    quirk.off(monkeypatch, quirk.case.split("/", maxsplit=1)[0])
    unhandled = figures(quirk.case)
    changed = {name: (handled[name], told) for name, told in unhandled.items() if told != handled[name]}
    assert quirk.changes
    assert quirk.changes.items() <= changed.items(), changed
