# art7: `make demo` shows the main job, `make test` runs every test. Both make their own environment in .venv.
#
# Targets for everyday work: check (format, lint, types, fast tests), bench, site, clean.
# PYTHON=/path/to/python3.12 chooses the interpreter that .venv is made from (3.11 or later).

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types fast-tests judges peers bench soak mutants site clean

help:
	@echo 'make demo   the three journeys: regulator, gatekeeper, implementer'
	@echo 'make test   lint, types and every test that can run here'
	@echo 'make check  format, lint, types, fast tests (before every commit)'
	@echo 'make judges independent libraries that the differential tests compare with'
	@echo 'make peers  independent programs that the tests talk to, into .peers'
	@echo 'make bench  figures beside peers and hand-written limits'
	@echo 'make soak   the test peer under load, ten minutes: exchanges a second, latency, memory, what kills lose'
	@echo 'make mutants how many faults in generated codecs the generated vectors find'
	@echo 'make site   the documentation site, into site/_build'
	@echo 'make clean  remove what the targets made'

demo: $(READY)
	@$(BIN)/art7 demo

test: lint types judges peers
	@$(PYTEST) -n auto --dist worksteal

check: lint types fast-tests

lint: $(READY)
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check

types: $(READY)
	@$(BIN)/mypy

fast-tests: $(READY)
	@$(PYTEST) -q -m 'not slow and not peers' -n auto --dist worksteal

# Libraries that nobody here wrote, for the tests in tests/differential; without them those are skipped.
judges: $(READY)
	-@sh scripts/setup.sh $(VENV) judges

# Programs that nobody here wrote, for the tests in tests/peers; without them those are skipped.
peers:
	-@scripts/peers.sh .peers mls signal otr id srtp browsers
	-@scripts/axe.sh .peers

bench: $(READY)
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.monitor
	@scripts/bench_peers.sh

soak: $(READY)
	@$(BIN)/python -m benchmarks.soak

mutants: $(READY)
	@$(BIN)/python -m benchmarks.mutants

site: $(READY)
	@sh scripts/setup.sh $(VENV) site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet -f site/mkdocs.yml

clean:
	@rm -rf $(VENV) .venv-bench .peers build dist site/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache

# Made again only when the dependencies or the way they are installed change.
$(READY): pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV) dev
	@touch $@
