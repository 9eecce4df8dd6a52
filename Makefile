# What can I do here?  make run: use it.  make test: try it.  make check: everything CI asks.
PY ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
LOCALE ?=
MESSAGES := --add-location file --no-wrap --ignore '.venv/*' --ignore 'tests/*' --ignore 'bench/*' --ignore 'var/*'
INSTALLED := $(VENV)/.installed

SHIPPED := approvals approvals_site audit grants patience examples manage.py

# Tests have servers of their own, which need not survive a power cut.
TEST_ENV := COUNTERSIGN_DESK=1 COUNTERSIGN_VAR="$(CURDIR)/var/test" COUNTERSIGN_EMBEDDED_FAST=1
# What a deployment would name, with nothing behind it: the deployment checks open no connection.
DEPLOYED_ENV := COUNTERSIGN_DESK=0 ALLOWED_HOSTS=countersign.example PUBLIC_URL=https://countersign.example \
	SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))') \
	AUDIT_HMAC_KEYS=check:$$(head -c 32 /dev/urandom | base64) \
	AUDIT_CHECKPOINT_KEY=check:$$(head -c 32 /dev/urandom | base64) \
	ENCRYPTION_KEYS=$$(head -c 32 /dev/urandom | base64 | tr +/ -_) EMAIL_URL=smtp://127.0.0.1:25 \
	DATABASE_URL=postgres://127.0.0.1/countersign REDIS_URL=redis://127.0.0.1:6379/0 BEHIND_TLS_PROXY=1

.PHONY: help run test check fuzz bench bench-scale setup messages matrix sbom advisories requirements
.DEFAULT_GOAL := help

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup  ## Countersign on this machine, with a demo (PORT=8001 for another port)
	@$(PYTHON) -m approvals_site.launcher

test: setup  ## the test suite (ARGS="-k inbox" for a part of it)
	$(TEST_ENV) $(PYTHON) -m pytest -n auto $(ARGS)

check: setup  ## everything CI asks: style, weak spots, types, imports, templates, migrations, documents, deployment, tests
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	@mkdir -p var && echo "bandit $(SHIPPED)"
	@$(PYTHON) -m bandit --quiet --configfile pyproject.toml --recursive $(SHIPPED) 2>var/bandit.log || { cat var/bandit.log; exit 1; }
	$(TEST_ENV) $(PYTHON) -m mypy .
	$(VENV)/bin/lint-imports
	$(PYTHON) -m djlint templates --lint --check
	$(TEST_ENV) $(PYTHON) manage.py makemigrations --check --dry-run
	$(TEST_ENV) $(PYTHON) manage.py write_docs --check
	$(DEPLOYED_ENV) $(PYTHON) manage.py check --deploy --fail-level WARNING
	$(TEST_ENV) $(PYTHON) -m pytest -n auto $(ARGS)

fuzz: setup  ## 5,000 calls and more to the agents' endpoint, drawn from its OpenAPI description; some minutes
	$(TEST_ENV) FUZZ_CASES=240 $(PYTHON) -m pytest -n 0 tests/approvals/api/test_fuzz.py $(ARGS)

bench: setup  ## how fast it is, beside what we aim for (ARGS="submit wake" for a part, ARGS=--quick for a proof)
	$(PYTHON) bench/everything.py $(ARGS)

bench-scale: setup  ## the inbox and a request's page at 10 million decided; kept, some 20 GB (ARGS=1000000 for fewer)
	$(PYTHON) bench/scale.py $(ARGS)

setup: $(INSTALLED)  ## the virtual environment, with exactly the locked packages

$(INSTALLED): requirements-dev.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make setup PY=python3.12"; exit 1; }
	@test -x $(PYTHON) || $(PY) -c 'import ensurepip' 2>/dev/null || \
		{ echo "$(PY) cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	test -x $(PYTHON) || $(PY) -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --require-hashes --requirement requirements-dev.txt
	@touch $@

messages: setup  ## gather each marked text into locale/ for a language (LOCALE=de; needs GNU gettext)
	@test -n "$(LOCALE)" || { echo "Name the language: make messages LOCALE=de"; exit 1; }
	@mkdir -p locale
	$(TEST_ENV) $(PYTHON) manage.py makemessages --locale $(LOCALE) $(MESSAGES)
	$(TEST_ENV) $(PYTHON) manage.py makemessages --domain djangojs --locale $(LOCALE) $(MESSAGES)

matrix: setup  ## store anew how each address answers each kind of person (then read the change of tests/site/matrix.txt)
	$(TEST_ENV) WRITE_MATRIX=1 $(PYTHON) -m pytest -n 0 tests/site/test_matrix.py

sbom: setup  ## what a deployment is made of, as CycloneDX, from requirements.txt alone: var/sbom.cdx.json
	@mkdir -p var
	$(PYTHON) -W ignore::UserWarning -m cyclonedx_py requirements requirements.txt --pyproject pyproject.toml \
		--output-reproducible --validate --of JSON -o var/sbom.cdx.json

advisories:  ## which of the locked packages have a known weakness (needs uv; asks pypi.org by name and version)
	uvx --from pip-audit==2.10.1 pip-audit --disable-pip --require-hashes --strict --progress-spinner off \
		--requirement requirements.txt

requirements:  ## lock what pyproject.toml asks for (needs uv)
	uv pip compile --quiet --generate-hashes --universal --no-header \
		-p 3.11 pyproject.toml -o requirements.txt
	uv pip compile --quiet --generate-hashes --universal --no-header \
		-p 3.11 --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
