# Everything a developer runs. `make` alone lists it.
# Needs Python 3.11 or later and make; all else comes from the lock file with its hashes, and for `make test` from Debian.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
KAFKA_READY := $(VENV)/.kafka-ready
# Of tests: each has a PostgreSQL and a Kafka of its own, some 1.5 GB.
WORKERS ?= 2

# The first Python on this machine that is new enough; PYTHON=... overrides it.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)

.PHONY: help setup run demo test every-test bench chaos county-year in-full guard kafka lint docs check clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) $(KAFKA_READY) ## Install everything (the virtual environment, Java, the Kafka broker)

run: $(INSTALLED) ## Start the whole system in one process, on an embedded database and bus
	@$(BIN)/huiyin run

demo: $(INSTALLED) ## Replay real messages through the whole loop in simulated time, then show the figures
	@$(BIN)/huiyin demo

chaos: $(INSTALLED) $(KAFKA_READY) ## Set it on fire, and see that nothing is lost; SEED=7 repeats, ONLY=kills,timers chooses, SCALE=0.2 is shorter
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) $(if $(SCALE),--scale $(SCALE))

county-year: $(INSTALLED) ## Live a county's year of visits in simulated time, every visit counted once; SEED=7 repeats, SCALE=0.1 is shorter
	@$(BIN)/python -m tests.county_year $(if $(SEED),--seed $(SEED)) $(if $(SCALE),--scale $(SCALE))

in-full: $(INSTALLED) $(KAFKA_READY) ## Run the journeys that take long at the whole size that they name, on both buses
	@$(BIN)/pytest -q -m in_full tests/journeys

guard: $(INSTALLED) ## Try to close a case against its citizen, 2,000 walks of 50 steps; SEED=7 repeats, RUNS=200 is shorter
	@$(BIN)/python -m tests.unit.guard $(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS))

kafka: $(INSTALLED) ## Run a real Apache Kafka broker in the foreground
	@$(BIN)/python -m libs.programs.kafka

lint: $(INSTALLED) ## Check style, types and the direction of imports
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-logo 2>&1) || { printf '%s\n' "$$said"; exit 1; }

docs: $(INSTALLED) ## Write the documents that are made from the code (flow, AsyncAPI, OpenAPI, schema of packs, tables of the guides, PrometheusRule)
	@$(BIN)/python -m huiyin.describe

check: lint ## Lint, then the tests that need neither database nor broker
	@$(BIN)/pytest -q tests/unit tests/architecture

test: ## Everything, a real PostgreSQL and a real Kafka included; installs the programs that tests need where it may
	@PYTHON="$(PYTHON)" tests/programs.sh
	@$(MAKE) --no-print-directory every-test

every-test: lint $(KAFKA_READY)
	@$(BIN)/pytest -q --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: $(INSTALLED) $(if $(QUICK),,$(KAFKA_READY)) ## Measure it, as ratios to baselines of the same run; QUICK=1: under a minute
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(BENCH)

clean: ## Remove what was built and cached; the data in .huiyin stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: a second run costs nothing and needs no network.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Huiyin needs Python 3.11 or later, and none was found. Install it, or give PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: its venv or ensurepip module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making the virtual environment with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(INSTALLED): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the packages of requirements.lock (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(KAFKA_READY): libs/programs/kafka/artifacts.sha256 $(INSTALLED)
	@$(BIN)/python -m libs.programs.kafka prepare && touch $@
