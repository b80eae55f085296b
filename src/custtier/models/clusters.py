"""Groups of rows that lie together: how many there are, whether there are any, and who belongs to which."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from custtier.models.one_cloud import Matrix, one_cloud

Labels = np.ndarray[Any, np.dtype[np.int64]]

MOST: Final = 8
"""The largest number of groups that is looked for."""

SAMPLE: Final = 1000
"""Rows on which the number of groups is chosen."""

FITTED: Final = 20_000
"""Rows on which the groups are then found."""

DRAWS: Final = 20
"""Clouds without groups that the rows are compared with."""

LEAST_EXCESS: Final = 0.05
LEAST_DEVIATIONS: Final = 4.0
LEAST_STABILITY: Final = 0.8
LEAST_SHARE: Final = 0.02
"""What a number of groups must show: see `Trial.holds`."""

_RESAMPLES: Final = 10
_RESAMPLED: Final = 0.7
_STARTS: Final = 4
_DIGITS: Final = 9
_BLOCK: Final = 65_536


@dataclass(frozen=True)
class Trial:
    """What a number of groups shows.

    Args:
        count: The number.
        silhouette: Mean silhouette of the rows, -1 to 1.
        by_chance: Mean silhouette of as many groups in clouds without any.
        deviations: How many standard deviations of these the silhouette lies above their mean.
        stability: Mean adjusted Rand index between the groups and those found on parts of the rows, up to 1; None
            where that was not looked at, because the silhouette is that of chance.
        least_share: Share of the rows in the smallest group.
    """

    count: int
    silhouette: float
    by_chance: float
    deviations: float
    stability: float | None
    least_share: float

    @property
    def excess(self) -> float:
        """How far the silhouette lies above that of chance."""
        return self.silhouette - self.by_chance

    @property
    def clearness(self) -> float:
        """How much of the way from chance to groups that are points the silhouette goes: 1 at most."""
        return self.excess / (1 - self.by_chance)

    @property
    def is_more_than_chance(self) -> bool:
        """Whether the silhouette is above that of chance, clearly and in size, and no group is a handful."""
        return self.excess >= LEAST_EXCESS and self.deviations >= LEAST_DEVIATIONS and self.least_share >= LEAST_SHARE

    @property
    def holds(self) -> bool:
        """Whether the groups are more than chance and are found again on parts of the rows."""
        return self.is_more_than_chance and self.stability is not None and self.stability >= LEAST_STABILITY


def trials(rows: Matrix, *, keeps: Sequence[bool], seed: int = 0, most: int = MOST) -> tuple[Trial, ...]:
    """What each number of groups from two on shows.

    Args:
        rows: One row per customer, scaled, in an order that depends on nothing but the rows.
        keeps: See `one_cloud.one_cloud`.
        seed: Of every draw.
        most: The largest number tried.
    """
    with _one_thread():
        random = np.random.default_rng(seed)
        sample = sampled(rows, count=SAMPLE, random=random)
        counts = range(2, min(most, len(np.unique(sample, axis=0)) - 1) + 1)
        found = [_fitted(sample, count, seed=seed)[0] for count in counts]
        here = _silhouettes(sample, found)
        cloud = one_cloud(sample, keeps=keeps, random=random)
        elsewhere = np.array(
            [
                _silhouettes(drawn, [_fitted(drawn, count, seed=seed)[0] for count in counts])
                for drawn in (cloud.draw(len(sample), random=random) for _ in range(DRAWS))
            ]
        )
        return tuple(
            _tried(sample, labels, count=count, silhouette=silhouette, chance=chance, seed=seed)
            for count, labels, silhouette, chance in zip(counts, found, here, elsewhere.T, strict=True)
        )


def clearest(tried: Sequence[Trial]) -> Trial | None:
    """The clearest number of groups among those that hold, of equal ones the smallest; None when none does."""
    holding = [trial for trial in tried if trial.holds]
    return max(holding, key=lambda trial: (trial.clearness, -trial.count), default=None)


def centres(rows: Matrix, count: int, *, seed: int = 0) -> Matrix:
    """The middles of so many groups, sorted, so that equal groups have equal places.

    Args:
        rows: As for `trials`.
        count: How many.
        seed: Of every draw.
    """
    with _one_thread():
        sample = sampled(rows, count=FITTED, random=np.random.default_rng(seed))
        middles = np.round(_fitted(sample, count, seed=seed)[1], _DIGITS)
    return middles[np.lexsort(middles.T[::-1])]


def nearest_centre(rows: Matrix, middles: Matrix) -> tuple[Labels, Matrix]:
    """For each row the group whose middle is nearest, and the distance to it; the first of equally near ones."""
    labels = np.empty(len(rows), dtype=np.int64)
    distances = np.empty(len(rows))
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        # summed column by column: a matrix product rounds differently from one processor to the next
        squares = sum((block[:, place, None] - middles[None, :, place]) ** 2 for place in range(rows.shape[1]))
        labels[start : start + _BLOCK] = np.argmin(squares, axis=1)
        distances[start : start + _BLOCK] = np.sqrt(np.min(squares, axis=1))
    return labels, distances


def silhouette(rows: Matrix, labels: Labels) -> float:
    """The mean silhouette of rows in groups: how much nearer each lies to its own group than to the next.

    A row alone in its group counts 0.

    Args:
        rows: A few thousand at most: every distance is looked at.
        labels: The group of each, 0 to their number less one; two groups at least, none empty.

    Source:
        Rousseeuw (1987), Silhouettes: a graphical aid to the interpretation and validation of cluster analysis.
    """
    return _silhouettes(rows, [labels])[0]


def sampled(rows: Matrix, *, count: int, random: np.random.Generator) -> Matrix:
    """So many of the rows, in their order; all where there are fewer."""
    if len(rows) <= count:
        return rows
    return rows[np.sort(random.choice(len(rows), count, replace=False))]


def _tried(sample: Matrix, labels: Labels, *, count: int, silhouette: float, chance: Matrix, seed: int) -> Trial:
    trial = Trial(
        count=count,
        silhouette=float(silhouette),
        by_chance=float(chance.mean()),
        deviations=float((silhouette - chance.mean()) / max(float(chance.std(ddof=1)), 1e-9)),
        stability=None,
        least_share=float(np.bincount(labels, minlength=count).min() / len(labels)),
    )
    if not trial.is_more_than_chance:
        return trial
    return Trial(**{**trial.__dict__, "stability": _stability(sample, labels, count=count, seed=seed)})


def _stability(sample: Matrix, labels: Labels, *, count: int, seed: int) -> float:
    """How alike groups are to those found on parts of the rows: the mean adjusted Rand index."""
    from sklearn.metrics import adjusted_rand_score

    random = np.random.default_rng(seed + 1)
    part = max(round(_RESAMPLED * len(sample)), count + 1)
    agreements = []
    for _ in range(_RESAMPLES):
        chosen = np.sort(random.choice(len(sample), part, replace=False))
        middles = _fitted(sample[chosen], count, seed=seed)[1]
        agreements.append(adjusted_rand_score(labels, nearest_centre(sample, middles)[0]))
    return float(np.mean(agreements))


def _one_thread() -> AbstractContextManager[object]:
    """Within it one thread works: several add up in an order of their own, and the last digit hangs on it."""
    import sklearn.cluster  # noqa: F401  # only libraries that are loaded can be held to one
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def _fitted(rows: Matrix, count: int, *, seed: int) -> tuple[Labels, Matrix]:
    """Groups by k-means: the label of each row, and the middles."""
    from sklearn.cluster import KMeans

    model = KMeans(count, n_init=_STARTS, random_state=seed, algorithm="lloyd").fit(rows)
    return model.labels_.astype(np.int64), model.cluster_centers_


def _silhouettes(rows: Matrix, labellings: Sequence[Labels]) -> list[float]:
    """The mean silhouette of several groupings of the same rows: the distances are worked out once."""
    from scipy.spatial.distance import cdist

    distances = cdist(rows, rows)
    every = np.arange(len(rows))
    found = []
    for labels in labellings:
        sizes = np.bincount(labels)
        sums = distances @ np.eye(len(sizes))[labels]
        own_size = sizes[labels]
        within = sums[every, labels] / np.maximum(own_size - 1, 1)
        means = sums / sizes
        means[every, labels] = np.inf
        beyond = means.min(axis=1)
        larger = np.maximum(within, beyond)
        values = np.where((own_size > 1) & (larger > 0), (beyond - within) / np.where(larger > 0, larger, 1.0), 0.0)
        found.append(float(values.mean()))
    return found
