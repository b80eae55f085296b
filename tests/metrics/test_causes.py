"""How an outcome is shared out among changes: what always holds, whatever reaches it."""

from itertools import permutations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from custtier.models.causes import fair_parts, greatest, subsets, whole

NAMES = ["bought", "refunded", "aged", "cuts"]
GAMES = st.integers(1, 4).flatmap(
    lambda count: st.tuples(st.just(NAMES[:count]), st.lists(st.booleans(), min_size=2**count, max_size=2**count))
)


def parts_of(changes: list[str], reached: list[bool]) -> dict[str, int]:
    frames = {some: pl.Series([one]) for some, one in zip(subsets(changes), reached, strict=True)}
    return fair_parts(frames, changes=changes).row(0, named=True)


@settings(deadline=None)
@given(GAMES)
def test_parts_are_what_every_order_of_changes_gives(game: tuple[list[str], list[bool]]) -> None:
    changes, reached = game
    holds = dict(zip(subsets(changes), reached, strict=True))
    expected = dict.fromkeys(changes, 0)
    for order in permutations(changes):
        made: frozenset[str] = frozenset()
        for change in order:
            expected[change] += holds[made | {change}] - holds[made]
            made |= {change}
    assert parts_of(changes, reached) == expected


@settings(deadline=None)
@given(GAMES)
def test_parts_add_up_to_the_whole_where_all_changes_reach_what_none_does(game: tuple[list[str], list[bool]]) -> None:
    changes, reached = game
    reached = [False, *reached[1:-1], True]
    parts = parts_of(changes, reached)
    assert sum(parts.values()) == whole(changes)
    best = greatest(pl.DataFrame([parts])).row(0)
    assert best == (list(parts.values()).index(max(parts.values())), max(parts.values()))
    assert best[1] > 0


@settings(deadline=None)
@given(GAMES, st.randoms(use_true_random=False))
def test_a_change_without_effect_has_no_part_and_changes_no_other(game: tuple[list[str], list[bool]], rng) -> None:
    changes, reached = game
    holds = dict(zip(subsets(changes), reached, strict=True))
    more = [*changes, "idle"]
    rng.shuffle(more)
    with_idle = parts_of(more, [holds[some - {"idle"}] for some in subsets(more)])
    assert with_idle.pop("idle") == 0
    assert with_idle == {name: part * len(more) for name, part in parts_of(changes, reached).items()}
