# Everyday work. `make check` is the one command; `python tools/check.py` is the same where there is no make.
PYTHON ?= python3
BIN := .venv/bin/

.PHONY: check quick format golden docs fuzz hunt channels bench lock

check:            ## everything that must hold before a commit
	$(PYTHON) tools/check.py

quick:            ## the same without the wheel and the heavy tests
	$(PYTHON) tools/check.py --quick

format:           ## lay out the code
	$(BIN)ruff format src tests bench tools
	$(BIN)ruff check --fix src tests bench tools

golden:           ## write the expected outputs anew; read the difference before committing it
	TZ=Asia/Shanghai $(BIN)python -m pytest -q tests --update-cases --update-snapshots

docs:             ## write the generated pages and catalogues anew
	$(BIN)python tools/catalogue.py
	$(BIN)python tools/reference.py

fuzz:             ## read 10,000 files spoiled at random; each must read or be refused
	$(BIN)python tests/sources/mutations.py 10000

hunt:             ## properties over examples that no run has drawn before, twenty times; about half an hour
	for round in $$(seq 20); do \
	  $(BIN)python -m pytest -q -n 2 --hypothesis-profile=hunt $$(grep -rl "^@given" tests --include=*.py) || exit 1; done

channels:         ## 200 invented shops: the true share of each channel lies in its interval as often as it should
	$(BIN)python tests/demo/channel_truth.py 200

bench:            ## measure against the floors; prints the table of docs/benchmarks.md
	$(BIN)python bench/run.py

lock:             ## pin the development environment anew (needs uv on the path)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --group dev --output-file requirements-dev.txt pyproject.toml
