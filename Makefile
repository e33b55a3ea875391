# make run        set everything up, pull the models, start the demo and print its address
# make test       set up and run the everyday tests
# make test-all   the slow ones too
# make check      format, lint, check types, test
# make bench      figures
# make lock       write the lock files again (needs uv)
# make clean      remove what was made here, not the models
#
# PYTHON=python3.12 chooses the interpreter, VENV=/elsewhere the environment, ARGS="-k models" goes to the tool.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

.PHONY: run setup test test-all check bench lock clean

run setup test test-all check bench lock clean:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "error: $(PYTHON) is not installed; Python 3.11 or newer is needed" >&2; \
	  echo "错误：没有找到 $(PYTHON)，需要 Python 3.11 或更高版本" >&2; exit 1; }
	@$(PYTHON) deploy/bootstrap.py --venv "$(VENV)" $@ $(ARGS)
