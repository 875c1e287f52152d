# labelhub: every task a person needs, each one line. `make` alone lists them.
# Variables: LABELHUB_HOME (state folder, default .labelhub/), LABELHUB_PORT (public port, default 8800).

PYTHON ?= python3
BIN := .venv/bin
PACKAGES := labelhub exporters residency
TESTS ?= tests
# What decides is tested whole, every line and every branch, first and apart from the rest.
WHOLE := --cov=residency --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100
ELSEWHERE = $(if $(filter tests,$(TESTS)),tests --ignore tests/residency,$(TESTS))

.DEFAULT_GOAL := help
.PHONY: help env dev up down doctor check test lint format demo-accounts bench soak

help: ## list these tasks
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: ## make the environments from the locks (minutes the first time)
	@$(PYTHON) tools/env.py

dev: ## the same, with what the tests and checks need
	@$(PYTHON) tools/env.py --dev

up: env ## start everything and stay; the last line says where
	@$(BIN)/labelhub up

down: ## end every process of the stack
	@if [ -x $(BIN)/labelhub ]; then $(BIN)/labelhub down; else echo "labelhub was not running"; fi

doctor: ## check every part and say what is wrong
	@$(BIN)/labelhub doctor

demo-accounts: ## print the demo accounts
	@$(BIN)/labelhub demo accounts

lint: dev ## format and lint checks only
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

format: dev ## put the code in its one format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet .

check: lint ## the whole gate: lint, types, arrows, migrations, deployment
	@$(BIN)/mypy $(PACKAGES)
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings
	@$(BIN)/python tools/check_deploy.py

test: dev ## every test, journeys against the running real stack included
ifneq ($(filter tests tests/residency,$(TESTS)),)
	@$(BIN)/python -m pytest tests/residency $(WHOLE)
endif
ifneq ($(TESTS),tests/residency)
	@env -u LABELHUB_TEST_DATABASE_URL $(BIN)/python -m pytest $(ELSEWHERE) --deselect tests/journeys/test_company_shape.py
endif
	@if [ -n "$$LABELHUB_TEST_DATABASE_URL" ]; then \
		echo "once more on the database of LABELHUB_TEST_DATABASE_URL"; \
		$(BIN)/python -m pytest tests/labelhub tests/journeys/test_company_shape.py; \
	else echo "LABELHUB_TEST_DATABASE_URL is not set: the suite ran on SQLite only"; fi

bench: dev ## measure the media path beside the bare store, on a stack of its own
	@$(BIN)/python -m bench

soak: dev ## compare 200,000 random decisions three ways, and kill 200 processes under load (half an hour)
	@$(BIN)/python -m tests.residency.soak 200000
	@$(BIN)/python -m tests.journeys.kills 200
