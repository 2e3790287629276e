# Each target makes the environment it needs in .venv, from nothing but python3 and pip:
#
#   make suggest     ten configurations for a real dataset; the quickest way to see what this is
#   make test        every check: style, types, layers, tests, notebooks, the wheel
#   make check       style, types, layers and the tests of what changed since main
#   make coverage    the tests, and the lines of each module that they run; fails below the floor
#   make docs        the documentation as web pages, in build/docs; a warning fails
#   make readme      every block of README in a clone with an empty environment; a few minutes
#   make test-live   read at most twenty rows of the real OpenML; needs the internet
#   make test-tuners the tuners that are too large for the dev group, in .venv-tuners (3 GB)
#   make knowledge   make the embedded knowledge base of what is in data/
#   make runs        evaluate more of the pool on the corpus (hours; goes on if stopped)
#   make vectors     the base's vectors by other measures of similarity (an hour)

PYTHON ?= python3
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

VENV := .venv
BIN := $(VENV)/bin
TUNERS_VENV := .venv-tuners
DOCS_VENV := .venv-docs
TUNERS_TESTS := $(patsubst %,tests/unit/downstream/adapters/test_%.py,ax flaml ray syne_tune)
TUNERS_TESTS += $(wildcard tests/unit/downstream/schedulers/test_ray*.py)
PIP := $(BIN)/python -m pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: suggest test check coverage docs readme test-live test-tuners lint pytest notebooks wheel knowledge runs vectors clean

suggest: $(VENV)/light
	$(BIN)/warmstart suggest data/examples/german_credit.csv --target class
	@echo
	$(BIN)/warmstart suggest data/examples/concrete_strength.csv --target compressive_strength -n 3

test: lint pytest notebooks wheel

check: lint
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile $$($(BIN)/python tests/changed.py)

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: $(VENV)/dev
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile

# The floor is in pyproject.toml.
coverage: $(VENV)/dev
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --cov --cov-report=term:skip-covered

readme: $(VENV)/dev
	$(BIN)/python -m tests.readme

test-live: $(VENV)/dev
	$(BIN)/python -m pytest -m live tests/live

notebooks: $(VENV)/dev
	SMOKE_TEST=1 OMP_NUM_THREADS=1 IPYTHONDIR=$(CURDIR)/$(VENV)/ipython $(BIN)/python -m pytest --nbmake --nbmake-timeout=900 --timeout=900 notebooks

# One environment holds them all; FLAML holds Optuna there to an older release, which is what
# Ray's OptunaSearch then drives.
test-tuners: $(TUNERS_VENV)/made
	OMP_NUM_THREADS=1 $(TUNERS_VENV)/bin/python -m pytest -m tuners $(TUNERS_TESTS)

# The wheel must carry the knowledge base, stay small, and answer where there is no checkout.
wheel: $(VENV)/made
	rm -rf build/wheel
	$(PIP) wheel --quiet --no-deps --wheel-dir build/wheel .
	@$(BIN)/python -c 'import pathlib, sys; \
	  [wheel] = pathlib.Path("build/wheel").glob("*.whl"); size = wheel.stat().st_size / 1e6; \
	  print(f"{wheel.name}: {size:.1f} MB"); \
	  sys.exit("the wheel must stay under 20 MB" if size >= 20 else 0)'
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && set -e && \
	  $(PYTHON) -m venv "$$folder/venv" && \
	  "$$folder/venv/bin/python" -m pip install --quiet build/wheel/*.whl && \
	  cp data/examples/german_credit.csv "$$folder" && cd "$$folder" && \
	  venv/bin/warmstart suggest german_credit.csv --target class -n 3

# The embedded base from what is here: the one before, for tables of up to some 4,500 rows, and the
# runs packed in data/runs, for larger ones. Nothing is fitted but models, and doing it again
# changes nothing. The families of the two example tables are not in it (`--leave-out` did that),
# nor large enough to come in: what is suggested for them is a prediction, not a memory.
knowledge: $(VENV)/dev
	$(BIN)/python data/corpus/fetch.py --out build/corpus
	$(BIN)/python data/runs/run.py --corpus build/corpus --build build/packed --packed
	$(BIN)/warmstart build publish build/packed/rows-2000 build/packed/meta --jobs $(JOBS) \
	  --min-evaluations 12
	$(BIN)/warmstart build publish build/packed/rows-10000 build/packed/meta-10000 \
	  --jobs $(JOBS) --min-evaluations 12 --min-rows 4473
	$(BIN)/warmstart build knowledge data/knowledge data/knowledge \
	  --also build/packed/meta-10000 --recorded build/packed/meta \
	  --recorded build/packed/meta-10000
	$(BIN)/warmstart knowledge --card > build/CARD.md && mv build/CARD.md data/knowledge/CARD.md

# Goes on evaluating the pool, the cheapest and scarcest first (some 30 CPU hours in all, may be
# stopped at any time), and packs what is new.
runs: $(VENV)/dev
	$(BIN)/python data/corpus/fetch.py --out build/corpus
	$(BIN)/python data/runs/run.py --corpus build/corpus --build build/kb --jobs $(JOBS)

# Vectors of the base's tables by other measures than meta-features, its networks trained anew.
vectors: $(VENV)/dev
	$(BIN)/python data/corpus/fetch.py --out build/corpus
	for measure in dida dataset2vec; do \
	  $(BIN)/warmstart build embedding build/kb/$$measure.npz --measure $$measure --steps 300 \
	    --tasks build/corpus/tasks.csv --apart-from data/knowledge || exit 1; done
	$(BIN)/warmstart build similarity data/knowledge --tasks build/corpus/tasks.csv \
	  --weights dida=build/kb/dida.npz --weights dataset2vec=build/kb/dataset2vec.npz

docs: $(DOCS_VENV)/made
	$(DOCS_VENV)/bin/python -m sphinx -q -W --keep-going -b html docs build/docs
	$(DOCS_VENV)/bin/python docs/links.py build/docs
	@echo build/docs/index.html

clean:
	rm -rf $(VENV) $(TUNERS_VENV) $(DOCS_VENV) build/wheel build/docs dist

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 10) else \
	  "warmstart needs Python 3.10 or newer; name one with: make PYTHON=/path/to/python3")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade "pip>=25.1"
	@touch $@

$(VENV)/light: $(VENV)/made pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/dev: $(VENV)/made pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --group dev --editable .
	@touch $@ $(VENV)/light

$(DOCS_VENV)/made: pyproject.toml
	$(PYTHON) -m venv $(DOCS_VENV)
	$(DOCS_VENV)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(DOCS_VENV)/bin/python -m pip install --quiet --group docs --editable .
	@touch $@

$(TUNERS_VENV)/made: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(TUNERS_VENV)
	$(TUNERS_VENV)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(TUNERS_VENV)/bin/python -m pip install --quiet --constraint constraints.txt \
	  --group tuners --editable .
	@touch $@
