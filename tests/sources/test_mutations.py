"""Whatever is done to an export, it reads or is refused with an error of ours; the numbers name the spoiled files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import mutations
first, count = int(sys.argv[2]), int(sys.argv[3])
faults = [str(fault) for fault in mutations.tried(range(first, first + count))]
sys.path.insert(0, sys.argv[1] + "/..")
from memory import peak_megabytes
print(json.dumps([faults, peak_megabytes()]))
"""
MOST_MEGABYTES = 1024


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("first", [0, 250])
def test_a_spoiled_file_reads_or_is_refused_and_takes_little_memory(first: int) -> None:
    """In a process of its own: a reader that ends the process fails this test alone."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(Path(__file__).parent), str(first), "250"],
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    faults, megabytes = json.loads(done.stdout)
    assert faults == []
    assert megabytes <= MOST_MEGABYTES
    assert b"panicked" not in done.stderr
