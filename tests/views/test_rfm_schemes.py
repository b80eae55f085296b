"""`rfm` with a scheme of the user's own: ours written anew give the same, and any scheme agrees with plain Python."""

import random
from itertools import product

import pytest
from polars.testing import assert_frame_equal

from custtier.render import Request, rendered
from custtier.schemes import LETTERS, Scheme, SchemeClass, schemes_faults
from custtier.text import Catalogue, Lang
from custtier.views.rfm.answer import Asked, rfm
from custtier.views.rfm.segments import GRID10, grid_of_ten
from metrics import plain
from metrics.shops import facts_of, random_shop

SEEDS = [seed for seed in range(0, 200, 4) if plain.people(random_shop(seed), plain.last_day(random_shop(seed)))[0]]

EIGHT = Scheme(
    "eight",
    tuple(
        SchemeClass(code, r="high" if recent else "low", f="high" if often else "low", m="high" if rich else "low")
        for (recent, often, rich), code in plain.CLASSES.items()
    ),
)


def grid_as_a_scheme() -> Scheme:
    """The grid of ten, a row for each pair of scores."""
    import polars as pl

    pairs = pl.DataFrame(list(product(range(1, 6), range(1, 6))), schema=["r_score", "f_score"], orient="row")
    named = pairs.with_columns(grid_of_ten().cast(pl.String).alias("code")).rows()
    rows = [SchemeClass(code, r=r_score, f=str(f_score)) for r_score, f_score, code in named]
    return Scheme("ten", tuple(sorted(rows, key=lambda one: GRID10.index(one.code))))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ours", ["chinese8", "grid10"])
def test_our_schemes_written_as_ones_own_give_the_same_classes(seed: int, ours: str) -> None:
    own = EIGHT if ours == "chinese8" else grid_as_a_scheme()
    assert not list(schemes_faults([own]))
    facts = facts_of(random_shop(seed), seed=seed)
    one = rfm(facts, asked=Asked(scheme=ours))
    other = rfm(facts, asked=Asked(scheme=own.name, own_schemes=(own,)))
    assert_frame_equal(one.tables["customers"], other.tables["customers"])
    assert_frame_equal(one.tables["segments"].sort("segment"), other.tables["segments"].sort("segment"))


def random_scheme(seed: int) -> Scheme:
    """A scheme whose classes split what they hold by one letter after the other."""
    rng = random.Random(seed)
    boxes = [dict.fromkeys(LETTERS, (1, 5))]
    for _ in range(rng.randrange(6)):
        box = boxes.pop(rng.randrange(len(boxes)))
        letter = rng.choice(LETTERS)
        low, high = box[letter]
        if low == high:
            boxes.append(box)
            continue
        middle = rng.randrange(low, high)
        boxes += [box | {letter: (low, middle)}, box | {letter: (middle + 1, high)}]
    texts = [
        {letter: "" if ends == (1, 5) else f"{ends[0]}-{ends[1]}" for letter, ends in box.items()} for box in boxes
    ]
    return Scheme("drawn", tuple(SchemeClass(f"k{place % 4}", **text) for place, text in enumerate(texts)))


@pytest.mark.parametrize("seed", range(40))
def test_a_scheme_puts_everyone_into_the_class_whose_ranges_hold_their_scores(seed: int) -> None:
    scheme = random_scheme(seed)
    assert not list(schemes_faults([scheme]))
    view = rfm(facts_of(random_shop(SEEDS[seed % len(SEEDS)])), asked=Asked(scheme="drawn", own_schemes=(scheme,)))
    for row in view.tables["customers"].iter_rows(named=True):
        if row["rfm"] is None:
            assert row["segment"] is None
            continue
        fits = {
            one.code
            for one in scheme.classes
            if all(
                not getattr(one, letter)
                or int(str(getattr(one, letter))[0]) <= row[f"{letter}_score"] <= int(str(getattr(one, letter))[-1])
                for letter in LETTERS
            )
        }
        assert fits == {row["segment"]}
    if view.tables["segments"].height:
        assert view.tables["segments"].get_column("segment").to_list() == list(scheme.codes)
        assert view.tables["segments"].get_column("customers").sum() == view.summary["customers"]


def test_a_scheme_with_a_hole_cut_into_it_has_a_fault() -> None:
    whole = grid_as_a_scheme()
    for place in range(len(whole.classes)):
        less = Scheme("less", whole.classes[:place] + whole.classes[place + 1 :])
        (fault,) = schemes_faults([less])
        gone = whole.classes[place]
        assert fault[1]["cell"] == f"r {gone.r}, f {gone.f}"


@pytest.mark.parametrize(("lang", "shown"), [("zh", "明星客户"), ("en", "stars")])
def test_names_of_ones_own_are_shown_and_codes_stay_in_machine_forms(lang: Lang, shown: str) -> None:
    scheme = Scheme("mine", (SchemeClass("star", zh="明星客户", en="stars", m="high"), SchemeClass("rest", m="low")))
    seed = next(
        seed for seed in SEEDS if len(plain.people(random_shop(seed), plain.last_day(random_shop(seed)))[0]) > 50
    )
    view = rfm(facts_of(random_shop(seed)), asked=Asked(scheme="mine", own_schemes=(scheme,), by="source"))
    for form in ("text", "md"):
        text = rendered(view, Request(form=form), Catalogue(lang)).decode()
        assert shown in text
        assert "star " not in text
        # a class without a name is called by its code
        assert "rest" in text
    machine = rendered(view, Request(form="csv", table="segments"), Catalogue(lang)).decode()
    assert "star," in machine
    assert shown not in machine
