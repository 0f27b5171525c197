# Every target makes its own environment in .venv on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# How many processes is said in tests/conftest.py.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# Where the benchmarks find a graph: a folder as `vlkge ingest` takes it.
DATA ?= ../shared/data/art

.PHONY: demo test test-fast check bench

demo: $(VENV)/installed
	$(BIN)/vlkge demo

test: $(VENV)/installed
	$(PYTEST)

# What needs neither a server nor slow programs of its own; the rule is in tests/conftest.py.
test-fast: $(VENV)/installed
	$(PYTEST) -m "not server and not processes"

check: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/installed
	$(BIN)/python -m benchmarks.ingest --data $(DATA)
	$(BIN)/python -m benchmarks.export --data $(DATA)
	$(BIN)/python -m benchmarks.training --data $(DATA)
	$(BIN)/python -m benchmarks.ranking --data $(DATA)
	$(BIN)/python -m benchmarks.encoding --data $(DATA)
	$(BIN)/python -m benchmarks.writeback

$(VENV)/installed: requirements.lock requirements-dev.lock pyproject.toml
	@echo "Making the environment in $(VENV): 6 GB, a few minutes …"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
