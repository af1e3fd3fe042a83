# Every target does its own set-up, says what it does, and is quick the second time.
SHELL := /bin/bash
PATH := $(CURDIR)/node_modules/.bin:$(PATH)
STAMP := node_modules/.weir-setup

.PHONY: setup demo test laboratory fuzz flood chaos fleet users lint format clean bench

setup: $(STAMP)

$(STAMP): package-lock.json scripts/setup.sh scripts/node-pcap.patch
	@scripts/setup.sh
	@touch $@

## The main job, live, in a lab of network namespaces on this machine. HOLD=1 keeps it up.
demo: $(STAMP)
	@demo/run.sh

## Everything that proves weir right. What one test's process has compiled, the next finds where weir finds it.
test: export NODE_COMPILE_CACHE = $(CURDIR)/node_modules/.cache/weir
test: $(STAMP)
	@scripts/setup.sh --for-tests
	@tap

## Every kind of network at once, on a machine that has nothing else to do: docs/laboratory.md.
laboratory: $(STAMP)
	@scripts/setup.sh --for-tests
	@WEIR_LABORATORY=1 tap test/lab/laboratory.test.ts

## Ten million broken packets, five thousand times broken files (SEED=N, which is told, gives them again) and a million
## questions to both policy evaluators.
fuzz: $(STAMP)
	@node --disable-warning=ExperimentalWarning test/fuzz/fuzz.ts $(if $(SEED),--seed $(SEED)) $(FUZZ)
	@WEIR_QUESTIONS=1000000 tap test/policy/evaluate.property.test.ts

## A minute each of forged SYNs at all speed: what they do to memory, HTTP answers and what is learned. SECONDS_EACH=5 is shorter.
flood: $(STAMP)
	@scripts/setup.sh --for-tests
	@node bench/flood.ts $(or $(SECONDS_EACH),60)

## Two hundred kills of the agent and its capture under load, and all that a disk can do (SEED=N, which is told; KILLS=20 is shorter).
chaos: $(STAMP)
	@scripts/setup.sh --for-tests
	@node --disable-warning=ExperimentalWarning test/chaos/chaos.ts $(if $(SEED),--seed $(SEED)) $(if $(KILLS),--kills $(KILLS))

## Twenty agents of twenty nodes, one killed and a node removed: what any of them answers is what one that saw everything would.
## Thirteen hours of quick clocks in seven minutes; SPEED=1 is the machine's own clock, for seven minutes.
fleet: $(STAMP)
	@node bench/fleet.ts $(if $(SPEED),--speed $(SPEED))

## How long fifty users wait for answers while capture sees 2,000 connections a second; about a minute. A part of `make bench`.
users: $(STAMP)
	@scripts/setup.sh --for-bench
	@node bench/users.ts $(FOR)

## What weir costs, against tcpdump, softflowd and argus: the tables of docs/performance.md.
bench: $(STAMP)
	@scripts/setup.sh --for-bench
	@node bench/run.ts

## Format, types, lint, and who may import whom.
lint: $(STAMP)
	prettier --check .
	tsc
	node node_modules/.bin/oxlint --deny-warnings
	scripts/check-imports.sh

format: $(STAMP)
	prettier --write .

clean:
	rm -rf node_modules .tap build
