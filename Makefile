# make demo   the bot with a phone in the browser      make test    every test
# make check  format, lint, types, rooms, flows        make fix     format and safe lint fixes
# make lock   renew requirements.lock                   make bench   speed beside floors of the same work
# make screenshots   the pictures of README (needs Chromium)
VENV := .venv
BIN  := $(VENV)/bin
UV   := $(BIN)/uv

.PHONY: demo test check fix lock bench screenshots install

install: $(VENV)/.done

$(UV):
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check uv

$(VENV)/.done: requirements.lock pyproject.toml $(UV)
	$(UV) pip sync -q --require-hashes --python $(BIN)/python requirements.lock
	$(UV) pip install -q --no-deps --python $(BIN)/python -e .
	@touch $@

demo: $(VENV)/.done
	$(BIN)/polsbot demo

test: $(VENV)/.done
	$(BIN)/python -m pytest

check: $(VENV)/.done
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy bot tests
	$(BIN)/lint-imports --no-cache
	$(BIN)/polsbot check
	$(BIN)/polsbot test

fix: $(VENV)/.done
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .

lock: $(UV)
	$(UV) export -q --format requirements.txt --no-header --no-emit-project -o requirements.lock

bench: $(VENV)/.done
	$(BIN)/python -m bench

screenshots: $(VENV)/.done
	$(BIN)/python -m tests.web.screenshots assets/screenshots
