# make test     every test: Swift, scripts, Python (makes .venv by itself)
# make lint     formatting, warnings of the linter as errors, rules of the repository
# make format   rewrites the Swift files as the linter wants them
# make packages builds the packages that depend on this one
# make bench    the whole-job benchmark on the demo's data (release build)
# make bench-all  every number of docs/performance.md, with the peers of `make peers`: a quarter of an hour
# make docs     the reference of the libraries as a website: .build/docs/site
# make clean
#
# SWIFT, PYTHON choose the tools; SWIFT_FLAGS goes to every `swift build` and `swift test`.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

SWIFT ?= swift
PYTHON ?= python3
SWIFT_FLAGS ?=
VENV := .venv
VENV_PYTHON := $(CURDIR)/$(VENV)/bin/python
LOGS := .build/logs

# Tests that need Python look at this variable. Here it is always set, so that none is skipped without a word.
export FASTKMEANS_PYTHON := $(VENV_PYTHON)

.PHONY: all build release test test-swift test-scalar test-scripts test-python packages lint format bench bench-all \
  peers docs venv clean

all: build

build:
	$(SWIFT) build $(SWIFT_FLAGS)

release:
	$(SWIFT) build -c release --product fastkmeans $(SWIFT_FLAGS)

test: test-swift test-scalar test-scripts test-python

# A warning in our own code fails the build here. (`-warnings-as-errors` can't be given on the command line: it
# clashes with the silence that SwiftPM orders for dependencies.)
test-swift: venv
	mkdir -p $(LOGS)
	$(SWIFT) build --build-tests $(SWIFT_FLAGS) 2>&1 | tee $(LOGS)/build.log
	$(PYTHON) scripts/check_warnings.py $(LOGS)/build.log
	$(SWIFT) test --skip-build $(SWIFT_FLAGS)

# The same results on the portable kernels, which no test would otherwise reach on a machine with vector units.
test-scalar: test-swift
	FASTKMEANS_SIMD=scalar $(SWIFT) test --skip-build --filter KernelTests --filter FastKMeansTests $(SWIFT_FLAGS)

test-scripts: venv
	$(VENV_PYTHON) -m unittest discover -s scripts/tests -t scripts
	$(VENV_PYTHON) -m unittest discover -s Benchmarks/tests -t Benchmarks

# The Python package has its own folder and its own tests.
test-python: venv
	@if [ -d python/tests ]; then $(VENV_PYTHON) -m unittest discover -s python/tests -t python; fi

# The packages beside the main one, which nothing else builds.
packages:
	$(SWIFT) build --package-path Benchmarks $(SWIFT_FLAGS)

# Both checks run, so that one call shows all there is to mend.
lint:
	@failed=0; \
	git ls-files -z -co --exclude-standard -- '*.swift' | { xargs -0 ls 2>/dev/null || true; } | sort -u | \
	  xargs $(SWIFT) format lint --strict --parallel || failed=1; \
	$(PYTHON) scripts/check_repository.py || failed=1; \
	exit $$failed

format:
	@git ls-files -z -co --exclude-standard -- '*.swift' | { xargs -0 ls 2>/dev/null || true; } | sort -u | \
	  xargs $(SWIFT) format --in-place --parallel

# BENCH_DATA: a folder with X_train.npz, y_train.npy, X_test.npz, y_test.npy (Benchmarks/README.md).
BENCH_DATA ?= Benchmarks/data/wordnet
bench: release venv
	@if [ ! -e $(BENCH_DATA)/X_train.npz ]; then \
	  $(VENV_PYTHON) Benchmarks/prepare.py Sources/FastKMeansCLI/Resources/wordnet $(BENCH_DATA); fi
	$(VENV_PYTHON) Benchmarks/compare.py $(BENCH_DATA) --name $(notdir $(BENCH_DATA))
	$(VENV_PYTHON) Benchmarks/report.py

# Others to compare with, in an environment of their own: Benchmarks/.venv.
peers:
	Benchmarks/make_peers.sh $(PYTHON)

bench-all: release peers
	$(SWIFT) build -c release --package-path Benchmarks $(SWIFT_FLAGS)
	Benchmarks/.venv/bin/python Benchmarks/bench_all.py
	Benchmarks/.venv/bin/python Benchmarks/report.py --update docs/performance.md
	Benchmarks/.venv/bin/python Benchmarks/plot.py

docs: build
	scripts/build_docs.sh

venv: $(VENV)/.ready

$(VENV)/.ready: scripts/requirements-test.txt
	@[ -x $(VENV)/bin/python ] || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

clean:
	rm -rf .build Benchmarks/.build Benchmarks/.venv $(VENV) fastkmeans-demo
