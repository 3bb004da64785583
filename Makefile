# The targets run sessions of noxfile.py with a pinned nox, which is installed on first use.
# ARGS is passed to the tool of a session. ONLY selects sessions of test and matrix; JOBS, PORT, N and SEED are environment variables.
PYTHON ?= python3
export NOX_ENVDIR ?= .nox
NOX := $(NOX_ENVDIR)/nox
RUN := $(NOX)/bin/python -m nox --sessions
comma := ,

.PHONY: help test matrix full ci clean docs

help: $(NOX)/ready
	@$(NOX)/bin/python -m nox --list

# Several sessions in parallel: make test ONLY=unit,lint
test matrix full: $(NOX)/ready
	@$(NOX)/bin/python scripts/check.py $(or $(subst $(comma), ,$(ONLY)),$@)

ci: $(NOX)/ready
	@$(NOX)/bin/python scripts/check.py test matrix

clean:
	rm -rf $(NOX_ENVDIR)

$(NOX)/ready: requirements/nox.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is required: make PYTHON=/path/to/python3.12 ..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv --clear $(NOX) && $(NOX)/bin/pip install --quiet --require-hashes --requirement requirements/nox.txt
	@touch $@

# Any other target is one session. Without these two lines, make would search for rules to create its own files.
Makefile requirements/nox.txt: ;

%: $(NOX)/ready
	@$(RUN) $@ -- $(ARGS)

# A directory has the name of this session. Rules with % do not apply to targets in .PHONY.
docs: $(NOX)/ready
	@$(RUN) $@ -- $(ARGS)
