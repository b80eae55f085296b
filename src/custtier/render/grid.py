"""Columns of text side by side, every line equally wide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custtier.text.layout import cells, padded, wrapped

GAP: Final = "  "


@dataclass(frozen=True)
class Column:
    """One column of a grid.

    Args:
        title: Stands over it.
        texts: One for each row.
        right: Whether texts stand at the right.
        narrowest: How narrow it may get by letting long texts go on in the next line; None when it must not.
    """

    title: str
    texts: Sequence[str]
    right: bool = False
    narrowest: int | None = None

    @property
    def width(self) -> int:
        """Columns of the terminal that it would like."""
        return max(cells(self.title), *map(cells, self.texts), 0)

    @property
    def least(self) -> int:
        """Columns of the terminal that it needs."""
        return self.width if self.narrowest is None else min(self.width, max(self.narrowest, cells(self.title)))


def least_width(columns: Sequence[Column]) -> int:
    """The narrowest page on which the columns stand side by side."""
    return sum(column.least for column in columns) + len(GAP) * (len(columns) - 1)


def grid(columns: Sequence[Column], *, width: int | None, under: Sequence[Sequence[str]] | None = None) -> list[str]:
    """Header, rule and rows. Columns that fold give way until the page is wide enough; nothing else is ever cut.

    Args:
        columns: Side by side.
        width: Columns of the terminal; None for as wide as it needs.
        under: Lines that stand under each row.
    """
    widths = _widths(columns, width)
    head = GAP.join(
        padded(column.title, size, right=column.right) for column, size in zip(columns, widths, strict=True)
    )
    lines = [head, "─" * cells(head)]
    for place, row in enumerate(zip(*(column.texts for column in columns), strict=True)):
        folded = [
            wrapped(text, size) if cells(text) > size else [text]
            for column, text, size in zip(columns, row, widths, strict=True)
        ]
        for number in range(max(map(len, folded))):
            parts = [texts[number] if number < len(texts) else "" for texts in folded]
            lines.append(
                GAP.join(
                    padded(part, size, right=column.right)
                    for column, part, size in zip(columns, parts, widths, strict=True)
                )
            )
        lines.extend(under[place] if under is not None else ())
    return lines


def _widths(columns: Sequence[Column], width: int | None) -> list[int]:
    widths = [column.width for column in columns]
    over = 0 if width is None else sum(widths) + len(GAP) * (len(widths) - 1) - width
    while over > 0:
        room = [(widths[number] - column.least, number) for number, column in enumerate(columns)]
        most, widest = max(room, default=(0, 0))
        if most <= 0:
            break
        taken = min(most, over)
        widths[widest] -= taken
        over -= taken
    return widths
