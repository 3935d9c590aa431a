# Every command that a person needs. `make` alone lists them.

SHELL := /bin/sh
PYTHON := .venv/bin/python

# Settings reach the programs through the environment: VIREO_DATA, VIREO_PORT and all others of
# docs/operations.md can be given in front of make or behind it (make up VIREO_PORT=9000).
export RUNTIME SERVICES
$(foreach name,$(filter VIREO_%,$(.VARIABLES)),$(eval export $(name)))

ALL_SERVICES := auth catalog community courier media
COMPILE := .venv/bin/uv pip compile --quiet --no-header --generate-hashes --no-emit-index-url \
	--no-annotate --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help install install-dev page up down restart status logs rotate-keys recount streams audit-log grant revoke dev demo test test-page test-containers test-debian13 bench load kills check lock openapi settings clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  VIREO_DATA=folder  where all state is kept (default: data)"
	@echo "  VIREO_PORT=number  port of the gateway (default: 8080)"
	@echo "  RUNTIME=native     or containers; otherwise containers where Docker answers"

install: ## Install what is missing, without starting anything
	@ops/install.sh

install-dev:
	@ops/install.sh dev

up: ## Start Vireo, or what of it does not run, and wait until it is ready
	@ops/run.sh up

down: ## Stop Vireo; what it holds stays
	@ops/run.sh down

restart: ## Stop and start
	@ops/run.sh restart

status: ## Show the programs, and whether they are ready
	@ops/run.sh status

logs: ## Show the logs (SERVICE=media for one program); follow them on a terminal
	@ops/run.sh logs $(SERVICE)

rotate-keys: ## Sign tokens with another key from now on; nobody is signed out
	@ops/run.sh rotate-keys

recount: ## Compare counters with the rows behind them (REPAIR=1: set those that differ)
	@REPAIR="$(REPAIR)" ops/run.sh recount

streams: ## Have streams and captions made of videos of earlier versions
	@ops/run.sh streams

audit-log: ## Is the log of decisions whole? (HEAD=number:hash: and has it what was noted)
	@HEAD="$(HEAD)" ops/run.sh audit-log

grant: ## Give an account a role (NAME=anna ROLE=moderator, or admin)
	@NAME="$(NAME)" ROLE="$(ROLE)" ops/run.sh grant

revoke: ## Take an account's role away (NAME=anna)
	@NAME="$(NAME)" ops/run.sh revoke

dev: install ## Work on one service (SERVICE=catalog): it starts anew at every change
	@$(PYTHON) -m vireo_ops dev --service "$(SERVICE)"

page: install ## Build the page from web/ (make up does it too)
	@$(PYTHON) -m vireo_ops page

demo: install ## Fill a running Vireo with channels and clips
	@$(PYTHON) -m vireo_ops.demo

# Five, also on two cores: some tests wait for leases and grace periods most of their time. Who is
# done takes tests of the others. What they compile is kept, also where the machine's environment says
# otherwise: rewriting the assertions of all tests takes each of them four seconds.
test: export PYTHONDONTWRITEBYTECODE =
test: install-dev ## Run all tests
	$(PYTHON) -m pytest -n 5 --dist worksteal --durations=10 $(ARGS)

test-page: install-dev ## Look at the page with a real browser; screens are kept in build/screens
	$(PYTHON) -m pytest -q -n 2 --dist loadfile tests/page $(ARGS)

test-containers: install-dev ## Build, start, test, scale, kill and take down Vireo in containers
	$(PYTHON) -m pytest -q tests/containers $(ARGS)

test-debian13: ## As root: make up, and the tests of media and of the whole, in a Debian 13 made for it
	tests/debian13/run $(ARGS)

bench: install-dev ## Measure Vireo beside references, in turns (SHORT=1: only whether answers are right)
	PYTHONPATH=bench/src $(PYTHON) -m vireo_bench $(if $(SHORT),--short) $(ARGS)

load: install-dev ## A mixed day of traffic for minutes: rates, times, errors, memory (SHORT=1: some seconds)
	PYTHONPATH=bench/src $(PYTHON) -m vireo_load $(if $(SHORT),--short) $(ARGS)

kills: install-dev ## Upload while worker, tools and MariaDB are killed 200 times (SHORT=1: 6 times)
	PYTHONPATH=bench/src $(PYTHON) -m vireo_kills $(if $(SHORT),--short) $(ARGS)

check: install-dev ## Check format, types, imports, the gateway's configuration, the API document
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy $(wildcard libs/*/src services/*/src ops/src) contract/src bench/src db/migrate.py
	$(PYTHON) -m vireo_ops page check
	$(PYTHON) -m vireo_ops check-gateway
	$(PYTHON) -m pytest -q tests/architecture
	PYTHONPATH=contract/src $(PYTHON) -m vireo_contract --check
	$(PYTHON) -m vireo_ops settings --check

openapi: install-dev ## Generate docs/openapi.json and the gateway's error answers from the code
	PYTHONPATH=contract/src $(PYTHON) -m vireo_contract

settings: install-dev ## Write the settings' table, compose lines and defaults from their declarations
	$(PYTHON) -m vireo_ops settings

lock: install-dev ## Compile the locked requirements anew
	test -x .venv/bin/uv || $(PYTHON) -m pip install --quiet uv
	$(COMPILE) $(UPGRADE) requirements-dev.in --output-file requirements-dev.lock
	# The newest Python that is supported gets the same.
	mkdir -p build && cp requirements-dev.lock build/newer.lock
	$(subst 3.11,3.13,$(COMPILE)) requirements-dev.in --output-file build/newer.lock
	diff requirements-dev.lock build/newer.lock
	for folder in $(ALL_SERVICES:%=services/%) db ops web; do \
		$(COMPILE) --constraint requirements-dev.lock $$folder/requirements.in \
			--output-file $$folder/requirements.lock || exit 1; \
	done

clean: ## Remove caches and the virtual environment; data stays
	rm -rf .venv build libs/client/build libs/client/src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
