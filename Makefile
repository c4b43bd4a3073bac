# The two commands of the README: `make train` and `make test`. Each installs what it needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PACKAGES := libdnnl-dev libhdf5-dev libpng-dev libtiff-dev libturbojpeg0-dev zlib1g-dev pkg-config
PROGRAM := .build/release/vae-dp
CONFIG ?= configs/conv.json
# The whole output of tests goes to a file; shown are suites, failures and counts.
LOG := .build/test.log
SHOWN = 2>&1 | tee $(LOG) | awk -f Tests/summary.awk

.PHONY: train test torture sanitize model fuzz libfuzzer build system keys lint clean

# Trains CONFIG, or goes on where an earlier `make train` stopped.
train: build
	$(PROGRAM) train $(CONFIG) --resume auto

build: system
	swift build -c release --product vae-dp

# Lint, then every test in release mode, as the kernels run for users.
test: system lint
	swift build -c release --build-tests
	@echo "every line of the tests: $(LOG)"
	swift test -c release --skip-build $(SHOWN)

# The tests that `make test` does at a small size, at their full one: every call of a save killed and
# failed, 500 SIGKILLs, 10,000 flipped bits, threads × shards × models over 500 steps, a full disk.
torture: system
	swift build -c release --build-tests
	VAEDP_TORTURE=1 swift test -c release --skip-build \
	  --filter 'KillTests|FullDiskTests|DamageTests|FaultTests|ThreadMatrixTests|GateTests|HostileDataTests|RandomLoopTests' \
	  $(SHOWN)

# All tests with the thread sanitizer, then with the address sanitizer, each in a build of its own. What
# either reports of any process, the program's too, is shown and fails. Signals stay the program's own.
# Leaks are not looked for: an enum of Swift keeps its case in bits of a pointer, which then counts as none.
SANITIZERS ?= thread address
SANITIZER_OPTIONS := exitcode=86:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0:detect_leaks=0
sanitize: system
	for kind in $(SANITIZERS); do \
	  scratch=.build/$$kind-sanitizer; reports=$(CURDIR)/$$scratch/reports; \
	  swift build -c release --build-tests --sanitize=$$kind --scratch-path $$scratch; \
	  rm -rf $$reports; mkdir $$reports; \
	  export VAEDP_SANITIZER=$$kind; \
	  export TSAN_OPTIONS=$(SANITIZER_OPTIONS):log_path=$$reports/report; \
	  export ASAN_OPTIONS=$$TSAN_OPTIONS; \
	  code=0; $$scratch/release/vae-dpPackageTests.xctest --testing-library swift-testing $(SHOWN) || code=$$?; \
	  if [ -n "$$(ls $$reports)" ]; then cat $$reports/*; code=1; fi; \
	  [ $$code = 0 ] || exit $$code; \
	done

# The protocol of the team of threads, in every order of its steps, and each break of it; see gate.pml.
model: PACKAGES := spin
model: system
	Tests/TeamworkTests/Model/check.sh

# Mutated data sets, configurations, IDX files and checkpoints, COUNT of each; the same SEED repeats a run.
COUNT ?= 10000
SEED ?= 1
fuzz: system
	swift build -c release --product vae-dp
	swift run -c release fuzz all --count $(COUNT) --seed $(SEED)

# libFuzzer on each parser, SECONDS_EACH.
SECONDS_EACH ?= 600
libfuzzer: system
	nice -n 19 Tests/Fuzzing/libfuzzer.sh all $(SECONDS_EACH)

# What is made of the declarations of keys: the schema of configurations, and the tables of the page about them.
keys: build
	$(PROGRAM) schema -o configs/schema.json
	$(PROGRAM) schema --page Documentation/configuration.md -o Documentation/configuration.md

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

# Debian packages that are missing; asks for no password where none is needed.
system:
	@missing=""; \
	for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
	    || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  as_root=""; [ "$$(id -u)" = 0 ] || as_root=sudo; \
	  $$as_root apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends \
	    $$missing; \
	fi

clean:
	swift package clean
