# Every target is a step of scripts/dev.py; this file only gives them short names.
# Variables given to make (ARGS, ONLY, JOBS, PORT, PYTHON, CHAOS_SCHEDULES) reach it through the environment.
PYTHON ?= python3
DEV := $(PYTHON) scripts/dev.py
STEPS := lint types unit unit-py39 changelog-lint localdli chaos sanity sanity-oldest ansible-lint docs-lint docs build e2e demo dli run lock clean
comma := ,

.PHONY: help test $(STEPS)

help:
	@$(DEV)

# All steps, or some of them: make test ONLY=unit,lint
test:
	@$(DEV) $(or $(subst $(comma), ,$(ONLY)),test)

$(STEPS):
	@$(DEV) $@
