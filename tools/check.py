"""The whole check of the project, from nothing but Python 3.11 and pip.

Makes the development environment in `.venv` from the pinned `requirements-dev.txt` when it is missing or out of date,
then runs format, lint, strict types, import contracts, generated files, the built wheel in a clean environment, and the
tests with doctests. `python tools/check.py --quick` leaves out the wheel and the heavy tests; more words go to pytest.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PINS = ROOT / "requirements-dev.txt"
STAMP = ENVIRONMENT / ".custtier-pins"
CODE = ["src", "tests", "bench", "tools"]


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def script_of(environment: Path, name: str) -> str:
    """A console script of a virtual environment."""
    return str(python_of(environment).with_name(name + (".exe" if os.name == "nt" else "")))


def run(*command: object, **environment: str) -> None:
    """Run a command from the project's folder and stop at the first that fails."""
    words = [str(word) for word in command]
    print("+", " ".join(words), flush=True)
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **environment}, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def prepare() -> None:
    """Make the development environment, unless it stands as the pins say."""
    stamp = hashlib.sha256(PINS.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == stamp:
        return
    if not python_of(ENVIRONMENT).exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [python_of(ENVIRONMENT), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--requirement", PINS.name)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    STAMP.write_text(stamp)


def check(words: list[str]) -> None:
    """Run every check; the tests come last, so that their summary line is the last line."""
    quick = "--quick" in words
    more = [word for word in words if word != "--quick"]
    python = python_of(ENVIRONMENT)
    run(script_of(ENVIRONMENT, "ruff"), "format", "--check", *CODE)
    run(script_of(ENVIRONMENT, "ruff"), "check", *CODE)
    run(script_of(ENVIRONMENT, "mypy"))
    run(script_of(ENVIRONMENT, "lint-imports"))
    run(python, "tools/catalogue.py", "--check")
    run(python, "tools/reference.py", "--check")
    if not quick:
        run(python, "tools/smoke.py")
    marks = ["-m", "not slow"] if quick else []
    run(python, "-m", "pytest", "-n", "2", *marks, *more, TZ="Asia/Shanghai")


if __name__ == "__main__":
    prepare()
    check(sys.argv[1:])
