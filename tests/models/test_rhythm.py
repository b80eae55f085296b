"""Rhythm and windows: by hand, against plain Python with `math.erf`, and what must hold whatever the gaps."""

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest

from custtier.models.proportions import wilson
from custtier.models.rhythm import Usual, Waits, curve_of, rhythm_of, usual_of
from custtier.models.windows import shortest_windows

Person = tuple[list[int], int]
"""Gaps that ended, and days since."""


def waits_of(people: Sequence[Person]) -> Waits:
    rows = []
    for gaps, since in people:
        logs = [math.log(gap) for gap in gaps]
        for place, days in enumerate([*gaps, since]):
            known = logs[:place]
            rows.append((place, sum(known), sum(one**2 for one in known), days, place < len(gaps)))
    columns = list(zip(*rows, strict=True))
    kinds = (np.int64, np.float64, np.float64, np.int64, np.bool_)
    return Waits(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))


def people_at_random(seed: int, *, number: int = 60, regular: float = 3.0) -> list[Person]:
    draw = random.Random(seed)
    found: list[Person] = []
    for _ in range(number):
        usual = draw.lognormvariate(3.2, 0.5)
        gaps = []
        while draw.random() < 0.7:
            gaps.append(max(1, round(draw.gammavariate(regular, usual / regular))))
        found.append((gaps, draw.randrange(200)))
    return found


def now_of(waits: Waits) -> Waits:
    return waits.where(~waits.has_ended)


def test_what_is_usual_by_hand() -> None:
    """Two people with gaps e and e³, e⁵ and e⁷: means 2 and 6, within (1+1+1+1)/2 = 2, between (16 - 2)/2 = 7."""
    whole = [round(math.exp(power)) for power in (1, 3, 5, 7)]
    usual = usual_of(waits_of([(whole[:2], 5), (whole[2:], 5)]))
    logs = [math.log(gap) for gap in whole]
    means = [(logs[0] + logs[1]) / 2, (logs[2] + logs[3]) / 2]
    within = ((logs[1] - logs[0]) ** 2 + (logs[3] - logs[2]) ** 2) / 2 / 2
    between = ((means[1] - means[0]) ** 2 - within) / 2
    assert usual.middle == pytest.approx(sum(means) / 2)
    assert usual.within == pytest.approx(within)
    assert usual.between == pytest.approx(between)
    assert (within, between) == (pytest.approx(2, abs=0.15), pytest.approx(7, abs=0.3))


def test_the_own_mean_is_drawn_to_everybodys_by_how_few_gaps_there_are() -> None:
    usual = Usual(middle=3.0, within=0.4, between=0.1, firmness=8)
    waits = Waits(
        earlier=np.array([0, 1, 4, 4]),
        log_sum=np.array([0.0, 5.0, 20.0, 12.0]),
        log_squares=np.array([0.0, 25.0, 100.0, 40.0]),
        days=np.array([10, 10, 10, 10]),
        has_ended=np.zeros(4, dtype=bool),
    )
    middle, spread = usual.expected(waits)
    # κ = 4: nothing of the own, a fifth, a half
    assert list(middle) == pytest.approx([3.0, 3.0 + 2 / 5, 3.0 + 8 / 8, 3.0])
    doubt = [1 + 1 / 4, 1 + 1 / 5, 1 + 1 / 8, 1 + 1 / 8]
    variance = [0.4, 0.4, 8 * 0.4 / 11, (40 - 36 + 8 * 0.4) / 11]
    assert list(spread) == pytest.approx([math.sqrt(v * d) for v, d in zip(variance, doubt, strict=True)])


def test_people_who_do_not_differ_have_everybodys_gap() -> None:
    usual = usual_of(waits_of([([10, 40], 3), ([40, 10], 3), ([20, 20], 3)]))
    assert usual.between == 0
    middle, _ = usual.expected(now_of(waits_of([([10, 10], 3), ([90], 3)])))
    assert middle[0] == middle[1] == usual.middle


def plain_curve(standing: list[float], ended: list[bool]) -> tuple[list[tuple[float, float]], float]:
    """Steps (where, how high) of Kaplan and Meier, and the width of the kernel."""
    left, steps, counts = 1.0, [], []
    for at in sorted({one for one, done in zip(standing, ended, strict=True) if done}):
        on = sum(one >= at for one in standing)
        if on < 10:
            break
        done = sum(one == at and over for one, over in zip(standing, ended, strict=True))
        steps.append((at, left * done / (on + 1)))
        counts += [at] * done
        left *= 1 - done / (on + 1)
    mean = sum(counts) / len(counts)
    spread = math.sqrt(sum((one - mean) ** 2 for one in counts) / len(counts))
    low, high = (counts[math.ceil(share * len(counts)) - 1] for share in (0.25, 0.75))
    return steps, 0.9 * min(spread, (high - low) / 1.34) * len(counts) ** -0.2


def plain_still_on(steps: list[tuple[float, float]], width: float, standing: float) -> float:
    return 1 - sum(high * (1 + math.erf((standing - at) / width / math.sqrt(2))) / 2 for at, high in steps)


@pytest.mark.parametrize("seed", range(12))
def test_curves_are_those_of_plain_python(seed: int) -> None:
    draw = random.Random(seed)
    standing = [draw.gauss(0, 1) for _ in range(80)]
    ended = [draw.random() < 0.6 for _ in standing]
    curve = curve_of(np.array(standing), np.array(ended))
    assert curve is not None
    steps, width = plain_curve(standing, ended)
    for at in (-4.0, -1.0, -0.2, 0.0, 0.5, 1.0, 3.0):
        assert curve.still_on(np.array([at]))[0] == pytest.approx(plain_still_on(steps, width, at), abs=2e-4)


@pytest.mark.parametrize("seed", range(6))
def test_chances_are_those_of_plain_python(seed: int) -> None:
    people = people_at_random(seed)
    waits = waits_of(people)
    rhythm = rhythm_of(waits)
    assert rhythm is not None
    usual, now = rhythm.usual, now_of(waits)
    ahead = (1, 7, 30, 90)
    found = rhythm.chances(now, ahead)

    def standing(gaps: list[int], days: int) -> float:
        if not days:
            return -math.inf
        logs = [math.log(gap) for gap in gaps]
        n, mean = len(logs), sum(logs) / len(logs) if logs else 0.0
        pull = usual.within / usual.between if usual.between else math.inf
        middle = usual.middle + (n / (n + pull) * (mean - usual.middle) if n and pull < math.inf else 0.0)
        off = sum((one - mean) ** 2 for one in logs)
        variance = (off + usual.firmness * usual.within) / (max(n - 1, 0) + usual.firmness)
        return (math.log(days) - middle) / math.sqrt(variance * (1 + (1 / (n + pull) if pull < math.inf else 0)))

    groups: dict[int, tuple[list[float], list[bool]]] = {}
    for gaps, since in people:
        for place, days in enumerate([*gaps, since]):
            group = max(first for first in rhythm.firsts if first <= place)
            standings, ended = groups.setdefault(group, ([], []))
            standings.append(standing(gaps[:place], days))
            ended.append(place < len(gaps))
    curves = {group: plain_curve(*lying) for group, lying in groups.items()}
    for row, (gaps, since) in enumerate(people):
        steps, width = curves[max(first for first in rhythm.firsts if first <= len(gaps))]
        still = plain_still_on(steps, width, standing(gaps, since))
        for column, days in enumerate(ahead):
            then = plain_still_on(steps, width, standing(gaps, since + days))
            if still > 0.02:
                assert found[row, column] == pytest.approx(1 - then / still, abs=0.01)


def test_fewer_than_thirty_returns_say_nothing() -> None:
    people: list[Person] = [([20], 5)] * 29
    assert rhythm_of(waits_of(people)) is None
    assert rhythm_of(waits_of([*people, ([20], 5)])) is not None


def test_who_bought_once_is_not_judged_by_those_who_came_back() -> None:
    """Two buyers with many gaps say nothing of the three who bought once."""
    waits = waits_of([([20] * 20, 5), ([30] * 20, 5), ([], 5), ([], 9), ([], 40)])
    rhythm = rhythm_of(waits)
    assert rhythm is not None
    found = rhythm.chances(now_of(waits), [30])[:, 0]
    assert (found[:2] > 0.5).all() and np.isnan(found[2:]).all()


def test_chances_grow_with_days_and_lie_between_0_and_1() -> None:
    waits = waits_of(people_at_random(5, number=300))
    rhythm = rhythm_of(waits)
    assert rhythm is not None
    found = rhythm.chances(now_of(waits), range(1, 120))
    assert (np.diff(found, axis=1) >= -1e-12).all()
    assert found.min() >= 0 and found.max() <= 1


def test_who_waited_longer_than_anybody_who_came_back_has_no_chance() -> None:
    waits = waits_of([*people_at_random(7, number=200), ([20, 20], 5000)])
    rhythm = rhythm_of(waits)
    assert rhythm is not None
    assert rhythm.chances(now_of(waits), [90])[-1, 0] == pytest.approx(0, abs=1e-9)


def test_the_more_regular_of_two_people_has_the_narrower_window_or_the_surer_one() -> None:
    people = people_at_random(3, number=400)
    even, uneven = [30] * 8, [12, 60, 22, 45, 18, 52, 30, 33]
    waits = waits_of([*people, (even, 5), (uneven, 5)])
    rhythm = rhythm_of(waits)
    assert rhythm is not None
    windows = shortest_windows(rhythm.chances(now_of(waits), range(1, 181))[-2:])
    length = windows.last - windows.first + 1
    assert length[0] < length[1]
    assert windows.first[0] <= 25 <= windows.last[0]


def test_a_regular_shop_has_narrower_windows_than_an_irregular_one() -> None:
    lengths = []
    for regular in (20.0, 1.5):
        waits = waits_of([*people_at_random(9, number=400, regular=regular), ([25, 25, 25], 2)])
        rhythm = rhythm_of(waits)
        assert rhythm is not None
        windows = shortest_windows(rhythm.chances(now_of(waits), range(1, 181))[-1:])
        lengths.append(int(windows.last[0] - windows.first[0]) + 1)
    assert 7 <= lengths[0] < lengths[1]


@pytest.mark.parametrize("seed", range(20))
def test_windows_are_those_found_by_trying_all(seed: int) -> None:
    draw = random.Random(seed)
    days = draw.choice([5, 7, 8, 30, 45])
    chances = []
    for _ in range(12):
        weights = [draw.random() ** 4 for _ in range(days)]
        scale = draw.uniform(0.3, 1.0) / sum(weights)
        chances.append([sum(weights[: day + 1]) * scale for day in range(days)])
    found = shortest_windows(np.array(chances))
    for row, by_day in enumerate(chances):
        best = None
        for width in range(min(7, days), days + 1):
            tried = {
                first: by_day[first + width - 2] - (by_day[first - 2] if first > 1 else 0.0)
                for first in range(1, days - width + 2)
            }
            if max(tried.values()) >= 0.5:
                best = (max(tried, key=lambda first: tried[first]), width)
                break
        if best is None:
            assert (found.first[row], found.last[row], found.chance[row]) == (0, 0, 0)
        else:
            assert (found.first[row], found.last[row]) == (best[0], best[0] + best[1] - 1)
            assert found.chance[row] >= 0.5


def test_of_equally_likely_windows_the_middle_one_is_taken() -> None:
    certain = (np.arange(1, 41) >= 20).astype(float)[None, :]
    windows = shortest_windows(certain)
    assert (windows.first[0], windows.last[0], windows.chance[0]) == (17, 23, 1.0)


def test_the_interval_of_a_share_of_nothing_is_none() -> None:
    assert wilson(0, 0) is None
    low, high = wilson(0, 10) or (1.0, 0.0)
    assert low == 0 and high == pytest.approx(0.2775, abs=1e-4)
