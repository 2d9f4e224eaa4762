# Everyday commands. `make run` and `make test` are all that a fresh Debian 12 with Swift 6.3 needs.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Swift rebuilds everything when its flags change, so every debug build of this project has these.
FLAGS := --enable-code-coverage --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors
CODE := $(wildcard Package.swift Sources Tests sql Benchmarks/Package.swift Benchmarks/Sources) \
    $(wildcard Fuzz/Package.swift Fuzz/Sources) \
    $(wildcard Examples/*/Package.swift Examples/*/Sources Examples/*/Tests)
# Packages of module authors, which build in the same place: with the same flags only what is their own is compiled. The
# versions of dependencies must be the same for that, and the order in which the package manager hands on some flags.
EXAMPLES := $(notdir $(wildcard Examples/*))
BUILD := SWIFT_DETERMINISTIC_HASHING=1 swift build --build-tests $(FLAGS)
VENV := .build/venv
TOOLS := .build/tools

# What the toolchain links with and fetches by, the libraries of this project, and what its tests start.
TOOLCHAIN_PACKAGES := ca-certificates g++ git libcurl4 libncurses6 libxml2 tzdata zlib1g-dev
LIBRARY_PACKAGES := libargon2-dev libcrypt-dev libpq-dev libsqlite3-dev libssl-dev libyaml-dev pkg-config
PYTHON_TOOLS := check-jsonschema openapi-spec-validator schemathesis
HAPROXY_LIBRARIES := libcrypt1 liblua5.3-0 libopentracing-c-wrapper0 libpcre2-8-0 libssl3 libsystemd0
EXIM_LIBRARIES := libdb5.3 libgnutls-dane0 libgnutls30 libidn12 libidn2-0 libnsl2 libnss-wrapper libpcre2-8-0
TEST_PACKAGES := curl e2fsprogs locales nginx-light openssl postgresql procps python3 python3-aiosmtpd python3-venv \
    strace systemd $(HAPROXY_LIBRARIES) $(EXIM_LIBRARIES)
BENCH_PACKAGES := haproxy nginx-light postgresql python3 util-linux

.PHONY: help run test examples $(EXAMPLES) check build release static lint format coverage docs bench fuzz sanitize clean deps deps-run deps-test swift

help: ## List these commands.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

run: deps-run ## Start the gateway on http://localhost:8080, by config.yaml if there is one.
	swift run -c release auth-gateway serve

# These measure times, so nothing else runs meanwhile, nor is what was built still on its way to the disk. The real
# servers of the end-to-end tests leave little to others.
TIMED := TimingTests|SlowConnectionTests|DrainingTests|SocketActivationTests|RevocationLagTests
FAILOVERS := FailoverTests

# Each takes two minutes where nothing else runs.
BOUNDED := .ci/bounded 1800

test: deps ## Build and run all tests, those of the examples too.
	$(BUILD)
	@sync
	$(BOUNDED) swift test $(FLAGS) --disable-xctest --skip-build --no-parallel --filter '$(TIMED)'
	$(BOUNDED) swift test $(FLAGS) --disable-xctest --skip-build --filter $(FAILOVERS)
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8 \
	    $(BOUNDED) swift test $(FLAGS) --disable-xctest --skip-build --filter GatewayEndToEndTests --skip '$(TIMED)|$(FAILOVERS)'
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8 \
	    $(BOUNDED) swift test $(FLAGS) --disable-xctest --skip-build --skip GatewayEndToEndTests --skip '$(TIMED)|$(FAILOVERS)'
	@$(MAKE) $(EXAMPLES)

examples: deps ## Build and test the packages in Examples alone, and run what their documents show.
	$(BUILD)
	@$(MAKE) $(EXAMPLES)

$(EXAMPLES): IN = --package-path Examples/$@ --scratch-path .build
$(EXAMPLES):
	cp Package.resolved Examples/$@/Package.resolved
	$(BUILD) $(IN)
	LLVM_PROFILE_FILE=/dev/null swift test --disable-xctest --skip-build $(IN)
	.ci/commands $(or $(wildcard Examples/$@/README.md),docs/writing-modules.md) Examples/$@ .build/debug

check: lint release test coverage ## What must pass before a change is handed over: lint, both builds, tests, coverage.

build: deps-run ## Build as the tests do, without running them.
	SWIFT_DETERMINISTIC_HASHING=1 swift build $(FLAGS)

release: deps-run ## Build as `make run` does, without running it: whole modules are held to more than single files.
	swift build -c release --product auth-gateway

# In a place of its own, since it is compiled with other flags than the release.
static: deps-run ## Build a release that needs no Swift where it runs: .build/static/release/auth-gateway.
	swift build -c release --static-swift-stdlib --scratch-path .build/static --product auth-gateway

lint: deps-run ## Report what `make format` would change, and what the style forbids.
	swift format lint --strict --parallel --recursive $(CODE)

format: swift ## Format all code in place.
	swift format --in-place --parallel --recursive $(CODE)

coverage: ## Print the line coverage of the last `make test`.
	@python3 .ci/coverage "$$(swift test $(FLAGS) --show-codecov-path)"

docs: build ## Write again the documents that the program prints itself.
	.build/debug/auth-gateway modules > docs/modules.md
	.build/debug/auth-gateway schema > docs/config.schema.json
	.build/debug/auth-gateway openapi --config /dev/null > docs/openapi.json

bench: deps-run release ## Measure the release build, and print a table of ratios; BENCH="verify start" names lines.
	@.ci/deps $(BENCH_PACKAGES)
	swift build -c release --package-path Benchmarks
	Benchmarks/.build/release/gateway-benchmarks .build/release/auth-gateway $(BENCH)

fuzz: deps-run ## Feed each parser for FUZZ_SECONDS (60) with what nobody thought of; FUZZ="json form" names some.
	Fuzz/run $(FUZZ)

sanitize: deps ## Run the tests under ThreadSanitizer and AddressSanitizer, each in a build of its own.
	.ci/sanitize thread
	.ci/sanitize address

clean: ## Remove everything built, and nothing else.
	rm -rf .build .build-tsan .build-asan Benchmarks/.build Fuzz/.build $(wildcard Examples/*/.build)

deps: deps-run deps-test ## Install what this machine lacks for building and testing.

deps-run:
	@.ci/deps $(TOOLCHAIN_PACKAGES) $(LIBRARY_PACKAGES)
	@$(MAKE) swift

deps-test:
	@.ci/postgres
	@.ci/deps $(TEST_PACKAGES)
	@$(MAKE) $(addprefix $(VENV)/bin/,$(PYTHON_TOOLS)) \
	    $(addprefix $(TOOLS)/,promtool caddy exim4 haproxy)

$(VENV)/bin/%:
	[[ -x $(VENV)/bin/python3 ]] || python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet $*

$(TOOLS)/promtool:
	.ci/program prometheus usr/bin/promtool $@

$(TOOLS)/caddy:
	.ci/program caddy usr/bin/caddy $@

$(TOOLS)/exim4:
	.ci/program exim4-daemon-light usr/sbin/exim4 $@

$(TOOLS)/haproxy:
	.ci/program haproxy usr/sbin/haproxy $@

swift:
	@version=$$({ swift --version 2>/dev/null || true; } | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p'); \
	read -r major minor <<< "$${version:-0 0}"; \
	if (( major < 6 || (major == 6 && minor < 3) )); then \
	    found=$$( [[ -n $$version ]] && echo "found $$major.$$minor" || echo "found none on PATH" ); \
	    echo "error: this needs Swift 6.3 or newer, $$found; see https://www.swift.org/install/linux" >&2; exit 1; \
	fi
