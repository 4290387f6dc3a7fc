# `make run` opens the chat page, `make test` runs the tests of the default install, `make test-scale` those of several
# machines. All set up what they need first.

CITELINE := .venv/bin/citeline

.PHONY: run test test-scale lint fix bench setup models clean
.NOTPARALLEL:

run: setup models
	@$(CITELINE) status >/dev/null 2>&1 || $(CITELINE) index seeds/articles
	@$(CITELINE) serve

test: setup models
	@$(CITELINE) models fetch multilingual-e5-small
	@.venv/bin/python -m pytest --ignore tests/scale

test-scale: setup
	@$(CITELINE) models fetch multilingual-e5-small qwen2.5-coder-1.5b
	@sh tests/scale/setup.sh
	@.venv-scale/bin/python -m pytest tests/scale -rs --durations=10 \
	    -o faulthandler_timeout=1800 -o faulthandler_exit_on_timeout=true

lint: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

fix: setup
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

bench: setup models
	@.venv/bin/python -m bench report

setup:
	@sh setup.sh

models:
	@$(CITELINE) models fetch embeddinggemma-300m qwen2.5-coder-1.5b

clean:
	rm -rf .venv .venv-scale
