"""The user's own profiles: where they lie, what they override, and what is said of a broken one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import known_profiles, load_profiles, profile_named, read_files
from custtier.sources.formats.known import own_profiles

OWN = """
name = "{name}"
title = {{ zh = "我的表", en = "My table" }}
platform = "mine"
required = ["gross", "created_at"]
accounts = [{{ columns = ["买主"] }}]
signatures = [{{ needs = ["流水", "买主", "收款"] }}]

[columns]
order_id = ["流水"]
created_at = ["何时"]
gross = ["收款"]

[statuses]
absent = "paid"
"""
ROWS = "流水,何时,买主,收款\nA1,2026-01-05,amy,12.5\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put a profile into the settings folder of this test."""
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))

    def one(name: str, text: str | None = None, file: str | None = None) -> Path:
        path = tmp_path / "settings" / "profiles" / f"{file or name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(OWN.format(name=name) if text is None else text, encoding="utf-8")
        return path

    return one


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_a_file_is_recognised_by_a_profile_of_the_user(write: Callable[..., Path], table: Path) -> None:
    write("mine")
    (reading,) = read_files([table], settings=Settings())
    assert (reading.profile, reading.orders["gross"].to_list()) == ("mine", [1250])


def test_the_user_s_profile_wins_over_ours_that_matches_too(write: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / "youzan.csv"
    path.write_text("订单号,买家付款时间,订单实付金额,全部商品名称\nE1,2026-01-05 10:00:00,5,茶\n", encoding="utf-8")
    assert read_files([path], settings=Settings())[0].profile == "youzan-orders"
    text = OWN.replace("流水", "订单号").replace("何时", "买家付款时间").replace("收款", "订单实付金额")
    write("mine", text.replace('"买主", ', "").format(name="mine"))
    assert read_files([path], settings=Settings())[0].profile == "mine"


def test_a_profile_of_the_same_name_stands_in_the_place_of_ours(write: Callable[..., Path]) -> None:
    write("jd-orders")
    assert profile_named("jd-orders").platform == "mine"
    assert load_profiles()["jd-orders"].platform == "jd"
    assert list(known_profiles()) == sorted(known_profiles())


def test_two_profiles_of_the_user_that_match_one_file_are_both_named(write: Callable[..., Path], table: Path) -> None:
    write("mine")
    write("other")
    with pytest.raises(CusttierError) as caught:
        read_files([table], settings=Settings())
    assert (caught.value.code, caught.value.values["profiles"]) == ("ambiguous-format", "mine, other")
    assert read_files([table], settings=Settings(), profile="other")[0].profile == "other"


def test_a_profile_that_changed_is_read_anew(write: Callable[..., Path]) -> None:
    path = write("mine")
    assert known_profiles()["mine"].platform == "mine"
    path.write_text(OWN.format(name="mine").replace('platform = "mine"', 'platform = "theirs"'), encoding="utf-8")
    assert known_profiles()["mine"].platform == "theirs"
    path.unlink()
    assert "mine" not in known_profiles()


def test_each_settings_folder_has_its_own_profiles(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("mine")
    assert "mine" in known_profiles()
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "elsewhere"))
    assert "mine" not in known_profiles()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('platform = "mine"', ""), "the key platform is missing"),
        (('platform = "mine"', 'platform = "mine"\ncolour = "red"'), "there is no key colour"),
        (('platform = "mine"', 'platform = "mine"\ngrain = "line"'), "grain takes one of 'order', "),
        (('platform = "mine"', "platform = 5"), "platform is of the wrong kind"),
        (('name = "mine"', 'name = "My table"'), "name takes small letters, digits and dashes"),
        (('platform = "mine"', "platform = "), "the fault is in line 4"),
        (('platform = "mine"', 'platform = "mine"\nzone = "Asia/Peking"'), "zone is 'Asia/Peking', which is not known"),
        (('platform = "mine"', 'platform = "mine"\ncurrency = "yuan"'), "currency is 'yuan', which is not known"),
        (('platform = "mine"', 'platform = "mine"\nid_cut = "(?<=a)b"'), "id_cut is no regular expression that"),
        (('platform = "mine"', 'platform = "mine"\nid_cut = "("'), "id_cut is no regular expression that"),
        (('absent = "paid"', 'paid = ["好"]\nclosed = ["好"]'), "statuses has the word 好 under two states"),
        (('created_at = ["何时"]', 'when = ["何时"]'), "no such field: when"),
    ],
)
def test_a_broken_profile_is_told_with_its_file_and_key(
    write: Callable[..., Path], table: Path, change: tuple[str, str], said: str
) -> None:
    path = write("mine", OWN.format(name="mine").replace(*change))
    with pytest.raises(CusttierError) as caught:
        read_files([table], settings=Settings())
    assert caught.value.code == "bad-profile"
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_a_broken_profile_does_not_stop_who_names_another_one(write: Callable[..., Path], table: Path) -> None:
    write("mine")
    write("broken", "name = ")
    assert read_files([table], settings=Settings(), profile="mine")[0].orders.height == 1
    with pytest.raises(CusttierError, match="broken"):
        read_files([table], settings=Settings(), profile="broken")
    with pytest.raises(CusttierError, match="broken"):
        read_files([table], settings=Settings())
    assert [problem.code for problem in own_profiles().broken] == ["bad-profile"]


def test_two_files_that_give_one_name_are_told(write: Callable[..., Path]) -> None:
    write("mine", file="a")
    write("mine", file="b")
    with pytest.raises(CusttierError, match="two of your profiles are called mine") as caught:
        known_profiles()
    assert caught.value.code == "profile-twice"


def test_a_file_that_is_no_text_is_told(write: Callable[..., Path]) -> None:
    write("mine").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CusttierError, match="it is no UTF-8 text"):
        known_profiles()


def test_a_profile_may_be_named_by_its_title_or_its_file(tmp_path: Path, table: Path) -> None:
    assert profile_named("淘宝/天猫 宝贝报表").name == profile_named("Taobao-Items").name == "taobao-items"
    path = tmp_path / "draft.toml"
    path.write_text(OWN.format(name="draft"), encoding="utf-8")
    (reading,) = read_files([table], settings=Settings(), profile=str(path))
    assert (reading.profile, reading.orders.height) == ("draft", 1)
    with pytest.raises(CusttierError, match="bad-profile"):
        profile_named(str(tmp_path / "gone.toml"))
