"""The most memory that this process itself took: a child's `ru_maxrss` begins with that of the process that made it."""

import re
from pathlib import Path


def peak_megabytes() -> int:
    """From `/proc`, which Linux alone has: the high-water mark since the program was started."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) >> 10
