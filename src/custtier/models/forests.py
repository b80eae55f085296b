"""Who stands above whom: rings found, generations, what lies below each; by doubling jumps, whatever the depth.

A forest is an array of parents: the place of each node's parent, or -1 for a node that has none. Every walk doubles its
steps (Wyllie 1979), so that a chain of a million nodes takes twenty passes and no recursion.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

NONE: Final = -1
"""Stands for a parent that is not there, and for a ring that a node is not on."""

Ints = NDArray[np.int64]


def rings(parents: Ints) -> Ints:
    """The ring that each node is on, by the smallest place on it; `NONE` for a node that is on none.

    A node that leads into a ring without being led back to is on none.

    Examples:
        >>> rings(np.array([1, 2, 1, 0, -1])).tolist()
        [-1, 1, 1, -1, -1]
    """
    count = len(parents)
    jump = _jumps(parents)
    for _ in range(max(count, 1).bit_length()):
        jump = jump[jump]
    # after more steps than there are nodes everybody has left the forest or stands on a ring, and every place on a ring
    # is reached from itself
    members = np.unique(jump[:-1])
    members = members[members < count]
    found = np.full(count, NONE, dtype=np.int64)
    if len(members):
        steps = np.searchsorted(members, parents[members])
        labels = members.copy()
        for _ in range(len(members).bit_length()):
            labels = np.minimum(labels, labels[steps])
            steps = steps[steps]
        found[members] = labels
    return found


def generations(parents: Ints) -> Ints:
    """How many stand above each node; 0 for a node without a parent.

    Args:
        parents: Without rings.

    Examples:
        >>> generations(np.array([-1, 0, 1, 1])).tolist()
        [0, 1, 2, 2]
    """
    return sums_above(parents, (parents != NONE).astype(np.int64))


def sums_above(parents: Ints, steps: Ints) -> Ints:
    """The sum of `steps` from each node up to the top, both ends with it.

    Args:
        parents: Without rings.
        steps: One number a node.

    Examples:
        >>> sums_above(np.array([-1, 0, 1]), np.array([5, 20, 100])).tolist()
        [5, 25, 125]
    """
    jump, sums = _jumps(parents), np.append(steps, 0)
    while _goes_on(jump):
        sums = sums + sums[jump]
        jump = jump[jump]
    return sums[:-1] + 0


def tops(parents: Ints) -> Ints:
    """The node at the top of each node's tree.

    Args:
        parents: Without rings.

    Examples:
        >>> tops(np.array([-1, 0, 1, -1])).tolist()
        [0, 0, 0, 3]
    """
    places = np.arange(len(parents), dtype=np.int64)
    top = np.where(parents == NONE, places, parents)
    while True:
        further = top[top]
        if np.array_equal(further, top):
            return top
        top = further


def sums_below(parents: Ints, values: Ints) -> Ints:
    """The sum of `values` of all who stand below each node, the node itself without.

    Args:
        parents: Without rings.
        values: One number a node.

    Examples:
        >>> sums_below(np.array([-1, 0, 1, 1]), np.array([1, 10, 100, 1000])).tolist()
        [1110, 1100, 0, 0]
    """
    jump, sums = _jumps(parents), np.append(values, 0)
    # what lies less than 2^k steps below, and what lies so far below those who are 2^k steps below, is what lies less
    # than 2^(k+1) steps below
    while _goes_on(jump):
        np.add.at(sums, jump[:-1], sums[:-1].copy())
        sums[-1] = 0
        jump = jump[jump]
    return sums[:-1] - values


def heights(parents: Ints) -> Ints:
    """How many generations stand below each node; 0 for a node that nobody stands below.

    Args:
        parents: Without rings.

    Examples:
        >>> heights(np.array([-1, 0, 1, 0])).tolist()
        [2, 1, 0, 0]
    """
    above = generations(parents)
    jump, deepest = _jumps(parents), np.append(above, 0)
    while _goes_on(jump):
        np.maximum.at(deepest, jump[:-1], deepest[:-1].copy())
        deepest[-1] = 0
        jump = jump[jump]
    return deepest[:-1] - above


def preorder(parents: Ints, order: Ints) -> Ints:
    """The place of each node in its tree when each is followed by all below it; the top of every tree has place 0.

    Args:
        parents: Without rings.
        order: All nodes, in the order in which those of one parent follow each other.

    Examples:
        >>> preorder(np.array([-1, 0, 0, 1]), np.array([0, 2, 1, 3])).tolist()
        [0, 2, 1, 3]
    """
    sizes = sums_below(parents, np.ones(len(parents), dtype=np.int64)) + 1
    # those of one parent side by side, in their order: what stands before each of them is a running sum less its start
    by_parent = order[np.argsort(parents[order], kind="stable")]
    running = np.cumsum(sizes[by_parent]) - sizes[by_parent]
    owners = parents[by_parent]
    is_first = np.append(True, owners[1:] != owners[:-1]) if len(owners) else np.array([], dtype=bool)
    starts = np.maximum.accumulate(np.where(is_first, np.arange(len(owners)), 0))
    steps = np.zeros(len(parents), dtype=np.int64)
    steps[by_parent] = running - running[starts] + 1 if len(owners) else 0
    return sums_above(parents, np.where(parents == NONE, 0, steps))


def _jumps(parents: Ints) -> Ints:
    """The parents, and one place more that stands above all and leads to itself."""
    count = len(parents)
    return np.append(np.where(parents == NONE, count, parents), count).astype(np.int64)


def _goes_on(jump: Ints) -> bool:
    return bool((jump[:-1] < len(jump) - 1).any())
