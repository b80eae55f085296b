"""Build the wheel and use it in a clean environment, without the development packages and away from the checkout."""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*command: object, folder: Path, **environment: str) -> str:
    """The standard output of a command that must succeed."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command[1:]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def main() -> None:
    """Build, install, import the example shop, ask for its tiers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", ROOT, folder=ROOT)
        venv.create(folder / "clean", with_pip=True)
        programs = folder / "clean" / ("Scripts" if os.name == "nt" else "bin")
        wheel = next((folder / "dist").glob("*.whl"))
        run(programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, folder=folder)
        home = {"CUSTTIER_SETTINGS": str(folder / "settings"), "CUSTTIER_STORE": str(folder / "store")}
        custtier = programs / "custtier"
        run(custtier, "import", ROOT / "examples" / "shop" / "orders", folder=folder, **home)
        answer = run(custtier, "tiers", "--top", "20%", "--format", "json", folder=folder, **home)
        if '"command": "tiers"' not in answer:
            sys.exit(f"no tiers in {answer[:500]}")
        print("smoke: the wheel imports the example shop and answers")


if __name__ == "__main__":
    main()
