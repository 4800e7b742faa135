# Every target makes the environment it needs; nothing is to be installed by hand.
# A machine with a CUDA card takes the torch it likes: make TORCH=torch demo
PYTHON ?= python3
TORCH ?= torch==2.13.0# pinned: where a CPU build of it is offered, no CUDA comes along
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip --disable-pip-version-check install -qq

.DEFAULT_GOAL := help
.PHONY: help demo studio test test-slow lint typecheck bench docs clean

help: ## say what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

demo: $(VENV)/.demo ## paint a photograph, into out/
	$(BIN)/python examples/demo.py

studio: $(VENV)/.dev ## open the page where all of it can be done
	$(BIN)/zeuxis studio

test: $(VENV)/.dev ## run the tests
	$(BIN)/pytest

test-slow: $(VENV)/.slow ## run all tests, the slow ones too
	$(BIN)/pytest -m "slow or not slow"

lint: $(VENV)/.dev ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

typecheck: $(VENV)/.dev ## check types
	$(BIN)/mypy

bench: $(VENV)/.demo ## measure against the published recipe, into benchmarks/results/
	$(BIN)/python benchmarks/paint.py

docs: $(VENV)/.docs ## build the pages, into site/
	$(BIN)/mkdocs build --strict

clean: ## remove the environment and what was built
	rm -rf $(VENV) build dist site

# A stamp is newer than pyproject.toml when what the latter asks for is installed.
$(VENV)/.python:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.torch: Makefile | $(VENV)/.python
	@echo "installing $(TORCH) into $(VENV), a minute or two"
	@$(INSTALL) "$(TORCH)"
	@touch $@

# spandrel asks for a torchvision that fits this torch, which there may not be: docs/dependencies.md.
$(VENV)/.dev: pyproject.toml $(VENV)/.demo
	@echo "installing zeuxis[dev] into $(VENV)"
	@$(INSTALL) --editable ".[dev]"
	@$(INSTALL) --no-deps "spandrel>=0.4.2,<0.5" einops
	@touch $@

# The studio's page is driven in Debian's Chromium; where none can be had, those tests are skipped.
$(VENV)/.slow: $(VENV)/.dev
	@echo "installing zeuxis[slow] into $(VENV), and a browser"
	@$(INSTALL) --editable ".[slow]"
	@command -v chromium > /dev/null || { apt-get update -qq && apt-get install -qq --no-install-recommends chromium; } || \
		echo "no Chromium here, and none that can be installed: the tests of the page will be skipped"
	@touch $@

$(VENV)/.demo: pyproject.toml $(VENV)/.torch
	@echo "installing zeuxis[demo] into $(VENV)"
	@$(INSTALL) --editable ".[demo]"
	@touch $@

$(VENV)/.docs: pyproject.toml | $(VENV)/.python
	@echo "installing zeuxis[docs] into $(VENV)"
	@$(INSTALL) --editable ".[docs]"
	@touch $@
