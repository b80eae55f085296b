"""Options of the test run, and how properties draw: the same examples in every run; `make hunt` draws new ones."""

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("hunt", derandomize=False, print_blob=True)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="rewrite tests/cli/snapshots")
    parser.addoption("--update-cases", action="store_true", help="rewrite what tests/cases expect")
