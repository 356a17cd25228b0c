"""Whether a line is signed: a signature is, initials are; a dash, a cross, a stamp or a note is for a person."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from forms.geometry import Point, Rect
from forms.model import SignatureLine
from intake.stages.signatures import read_signature, unless_run_on
from intake.stages.stray_ink import find_stray_ink
from intake.values import SignatureReading, SignatureState, StrayState
from samples.families import CLASS_4B, Pupil
from samples.pens import BLACK, BLUE, PENCIL, Colour, Path, Pen
from samples.scanner import Picture
from samples.slips import Answers, Signing, consenting
from tests.intake.returned import (
    FAMILY,
    FELT,
    PRIMARY,
    SECONDARY,
    STAMP,
    UNSIGNED,
    cut_slip,
    field,
    laid_flat,
    line,
    lines_shown,
    oval,
    painted,
    sheet_of,
    stamped,
    template_of,
    with_ink,
    with_words,
)

PLACE = field("guardian_signature").place
LEFT, BASE = PLACE.x, PLACE.bottom


def line_of(name: str, form_id: str = PRIMARY) -> SignatureLine:
    return next(one for one in template_of(form_id).form.signatures if one.name == name)


def reading_on(sheet: Picture, *, bilevel: bool = False) -> SignatureReading:
    return read_signature(laid_flat(sheet, bilevel=bilevel), line_of("guardian_signature"))[0]


def state_on(sheet: Picture, *, bilevel: bool = False) -> SignatureState:
    return reading_on(sheet, bilevel=bilevel).state


def passes(sheet: Picture) -> bool:
    """Whether line and stray ink together raise no doubt."""
    slip = laid_flat(sheet)
    reading, labels = read_signature(slip, line_of("guardian_signature"))
    form = template_of(PRIMARY).form
    stray = find_stray_ink(slip, form, set(labels), lines_shown(slip, form))
    return reading.state is SignatureState.SIGNED and stray.state is StrayState.NONE


def crossing(place: Rect) -> list[Path]:
    first, second, third, fourth = ((p.x, p.y) for p in place.corners)
    return [line(first, third), line(second, fourth)]


@pytest.mark.parametrize("pupil", CLASS_4B[:8], ids=lambda pupil: pupil.id)
def test_a_signature_is_signed(pupil: Pupil) -> None:
    assert passes(cut_slip(consenting(pupil)))


@pytest.mark.parametrize("pupil", CLASS_4B[:4], ids=lambda pupil: pupil.id)
def test_initials_are_something_and_maybe_signed(pupil: Pupil) -> None:
    state = state_on(cut_slip(replace(consenting(pupil), guardian=Signing.INITIALS)))
    assert state in (SignatureState.SIGNED, SignatureState.UNCLEAR)


@pytest.mark.parametrize("pen", [BLACK, PENCIL, FELT], ids=lambda pen: pen.name)
def test_the_pen_does_not_matter(pen: Pen) -> None:
    assert state_on(cut_slip(replace(FAMILY, pen=pen))) is SignatureState.SIGNED


HARD = Pen("hard pencil", Colour(90, 90, 92), 0.2, 0.4, 0.5)
"""So thin and pale that only bits of its strokes are ink."""


@pytest.mark.parametrize("pupil", CLASS_4B[:8], ids=lambda pupil: pupil.id)
def test_a_signature_of_which_only_bits_are_ink_is_signed(pupil: Pupil) -> None:
    assert state_on(sheet_of(PRIMARY, replace(consenting(pupil), pen=HARD))) is SignatureState.SIGNED


def test_a_signature_in_black_and_white_is_signed() -> None:
    assert state_on(cut_slip(), bilevel=True) is SignatureState.SIGNED


def shards(turn_deg: float) -> list[Path]:
    """Eight bits of straight line that all lie one way, and a row of dots."""
    x, y = 2.4 * np.cos(np.radians(turn_deg)), 2.4 * np.sin(np.radians(turn_deg))
    at = [(LEFT + 14 + 4 * n, BASE - 9 + 1.1 * (n % 3)) for n in range(8)]
    dots = [(LEFT + 14 + 3 * n, BASE - 3) for n in range(10)]
    return [
        *(line((a - x, b - y), (a + x, b + y)) for a, b in at),
        *(line((a, b), (a + 0.5, b + 0.3)) for a, b in dots),
    ]


@pytest.mark.parametrize(("turn_deg", "stamped_there"), [(0, 1), (-12, 1), (-20, 1), (80, 1), (135, 0), (45, 0)])
def test_shards_of_a_frame_lie_as_a_stamp_may_be_turned(turn_deg: float, stamped_there: int) -> None:
    reading = reading_on(with_ink(cut_slip(UNSIGNED), shards(turn_deg), replace(BLUE, width=0.35)))
    assert reading.evidence.measures["stamped"] == stamped_there


@pytest.mark.parametrize("apart_mm", [2.0, 2.6, 3.0])
def test_what_print_cuts_off_above_and_below_is_no_row_of_typed_letters(apart_mm: float) -> None:
    """The legs of a large hand between the printed line and the words below it."""
    steps = np.linspace(0, 1, 60)
    legs = []
    for n in range(10):
        top = BASE - 9 - 1.5 * (n % 3)
        across = LEFT + 10 + apart_mm * n + (1.5 * (n % 4) - 2) * steps + 0.4 * np.sin(7 * steps + n)
        legs.append(np.stack([across, top + (BASE + 3 - top) * steps], axis=1))
    assert state_on(with_ink(cut_slip(UNSIGNED), legs), bilevel=True) is SignatureState.SIGNED


def test_a_line_that_nobody_signed_is_empty() -> None:
    assert state_on(cut_slip(UNSIGNED)) is SignatureState.EMPTY
    assert state_on(cut_slip(UNSIGNED), bilevel=True) is SignatureState.EMPTY


def test_each_of_two_lines_is_read_for_itself() -> None:
    sheet = sheet_of(SECONDARY, replace(FAMILY, guardian=Signing.EMPTY))
    slip = laid_flat(sheet, SECONDARY)
    states = [
        read_signature(slip, line_of(name, SECONDARY))[0].state for name in ("guardian_signature", "pupil_signature")
    ]
    assert states == [SignatureState.EMPTY, SignatureState.SIGNED]


WAVE = np.column_stack([LEFT + np.linspace(10, 50, 100), BASE - 4 + np.sin(np.linspace(0, 9, 100))])


@pytest.mark.parametrize(
    "dash",
    [
        line((LEFT + 20, BASE - 4), (LEFT + 40, BASE - 5)),
        line((LEFT + 5, BASE - 4), (LEFT + 75, BASE - 5)),
        line((LEFT + 10, BASE - 1), (LEFT + 60, BASE - 12)),
        WAVE,
    ],
    ids=["short", "long", "steep", "wavy"],
)
@pytest.mark.parametrize("pen", [BLUE, FELT, HARD], ids=lambda pen: pen.name)
def test_a_dash_is_doubt(dash: Path, pen: Pen) -> None:
    assert state_on(with_ink(cut_slip(UNSIGNED), [dash], pen)) is SignatureState.UNCLEAR


@pytest.mark.parametrize(("dashes", "apart_mm"), [(3, 1.1), (3, 1.6), (4, 0.8), (4, 1.2), (5, 1.0)])
@pytest.mark.parametrize("waver_mm", [0.0, 0.1])
def test_some_dashes_are_no_more_than_one(dashes: int, apart_mm: float, waver_mm: float) -> None:
    chance = np.random.default_rng(dashes)
    x = np.linspace(LEFT + 8, LEFT + 28, 12)
    wavers = [np.cumsum(chance.normal(0, waver_mm, x.size)) for _ in range(dashes)]
    paths = [np.column_stack([x, BASE - 8 + n * apart_mm + waver]) for n, waver in enumerate(wavers)]
    assert state_on(with_ink(cut_slip(UNSIGNED), paths)) is SignatureState.UNCLEAR


def test_a_row_of_small_letters_is_no_dash() -> None:
    along = np.linspace(0, 1, 260)
    x = LEFT + 8 + 16 * along + 0.5 * np.sin(40 * np.pi * along)
    y = BASE - 2 - 12 * along + 1.1 * np.cos(34 * np.pi * along)
    assert state_on(with_ink(cut_slip(UNSIGNED), [np.column_stack([x, y])])) is SignatureState.SIGNED


@pytest.mark.parametrize("pupil", CLASS_4B[:4], ids=lambda pupil: pupil.id)
def test_what_shows_through_from_behind_makes_no_signature_of_a_dash(pupil: Pupil) -> None:
    behind = sheet_of(PRIMARY, replace(consenting(pupil), pen=Pen("behind", Colour(150, 150, 152), 0.4, 0.14, 0.3)))
    dash = line((LEFT + 5, BASE - 4), (LEFT + 45, BASE - 5))
    assert state_on(with_ink(behind, [dash], HARD)) is SignatureState.UNCLEAR


SEVERAL = pytest.mark.xfail(strict=True, reason="several crosses side by side pass for a signature")


@pytest.mark.parametrize(
    "crosses",
    [
        pytest.param([Rect(LEFT + 20, BASE - 7, 5, 5)], id="small"),
        pytest.param([Rect(LEFT + 20, BASE - 10, 8, 8)], id="usual"),
        pytest.param([Rect(LEFT + 20, BASE - 14, 14, 14)], id="large"),
        pytest.param([Rect(LEFT + 2, BASE - 16, 80, 15)], id="over the field"),
        pytest.param([Rect(LEFT + 20 + 12 * n, BASE - 10, 8, 8) for n in range(3)], id="three", marks=SEVERAL),
    ],
)
@pytest.mark.parametrize("pen", [BLUE, HARD], ids=lambda pen: pen.name)
def test_a_cross_is_doubt(crosses: list[Rect], pen: Pen) -> None:
    assert state_on(with_ink(cut_slip(UNSIGNED), [path for one in crosses for path in crossing(one)], pen)) in (
        SignatureState.UNCLEAR,
        SignatureState.UNREAD,
    )


@pytest.mark.parametrize("size", [(42.0, 16.0), (28.0, 12.0), (55.0, 20.0)])
@pytest.mark.parametrize("answers", [UNSIGNED, FAMILY], ids=["alone", "over a signature"])
def test_a_stamp_is_doubt(size: tuple[float, float], answers: Answers) -> None:
    width, height = size
    assert not passes(stamped(cut_slip(answers), Rect(LEFT + 10, PLACE.y - 2, width, height)))


CORNERED = [
    line((LEFT + 20, BASE - 13), (LEFT + 20, BASE - 2), (LEFT + 36, BASE - 2)),
    *(oval(Rect(LEFT + 23 + 4 * n, BASE - 11, 3, 6)) for n in range(3)),
]
"""A stem, a stroke to the right from its foot, and some loops between."""


@pytest.mark.parametrize(
    ("waver_mm", "state"), [(0.0, SignatureState.UNCLEAR), (0.25, SignatureState.SIGNED)], ids=["printed", "by hand"]
)
def test_only_a_corner_of_straight_lines_is_a_stamps(waver_mm: float, state: SignatureState) -> None:
    """Hands draw corners, too, but no straight ones."""
    steps = np.linspace(0, 1, 60)[:, None]
    stem, foot = [start + (end - start) * steps for start, end in pairwise(CORNERED[0])]
    stem[:, 0] += waver_mm * np.sin(steps[:, 0] * 9)
    foot[:, 1] += waver_mm * np.sin(steps[:, 0] * 11)
    assert state_on(with_ink(cut_slip(UNSIGNED), [stem, foot, *CORNERED[1:]])) is state


@pytest.mark.parametrize(
    "ring",
    [
        [Rect(LEFT + 15, PLACE.y - 5, 24, 24), Rect(LEFT + 19, PLACE.y - 1, 16, 16)],
        [Rect(LEFT + 15, PLACE.y + 2, 40, 12)],
    ],
    ids=["round stamp", "loop"],
)
def test_a_ring_is_doubt(ring: list[Rect]) -> None:
    assert not passes(with_ink(cut_slip(UNSIGNED), [oval(one) for one in ring], STAMP))


THROUGH = pytest.mark.xfail(strict=True, reason="words written through a signature are taken for a part of it")
ALONE = pytest.mark.xfail(strict=True, reason="only reading its words tells a note from a signature")


@pytest.mark.parametrize(
    ("words", "at"),
    [
        pytest.param("nein", Point(LEFT + 20, BASE - 3), id="nein on the line"),
        pytest.param("nur ohne Kamera", Point(LEFT + 60, BASE - 3), id="beyond the line"),
        pytest.param("nur ohne Kamera", Point(LEFT + 10, PLACE.y - 2), id="above the line"),
        pytest.param("nur ohne Kamera", Point(LEFT + 10, BASE + 5), id="below the line"),
        pytest.param("nur ohne Kamera", Point(LEFT + 5, BASE - 2), id="on the line", marks=ALONE),
        pytest.param("ohne Kamera", Point(LEFT + 30, BASE - 6), id="over the line", marks=ALONE),
    ],
)
def test_a_note_is_no_signature(words: str, at: Point) -> None:
    assert not passes(with_words(cut_slip(UNSIGNED), words, at))


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(Point(LEFT + 62, BASE - 3), id="beside"),
        pytest.param(Point(LEFT + 10, PLACE.y - 3), id="above"),
        pytest.param(Point(LEFT + 10, BASE + 5), id="below"),
        pytest.param(Point(LEFT + 5, BASE - 2), id="through", marks=THROUGH),
    ],
)
def test_a_note_at_a_signature_does_not_pass(at: Point) -> None:
    assert not passes(with_words(cut_slip(), "nur ohne Kamera", at))


@pytest.mark.parametrize("gray", [0, 20])
def test_a_line_in_a_black_corner_is_unread(gray: int) -> None:
    covered = painted(cut_slip(), Rect(LEFT - 6, PLACE.y - 6, 130, 60), gray)
    assert state_on(covered) is SignatureState.UNREAD


def test_a_reading_carries_its_place_and_its_numbers() -> None:
    reading = reading_on(cut_slip())
    around = reading.evidence.place
    assert all(around.contains(corner) for corner in PLACE.corners)
    assert reading.evidence.measures["length_mm"] > reading.evidence.measures["extent_mm"] > 11
    assert reading.field == "guardian_signature"


def test_the_ink_of_a_signature_is_explained_by_it() -> None:
    slip = laid_flat(cut_slip())
    _, labels = read_signature(slip, line_of("guardian_signature"))
    rows, columns = slip.slices(PLACE)
    on_line = set(np.unique(slip.ink[rows, columns]).tolist()) - {0}
    assert on_line
    assert on_line <= set(labels)


def states_of_both(sheet: Picture) -> list[SignatureState]:
    """The guardian's line and the pupil's, read together."""
    slip = laid_flat(sheet, SECONDARY)
    lines = [line_of(name, SECONDARY) for name in ("guardian_signature", "pupil_signature")]
    return [reading.state for reading, _ in unless_run_on(slip, [read_signature(slip, line) for line in lines])]


def test_a_guardians_name_that_runs_on_into_the_pupils_line_is_no_signature_there() -> None:
    unsigned = sheet_of(SECONDARY, replace(FAMILY, guardian=Signing.EMPTY, pupil_signs=Signing.EMPTY))
    place = line_of("guardian_signature", SECONDARY).place
    run_on = with_words(unsigned, "Michael und Frank Winkler", Point(place.right - 35, place.bottom - 2))
    slip = laid_flat(run_on, SECONDARY)
    assert read_signature(slip, line_of("pupil_signature", SECONDARY))[0].state is SignatureState.SIGNED
    assert states_of_both(run_on) == [SignatureState.SIGNED, SignatureState.UNCLEAR]


def test_two_signatures_on_their_own_lines_are_both() -> None:
    assert states_of_both(sheet_of(SECONDARY, FAMILY)) == [SignatureState.SIGNED, SignatureState.SIGNED]


def test_the_edge_of_the_paper_around_a_signature_is_none_of_it() -> None:
    slip = laid_flat(cut_slip())
    around = PLACE.grown(60.0, 40.0, 60.0, 40.0)
    rows, columns = slip.slices(around)
    edge = np.zeros(slip.ink.shape, bool)
    edge[rows, columns] = True
    edge[rows.start + 4 : rows.stop - 4, columns.start + 4 : columns.stop - 4] = False
    framed = replace(
        slip, ink=np.where(edge & (slip.ink == 0), int(slip.ink.max()) + 1, slip.ink).astype(slip.ink.dtype)
    )
    line = line_of("guardian_signature")
    assert read_signature(framed, line)[0].state is SignatureState.SIGNED
    assert read_signature(framed, line)[0].evidence.measures == read_signature(slip, line)[0].evidence.measures
