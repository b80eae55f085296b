"""Where text stands on a page: columns that a text takes, and lines that break where Chinese and English may."""

import unicodedata
from typing import Final

NO_LINE_START: Final = "，。；：、）》”’！？,.;:)"
NO_LINE_END: Final = "（《“‘("
_JOINTS: Final = ("/\\", "_-", ".")
"""Where a long word breaks first: a path between folders, a name between its words, before its ending."""

_SHARE_USED: Final = 3
"""A line of such a word is filled to this part of it at least."""

TAKES_NO_CELL: Final = frozenset({"Mn", "Me", "Cf", "Cc"})


def cells(text: str) -> int:
    """Columns that a text takes on a terminal.

    Examples:
        >>> cells("客户 A"), cells("é"), cells("e\u0301")
        (6, 1, 1)
    """
    return len(text) if text.isascii() else sum(map(_cells_of_sign, text))


def _cells_of_sign(sign: str) -> int:
    if unicodedata.east_asian_width(sign) in "WF":
        return 2
    return 0 if unicodedata.category(sign) in TAKES_NO_CELL else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with spaces up to `width` columns; with `right` it stands at their end."""
    space = " " * (width - cells(text))
    return space + text if right else text + space


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, at least one line.

    Chinese breaks anywhere but before a closing mark; a word too long for a line breaks behind a joint of it, such as
    a path's, else where the line ends.

    Examples:
        >>> wrapped("one two three", 8)
        ['one two', 'three']
        >>> wrapped("客户分层。", 8)
        ['客户分', '层。']
        >>> wrapped("abcdefgh", 5)
        ['abcde', 'fgh']
        >>> wrapped("shop/orders/taobao_orders.csv", 20)
        ['shop/orders/', 'taobao_orders.csv']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and cells(line) + cells(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
        while cells(line.rstrip()) > width:
            cut = _cut(line, width)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _cut(word: str, width: int) -> int:
    """Where a word too long for a line breaks: behind the last joint that fits, if much of the line is used then."""
    most = _fitting(word, width)
    least = max(most // _SHARE_USED, 1)
    return next((place for joints in _JOINTS if (place := _behind(word[:most], joints)) >= least), most)


def _behind(text: str, joints: str) -> int:
    return max(text.rfind(joint) for joint in joints) + 1


def _fitting(text: str, width: int) -> int:
    """How many characters fit into `width` columns, at least one."""
    used = 0
    for number, sign in enumerate(text):
        used += _cells_of_sign(sign)
        if used > width:
            return max(number, 1)
    return len(text)


def _pieces(text: str) -> list[str]:
    """What must not be torn: a word with the spaces after it, one Chinese character with the marks around it."""
    pieces: list[str] = []
    for sign in " ".join(text.split()):
        if pieces and not _may_part(pieces[-1][-1], sign):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def _may_part(before: str, sign: str) -> bool:
    """Whether a line may end between two characters."""
    if sign == " " or sign in NO_LINE_START or before in NO_LINE_END:
        return False
    return before == " " or cells(before) == 2 or cells(sign) == 2
