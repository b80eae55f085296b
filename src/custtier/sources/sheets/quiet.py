"""What a compiled reader says on standard error before its panic becomes an exception, kept from the user."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_STANDARD_ERROR: Final = 2
_SAYING: Final = b"panicked at"


@contextmanager
def quiet_panics() -> Iterator[None]:
    """Holds back what is written to standard error; what is no report of a panic is written afterwards.

    A panic is told as an error of ours. Its report would stand above that, in English and with names of source files.
    """
    try:
        kept = os.dup(_STANDARD_ERROR)
    except OSError:  # closed by the caller: nobody reads
        yield
        return
    with tempfile.TemporaryFile() as said:
        _flush()
        os.dup2(said.fileno(), _STANDARD_ERROR)
        try:
            yield
        finally:
            _flush()
            os.dup2(kept, _STANDARD_ERROR)
            os.close(kept)
            said.seek(0)
            words = said.read()
            if words and _SAYING not in words:
                os.write(_STANDARD_ERROR, words)


def _flush() -> None:
    if sys.stderr is not None and not sys.stderr.closed:
        sys.stderr.flush()
