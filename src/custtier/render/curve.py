"""The Lorenz curve in lines of text: drawn with dots finer than letters, or with plain ASCII signs."""

from typing import Final

import polars as pl

from custtier.render.lorenz import alike_of, axes_of, marks_of
from custtier.text import Catalogue
from custtier.text.layout import cells, wrapped
from custtier.views.view import View

WIDTH: Final = (30, 100)
"""The narrowest and the widest drawing, in columns; where the page has no width, it is `USUAL_WIDTH`."""

USUAL_WIDTH: Final = 80
HEIGHT: Final = (12, 24)
COLUMNS_A_LINE: Final = 4
"""So many columns more give one line more, so that the drawing keeps its shape."""

STEPS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
MARK: Final = "o"

FRAME: Final = str.maketrans("┌┐└┘├┤┬┴┼─│", "+++++++++-|")
"""Signs of the frame → what every terminal shows."""


def curve_lines(view: View, curve: pl.DataFrame, catalogue: Catalogue, *, width: int | None, plain: bool) -> list[str]:
    """The curve with its axes named, the points marked, and below what each mark says.

    Args:
        view: The answer whose curve it is.
        curve: `models.concentration.lorenz`.
        catalogue: The language.
        width: Columns of the page; None for `USUAL_WIDTH`.
        plain: Only ASCII signs in the drawing.
    """
    least, most = WIDTH
    room = min(most, max(least, USUAL_WIDTH if width is None else width))
    marks = marks_of(view, curve, catalogue)
    drawn = _drawn(curve, [(mark.customer_share, mark.sales_share) for mark in marks], width=room, plain=plain)
    across, up = axes_of(catalogue)
    said = [f"{MARK}  {mark.text}" for mark in marks] + [f"{'.' if plain else '·'}  {alike_of(catalogue)}"]
    return [
        up,
        *drawn,
        " " * max(0, (room - cells(across)) // 2) + across,
        *(line for text in said for line in wrapped(text, room)),
    ]


def _drawn(curve: pl.DataFrame, marked: list[tuple[float, float]], *, width: int, plain: bool) -> list[str]:
    import plotext

    low, high = HEIGHT
    figure = plotext.figure
    plotext.terminal.limit(False, False)
    # what was drawn before in this process stays in the figure until it is cleared
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, min(high, max(low, width // COLUMNS_A_LINE)))
    across, up = (curve.get_column(name).to_list() for name in curve.columns)
    figure.draw(figure.signal([0, 1], [0, 1], marker="." if plain else "·").lines())
    figure.draw(figure.signal(across, up, marker="*" if plain else "braille").lines())
    for share, sales in marked:
        figure.draw(figure.signal([share], [sales], marker=MARK))
    for axis in ("x", "y"):
        figure.ruler(axis).lim(0, 1).ticks(list(STEPS), [f"{step:.0%}" for step in STEPS])
    text: str = figure.build().string(colorless=True)
    figure.clear()
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return [line.translate(FRAME) for line in lines] if plain else lines
