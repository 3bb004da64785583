# Every target is a step of scripts/dev.py; this file only gives them short names.
PYTHON ?= python3
DEV := $(PYTHON) scripts/dev.py
STEPS := lint types unit unit-py39 changelog-lint localdli chaos sanity sanity-oldest ansible-lint docs-lint build e2e demo dli run lock clean
comma := ,

export ARGS CHAOS_SCHEDULES JOBS PORT

.PHONY: help test $(STEPS)

help:
	@$(DEV)

# All steps, or some of them: make test ONLY=unit,lint
test:
	@$(DEV) $(or $(subst $(comma), ,$(ONLY)),test)

$(STEPS):
	@$(DEV) $@
