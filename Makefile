# One line per target: `make help`. Everything below sets up what it needs by itself.

PYTHON ?= python3
BIN := .venv/bin
SETUP := $(PYTHON) .ci/setup.py

# More words for the command behind a target: make run ARGS=--fresh, make test ARGS="tests/unit -k money"
ARGS ?=
# Tests are shared out by file, in the order of tests/conftest.py, to no more processes than a developer's machine can spare
SHARED := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# Seeds for the soak run: a count or a list
SEEDS ?= 200
FUZZ := tests/contract/test_fuzz_agent.py tests/contract/test_fuzz_office.py

UV ?= uv
UPGRADE ?=
# Wheels alone, but for two small packages of the tests that come as sources only (.ci/setup.py names them too)
LOCK := $(UV) pip compile --extra dev --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-binary pyshtrih --no-binary unilog --no-header --no-annotate --no-emit-index-url --quiet

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench soak mutate lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

setup: ## Create .venv, install the locked requirements, add system libraries where permitted
	@$(SETUP) --browser --again

run: ## Start the demo shop: head office, terminal, screen (ARGS=--fresh begins anew)
	@$(SETUP)
	@$(BIN)/kopilka demo $(ARGS)

test: lint ## Check the code, run every test, print what ran (ARGS="tests/unit -k money" for some)
	@$(BIN)/python -m pytest $(SHARED) $(ARGS)

lint: ## Check style, types and who imports whom
	@$(SETUP) --browser
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: ## Measure against peers and physical limits, print the ratios
	@$(SETUP)
	@$(BIN)/python -m benchmarks $(ARGS)

mutate: ## Take away every guard against loss and doubles, one by one, and see its test fail (ARGS=fence for some)
	@$(SETUP)
	@$(BIN)/python -m tests.mutations $(ARGS)

soak: ## Run the simulation, killed processes, power cuts and fuzzed requests over many seeds (SEEDS=200)
	@$(SETUP)
	@KOPILKA_SOAK_SEEDS="$(SEEDS)" $(BIN)/python -m pytest tests/simulation $(FUZZ) --timeout 0 $(ARGS)

lock: ## Lock the dependencies anew after a change in pyproject.toml (needs uv)
	@$(LOCK) $(UPGRADE) pyproject.toml -o requirements.txt
	@mkdir -p build/headless
	@sed 's/"opencv-python>=/"opencv-python-headless>=/' pyproject.toml > build/headless/pyproject.toml
	@$(LOCK) $(UPGRADE) build/headless/pyproject.toml -c requirements.txt -o requirements-headless.txt
	@echo "Locked: requirements.txt, requirements-headless.txt"
