"""`custtier key` from files to what it prints: lists kept, looked back on and undone, settings, refusals."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli.main import run
from custtier.errors import NOTHING, USAGE

Custtier = Callable[..., Ended]

ORDERS = """订单号,日期,金额,客户,手机号,姓名,商品,状态,推荐人
B001,2026-01-05,120.00,amy,13800000001,张三,茶叶,已付款,
B002,2026-02-05,80.00,amy,13900000011,李四,茶壶,已付款,
B003,2026-03-01,90.00,amy,13800000001,张三,茶杯,已付款,
B004,2026-03-05,1999.90,bob,13800000002,John Smith,茶叶,已付款,
B005,2026-03-06,35.50,cat,13800000003,欧阳小明,茶叶,已付款,amy
B006,2026-03-20,60,cat,13800000003,欧阳小明,茶叶,已付款,
B007,2025-02-07,260,dan,13800000004,赵六,茶叶,已付款,
"""
LATER = """订单号,日期,金额,客户,手机号,姓名,商品,状态
B101,2026-04-02,700,cat,13800000003,欧阳小明,茶叶,已付款
B102,2026-04-20,800,cat,13800000003,欧阳小明,茶盘,已付款
B103,2026-05-03,800,cat,13800000003,欧阳小明,茶盘,已付款
"""
CONTACTS = """微信号,昵称,备注,手机号,添加时间,员工,标签,推荐人,删除时间
wx_amy,A,,13800000001,2025-12-01 10:00,小王,"茶友,团长",,
wx_bob,B,,13800000002,2025-12-02 10:00,小王,,amy,2026-03-10 09:00
wx_new,N,,,2026-03-02 10:00,小李,,A,
"""
CHATS = """微信号,员工,时间,方向,类型
wx_amy,小王,2026-03-20 10:00,收到,文本
wx_amy,小王,2026-03-20 10:05,发出,文本
"""


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files and a store that holds them, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("picked")
    for name, text in (("订单", ORDERS), ("好友", CONTACTS), ("聊天", CHATS), ("later", LATER)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        words = ["import", "订单.csv", "好友.csv", "聊天.csv", "--quiet", "--store", str(folder / "store")]
        assert run(words) == 0
    return folder


@pytest.fixture
def shop(home: Path, imported: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files, imported; gives the folder."""
    monkeypatch.chdir(home)
    shutil.copytree(imported, home, dirs_exist_ok=True)
    return home


def settled(home: Path, text: str) -> None:
    (home / "settings").mkdir(exist_ok=True)
    (home / "settings" / "settings.toml").write_text(text, encoding="utf-8")


def asked(custtier: Custtier, *words: object) -> dict:
    ended = custtier("key", *words, "--format", "json")
    assert ended.code == 0, ended.err
    found: dict = json.loads(ended.out)
    return found


def accounts(custtier: Custtier, answer: dict, table: str = "customers") -> list[str]:
    """The rows of a table by the last digit of their phones."""
    phones = [row["phone"] for row in answer["tables"][table]]
    return [phone[-1] if phone else "" for phone in phones]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", ["80", "140"])
class TestSnapshots:
    """What is printed at two widths, in both languages."""

    def test_a_pick(
        self,
        custtier: Custtier,
        shop: Path,
        snapshot: Callable,
        lang: str,
        columns: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("COLUMNS", columns)
        snapshot(f"key-{columns}-{lang}", custtier("key", "--pick", 2, "--lang", lang))

    def test_a_pick_after_one_that_was_kept(
        self,
        custtier: Custtier,
        shop: Path,
        snapshot: Callable,
        lang: str,
        columns: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("COLUMNS", columns)
        assert custtier("key", "--pick", 2, "--keep").code == 0
        assert custtier("import", "later.csv").code == 0
        snapshot(f"key-after-{columns}-{lang}", custtier("key", "--pick", 2, "--keep", "--lang", lang))
        snapshot(f"key-history-{columns}-{lang}", custtier("key", "--history", "--lang", lang))


def test_every_part_of_a_shop_with_contacts_and_chats_is_told(custtier: Custtier, shop: Path) -> None:
    answer = asked(custtier, "--pick", 4)
    rows = {row["phone"][-1]: row for row in answer["tables"]["customers"]}
    amy, bob, cat, dan = (rows[last] for last in "1234")
    assert (amy["product_count"], amy["receiver_count"], amy["influence_score"]) == (3, 2, 58.3)
    # bob and cat bought, the contact called N did not: two and a half people
    assert (amy["referred_count"], amy["referred_buyers"], amy["referred_sales"]) == (3, 2, 2095.4)
    assert amy["referral_score"] == 71.4
    assert (amy["contact_state"], bob["contact_state"], cat["contact_state"]) == ("contact", "deleted", None)
    assert [row["reachability_score"] for row in (amy, bob, cat)] == [100.0, 20.0, 20.0]
    assert (bob["year_sales"], bob["value_score"], bob["value_above_share"]) == (1999.9, 100.0, 0.0)
    assert (dan["year_sales"], dan["value_score"]) == (0, 0.0)
    assert answer["parameters"]["weights"] == {
        "repurchase": 3.0, "value": 3.0, "influence": 1.0, "referral": 1.0, "reachability": 2.0,
    }  # fmt: skip
    assert answer["summary"]["customers"] == 4


def test_the_same_from_the_store_and_from_files(custtier: Custtier, shop: Path) -> None:
    stored = asked(custtier, "--pick", 2)
    direct = asked(custtier, "订单.csv", "好友.csv", "聊天.csv", "--pick", 2)
    assert (stored["tables"], stored["summary"]) == (direct["tables"], direct["summary"])


def test_no_personal_field_is_shown_unless_revealed(custtier: Custtier, shop: Path) -> None:
    for form in ("text", "csv", "json", "md"):
        hidden = custtier("key", "--format", form).out
        assert [text for text in ("张三", "John", "1380000", "赵六") if text in hidden] == []
    assert "13800000001" in custtier("key", "--reveal").out


def test_a_list_of_thirty_is_shown_whole(custtier: Custtier, home: Path) -> None:
    rows = "".join(f"N{n},2026-01-{n % 28 + 1:02},10,u{n},已付款\n" for n in range(40))
    (home / "many.csv").write_text(f"订单号,日期,金额,客户,状态\n{rows}", encoding="utf-8")
    page, _, _ = custtier("key", home / "many.csv").out.partition("Next best")
    assert page.count("\nc_") == 30
    page, _, _ = custtier("key", home / "many.csv", "--limit", 5).out.partition("Next best")
    assert page.count("\nc_") == 5


def test_a_kept_list_holds_the_next_one_and_can_be_undone(custtier: Custtier, shop: Path) -> None:
    first = asked(custtier, "--pick", 2, "--keep")
    assert accounts(custtier, first) == ["1", "2"]
    assert {row["pick_kind"] for row in first["tables"]["customers"]} == {None}
    assert "key 2026-03-20" in custtier("imports", "show", 2).out
    again = asked(custtier, "--pick", 2)
    assert [again["summary"][name] for name in ("stayed", "came", "went")] == [2, 0, 0]
    assert custtier("import", "later.csv").code == 0
    after = asked(custtier, "--pick", 2, "--keep")
    assert accounts(custtier, after) == ["3", "1"]
    assert [(row["swap"], row["swap_cause"]) for row in after["tables"]["swaps"]] == [
        ("in", "higher"),
        ("out", "outscored"),
    ]
    looked_back = asked(custtier, "--history")
    lists = looked_back["tables"]["lists"]
    assert [(row["kept_on"], row["picked"], row["came"], row["went"]) for row in lists] == [
        ("2026-05-03", 2, 1, 1),
        ("2026-03-20", 2, None, None),
    ]
    since = (
        "bought_since",
        "orders_since",
        "sales_since",
        "next_bought_since",
        "next_orders_since",
        "next_sales_since",
    )
    assert [lists[1][name] for name in since] == [0, 0, 0, 1, 3, 2300]
    assert [row["swap"] for row in looked_back["tables"]["changes"]] == ["in", "out"]
    undone = next(note["text"] for note in after["notes"] if note["code"] == "picks_kept")
    assert custtier("imports", "undo", undone.partition("undo ")[2].partition("`")[0]).code == 0
    assert len(asked(custtier, "--history")["tables"]["lists"]) == 1


def test_the_same_day_is_kept_once(custtier: Custtier, shop: Path) -> None:
    assert custtier("key", "--pick", 2, "--keep").code == 0
    assert custtier("key", "--pick", 1, "--keep").code == 0
    lists = asked(custtier, "--history")["tables"]["lists"]
    assert [(row["kept_on"], row["picked"]) for row in lists] == [("2026-03-20", 1)]


def test_a_list_kept_later_is_not_known_on_an_earlier_day(custtier: Custtier, shop: Path) -> None:
    assert custtier("key", "--pick", 1, "--keep").code == 0
    before = asked(custtier, "--pick", 1, "--as-of", "2026-03-06")
    assert before["summary"]["stayed"] is None
    assert "swaps" not in before["tables"]
    assert custtier("key", "--history", "--as-of", "2026-03-06").code == NOTHING


def test_a_question_about_a_part_is_not_held_by_the_list_of_the_whole(custtier: Custtier, shop: Path) -> None:
    assert custtier("key", "--pick", 1, "--keep").code == 0
    assert asked(custtier, "--pick", 1, "--since", "2026-01-01")["summary"]["stayed"] is None


def test_settings_say_weights_and_who_is_in_or_out(custtier: Custtier, shop: Path) -> None:
    ids = {row["phone"][-1]: row["customer_id"] for row in asked(custtier)["tables"]["customers"]}
    settled(shop, "[key_weights]\nrepurchase = 0\nvalue = 1\ninfluence = 0\nreferral = 0\nreachability = 0\n")
    assert accounts(custtier, asked(custtier, "--pick", 2)) == ["2", "1"]
    settled(shop, f'[key_picks]\nalways = ["{ids["4"]}", "c_nobody"]\nnever_tags = ["茶友"]\n')
    answer = asked(custtier, "--pick", 2)
    assert accounts(custtier, answer) == ["2", "4"]
    assert [row["pick_kind"] for row in answer["tables"]["customers"]] == [None, "by_hand"]
    assert "unknown_pick_ids" in {note["code"] for note in answer["notes"]}
    settled(shop, 'tags = ["大户 when net_sales > 1000"]\n[key_picks]\nnever_tags = ["大户", "没有"]\n')
    answer = asked(custtier, "--pick", 4)
    assert accounts(custtier, answer) == ["1", "3", "4"]
    assert "unknown_pick_tags" in {note["code"] for note in answer["notes"]}
    settled(shop, '[key_picks]\ninfluence_tags = ["团长"]\n')
    rows = asked(custtier)["tables"]["customers"]
    assert {row["phone"][-1]: row["is_influencer"] for row in rows} == {"1": True, "2": False, "3": False, "4": False}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[key_weights]\nvalue = -1", "key_weights.value"),
        ("[key_weights]\nvalue = 0.0001", "key_weights.value"),
        ("[key_weights]\nvalue = inf", "key_weights.value"),
        ("[key_weights]\nvalue = nan", "key_weights.value"),
        ("[key_weights]\nvalu = 1", "key_weights.valu"),
        ("[key_weights]\nrepurchase=0\nvalue=0\ninfluence=0\nreferral=0\nreachability=0", "key_weights"),
        ("[key_picks]\nstay_margin = -0.1", "key_picks.stay_margin"),
        ("[key_picks]\nstay_margin = nan", "key_picks.stay_margin"),
        ('[key_picks]\nalways = [" "]', "key_picks.always"),
        ('[key_picks]\nalways = "c_x"', "key_picks.always"),
    ],
)
def test_settings_without_a_meaning_are_refused(custtier: Custtier, shop: Path, text: str, key: str) -> None:
    settled(shop, text)
    ended = custtier("key")
    assert (ended.code, key in ended.err) == (USAGE, True)
    assert ended.err.startswith("error[bad-settings]")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["--pick", "0"], "usage", USAGE),
        (["--pick", "99999"], "bad-pick", USAGE),
        (["--history"], "no-kept-picks", NOTHING),
        (["--history", "--keep"], "history-alone", USAGE),
        (["--history", "--pick", "3"], "history-alone", USAGE),
        (["--history", "订单.csv"], "history-needs-store", USAGE),
        (["--keep", "订单.csv"], "keep-needs-store", USAGE),
        (["--keep", "--since", "2026-01-01"], "keep-needs-all", USAGE),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_hint(
    custtier: Custtier, shop: Path, words: list[str], code: str, exit_code: int, lang: str
) -> None:
    ended = custtier("key", *words, "--lang", lang)
    assert (ended.code, ended.out) == (exit_code, "")
    first, second = ended.err.splitlines()
    assert first.startswith(f"error[{code}]: ")
    assert second.startswith({"en": "hint: ", "zh": "提示："}[lang])
    if lang == "zh":
        assert any("\u4e00" <= letter <= "\u9fff" for letter in first.partition(": ")[2])


@pytest.mark.parametrize("words", [[], ["--history"]])
def test_a_condition_may_name_every_number_of_the_summary(custtier: Custtier, shop: Path, words: list[str]) -> None:
    assert custtier("key", "--keep").code == 0
    refused = custtier("key", *words, "--fail-on", "nothing>0")
    assert refused.code == USAGE
    summary = asked(custtier, *words)["summary"]
    assert refused.err.splitlines()[0].rpartition("it holds ")[2].split(", ") == list(summary)


def test_who_is_forgotten_is_in_no_kept_list(custtier: Custtier, shop: Path) -> None:
    assert custtier("key", "--pick", 2, "--keep").code == 0
    bob = asked(custtier, "--pick", 2)["tables"]["customers"][1]["customer_id"]
    assert custtier("forget", bob, "--yes").code == 0
    lists = asked(custtier, "--history")["tables"]["lists"]
    assert lists[0]["picked"] == 1


def test_lists_of_another_currency_are_lists_of_their_own(
    custtier: Custtier, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    rows = "".join(f"C{n},2026-01-{n + 1:02},{10 + n},u{n},已付款,{'USD' if n % 2 else 'CNY'}\n" for n in range(6))
    (home / "two.csv").write_text(f"订单号,日期,金额,客户,状态,币种\n{rows}", encoding="utf-8")
    assert custtier("import", "two.csv", "--quiet").code == 0
    assert custtier("key", "--keep").code == USAGE
    for currency, pick in (("CNY", 1), ("USD", 2)):
        assert custtier("key", "--keep", "--pick", pick, "--currency", currency).code == 0
    found = {code: asked(custtier, "--history", "--currency", code)["summary"]["picked"] for code in ("CNY", "USD")}
    assert found == {"CNY": 1, "USD": 2}


def test_what_was_known_then_picks_as_it_did_then(
    custtier: Custtier, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = asked(custtier, "--pick", 2, "--as-of", "2026-03-10")
    today = json.loads(custtier("imports", "--format", "json").out)["tables"]["imports"][0]["imported_at"][:10]
    again = asked(custtier, "--pick", 2, "--as-of", "2026-03-10", "--as-known-on", today)
    assert again["tables"] == then["tables"]
