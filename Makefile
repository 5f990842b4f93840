# A thin front to scripts/dev. `make help` lists the targets.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
NO_PYTHON = "Python 3.11 is missing: apt-get install python3 python3-venv, or PYTHON=<path>"
LAUNCH = command -v $(PYTHON) >/dev/null || { echo $(NO_PYTHON) >&2; exit 1; }; exec $(PYTHON) -m scripts.dev

.PHONY: help run test lint test-unit test-addon test-system test-upgrade test-beside test-core test-core-list test-real test-long load-olist figures bench env stop clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: ## Serve Odoo with the addon and demo data on 127.0.0.1:8069 (PORT=, DB=)
	@$(LAUNCH) run

test: ## Run everything: linters, unit, addon, system and browser tests
	@$(LAUNCH) test

lint: ## Run the linters alone
	@$(LAUNCH) lint

test-unit: ## Run the tests that need no Odoo (ARGS= for pytest)
	@$(LAUNCH) test-unit

test-addon: ## Run the addon's own tests, browser tours included (ARGS=)
	@$(LAUNCH) test-addon

test-system: ## Run the tests of the whole system (ARGS=)
	@$(LAUNCH) test-system

test-upgrade: ## Upgrade an earlier version and hold it against a fresh installation (ARGS=)
	@$(LAUNCH) test-upgrade

test-beside: ## Run the tests beside other apps, bridges included (ARGS=)
	@$(LAUNCH) test-beside

test-real: ## Run the tests on real data (ARGS=)
	@$(LAUNCH) test-real_data

test-core: ## Run Odoo's own tests with the addon, but those that fail without it (ARGS=)
	@$(LAUNCH) test-core

test-core-list: ## Run Odoo's own tests without the addon and list which fail
	@$(LAUNCH) test-core-list

test-long: ## Run what takes longer than `make test` may: Odoo's own tests, benchmarks in a middle size (ARGS=)
	@$(LAUNCH) test-long

load-olist: ## Load the Olist data into a new database (DATA=<folder> DB=<name>)
	@$(LAUNCH) load-olist

figures: ## Print the figures of a database as one JSON object (DB=<name>)
	@$(LAUNCH) figures

bench: ## Run the benchmarks (DB=<name>, ARGS=)
	@$(LAUNCH) bench

env: ## Print a developer's environment: eval "$$(make -s env)"
	@$(LAUNCH) env

stop: ## Stop a PostgreSQL that a killed run or `make env` left running
	@$(LAUNCH) stop

clean: stop ## Remove all that was set up, databases included; downloads stay
	@rm -rf .venv .odoo
