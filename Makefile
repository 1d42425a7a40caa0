# What a newcomer and a founder type. `make help` lists all.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
SETUP := .venv/.ready

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(SETUP) ## System packages where missing, virtual environment, locked dependencies

$(SETUP): requirements/development.txt pyproject.toml scripts/setup scripts/web/package-lock.json
	scripts/setup

demo: setup ## Start the demo group: PostgreSQL, three clinics, the SSH door on 127.0.0.1:8022, the browser's on 8080
	@VPTERM_HOME=$${VPTERM_HOME:-$(CURDIR)/.demo} .venv/bin/vpterm demo

test: setup ## Run every test (and the checks)
	scripts/setup tests
	scripts/setup provisioning
	$(MAKE) --no-print-directory check
	$(PYTHON) -m pytest -n 2 --dist loadgroup --max-worker-restart 0

test-vm: setup ## Build an image and start a clinic of it, really (minutes; root, QEMU)
	scripts/setup provisioning
	$(PYTHON) -m pytest -m virtual --timeout 1500 -s tests/provisioning

check: setup ## Format, lint, strict types, import contracts
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: setup ## Measure, and write docs/benchmarks.md
	$(PYTHON) -m tests.bench

pictures: setup ## Draw the screens of the documentation anew
	$(PYTHON) -m tests.pictures

lock: setup ## Resolve the dependencies anew into requirements/
	$(PYTHON) -m uv pip compile -q --upgrade pyproject.toml --generate-hashes --universal --python-version 3.11 -o requirements/runtime.txt
	$(PYTHON) -m uv pip compile -q --upgrade pyproject.toml --extra provisioning --generate-hashes --universal --python-version 3.11 -o requirements/provisioning.txt
	$(PYTHON) -m uv pip compile -q --upgrade pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 -o requirements/development.txt

.PHONY: help setup demo test test-vm check bench pictures lock
