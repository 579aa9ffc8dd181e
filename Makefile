# make test     every test: Swift, scripts, the Python package, its wheel, the example in C (makes its environments itself)
# make lint     formatting, warnings of the linter as errors, rules of the repository
# make format   rewrites the Swift files as the linter wants them
# make options  rewrites what follows from the tables of options: docs/options.md, parts of fastkmeans.h and of the Python package
# make wheel    the Python package as a wheel, checked in a clean environment: .build/wheel
# make dist     the command line for download, with checksums, a list of what is inside, manual pages and completions: .build/dist
# make locks    exact versions and hashes of the Python packages that the tests and the wheel use, written anew
# make torch    the plug-in for GPUs, against the PyTorch that is installed
# make test-torch  its tests on LibTorch's processor device (makes .venv-torch by itself)
# make test-neon  the kernels of arm64, emulated on other machines
# make packages builds the packages that depend on this one
# make fuzz     lets libFuzzer look for inputs that a reader cannot take, SECONDS_EACH (60) for each: Fuzz/README.md
# make test-asan  readers, binary formats and kernels under AddressSanitizer: a separate build, .build/asan
# make test-tsan  what shares memory between threads, under ThreadSanitizer: a separate build, .build/tsan
# make bench    the whole-job benchmark on the demo's data (release build)
# make bench-all  every number of docs/lab/performance.md, with the peers of `make peers`: a quarter of an hour
# make docs     the reference of the libraries as a website: .build/docs/site
# make clean
#
# SWIFT, PYTHON choose the tools; SWIFT_FLAGS goes to every `swift build` and `swift test` of this package (by default
# `--traits Kafka` where librdkafka is installed). OLDEST_PYTHON runs the oldest
# versions that the Python package supports: 3.10 to 3.12.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

SWIFT ?= swift
PYTHON ?= python3
OLDEST_PYTHON ?= $(PYTHON)
# Kafka is tested where librdkafka is: one build serves all tests.
SWIFT_FLAGS ?= $(if $(shell pkg-config --exists 'rdkafka >= 1.9' 2>/dev/null && echo yes),--traits Kafka)
VENV := .venv
VENV_PYTHON := $(CURDIR)/$(VENV)/bin/python
LOGS := .build/logs
# The C interface as the wheel has it: built once for the wheel, the tests of the package and the example in C.
LIBRARY_BUILD := .build/python

# Tests that need Python look at this variable. Here it is always set, so that none is skipped without a word.
export FASTKMEANS_PYTHON := $(VENV_PYTHON)

.PHONY: all build release test test-swift test-scalar test-scripts test-python test-tensors test-c test-neon test-spark test-torch test-server wheel packages \
  fuzz test-asan test-tsan lint format options bench bench-all peers docs venv torch dist locks clean

all: build

build:
	$(SWIFT) build $(SWIFT_FLAGS)

# The first run writes, and fails so that no run that writes can pass; the second sees that all is well.
options:
	FASTKMEANS_WRITE_OPTIONS=1 $(SWIFT) test $(SWIFT_FLAGS) --filter OptionPagesTests || true
	$(SWIFT) test $(SWIFT_FLAGS) --filter OptionPagesTests

release:
	$(SWIFT) build -c release --product fastkmeans $(SWIFT_FLAGS)

test: test-swift test-scalar test-neon test-scripts test-python test-spark test-c test-server

# A warning in our own code fails the build here. (`-warnings-as-errors` can't be given on the command line: it
# clashes with the silence that SwiftPM orders for dependencies.)
test-swift: venv
	mkdir -p $(LOGS)
	$(SWIFT) build --build-tests $(SWIFT_FLAGS) 2>&1 | tee $(LOGS)/build.log
	$(PYTHON) scripts/check_warnings.py $(LOGS)/build.log
	$(SWIFT) test --skip-build $(SWIFT_FLAGS)

# The same results on the portable kernels, which no test would otherwise reach on a machine with vector units.
test-scalar: test-swift
	FASTKMEANS_SIMD=scalar $(SWIFT) test --skip-build --filter KernelTests --filter FastKMeansCoreTests --filter FastKMeansReferenceTests $(SWIFT_FLAGS)

# Without a cross compiler a message and no failure, so that `make test` runs anywhere; NEON_FLAGS= makes it one.
NEON_FLAGS ?= --if-available
test-neon:
	scripts/test_neon.sh $(NEON_FLAGS)

test-scripts: venv
	$(VENV_PYTHON) -m unittest discover -s scripts/tests -t scripts
	$(VENV_PYTHON) -m unittest discover -s Benchmarks/tests -t Benchmarks

# The Python package, installed from its wheel, with the newest scikit-learn and all else, and with the oldest.
test-python: wheel .build/venv-newest/.ready .build/venv-oldest/.ready
	for versions in newest oldest; do \
	  python=.build/venv-$$versions/bin/python; \
	  $$python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall .build/wheel/*.whl; \
	  env -u FASTKMEANS_LIBRARY FASTKMEANS_TEST_EVERYTHING=1 $$python -m pytest -q -rs --ignore-glob='*spark*' python/tests; \
	done
	SCIPY_ARRAY_API=1 .build/venv-newest/bin/python -m pytest -q python/tests/test_scikit_learn.py -k array_api

# The Spark estimator, on local[2] and on a cluster of two processes. Without Java a message and no failure, so that
# `make test` runs anywhere; SPARK_FLAGS=needed makes it one.
SPARK_FLAGS ?=
test-spark: test-python
	@if ! command -v java >/dev/null; then \
	  echo "no Java on the PATH: the tests of the Spark estimator are left out"; [ "$(SPARK_FLAGS)" != needed ]; exit; fi; \
	set -x; python=.build/venv-newest/bin/python; \
	$$python -m pip install --quiet --disable-pip-version-check --require-hashes -r python/requirements-test-spark.lock; \
	env -u FASTKMEANS_LIBRARY FASTKMEANS_TEST_EVERYTHING=1 $$python -m pytest -q -rs python/tests/test_spark*.py

# The server, by its own tests, by clients that others wrote and by a browser. Without Chromium the tests of the page say
# so and are left out. The command line's program trains models for them.
test-server: .build/venv-server/.ready
	$(SWIFT) build --build-tests --package-path Server
	$(SWIFT) test --skip-build --package-path Server
	$(SWIFT) build --product fastkmeans $(SWIFT_FLAGS)
	FASTKMEANS_TOOL=$(CURDIR)/.build/debug/fastkmeans FASTKMEANS_SERVER=$(CURDIR)/Server/.build/debug/fastkmeans-server .build/venv-server/bin/python -m pytest -q -rs Server/Tests/clients

# The tests that need PyTorch, which is large: with TENSOR_PYTHON, a Python that has it beside what
# python/requirements-test.txt names.
TENSOR_PYTHON ?= $(PYTHON)
test-tensors: wheel
	FASTKMEANS_TEST_TORCH=1 FASTKMEANS_LIBRARY=$(CURDIR)/$(LIBRARY_BUILD)/release/libfastkmeans_c.so \
	  $(TENSOR_PYTHON) -m pytest -q -rs python/tests/test_tensors.py

wheel:
	SWIFT=$(SWIFT) PYTHON=$(PYTHON) FASTKMEANS_SCRATCH=$(CURDIR)/$(LIBRARY_BUILD) scripts/build_wheel.sh .build/wheel

# clang comes with Swift.
test-c: wheel
	$(MAKE) -C Examples/c CC=clang LIBRARY=$(CURDIR)/$(LIBRARY_BUILD)/release check

# The packages beside the main one, which nothing else builds.
packages:
	$(SWIFT) build --package-path Benchmarks
	$(SWIFT) build --package-path Examples/swift

fuzz:
	SWIFT=$(SWIFT) Fuzz/run.sh

# What reads bytes from outside, and the kernels. Leaks are not looked for: XCTest itself leaves two objects behind.
test-asan:
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --sanitize=address --scratch-path .build/asan --filter 'FuzzTests|BoundaryValue|KernelTests'

# What shares memory between threads. ThreadSanitizer does not see by itself how `Mutex` waits: scripts/tsan_mutex.c shows it.
TSAN := .build/tsan
test-tsan:
	mkdir -p $(TSAN)
	clang -O2 -fPIC -shared -Wall -Wextra scripts/tsan_mutex.c -o $(TSAN)/libmutex.so
	$(SWIFT) build --build-tests --sanitize=thread --scratch-path $(TSAN)
	LD_PRELOAD=$(CURDIR)/$(TSAN)/libmutex.so $(SWIFT) test --skip-build --sanitize=thread --scratch-path $(TSAN) \
	  --filter 'LiveModelTests|LiveStateTests|RunnerTests|SourceTests|MetricsServerTests|ThreadPoolTests|ParallelTests|CancellationTests|DeterminismTests'

# Both checks run, so that one call shows all there is to fix.
lint:
	@failed=0; \
	git ls-files -z -co --exclude-standard -- '*.swift' | { xargs -0 ls 2>/dev/null || true; } | sort -u | \
	  xargs $(SWIFT) format lint --strict --parallel || failed=1; \
	$(PYTHON) scripts/check_repository.py || failed=1; \
	exit $$failed

format:
	@git ls-files -z -co --exclude-standard -- '*.swift' | { xargs -0 ls 2>/dev/null || true; } | sort -u | \
	  xargs $(SWIFT) format --in-place --parallel

# The plug-in for GPUs, against the PyTorch that FASTKMEANS_TORCH_PYTHON (default: python3) has; see docs/gpu.md.
torch:
	Accelerators/Torch/build.sh

# The plug-in on LibTorch's processor device; kept out of `make test` because PyTorch takes 190 MB.
TORCH_VENV := .venv-torch
TORCH_TEST_ENV = FASTKMEANS_TORCH_PYTHON=$(CURDIR)/$(TORCH_VENV)/bin/python \
  FASTKMEANS_TORCH_PLUGIN=$(CURDIR)/.build/libfastkmeans-torch.so FASTKMEANS_TOOL=$(CURDIR)/.build/debug/fastkmeans \
  FASTKMEANS_NVRTC=$$(ls $(CURDIR)/$(TORCH_VENV)/lib/python3*/site-packages/nvidia/cu*/lib/libnvrtc.so.* 2>/dev/null | head -n 1)
test-torch: $(TORCH_VENV)/.ready
	$(SWIFT) build --build-tests $(SWIFT_FLAGS)
	$(TORCH_TEST_ENV) Accelerators/Torch/build.sh $(CURDIR)/.build/libfastkmeans-torch.so
	$(TORCH_TEST_ENV) $(SWIFT) test --skip-build --filter TorchDeviceTests $(SWIFT_FLAGS)
	$(TORCH_TEST_ENV) $(TORCH_VENV)/bin/python -m unittest discover -s Accelerators/Torch/tests
	$(TORCH_TEST_ENV) $(MAKE) test-tensors TENSOR_PYTHON=$(CURDIR)/$(TORCH_VENV)/bin/python
	$(TORCH_TEST_ENV) Benchmarks/gpu/run.sh --tool .build/debug/fastkmeans --device cpu --quick --output .build/gpu-quick.json

$(TORCH_VENV)/.ready: Accelerators/Torch/requirements-test.txt
	[ -x $(TORCH_VENV)/bin/python ] || $(PYTHON) -m venv $(TORCH_VENV)
	$(TORCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# BENCH_DATA: a folder with X_train.npz, y_train.npy, X_test.npz, y_test.npy (Benchmarks/README.md).
BENCH_DATA ?= Benchmarks/data/wordnet
bench: release venv
	@if [ ! -e $(BENCH_DATA)/X_train.npz ]; then \
	  $(VENV_PYTHON) Benchmarks/prepare.py Sources/FastKMeansCLI/Resources/wordnet $(BENCH_DATA); fi
	$(VENV_PYTHON) Benchmarks/compare.py $(BENCH_DATA) --name $(notdir $(BENCH_DATA))
	$(VENV_PYTHON) Benchmarks/report.py

# Others to compare with, in a separate environment: Benchmarks/.venv.
peers:
	Benchmarks/make_peers.sh $(PYTHON)

bench-all: release peers
	$(SWIFT) build -c release --package-path Benchmarks
	Benchmarks/.venv/bin/python Benchmarks/bench_all.py
	Benchmarks/.venv/bin/python Benchmarks/report.py --update docs/lab/performance.md
	Benchmarks/.venv/bin/python Benchmarks/plot.py

docs: build
	scripts/build_docs.sh

venv: $(VENV)/.ready

$(VENV)/.ready: scripts/requirements-test.lock
	@[ -x $(VENV)/bin/python ] || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

.build/venv-newest/.ready: python/requirements-test.lock
	[ -x $(@D)/bin/python ] || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

.build/venv-server/.ready: Server/Tests/clients/requirements.lock
	[ -x $(@D)/bin/python ] || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

.build/venv-oldest/.ready: python/requirements-test-oldest.lock
	[ -x $(@D)/bin/python ] || $(OLDEST_PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

# The names and ranges stand in the .txt files; the .lock files have what was newest when this ran, for Python 3.10 and
# later. PyTorch is left out: `make test-torch` asks an index that has no hashes.
LOCKED := scripts/requirements-test scripts/requirements-wheel python/requirements-test python/requirements-test-oldest \
  python/requirements-test-spark Server/Tests/clients/requirements
locks:
	[ -x .build/locks/bin/uv ] || { $(PYTHON) -m venv .build/locks && .build/locks/bin/pip install --quiet uv; }
	for file in $(LOCKED); do \
	  case $$file in *spark) more="--python-version 3.11 --constraint python/requirements-test.lock";; *) more="--python-version 3.10";; esac; \
	  .build/locks/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --no-annotate --no-header $$more $$file.txt | \
	    sed -e :a -e '/\\$$/N; s/\\\n *//; ta' > $$file.lock.new; \
	  mv $$file.lock.new $$file.lock; \
	done

# The Swift package of scripts/release/Package.resolved, in its exact version. STATIC= links Swift's libraries dynamically, where
# the toolchain has no static ones.
STATIC ?= --static-swift-stdlib
dist:
	cp scripts/release/Package.resolved Package.resolved
	$(SWIFT) build -c release --product fastkmeans --force-resolved-versions $(STATIC) --scratch-path .build/dist-build
	strip .build/dist-build/release/fastkmeans
	SWIFT=$(SWIFT) $(PYTHON) scripts/make_dist.py .build/dist-build/release/fastkmeans .build/dist

clean:
	rm -rf .build Benchmarks/.build Benchmarks/.venv $(VENV) $(TORCH_VENV) fastkmeans-demo
