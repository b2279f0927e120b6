# The portal's commands. All they need is python3 (3.11 or newer) with pip, git and make.

PYTHON ?= python3
PORT ?= 8000
SIMULATOR ?= 1
SIZE ?= 1000000
GOALS ?=
ARGS ?=
export PORT SIMULATOR

VENV := .venv
PY := $(VENV)/bin/python
UV := .tools/bin/uv
READY := $(VENV)/.ready
APPS := accounts activity api chat demo integrations mailroom milestones notifications subscriptions workstreams
STYLES := $(shell find static/css static/js templates $(APPS) -type f \
  \( -name '*.css' -o -name '*.js' -o -name '*.html' -o -name 'forms.py' -o -path '*/templatetags/*.py' \) 2>/dev/null)

# uv must use the Python that is here, and never look for or fetch another.
export UV_PYTHON_DOWNLOADS := never
# Where the system keeps certificates, they count: a company's own proxy is known there and nowhere else.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem /etc/ssl/ca-bundle.pem),)
export UV_SYSTEM_CERTS ?= 1
endif

.DEFAULT_GOAL := help
.PHONY: help setup css browser run test check bench migrations lock reset clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'

setup: $(READY) ## Make the environment in .venv (done by the others when needed)

$(READY): requirements/dev.txt $(UV)
	@echo "Installing the locked packages into $(VENV) ..."
	@$(UV) venv -q --clear --python "$$(command -v $(PYTHON))" $(VENV)
	@$(UV) pip sync -q --python $(PY) requirements/dev.txt
	@touch $@

# pip --target works where ensurepip is missing and where the system's Python is marked as externally managed.
$(UV):
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Name yours: make setup PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is too old: the portal needs Python 3.11 or newer. Name one: make setup PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "$(PYTHON) has no pip. On Debian: apt install python3-pip"; exit 1; }
	@echo "Fetching uv, which installs the rest ..."
	@$(PYTHON) -m pip install -q --disable-pip-version-check --root-user-action=ignore --upgrade --target .tools uv

css: static/build/app.css ## Build the style sheet with Tailwind (only when something changed)

static/build/app.css: $(READY) $(STYLES)
	@mkdir -p $(@D)
	@$(VENV)/bin/tailwindcss -i static/css/app.css -o $@ --minify 2>.tools/tailwind.log || { cat .tools/tailwind.log; rm -f $@; exit 1; }
	@touch $@

browser: $(READY) ## Find a browser for the journeys, fetching one into .cache if there is none
	@$(PY) -m tools.browser

run: $(READY) css ## Run the portal with services, demo data and simulated vendors (PORT=8000 SIMULATOR=0)
	@$(PY) -m tools.run

test: $(READY) css browser ## Run every test, browser journeys included (ARGS="tests/chat -x")
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(READY) css ## Lint, types, import floors, migrations, production settings, templates
	@$(PY) -m tools.check $(ARGS)

bench: $(READY) ## Measure it on a million WorkStreams (SIZE=100000 GOALS=1,2), see docs/performance.md
	@$(PY) -m bench --size $(SIZE) --goals "$(GOALS)" $(ARGS)

migrations: $(READY) ## Write migrations for changed models (ARGS="chat -n name_it")
	@$(PY) -m tools.check --environment-only manage.py makemigrations $(ARGS)

lock: $(READY) ## Resolve requirements/*.txt anew from pyproject.toml (ARGS="--upgrade")
	@$(UV) pip compile -q --universal --generate-hashes --python-version 3.11 pyproject.toml $(ARGS) -o requirements/run.txt
	@$(UV) pip compile -q --universal --generate-hashes --python-version 3.11 pyproject.toml --group dev \
	  -c requirements/run.txt $(ARGS) -o requirements/dev.txt

reset: $(READY) ## Delete the data of `make run` and `make bench` on this machine
	@$(PY) -m tools.reset

clean: ## Delete everything that was built or fetched; data stays (see reset)
	rm -rf $(VENV) .tools .cache static/build staticfiles test-results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
