# What people type. `make` alone lists it. Each target does all that it needs first, and nothing twice.
.DEFAULT_GOAL := help
.PHONY: help up test eval lint format lock setup

# Nothing is fetched from a model hub, at run time or in tests.
export HF_HUB_OFFLINE := 1
export MESOFAQ_TEST_CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

up: setup ## Run MesoFAQ on this machine and print its address (Ctrl-C stops it)
	@exec .venv/bin/mesofaq up

test: setup ## Run every test (ARGS="tests/web -k sign_in" for some)
	@.venv/bin/python -m mesofaq.supervise.prepare >/dev/null
	@exec .venv/bin/python -m pytest $(ARGS)

eval: setup ## Hold what it understands against its bars, on messages that nothing was tuned on
	@.venv/bin/python -m mesofaq.supervise.prepare >/dev/null
	@.venv/bin/mesofaq eval tests/eval/*.jsonl --part held-back --only-figures $$(grep -v '^#' tests/eval/bars.txt)

lint: ## Check style, format and types
	@sh requirements/setup.sh service
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

format: ## Put the code into the one format
	@sh requirements/setup.sh service
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

lock: ## Compile the lock files anew (UPGRADE=1 takes the newest of everything)
	@sh requirements/lock.sh

setup: ## Make both Python environments; the others call it
	@sh requirements/setup.sh service rasa
