# Two commands are all a newcomer needs: `make run` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?= data
HISTORIES ?= 2000

.PHONY: run test torture ui demo-hubspot screenshots bench fast dlt postgres lock clean

run: $(VENV)/.runtime
	@$(BIN)/crm-bridge run --config sync.toml --data $(DATA)

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

# 2,000 cases of the API, 100,000 rows ten times, kills at every durable point, the whole fault matrix, kills behind a faulty proxy, 2,000 random histories; SEED=… draws the same ones again.
torture: $(VENV)/.dev
	$(BIN)/python -m tests.torture --histories $(HISTORIES) $(if $(SEED),--seed $(SEED))

ui: $(VENV)/.runtime
	@$(BIN)/crm-bridge ui --config sync.toml --data $(DATA)

# HubSpot as a source, without an account: a made-up one is served on port 8790 while the sync runs.
demo-hubspot: $(VENV)/.runtime
	@$(BIN)/python -m tests.vendors hubspot --port 8790 --while \
		$(BIN)/crm-bridge run --config examples/hubspot/sync.toml --data $(DATA)/demo-hubspot

# The pictures in docs/images/, taken from Dagster's UI in a headless Chromium.
screenshots: $(VENV)/.dev
	$(BIN)/python -m tests.browser

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

# Optional: phone numbers that are not written plainly are read by libphonenumber's port to Rust.
fast: $(VENV)/.runtime
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-fast.lock

# Optional: any resource of dlt as a source; PostgreSQL as a source.
dlt postgres: $(VENV)/.runtime
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-$@.lock

lock: $(VENV)/.dev
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -c requirements.lock -o requirements-dev.lock
	grep -o -m1 'rphonenumbers==[0-9.]*' pyproject.toml | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements-fast.lock
	grep -o -m1 'dlt>=[0-9.]*' pyproject.toml | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -c requirements.lock -o requirements-dlt.lock
	grep -o -m1 'psycopg\[binary\]>=[0-9.]*' pyproject.toml | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -c requirements.lock -o requirements-postgres.lock
	$(BIN)/uv pip compile benchmarks/peers/requirements.in --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o benchmarks/peers/requirements.lock

# A virtual environment knows its own path, so a moved checkout must make a new one.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "crm-bridge needs Python 3.11 or newer: make PYTHON=python3.12 run")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the worker needs (once; some minutes)…"
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the tests need (once)…"
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) .peers $(DATA) build *.egg-info
