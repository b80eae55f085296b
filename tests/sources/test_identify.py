"""Headers tell the format: every generation, none of another's, and plain words where nothing does."""

from pathlib import Path

import pytest

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import load_profiles, read_files
from custtier.sources.formats.identify import identify
from custtier.sources.sheets.text_sheet import text_sheet

HEADERS = sorted((Path(__file__).parent.parent / "cases" / "headers").glob("*.csv"))


def write(folder: Path, text: str, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problem_of(path: Path, **options: str) -> CusttierError:
    with pytest.raises(CusttierError) as caught:
        read_files([path], settings=Settings(), **options)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.stem)
def test_every_generation_of_a_header_is_recognised(path: Path, tmp_path: Path) -> None:
    sheet = text_sheet(path, label=path.name, folder=tmp_path, advance=lambda done: None)
    (match,) = identify([sheet], list(load_profiles().values()), path=path.name)
    assert match.profile.name == path.name.split(".")[0]


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.stem)
def test_no_other_profile_takes_a_header_even_alone(path: Path, tmp_path: Path) -> None:
    sheet = text_sheet(path, label=path.name, folder=tmp_path, advance=lambda done: None)
    others = [one for one in load_profiles().values() if one.name != path.name.split(".")[0] and not one.fallback]
    with pytest.raises(CusttierError, match="unknown-format"):
        identify([sheet], others, path=path.name)


def test_every_profile_has_a_header_that_it_is_known_by() -> None:
    assert {path.name.split(".")[0] for path in HEADERS} == set(load_profiles())


def test_an_unknown_header_names_the_nearest_formats_and_what_they_miss(tmp_path: Path) -> None:
    found = problem_of(write(tmp_path, "订单号,京东价,订单金额\n1,2,3\n"))
    assert found.code == "unknown-format"
    assert "jd-orders (- 下单帐号|下单账号, 客户姓名)" in str(found)


def test_a_table_without_any_known_header_says_so_without_its_cells(tmp_path: Path) -> None:
    found = problem_of(write(tmp_path, "老李,13800000001\n王姐,13800000002\n"))
    assert found.code == "unknown-format"
    assert "13800000001" not in str(found) + found.hint


def test_a_profile_that_is_named_says_which_column_it_misses(tmp_path: Path) -> None:
    found = problem_of(write(tmp_path, "订单编号,金额\n1,2\n"), profile="taobao-orders")
    assert found.code == "missing-column"
    assert "`taobao-orders`, which needs the column 买家实际支付金额" in str(found)
    assert "the file has 订单编号, 金额" in str(found)


@pytest.mark.parametrize(
    ("header", "profile", "column"),
    [
        ("订单号,京东价,订单金额,下单帐号,客户姓名", "jd-orders", "下单时间 / 付款确认时间"),
        ("退款编号,订单编号,退款状态", "taobao-refunds", "退给买家金额 / 买家退款金额"),
    ],
)
def test_a_format_that_is_recognised_says_which_column_it_misses(
    header: str, profile: str, column: str, tmp_path: Path
) -> None:
    found = problem_of(write(tmp_path, header + "\n" + ",".join("123456789") + "\n"))
    assert found.code == "missing-column"
    assert f"recognised as `{profile}`, which needs the column {column}" in str(found)


def test_a_profile_that_is_named_reads_a_file_it_would_not_be_known_by(tmp_path: Path) -> None:
    path = write(tmp_path, "订单编号,买家实际支付金额,订单付款时间,买家会员名\n1,2.00,2026-01-01,x\n")
    (reading,) = read_files([path], settings=Settings(), profile="taobao-orders")
    assert reading.orders["gross"].to_list() == [200]


def test_a_profile_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    found = problem_of(write(tmp_path, "订单号,日期,金额\n"), profile="tabao")
    assert (found.code, found.exit_code) == ("unknown-profile", 2)
    assert "taobao-orders" in str(found)


def test_a_header_below_the_fortieth_row_is_not_looked_for(tmp_path: Path) -> None:
    header = "订单号,日期,客户,金额\nA1,2026-01-01,老李,5\n"
    (reading,) = read_files([write(tmp_path, "说明\n" * 39 + header)], settings=Settings())
    assert (reading.header_row, reading.rows_read) == (40, 1)
    assert problem_of(write(tmp_path, "说明\n" * 40 + header)).code == "unknown-format"


def test_a_header_is_known_by_names_whatever_brackets_spaces_and_quotes_are_around(tmp_path: Path) -> None:
    header = "商品\t, 订单号 ,`订单状态,商家实收金额（元）,售后状态,用户实付金额（元）,订单成交时间"
    (reading,) = read_files(
        [write(tmp_path, header + "\n甲,260101-1,已收货,1,无售后,2.50,2026-01-01\n")], settings=Settings()
    )
    assert (reading.profile, reading.orders["gross"].to_list()) == ("pdd-orders", [250])


INVENTED_ORDERS = """买家,联系方式,备注,货款,付钱那天
张三,13912345678,要快,128.50,2024-03-01
李四,13912345679,,256.00,2024-03-02
王五,13912345670,老客,99.90,2024-03-05
"""


def test_orders_under_unknown_headers_are_not_taken_for_contacts(tmp_path: Path) -> None:
    problem = problem_of(write(tmp_path, INVENTED_ORDERS))
    assert problem.code == "unknown-format"
    assert problem.values["columns"] == "货款, 付钱那天"
    assert "--kind order" in problem.hint
    numbered = INVENTED_ORDERS.replace("付钱那天", "小票单").replace("2024-03-0", "A10000")
    assert problem_of(write(tmp_path, numbered)).values["columns"] == "货款, 小票单"


def test_a_list_that_looks_like_orders_is_read_when_it_is_named(tmp_path: Path) -> None:
    (reading,) = read_files([write(tmp_path, INVENTED_ORDERS)], settings=Settings(), profile="generic-contacts")
    assert reading.lists["contacts"].height == 3


@pytest.mark.parametrize(
    "headers",
    [
        "累计消费金额,最近消费时间",
        "账户余额,最后下单日期",
        "预算金额,下次跟进日期",
        "积分,办卡日期",
        "lifetime value,last order",
    ],
)
def test_what_a_list_says_of_people_makes_it_no_orders(headers: str, tmp_path: Path) -> None:
    path = write(tmp_path, INVENTED_ORDERS.replace("货款,付钱那天", headers))
    (reading,) = read_files([path], settings=Settings())
    assert reading.profile == "generic-contacts"
