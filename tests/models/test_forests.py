"""Forests by doubling jumps beside walks one step after the other."""

import random

import numpy as np
import pytest

from custtier.models.forests import NONE, generations, heights, preorder, rings, sums_above, sums_below, tops


def random_parents(seed: int, *, with_rings: bool) -> list[int]:
    rng = random.Random(seed)
    count = rng.choice([0, 1, 2, 5, 20, 60])
    parents = [rng.choice([NONE, rng.randrange(count), rng.randrange(count)]) for _ in range(count)]
    if with_rings:
        return [NONE if parent == place else parent for place, parent in enumerate(parents)]
    return [parent if parent < place else NONE for place, parent in enumerate(parents)]


def walk(parents: list[int], place: int) -> list[int]:
    """The node and those above it, until the top or until one stands there twice."""
    path = [place]
    while parents[path[-1]] != NONE and parents[path[-1]] not in path:
        path.append(parents[path[-1]])
    return path


@pytest.mark.parametrize("seed", range(80))
def test_rings_are_those_that_a_walk_comes_back_on(seed: int) -> None:
    parents = random_parents(seed, with_rings=True)
    expected = []
    for place in range(len(parents)):
        path = walk(parents, place)
        expected.append(min(path) if parents[path[-1]] == place else NONE)
    assert rings(np.array(parents, dtype=np.int64)).tolist() == expected


@pytest.mark.parametrize("seed", range(80))
def test_what_stands_above_and_below_is_what_walks_meet(seed: int) -> None:
    parents = random_parents(seed, with_rings=False)
    array, rng = np.array(parents, dtype=np.int64), random.Random(seed)
    values = [rng.randrange(-5, 10**15) for _ in parents]
    paths = [walk(parents, place) for place in range(len(parents))]
    below = [[one for one, path in enumerate(paths) if place in path[1:]] for place in range(len(parents))]
    assert generations(array).tolist() == [len(path) - 1 for path in paths]
    assert tops(array).tolist() == [path[-1] for path in paths]
    steps = np.array(values, dtype=np.int64)
    assert sums_above(array, steps).tolist() == [sum(values[one] for one in path) for path in paths]
    assert sums_below(array, steps).tolist() == [sum(values[one] for one in ones) for ones in below]
    depth = [len(path) for path in paths]
    assert heights(array).tolist() == [
        max((depth[one] - depth[place] for one in ones), default=0) for place, ones in enumerate(below)
    ]


@pytest.mark.parametrize("seed", range(80))
def test_preorder_is_that_of_a_walk_down_each_tree(seed: int) -> None:
    parents = random_parents(seed, with_rings=False)
    order = list(range(len(parents)))
    random.Random(seed).shuffle(order)
    expected = [0] * len(parents)
    for top in (place for place, parent in enumerate(parents) if parent == NONE):
        waiting, number = [top], 0
        while waiting:
            place = waiting.pop()
            expected[place] = number
            number += 1
            waiting += [one for one in reversed(order) if parents[one] == place]
    found = preorder(np.array(parents, dtype=np.int64), np.array(order, dtype=np.int64))
    assert found.tolist() == expected
