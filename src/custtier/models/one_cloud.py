"""Customers drawn from one cloud without groups: what clusters found in a shop are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from custtier.models.peaks import usual_width, valleys

Matrix = np.ndarray[Any, np.dtype[np.float64]]

_TRIES: Final = 4096
_ROUNDS: Final = 6
_WIDER: Final = 1.15
_STRONGEST: Final = 0.995


@dataclass(frozen=True)
class OneCloud:
    """A cloud with the columns' own values and correlations, and no groups.

    Args:
        columns: For each column its values, ascending: parted columns are widened until they have one peak.
        mixing: Makes correlated normal numbers of independent ones.
    """

    columns: tuple[Matrix, ...]
    mixing: Matrix

    def draw(self, count: int, *, random: np.random.Generator) -> Matrix:
        """So many rows of the cloud."""
        return _through(self.columns, random.standard_normal((count, len(self.columns))) @ self.mixing)


def one_cloud(rows: Matrix, *, keeps: Sequence[bool], random: np.random.Generator) -> OneCloud:
    """The cloud that has the rows' own columns and correlations and no groups.

    Each column keeps its distribution, steps and heaps included, but for one: where two peaks stand apart, the column
    is widened with normal noise until it has one, and brought back to its spread (Silverman's smoothed bootstrap).
    Columns hang together as strongly as in the rows, through a normal copula. So whatever is found in the rows and not
    in draws is more than numbers that come in steps, are skewed, or go together.

    Args:
        rows: One row per customer, scaled.
        keeps: Whether a column keeps its distribution whatever its peaks: counts are heaps at whole numbers.
        random: Where the noise comes from.

    Source:
        Silverman (1981), Using kernel density estimates to investigate multimodality; Cario and Nelson (1997) for
        drawing given distributions with given correlations.
    """
    columns = tuple(
        np.sort(column) if kept else _of_one_peak(column, random=random)
        for column, kept in zip(rows.T, keeps, strict=True)
    )
    width = len(columns)
    wanted = _correlations(rows)
    latent, mixing = wanted.copy(), np.eye(width)
    noise = random.standard_normal((_TRIES, width))
    for _ in range(_ROUNDS):
        mixing = _mixing(latent)
        latent = np.clip(latent + wanted - _correlations(_through(columns, noise @ mixing)), -_STRONGEST, _STRONGEST)
        np.fill_diagonal(latent, 1.0)
    return OneCloud(columns, mixing)


def _through(columns: Sequence[Matrix], normal: Matrix) -> Matrix:
    """The columns' values at the places that normal numbers hold in the normal distribution."""
    from scipy.special import ndtr

    drawn = np.empty_like(normal)
    for place, column in enumerate(columns):
        at = np.minimum((ndtr(normal[:, place]) * len(column)).astype(np.int64), len(column) - 1)
        drawn[:, place] = column[at]
    return drawn


def _correlations(rows: Matrix) -> Matrix:
    """Pearson's, 0 with a column that is the same everywhere."""
    centred = rows - rows.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    scaled = centred / np.where(spread > 0, spread, 1.0)
    found: Matrix = scaled.T @ scaled
    np.fill_diagonal(found, 1.0)
    return found


def _mixing(correlations: Matrix) -> Matrix:
    """A matrix whose square is the nearest that can be correlations."""
    values, vectors = np.linalg.eigh(correlations)
    half = np.sqrt(np.clip(values, 1e-6, None))[:, None] * vectors.T
    mixing: Matrix = half / np.sqrt((half**2).sum(axis=0))
    return mixing


def _of_one_peak(column: Matrix, *, random: np.random.Generator) -> Matrix:
    """The column's values, ascending, widened just enough for one peak."""
    usual = usual_width(column)
    if not usual:
        return np.sort(column)
    width = usual
    while valleys(column, width=width):
        width *= _WIDER
    if width == usual:
        return np.sort(column)
    centre, spread = float(column.mean()), float(column.std())
    many = np.tile(column, -(-_TRIES // len(column)))
    widened = many - centre + width * random.standard_normal(len(many))
    return np.sort(centre + widened / np.sqrt(1 + (width / spread) ** 2))
