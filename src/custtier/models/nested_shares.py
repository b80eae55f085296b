"""Shares of nested groups, each drawn towards the group around it by as much as chance alone would scatter it.

A group of few says little of itself, so it is taken for the group it lies in; a group of many stands for itself
(empirical Bayes, beta-binomial). How far groups of one level differ beyond chance is told from all of them together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Group = tuple[object, ...]
"""What a group is told by, from the widest sign to the narrowest."""

Counts = Mapping[Group, tuple[int, int]]
"""Group → how many, and how many of them did it."""

_ALIKE: Final = float("inf")
_LEAST: Final = 1.0
"""However far groups differ, one person is not all that there is to know of a group: the group around counts as one."""


@dataclass(frozen=True)
class NestedShares:
    """The shares of groups.

    Args:
        levels: From the widest to the narrowest: group → its share, counts.
        strengths: Level → as how many people the group around counts, at least one; infinite where groups differ by
            chance alone.
        overall: The share of all.
    """

    levels: Sequence[Mapping[Group, tuple[float, int, int]]]
    strengths: Sequence[float]
    overall: float

    def share(self, group: Group) -> float:
        """The share of a group; of one never seen that of the narrowest group around it that was."""
        for depth in range(len(self.levels), 0, -1):
            found = self.levels[depth - 1].get(group[:depth])
            if found is not None:
                return found[0]
        return self.overall

    def counts(self, group: Group) -> tuple[int, int]:
        """How many were in a group, and how many of them did it."""
        found = self.levels[len(group) - 1].get(group) if 0 < len(group) <= len(self.levels) else None
        return (found[1], found[2]) if found else (0, 0)


def nested_shares(counts: Counts) -> NestedShares:
    """The shares of groups and of all groups around them.

    Args:
        counts: Of the narrowest groups, all of one length; at least one person in all.
    """
    total = sum(count for count, _ in counts.values())
    did = sum(hits for _, hits in counts.values())
    overall = (did + 0.5) / (total + 1)
    depth = len(next(iter(counts)))
    levels: list[Mapping[Group, tuple[float, int, int]]] = []
    strengths: list[float] = []
    around: Mapping[Group, float] = {(): overall}
    for length in range(1, depth + 1):
        summed = _summed(counts, length)
        strength = _strength(summed, around)
        level = {
            group: (_drawn(count, hits, towards=around[group[:-1]], strength=strength), count, hits)
            for group, (count, hits) in summed.items()
        }
        levels.append(level)
        strengths.append(strength)
        around = {group: found[0] for group, found in level.items()}
    return NestedShares(levels, strengths, overall)


def _summed(counts: Counts, length: int) -> dict[Group, tuple[int, int]]:
    found: dict[Group, tuple[int, int]] = {}
    for group, (count, hits) in counts.items():
        before = found.get(group[:length], (0, 0))
        found[group[:length]] = (before[0] + count, before[1] + hits)
    return found


def _strength(groups: Counts, around: Mapping[Group, float]) -> float:
    """As how many people the group around counts, by the method of moments.

    The squared distance of a group's hits from what the group around it makes expect is, over the variance of one
    person, n (1 + (n − 1) ρ) on average; ρ is 1 / (strength + 1).
    """
    totals: dict[Group, int] = {}
    for group, (count, _) in groups.items():
        totals[group[:-1]] = totals.get(group[:-1], 0) + count
    excess = room = 0.0
    for group, (count, hits) in groups.items():
        share = around[group[:-1]]
        part = count / totals[group[:-1]]
        # a group is a part of what it is held against
        excess += (hits - count * share) ** 2 / (share * (1 - share)) - count * (1 - part)
        room += count * (count - 1) * (1 - part)
    if room <= 0 or excess <= 0:
        return _ALIKE
    return max(room / excess - 1, _LEAST)


def _drawn(count: int, hits: int, *, towards: float, strength: float) -> float:
    return towards if strength == _ALIKE else (hits + strength * towards) / (count + strength)
