# make run    install what is missing, build, start the gateway with the embedded default
# make test   install what is missing, build everything, run every test
# The other targets are for development; CONTRIBUTING.md tells when to use which.
.PHONY: run build test check asan tsan gcc bench profile fuzz forms requests agents soak guide clean packages packages-test

JOBS ?= $(shell nproc)
export CTEST_OUTPUT_ON_FAILURE = 1

run: build
	exec build/run/bin/sluice serve $(ARGS)

build: packages
	@cmake --preset run >build-configure.log 2>&1 || { cat build-configure.log; exit 1; }
	@rm -f build-configure.log
	cmake --build build/run -j $(JOBS) --target sluice

test: packages-test
	cmake --preset release
	cmake --build build/release -j $(JOBS)
	ctest --test-dir build/release -j $(JOBS) --no-tests=error
	@tools/show-skipped.sh build/release

check:
	/usr/bin/python3 tools/check_house.py

asan tsan gcc: packages-test
	cmake --preset $@
	cmake --build build/$@ -j $(JOBS)
	ctest --test-dir build/$@ --no-tests=error -LE style

bench: packages-test
	cmake --preset bench
	cmake --build build/bench -j $(JOBS)

# Counts anew which branches the gateway takes, and writes tools/profile/sluice.profdata, by which every build is optimised.
profile:
	tools/install-packages.sh build test profile
	cmake --preset profile
	cmake --build build/profile -j $(JOBS) --target sluice bench_gateway bench_sense
	tools/profile/collect.sh build/profile

# One minute for each fuzz target; FUZZ_SECONDS=... for longer.
FUZZ_SECONDS ?= 60
fuzz: packages-test
	cmake --preset fuzz
	cmake --build build/fuzz -j $(JOBS)
	tools/fuzz-all.sh build/fuzz $(FUZZ_SECONDS)

# Answers of models of random weights under random schemas and grammars, each judged; FORMS=... for another number.
FORMS ?= 10000
forms: packages-test
	cmake --preset release
	cmake --build build/release -j $(JOBS) --target check_forms
	build/release/tests/forms/check_forms ../shared/engine/tiny-llama-Q8_0.gguf $(FORMS)

# Random requests at once on the tiny models; REQUESTS_PRESET=asan or tsan: under a sanitizer; REQUESTS_SECONDS: at most.
REQUESTS ?= 50000
REQUESTS_SEED ?= 1
REQUESTS_PRESET ?= release
REQUESTS_SECONDS ?= 0
requests: packages-test
	cmake --preset $(REQUESTS_PRESET)
	cmake --build build/$(REQUESTS_PRESET) -j $(JOBS) --target check_requests
	build/$(REQUESTS_PRESET)/tests/requests/check_requests ../shared/engine --requests $(REQUESTS) --seed $(REQUESTS_SEED) \
	  --seconds $(REQUESTS_SECONDS)

# Claude Code, Codex and opencode do a task through the gateway, without a network. Downloads about 1 GB once.
agents: packages-test
	cmake --preset release
	cmake --build build/release -j $(JOBS) --target sluice
	tests/agents/run.sh fake
	tests/agents/run.sh

# Load with faults for minutes; SOAK_PRESET=asan or tsan takes a gateway built with sanitizers (at a lower rate).
SOAK_SECONDS ?= 1200
SOAK_RATE ?= 500
SOAK_PRESET ?= release
SOAK_ARGS ?=
soak: packages-test
	cmake --preset $(SOAK_PRESET)
	cmake --build build/$(SOAK_PRESET) -j $(JOBS) --target sluice soak
	build/$(SOAK_PRESET)/bin/soak build/$(SOAK_PRESET)/bin/sluice --seconds $(SOAK_SECONDS) --rate $(SOAK_RATE) $(SOAK_ARGS)

# Trains the built-in guide anew (about half an hour) and writes src/engine/builtin/guide.gguf.
guide:
	tools/install-packages.sh build test train
	/usr/bin/python3 tools/guide/train.py

packages:
	@tools/install-packages.sh build

packages-test:
	@tools/install-packages.sh build test node

clean:
	rm -rf build
