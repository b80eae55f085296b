"""Files that mean harm are refused with one clear error, before they cost memory, disk or time."""

import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import read_files
from sources.hostile import HOSTILE, TABLE

MOST_MEGABYTES = 1024
PATIENCE_SECONDS = 30

PROGRAM = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
from memory import peak_megabytes
from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import read_files
for path in sys.argv[1:]:
    try:
        read_files([Path(path)], settings=Settings())
    except CusttierError:
        pass
    print(json.dumps([path, peak_megabytes()]))
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_at_once_with_one_error(name: str, tmp_path: Path) -> None:
    code, make = HOSTILE[name]
    path = tmp_path / name
    make(path)
    assert path.stat().st_size < 10 << 20
    since = time.monotonic()
    if not code:
        assert len(read_files([path], settings=Settings())) == 1
        return
    with pytest.raises(CusttierError) as caught:
        read_files([path], settings=Settings())
    assert caught.value.code == code
    assert str(caught.value.values["path"]).startswith(str(path))
    assert time.monotonic() - since < PATIENCE_SECONDS


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
def test_no_hostile_file_takes_more_than_a_gigabyte(tmp_path: Path) -> None:
    paths = []
    for name, (_, make) in HOSTILE.items():
        paths.append(tmp_path / name)
        make(paths[-1])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(Path(__file__).parents[1]), *map(str, paths)],
        capture_output=True,
        check=True,
        timeout=600,
    )
    most = dict(json.loads(line) for line in done.stdout.splitlines())
    assert len(most) == len(paths)
    assert [(path, megabytes) for path, megabytes in most.items() if megabytes > MOST_MEGABYTES] == []


def test_names_that_lead_elsewhere_or_change_the_screen_are_only_names(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "orders.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../escaped.csv", "/etc/escaped.csv", "C:\\escaped.csv", "a\x1b[2J\x07\u202e.csv"):
            archive.writestr(name, TABLE)
    labels = [reading.path for reading in read_files([path], settings=Settings())]
    assert len(labels) == 4
    assert all(label.isprintable() or "\ufffd" in label for label in labels)
    assert not any(character in label for label in labels for character in "\x1b\x07\u202e")
    assert [found.name for found in tmp_path.rglob("*escaped*")] == []
