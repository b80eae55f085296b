"""Options of the test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="rewrite tests/cli/snapshots")
    parser.addoption("--update-cases", action="store_true", help="rewrite what tests/cases expect")
