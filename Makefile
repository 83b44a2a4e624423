# Two commands on a fresh machine: `make run` and `make test`. Each sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test test-deep mutants coverage check bench docs package format clean

help:  ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## *\(.*\)$$/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: $(READY)  ## everything on this machine: PORT=, CONSOLE_PORT=, DYNAMODB=moto or local, CATALOGUE=path
	@$(BIN)/python -m infra local

test: $(READY)  ## all tests, the same ones each time; with Java 17 and npm, the storage suites on DynamoDB Local too
	$(BIN)/pytest -n auto --dist worksteal --randomly-seed=20261124 $(ARGS)

test-deep: $(READY)  ## new random examples, long state machines, faults at every AWS call, simulated cities (an hour)
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile=deep -m "deep or not deep" $(ARGS)

mutants: $(READY)  ## faults put into the rules one by one, each of which a test has to notice: ARGS="--sample 60"
	$(BIN)/python -m infra mutants $(ARGS)

coverage: $(READY)  ## which lines the tests run (slow); also as pages in build/coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto --dist worksteal --randomly-seed=20261124 $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	$(BIN)/coverage html --quiet

check: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)  ## figures, as ratios within one run; also in build/bench.json
	$(BIN)/python -m infra bench $(if $(CATALOGUE),--catalogue $(CATALOGUE))

docs: $(READY)  ## write docs/REFERENCE.md from the code
	$(BIN)/python -m infra docs

package: $(READY)  ## deployment.zip and the CloudFormation template, in build/package
	$(BIN)/python -m infra package

format: $(READY)  ## rewrite the code in our style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## forget what was built and what the local environment remembers
	rm -rf build .local .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(READY): requirements.txt requirements-dev.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
