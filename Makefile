# make chat: set up, index the sample articles, open the chat.   make test: set up, check, run every test.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: chat test lint clean

chat: $(READY)
	$(BIN)/article-qa chat

test: lint
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy

$(READY): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
