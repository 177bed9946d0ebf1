# The verbs of this project. `make` alone prints them.
.DEFAULT_GOAL := help
.PHONY: help build demo test check fuzz bench eval soak clean

GO      ?= go
TAGS    := grpcnotrace
LDFLAGS := -s -w
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/minutes
	@CGO_ENABLED=0 $(GO) build -trimpath -tags $(TAGS) -ldflags "$(LDFLAGS) -X main.version=$(VERSION)" -o bin/minutes ./cmd/minutes

demo: build ## the whole program on a bundled world: no account, no config, no network
	@./bin/minutes demo

test: ## all quick tests; needs only Go
	@CGO_ENABLED=0 $(GO) test -tags $(TAGS) ./...

check: ## format, vet on three systems, lint, race detector, fuzz seeds
	@bash .ci/check.sh

fuzz: ## every fuzz target for FUZZTIME each (20s)
	@bash .ci/fuzz.sh

bench: build ## speed as ratios in one run, beside each goal
	@bash .ci/bench/bench.sh

eval: ## quality of the brief on sixteen mornings: recall, false urgent, repeats, reading time
	@$(GO) test -tags $(TAGS) -count=1 -run 'Eval' -v ./agent/... ./cmd/minutes | grep -v -E '^(=== |--- |PASS|ok )' || true

soak: ## the suites of .ci/run at full size: hours
	@bash .ci/soak.sh

clean: ## remove what was built
	@rm -rf bin
