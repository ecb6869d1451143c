# Two commands on a fresh machine: `make demo` shows what anygen does, `make test` that it works.
# Needs Python 3.11 to 3.13 (PYTHON=... names another one); no GPU, no root, no model hub.

CANDIDATES := python3.12 python3.11 python3.13 python3 python
PYTHON ?= $(shell for each in $(CANDIDATES); do \
	$$each -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && { echo $$each; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.anygen-ready
OUT ?= out/demo
RECORDINGS ?=
WORKERS ?= 2
PORT ?= 8501

.PHONY: help install demo ui test test-slow lint format train-mini audiocraft scale docs dist clean

help:
	@echo "make demo        a conversation in text, image, audio and video; files go to $(OUT)"
	@echo "make ui          the app in a browser, on this machine alone; PORT=8501"
	@echo "make test        the tests (minutes); make test-slow: the long ones too"
	@echo "make lint        ruff and mypy; make format: rewrite in the house style"
	@echo "make train-mini  train the mini model from nothing, resumable; RECORDINGS=folder of ESC-10"
	@echo "make docs        the documentation as a site, in site/"
	@echo "make dist        a wheel and an sdist, in dist/"
	@echo "make audiocraft  install the audiocraft package too, which the tests of parity with it need"

install: $(READY)

$(READY): pyproject.toml setup.py constraints.txt
	@test -n "$(PYTHON)" || { echo "no Python 3.11 to 3.13 with venv was found; install one or set PYTHON=" >&2; exit 3; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) (about 2 GB, a minute or more) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,ui]' -c constraints.txt
	@mkdir -p $(VENV)/typed
	@ln -sfn ../../pipelines $(VENV)/typed/anygen_pipelines
	@ln -sfn ../../ui $(VENV)/typed/anygen_ui
	@touch $@

demo: $(READY)
	@$(BIN)/python -m anygen_pipelines.demo --out $(OUT)

ui: $(READY)
	@$(BIN)/python -m anygen ui --port $(PORT) $(ARGS)

test: $(READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

test-slow: $(READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m 'slow or not slow' -n $(WORKERS) --dist loadfile $(ARGS)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

train-mini: $(READY)
	@$(BIN)/python -m anygen_pipelines.mini.train $(if $(RECORDINGS),--recordings $(RECORDINGS)) $(ARGS)

scale: $(READY)
	@echo "installing Ray into $(VENV) (750 MB) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[scale]' -c constraints.txt

# Its pins exclude a current torch, so it comes without what it asks for, and what its models need comes by name.
audiocraft: $(READY)
	@echo "installing audiocraft into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
		einops flashy julius num2words omegaconf torchmetrics
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps audiocraft==1.3.0

docs: $(READY)
	@$(BIN)/python -c 'import mkdocs, mkdocstrings' 2>/dev/null || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]' -c constraints.txt
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

dist: $(READY)
	@rm -rf build dist
	@$(BIN)/python -m build --outdir dist . >/dev/null
	@ls dist/*

clean:
	rm -rf $(VENV) build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache out
