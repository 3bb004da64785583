# Each target runs the step of the same name in scripts/dev.py.
# The variables ARGS, ONLY, JOBS, PORT and N are passed through the environment.
PYTHON ?= python3
DEV := $(PYTHON) scripts/dev.py
STEPS := lint types unit e2e changelog-lint licenses workflows localdli property sanity ansible-lint docs-lint docs build importer packaging demo
MATRIX := $(foreach core,2.16 2.17 2.18 2.19 2.20,sanity-$(core)) unit-2.16 unit-2.19 unit-2.21 e2e-2.16 e2e-2.19 awx-2.21 integration
CHORES := dli explore run tarball lock clean
comma := ,

.PHONY: help test matrix $(STEPS) $(MATRIX) $(CHORES)

help:
	@$(DEV)

# ONLY selects steps: make test ONLY=unit,lint
test matrix:
	@$(DEV) $(or $(subst $(comma), ,$(ONLY)),$@)

$(STEPS) $(MATRIX) $(CHORES):
	@$(DEV) $@
