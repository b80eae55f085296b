"""Charts as SVG for a page: drawn once, on this machine, with no script and nothing from the network."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from custtier.render import rule_lines
from custtier.render.lorenz import alike_of, axes_of, marks_of
from custtier.text import Catalogue
from custtier.text.names import names_of
from custtier.text.titles import title_of
from custtier.views.view import View

if TYPE_CHECKING:
    import altair as alt

INK: Final = "currentColor"
"""The colour of the text around the chart, so that a dark page has a light chart."""

TEXTS_AT: Final = 0.97
TEXTS_APART: Final = 0.08
"""How high the text of the mark furthest right stands, and how much lower each further one: no line meets a text."""

TURNED_FROM: Final = 0.5
"""A text right of this ends at its line, any other begins there: it must not leave the page."""

CURVE: Final = "#d9480f"
WARM: Final = ("#fff4e6", "#f08c00")
"""From few to many; what stands on either is dark."""

LINES: Final = ("#d9480f", "#1971c2", "#2f9e44", "#9c36b5", "#e8590c", "#0c8599", "#868e96", "#c2255c")
"""Of rules, the simplest first; dark and light pages show them alike."""

ON_WARM: Final = "#1a1a1a"
CELL: Final = (96, 44)
"""Width and height of a cell of a matrix, in pixels."""


def lorenz_svg(view: View, curve: pl.DataFrame, catalogue: Catalogue) -> str:
    """The Lorenz curve, the line of equal sales beside it, the marks on it."""
    import altair as alt

    marks = marks_of(view, curve, catalogue)
    across, up = axes_of(catalogue)
    percent = alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1])
    whole = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("x:Q", title=across, axis=percent, scale=whole)
    y = alt.Y("y:Q", title=up, axis=percent, scale=whole)
    raised = alt.Y("up:Q", scale=whole)

    def layer(points: Sequence[Mapping[str, object]]) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=[dict(point) for point in points])).encode(x=x, y=y)

    points = [{"x": share, "y": sales} for share, sales in curve.rows()]
    # over the line of equal sales the page is empty: there the texts stand, each at the line through its point
    said = [
        {"x": mark.customer_share, "y": mark.sales_share, "up": TEXTS_AT - TEXTS_APART * place, "text": mark.text}
        for place, mark in enumerate(reversed(marks))
    ]
    turned = [mark.customer_share > TURNED_FROM for mark in reversed(marks)]
    texts = [
        layer([one])
        .mark_text(align="right" if left else "left", dx=-6 if left else 6, color=INK, fontSize=12)
        .encode(y=raised, text="text:N")
        for one, left in zip(said, turned, strict=True)
    ]
    equal = layer([{"x": 0, "y": 0}, {"x": 1, "y": 1}]).mark_line(color=INK, opacity=0.45, strokeDash=[5, 4])
    named = layer([{"x": 0.6, "y": 0.6, "text": alike_of(catalogue)}]).mark_text(
        align="right", dx=-8, dy=-8, color=INK, opacity=0.7, fontSize=12
    )
    chart = alt.layer(
        equal,
        named.encode(text="text:N"),
        layer(points).mark_area(color=CURVE, opacity=0.12),
        layer(points).mark_line(color=CURVE, strokeWidth=2.5),
        layer(said).mark_rule(color=INK, opacity=0.45, strokeDash=[2, 3]).encode(y=raised, y2=alt.datum(0)),
        layer(said).mark_point(color=CURVE, filled=True, size=70, opacity=1),
        *texts,
    )
    return _svg(chart.properties(width=520, height=360))


def matrix_svg(matrix: pl.DataFrame, *, letter: str, sales: Sequence[Sequence[str]], catalogue: Catalogue) -> str:
    """How many customers have each pair of scores, the warmer the more, with their sales under the number.

    Args:
        matrix: A table of `views.rfm.matrix`.
        letter: `f` or `m`, whose scores stand across.
        sales: For each row of the matrix the sales of its cells, as they are shown.
        catalogue: The language.
    """
    import altair as alt

    scores = [name[1] for name in matrix.columns if name.startswith(letter) and name.endswith("_customers")]
    cells = [
        {"r": str(row["r_score"]), "s": score, "n": row[f"{letter}{score}_customers"], "sales": amounts[place]}
        for row, amounts in zip(matrix.iter_rows(named=True), sales, strict=True)
        for place, score in enumerate(scores)
    ]
    axis = alt.Axis(labelAngle=0, domain=False, ticks=False, labelFontSize=13)
    x = alt.X("s:O", title=title_of(f"{letter}_score", catalogue), axis=axis, sort=list(scores))
    y = alt.Y("r:O", title=title_of("r_score", catalogue), axis=axis, sort=sorted(scores, reverse=True))
    warmth = alt.Scale(range=list(WARM), domainMin=1)

    def layer(found: list[dict[str, object]]) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=found)).encode(x=x, y=y)

    held = [cell for cell in cells if cell["n"]]
    empty = [{**cell, "n": "–"} for cell in cells if not cell["n"]]
    chart = alt.layer(
        layer(held).mark_rect(stroke="none").encode(color=alt.Color("n:Q", scale=warmth, legend=None)),
        layer(held)
        .mark_text(color=ON_WARM, dy=-7, fontSize=14, fontWeight="bold")
        .encode(text=alt.Text("n:Q", format=",")),
        layer(held).mark_text(color=ON_WARM, dy=10, fontSize=10.5).encode(text="sales:N"),
        layer(empty).mark_text(color=INK, opacity=0.5).encode(text="n:N"),
    )
    width, height = CELL
    return _svg(chart.properties(width=width * len(scores), height=height * matrix.height))


def rules_svg(table: str, frame: pl.DataFrame, drawn: rule_lines.RuleLines, catalogue: Catalogue) -> str:
    """One line a rule, and the line on which what is told upwards is what is told across."""
    import altair as alt

    names = rule_lines.rule_names(drawn, catalogue)
    across, up = rule_lines.axes_of(drawn, catalogue)
    axis = alt.Axis(format="%" if drawn.is_share else ".2~f")
    scale = alt.Scale(domain=[0, drawn.most], nice=False)
    x, y = alt.X("x:Q", title=across, axis=axis, scale=scale), alt.Y("y:Q", title=up, axis=axis, scale=scale)
    points = [
        {"x": left, "y": high, "rule": name}
        for name, (first, count) in zip(names, drawn.lines.values(), strict=True)
        for left, high in frame.slice(first, count).select(drawn.across, drawn.up).iter_rows()
    ]
    legend = alt.Legend(title=None, labelColor=INK, labelFontSize=12, symbolStrokeWidth=3, labelLimit=260)
    colour = alt.Color("rule:N", sort=names, legend=legend, scale=alt.Scale(domain=names, range=list(LINES)))

    def layer(found: list[dict[str, object]]) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=found)).encode(x=x, y=y)

    even: list[dict[str, object]] = [{"x": 0, "y": 0}, {"x": drawn.most, "y": drawn.most}]
    said: list[dict[str, object]] = [
        {"x": 0.8 * drawn.most, "y": 0.8 * drawn.most, "text": rule_lines.even_of(table, catalogue)}
    ]
    chart = alt.layer(
        layer(even).mark_line(color=INK, opacity=0.45, strokeDash=[5, 4]),
        layer(said).mark_text(align="left", dx=8, dy=10, color=INK, opacity=0.7, fontSize=12).encode(text="text:N"),
        layer(points).mark_line(strokeWidth=2, point=True).encode(color=colour),
    )
    return _svg(chart.properties(width=460, height=360))


def funnel_svg(stages: pl.DataFrame, catalogue: Catalogue) -> str:
    """A bar a stage with its contacts and their share of all, the first on top."""
    import altair as alt

    names = names_of("stage", catalogue)
    rows = [
        {"stage": names.get(stage, stage), "n": count, "text": f"{count:,} · {share:.1%}"}
        for stage, count, share in stages.select("stage", "contacts", "share").fill_null(0).iter_rows()
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("n:Q", title=title_of("contacts", catalogue), axis=alt.Axis(format=",d", tickMinStep=1, tickCount=5)),
        y=alt.Y("stage:N", title=None, sort=[row["stage"] for row in rows]),
    )
    text = base.mark_text(align="left", dx=6, color=INK, fontSize=12).encode(text="text:N")
    chart = alt.layer(base.mark_bar(color=CURVE, opacity=0.8), text).properties(width=460, height=44 * len(rows))
    # the first bar is as long as the chart: what stands behind it is drawn in a page's letters, wider than reckoned
    return _svg(chart.properties(padding={"left": 5, "top": 5, "bottom": 5, "right": 60}))


def _svg(chart: "alt.LayerChart | alt.FacetChart") -> str:
    """The chart drawn, its lines and letters in the colour of the page around it."""
    import vl_convert

    quiet: dict[str, Any] = {"labelColor": INK, "titleColor": INK, "titleFontWeight": "normal", "labelFontSize": 12}
    lines: dict[str, Any] = {"gridColor": INK, "gridOpacity": 0.12, "domainColor": INK, "tickColor": INK}
    drawn = chart.configure(background="transparent", font="sans-serif").configure_view(stroke=None)
    whole = drawn.configure_axis(**quiet, **lines, titleFontSize=12, titlePadding=10)
    return str(vl_convert.vegalite_to_svg(whole.to_dict()))
