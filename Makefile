# One command for everyday work: `make check`. What each target does: docs/contributing/README.md
PYTHON ?= .venv/bin/python
BIN := $(dir $(PYTHON))

.PHONY: check format lint types contracts test test-quick

check: lint types contracts test

format:
	$(BIN)ruff format src tests bench tools
	$(BIN)ruff check --fix src tests bench tools

lint:
	$(BIN)ruff format --check src tests bench tools
	$(BIN)ruff check src tests bench tools

types:
	$(BIN)mypy

contracts:
	$(BIN)lint-imports

test:
	TZ=Asia/Shanghai $(PYTHON) -m pytest -n 2

test-quick:
	TZ=Asia/Shanghai $(PYTHON) -m pytest -n 2 -m "not slow"
