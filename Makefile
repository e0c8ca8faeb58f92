.PHONY: setup run dev test coverage check-site mutants lint messages lock clean

setup:    ## the environment alone, in .venv
	@bin/setup

run:      ## a running newsroom, on its first start with a demo issue; HOST and PORT from the environment
	@bin/run

dev:      ## the same for who changes it: autoreload, error pages, a full demo, in a folder of its own
	@bin/dev

test:     ## the whole suite
	@bin/test

coverage: ## which lines no test runs; apart from make test, whose time it would nearly double
	@bin/setup dev
	@.venv/bin/python -m pytest -q -n 2 -m "not browser" --cov=digests --cov=newsroom

check-site: ## proves the readers' pages: accessibility, HTML, Lighthouse, weight, keyboard
	@bin/setup dev
	@bin/check-site

mutants:  ## the tests' teeth: breaks the rules in a copy, one place at a time; some two hours on two cores
	@bin/mutants

lint:     ## style, templates, scripts, types, import contracts
	@bin/test lint

messages: ## gather the texts to translate, and compile what is translated
	@bin/setup dev
	@command -v xgettext >/dev/null || bin/apt-install gettext
	@bin/messages

lock:     ## resolve the dependencies anew
	@bin/lock

clean:    ## what can be made again; never .env nor the data in var/
	rm -rf .venv node_modules mutants var/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
