# make demo: set up, run the quick suite, print the path of the report.
# make test: linters and tests.   make test-fast: two cases of each short test that starts no process.
# make test-all: every test.      make coverage: what make test-fast executes, held to a floor.
# make gate: this project's own figures against those kept in tests/baseline.
# make docs: the site, in build/site.   make release: what is to be uploaded, in dist, checked.
# make slurm: tests that start a SLURM.   make browser: tests that open pages in Chromium.   make test-cuda: those for an accelerator.
# Without bytecode on disk, each of many processes compiles every module anew.
export PYTHONDONTWRITEBYTECODE :=
PYTHON ?= python3
# Three workers on two cores: a quarter of the time of tests is spent waiting for processes that they started.
WORKERS := $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))
PIP_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin

BASELINE := tests/baseline/smoke
USUAL := not slow and not network and not cuda and not slurm
QUICK := $(USUAL) and not serial and not process and not long
# JUNIT=folder: where pytest writes what became of each test.
junit = $(if $(JUNIT),--junitxml=$(JUNIT)/$(1).xml)
# Percent of lines and branches that make test-fast executed when this was measured: a floor.
COVERED := 71
# The files that have tests with a mark: to collect all of them takes longer than some of these tests.
files_with = $(shell grep -l "mark\.$(1)" tests/test_*.py)
SMOKE = run=$$(mktemp -d) && trap 'rm -rf "$$run"' EXIT && $(BIN)/rnnbench run suite smoke -o "$$run"

.PHONY: demo test parallel test-fast test-all test-cuda long coverage slurm browser gate baseline lint benchmarks schema catalogue your-data claims docs published docs-pictures release test-matrix clean

demo: $(VENV)/.installed
	$(BIN)/rnnbench run suite

# The linters take one core, and the tests that are run beside each other take what is left.
test: $(VENV)/.installed-dev
	$(MAKE) --jobs=2 lint parallel
	$(BIN)/pytest -q -m "$(USUAL) and serial" $(call files_with,serial) $(call junit,serial)

parallel: $(VENV)/.installed-dev
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "$(USUAL) and not serial" $(call junit,parallel)

test-fast: $(VENV)/.installed-dev
	$(BIN)/pytest -q -n logical --dist worksteal --cases 2 -m "$(QUICK)"

# The list of tests that test-fast leaves out for their time.
long: $(VENV)/.installed-dev
	measured=$$(mktemp) && trap 'rm -f "$$measured"' EXIT \
		&& $(BIN)/pytest -q -n logical -m "$(USUAL) and not serial and not process" --durations=0 --durations-min=0.4 > "$$measured" \
		&& sed -nE 's/^[0-9.]+s (call|setup) +([^ []+).*/\2/p' "$$measured" | sort -u > tests/long.txt

coverage: $(VENV)/.installed-dev
	$(BIN)/pytest -q -n logical --dist worksteal --cases 2 -m "$(QUICK)" \
		--cov --cov-report=term:skip-covered --cov-fail-under=$(COVERED)

slurm: $(VENV)/.installed-dev
	$(BIN)/pytest -q -m "slurm and not slow" $(call files_with,slurm) $(call junit,slurm)

browser: docs  # the site that was just built is the one that is opened
	RNNBENCH_BUILT_SITE=build/site $(BIN)/pytest -q -n logical --dist worksteal -m browser $(call files_with,browser) $(call junit,browser)

# On a machine with an accelerator: the tests that need one, and a table of cells on it. DEVICE=cpu tries it elsewhere.
test-cuda: $(VENV)/.installed-dev
	$(BIN)/pytest -q -m cuda $(call files_with,cuda)
	run=$$(mktemp -d) && trap 'rm -rf "$$run"' EXIT \
		&& $(BIN)/rnnbench run suite benchmarks/cuda.toml -j 1 -o "$$run" $(if $(DEVICE),--set device=$(DEVICE))

test-all: $(VENV)/.installed-dev lint coverage
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest -m ""

# The smoke suite against what it gave before. What this machine cannot be held to is left out, and told.
gate: $(VENV)/.installed-dev
	$(SMOKE) && $(BIN)/rnnbench gate $(BASELINE) "$$run" --skip-incomparable

# After a change of figures that is meant: look at what `git diff` says of them, and commit it with the change.
baseline: $(VENV)/.installed-dev
	$(SMOKE) && rm -rf $(BASELINE) && mkdir -p $(BASELINE) && cp -r "$$run/trials" $(BASELINE)/
	sed -i 's|$(CURDIR)/||' $(BASELINE)/trials/*.json  # files are those of the checkout, wherever it lies

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

benchmarks: $(VENV)/.installed-dev
	$(BIN)/pytest benchmarks --benchmark-only
	$(BIN)/python benchmarks/overhead.py
	$(BIN)/python benchmarks/loop.py
	$(BIN)/python benchmarks/planning.py
	$(BIN)/python benchmarks/pool.py
	$(BIN)/python benchmarks/campaign.py
	$(BIN)/python benchmarks/generation.py

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q -c constraints.txt $(PIP_ARGS) -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q -c constraints.txt $(PIP_ARGS) -e ".[dev]"
	touch $@ $(VENV)/.installed

schema: $(VENV)/.installed-dev
	$(BIN)/python -c "from rnnbench.suite import schema; import json; print(json.dumps(schema(), indent=2))" > suites/rnnbench_suites/rnnbench.schema.json
	$(BIN)/python -c "from rnnbench.findings import schema; import json; print(json.dumps(schema(), indent=2))" > rnnbench/findings/findings.schema.json

pictures: $(VENV)/.installed-dev  # of tests/test_stored_pictures.py
	$(BIN)/pytest -q tests/test_stored_pictures.py --mpl-generate-path=tests/pictures

glossary: $(VENV)/.installed
	$(BIN)/python -c "import rnnbench; print(rnnbench.glossary.markdown(), end='')" > docs/glossary.md

your-data: $(VENV)/.installed-dev  # the tables of docs/your-data.md, from files that went wrong
	$(BIN)/python -m tests.builders.data_page

catalogue: $(VENV)/.installed
	$(BIN)/rnnbench list --markdown > docs/catalogue.md

claims: $(VENV)/.installed  # hours; docs/claims.md is made from its results, which are kept beside it
	$(BIN)/rnnbench run suite claims
	cd runs/claims/report && cp claims.md claims-caveats.md claims-trials.csv claims-forest.svg $(CURDIR)/docs/
	tar -C runs/claims --sort=name --owner=0 --group=0 --mtime=@0 -cJf docs/claims-results.tar.xz claims.json trials

docs: $(VENV)/.installed-dev  # needs no network; opens by file://, search included
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

published: $(VENV)/.installed-dev  # the pages of reports/published, from the results that are kept
	$(BIN)/python -m tests.builders.published

docs-pictures: $(VENV)/.installed-dev  # of README and docs, from the published report of quick, in Chromium
	$(BIN)/python -m tests.builders.pictures

release: $(VENV)/.installed-dev
	rm -rf dist && mkdir dist
	$(BIN)/python -m tests.builders.release_notes $$($(BIN)/python -c "import rnnbench; print(rnnbench.__version__)") > dist/notes.md
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*.whl dist/*.tar.gz
	$(BIN)/check-wheel-contents dist/*.whl
	empty=$$(mktemp -d) && trap 'rm -rf "$$empty"' EXIT && $(PYTHON) -m venv "$$empty/env" \
		&& "$$empty/env/bin/python" -m pip install -q -c constraints.txt $(PIP_ARGS) dist/*.whl \
		&& cd "$$empty" && env/bin/rnnbench doctor && env/bin/rnnbench run suite smoke

test-matrix: $(VENV)/.installed-dev  # TORCH=2.13.0+cpu PYTHONS="3.11 3.13" UV_ARGS="--find-links FOLDER": see .ci/matrix
	UV=$(BIN)/uv .ci/matrix

clean:
	rm -rf $(VENV) dist build
