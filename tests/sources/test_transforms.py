"""Money, instants and words: what exports write becomes what is meant."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custtier.sources.formats.profile import RefundStatuses, Statuses
from custtier.sources.transforms.instants import instants
from custtier.sources.transforms.money import minor_units
from custtier.sources.transforms.statuses import refund_states, states
from custtier.sources.transforms.text import id_of, is_damaged_id, readable, unguarded


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("5", 500),
        ("1,299.90", 129990),
        ("¥1,299.90", 129990),
        ("￥0", 0),
        ("12.30元", 1230),
        ("$1,433.66", 143366),
        ("CNY 12.00", 1200),
        ("-20.00", -2000),
        ("-¥20.00", -2000),
        ("499.00（系统计算中，该值仅供参考）", 49900),
        ("131.77(已退款89.84)", 13177),
        ("99.80000000000001", 9980),
        ("99.79999999999999", 9980),
        ("0.005", 1),
        ("0.0049999", 0),
        ("1.005", 101),
        ("116,99 €", 11699),
        ("1.116,99", 111699),
        ("1,116", 111600),
        ("1e-05", 0),
        ("1.2E+3", 120000),
        (".5", 50),
        ("12345678901.23", 1234567890123),
        ("一百", None),
        ("1.2.3", None),
        ("12%", None),
        ("1O0", None),
        ("inf", None),
        ("99999999999999999999", None),
        (None, None),
    ],
)
def test_an_amount_is_read_to_the_fen(text: str | None, minor: int | None) -> None:
    assert minor_units(pl.Series([text], dtype=pl.String), digits=2).to_list() == [minor]


def test_the_digits_of_the_currency_decide() -> None:
    texts = pl.Series(["1200", "1200.5", "1,200"])
    assert minor_units(texts, digits=0).to_list() == [1200, 1201, 1200]
    assert minor_units(texts, digits=3).to_list() == [1_200_000, 1_200_500, 1_200_000]


@settings(deadline=None)
@given(st.lists(st.decimals(-(10**8), 10**8, places=4), min_size=1, max_size=20))
def test_any_decimal_is_rounded_half_up(numbers: list[Decimal]) -> None:
    expected = [int(number.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100) for number in numbers]
    assert minor_units(pl.Series([f"{number:f}" for number in numbers]), digits=2).to_list() == expected


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-01-02 03:04:05", (2026, 1, 2, 3, 4, 5)),
        ("2026-01-02 03:04", (2026, 1, 2, 3, 4, 0)),
        ("2026-01-02", (2026, 1, 2, 0, 0, 0)),
        ("2016/5/23 22:02", (2016, 5, 23, 22, 2, 0)),
        ("2025/06/01 12:00:09", (2025, 6, 1, 12, 0, 9)),
        ("2026-01-02T03:04:05", (2026, 1, 2, 3, 4, 5)),
        ("2026-01-02 03:04:05.123", (2026, 1, 2, 3, 4, 5)),
        ("2025年7月20日", (2025, 7, 20, 0, 0, 0)),
        ("2025年7月20日 8：05", (2025, 7, 20, 8, 5, 0)),
        ("2026.1.2", (2026, 1, 2, 0, 0, 0)),
        ("31.12.2025", (2025, 12, 31, 0, 0, 0)),
        ("20260102", (2026, 1, 2, 0, 0, 0)),
        ("20260102030405", (2026, 1, 2, 3, 4, 5)),
        ("Jul-21-25", (2025, 7, 21, 0, 0, 0)),
        ("05 Jul 2024 10:20", (2024, 7, 5, 10, 20, 0)),
        ("13/01/2026 09:00:00", (2026, 1, 13, 9, 0, 0)),
        ("01/13/2026", (2026, 1, 13, 0, 0, 0)),
        ("46143", (2026, 5, 1, 0, 0, 0)),
        ("46143.5", (2026, 5, 1, 12, 0, 0)),
    ],
)
def test_a_date_is_local_to_the_shop(text: str, local: tuple[int, ...]) -> None:
    (found,) = instants(pl.Series([text]), zone="Asia/Shanghai").dt.convert_time_zone("Asia/Shanghai").to_list()
    assert found.timetuple()[:6] == local


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-12-06 10:37:33 -0500", datetime(2025, 12, 6, 15, 37, 33, tzinfo=UTC)),
        ("2025-12-06T10:37:33Z", datetime(2025, 12, 6, 10, 37, 33, tzinfo=UTC)),
        ("2025-12-06T10:37:33.123+08:00", datetime(2025, 12, 6, 2, 37, 33, tzinfo=UTC)),
        ("1767225600", datetime(2026, 1, 1, tzinfo=UTC)),
        ("1767225600000", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_offset_or_an_epoch_is_taken_as_it_says(text: str, instant: datetime) -> None:
    assert instants(pl.Series([text]), zone="Asia/Shanghai").to_list() == [instant]


@pytest.mark.parametrize("text", ["昨天", "2026-13-01", "2026-02-30", "12", "0026-01-01", "2226-01-01", "99999"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert instants(pl.Series([text]), zone="Asia/Shanghai").to_list() == [None]


def test_a_column_tells_whether_the_day_or_the_month_comes_first() -> None:
    day_first = instants(pl.Series(["05/01/2026", "13/01/2026"]), zone="UTC")
    assert [found.date().isoformat() for found in day_first] == ["2026-01-05", "2026-01-13"]
    month_first = instants(pl.Series(["05/01/2026", "01/13/2026"]), zone="UTC")
    assert [found.date().isoformat() for found in month_first] == ["2026-05-01", "2026-01-13"]


def test_a_day_that_reads_both_ways_is_none_unless_the_profile_says() -> None:
    both = pl.Series(["05/01/2026"])
    assert instants(both, zone="UTC").to_list() == [None]
    assert instants(both, zone="UTC", day_first=True).to_list() == [datetime(2026, 1, 5, tzinfo=UTC)]


def test_clock_changes_lose_no_order() -> None:
    found = instants(pl.Series(["2025-03-09 02:30:00", "2025-11-02 01:30:00"]), zone="America/New_York")
    assert found.to_list() == [datetime(2025, 3, 9, 7, 30, tzinfo=UTC), datetime(2025, 11, 2, 5, 30, tzinfo=UTC)]


def local_times() -> st.SearchStrategy[datetime]:
    start = datetime.fromisoformat("1990-01-02")
    return st.integers(0, 48 * 365 * 86_400).map(lambda second: start + timedelta(seconds=second))


@settings(deadline=None)
@given(
    times=st.lists(local_times(), min_size=1, max_size=8),
    zone=st.sampled_from(["Asia/Shanghai", "Asia/Tokyo", "America/Sao_Paulo", "Europe/London", "Australia/Lord_Howe"]),
)
def test_many_times_are_the_instants_that_each_is_alone(times: list[datetime], zone: str) -> None:
    texts = pl.Series([f"{time:%Y-%m-%d %H:%M:%S}" for time in times])
    alone = [instants(texts.slice(number, 1), zone=zone).item() for number in range(len(texts))]
    assert instants(texts, zone=zone).to_list() == alone
    for time, found in zip(times, alone, strict=True):
        local = time.replace(microsecond=0, tzinfo=ZoneInfo(zone))
        skipped = local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None)
        assert skipped or found == local.astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1990-06-01 08:00:00", datetime(1990, 5, 31, 23, tzinfo=UTC)),
        ("1990-12-01 08:00:00", datetime(1990, 12, 1, tzinfo=UTC)),
    ],
)
def test_summer_time_of_earlier_years_is_known(text: str, instant: datetime) -> None:
    others = ["2026-01-01 08:00:00", text, "1990-01-01 00:00:00"]
    assert instants(pl.Series([text]), zone="Asia/Shanghai").to_list() == [instant]
    assert instants(pl.Series(others), zone="Asia/Shanghai")[1] == instant


RULES = Statuses(
    unpaid=("等待付款",),
    paid=("等待出库", "买家已付款，等待卖家发货"),
    refunded=("已全额退款",),
    closed=("已取消",),
    refunded_contains=("退款成功",),
    cut_prefixes=("(锁定)",),
    cancelled_prefixes=("(删除)",),
    amount_pattern=r"已退款[^\d]*([\d.]+)",
)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("等待付款", "unpaid"),
        ("买家已付款,等待卖家发货", "paid"),
        ("等待出库（催单）", "paid"),
        ("(锁定)等待出库", "paid"),
        ("（锁定）等待出库", "paid"),
        ("已发货，退款成功", "refunded"),
        ("(删除)某状态", "cancelled"),
        ("已退款(￥10.00)", "paid"),
        ("已全额退款", "refunded"),
        ("已 取 消", "closed"),
        ("等待外星人", "unknown"),
        (None, None),
    ],
)
def test_a_word_means_what_the_profile_says(word: str | None, state: str | None) -> None:
    assert states(pl.Series([word], dtype=pl.String), rules=RULES).to_list() == [state]


def test_words_of_a_refund_column_are_told_apart() -> None:
    rules = RefundStatuses(done=("退款完成",), pending=("退款中",), failed=("退款关闭",), done_contains=("退款成功",))
    words = pl.Series(["退款完成", "同意退款，退款成功", "退款中", "退款关闭", "别的", None])
    assert refund_states(words, rules=rules).to_list() == ["done", "done", "pending", "failed", "unknown", None]


@pytest.mark.parametrize(
    ("text", "bare"),
    [('="2018090001"', "2018090001"), ("'138", "138"), ("`4200", "4200"), ("A-1", "A-1"), ('=""', None)],
)
def test_the_guards_of_an_id_are_taken_off(text: str, bare: str | None) -> None:
    assert pl.DataFrame({"id": [text]}).select(id_of(unguarded(pl.col("id")))).item() == bare


@pytest.mark.parametrize(
    ("text", "damaged"),
    [("1.23E+18", True), ("2e+17", True), ("1001.0", True), ("1001", False), ("E2026", False), ("12-3", False)],
)
def test_an_id_that_became_a_number_is_damaged(text: str, damaged: bool) -> None:
    assert pl.DataFrame({"id": [text]}).select(is_damaged_id(pl.col("id"))).item() is damaged


def test_ciphertext_is_no_value() -> None:
    texts = pl.DataFrame({"phone": ["##AbCd==##", "$$AbCd$$", "##9f8e7d6c5b4a", "#12", "138****0001"]})
    assert texts.select(readable(pl.col("phone"))).to_series().to_list() == [None, None, None, "#12", "138****0001"]
