"""From a fresh machine to a running Shiguang: the one script behind the Makefile.

    python3 deploy/bootstrap.py run|setup|test|test-all|check|bench|lock|clean [arguments for the tool]

Standard library only. This file also has to be readable by an old Python, so that it can say that it is too old, or
hand over to a newer one on the PATH; everything else lies in the modules beside it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_OLDEST = (3, 11)
_NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


def main() -> int:
    """Run the command; the exit status is 0, 1 (with one sentence) or that of the tool."""
    if sys.version_info[:2] < _OLDEST:
        newer = next((path for path in map(shutil.which, _NEWER) if path and _starts(path)), None)
        if newer is None:
            found = ".".join(map(str, sys.version_info[:3]))
            sys.stderr.write(f"error: Python {found} is too old; install Python 3.11 or newer, or name it: PYTHON=…\n")
            sys.stderr.write(f"错误：Python {found} 版本太低；请安装 Python 3.11 或更高版本，或用 PYTHON=… 指定。\n")
            return 1
        os.execv(newer, [newer, *sys.argv])  # noqa: S606  # the same script, by a newer Python
    # Not "resolve": the folder above this file is the project, wherever it was cloned.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    from deploy.commands import run_command

    return run_command(sys.argv[1:])


def _starts(python: str) -> bool:
    """Whether the program runs: a version manager leaves names on the PATH that do not."""
    try:
        return subprocess.call([python, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
