# Everything here is done by the build program (xtask/); `scripts/xtask help` says more.
.DEFAULT_GOAL := help
.PHONY: help run dev test check bench fmt

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build everything and serve a demo on http://127.0.0.1:3000
	@scripts/xtask run

dev: ## The same with quick builds; rebuilds and reloads the page when a file changes
	@scripts/xtask dev

test: ## All tests: units, both databases, HTTP, and a browser
	@scripts/xtask test

check: ## Formatting, lints, documentation, dependency rules, file lengths
	@scripts/xtask check

bench: ## The figures: latency, throughput, cost of judging an event, memory
	@scripts/xtask bench

fmt: ## Format the code
	@scripts/xtask fmt
