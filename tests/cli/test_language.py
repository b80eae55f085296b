"""The language: option, environment, settings, locale."""

from pathlib import Path

import pytest

from custtier.cli.language import chosen_language


def test_without_any_wish_it_is_english() -> None:
    assert chosen_language([]) == "en"


@pytest.mark.parametrize(
    ("name", "lang"),
    [("zh_CN.UTF-8", "zh"), ("zh_TW", "zh"), ("zh", "zh"), ("C", "en"), ("POSIX", "en"), ("en_US.UTF-8", "en")],
)
def test_the_locale_decides_when_nothing_else_does(monkeypatch: pytest.MonkeyPatch, name: str, lang: str) -> None:
    monkeypatch.setenv("LANG", name)
    assert chosen_language(["tiers"]) == lang


def test_lc_all_is_stronger_than_lang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("LC_ALL", "C")
    assert chosen_language([]) == "en"


def test_settings_are_stronger_than_the_locale(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    (home / "settings").mkdir()
    (home / "settings" / "settings.toml").write_text('lang = "zh"\n')
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert chosen_language([]) == "zh"


def test_a_broken_settings_file_does_not_silence_the_help(home: Path) -> None:
    (home / "settings").mkdir()
    (home / "settings" / "settings.toml").write_text("lang = [")
    assert chosen_language([]) == "en"


def test_the_variable_is_stronger_than_the_settings(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    (home / "settings").mkdir()
    (home / "settings" / "settings.toml").write_text('lang = "en"\n')
    monkeypatch.setenv("CUSTTIER_LANG", "zh")
    assert chosen_language([]) == "zh"


@pytest.mark.parametrize("words", [["--lang", "zh", "tiers"], ["tiers", "--lang=zh"], ["tiers", "--lang", "ZH"]])
def test_the_option_is_the_strongest_wherever_it_stands(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setenv("CUSTTIER_LANG", "en")
    assert chosen_language(words) == "zh"


def test_after_two_dashes_everything_is_a_file() -> None:
    assert chosen_language(["tiers", "--", "--lang", "zh"]) == "en"
