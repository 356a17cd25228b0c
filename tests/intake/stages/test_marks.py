"""What a box shows: whatever a pen leaves there is seen, and what is not plain is doubt."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from forms.geometry import Point, Rect
from forms.model import Meaning, Rule
from intake.decide import answer_of
from intake.stages.marks import read_choice
from intake.stages.stray_ink import find_stray_ink
from intake.values import Answer, Mark, MarkState, SlipImage, StrayState
from samples.marks import PLAIN_STYLES, MarkStyle, mark, scribbled_out
from samples.pens import BLUE, Colour, Path, Pen
from samples.scanner import Picture
from tests.intake.returned import (
    FAINT_PENCIL,
    FELT,
    PENS,
    PRIMARY,
    UNMARKED,
    box,
    cut_slip,
    field,
    laid_flat,
    line,
    lines_shown,
    oval,
    painted,
    template_of,
    with_ink,
    with_strokes,
    with_words,
)

YES_BOX, NO_BOX = box(Meaning.YES).place, box(Meaning.NO).place
THIN_PENCIL = Pen("thin pencil", Colour(205, 205, 207), 0.4, 0.95, 0.2)
WORD_YES = Rect(YES_BOX.right + 3.0, YES_BOX.y + 0.5, 5.0, 4.5)
WORD_NO = Rect(NO_BOX.right + 3.0, NO_BOX.y + 0.5, 8.0, 4.5)
END_OF_LINE = 125.0


def unmarked() -> Picture:
    return cut_slip(UNMARKED)


def marked(sheet: Picture, place: Rect, style: MarkStyle, pen: Pen = BLUE, seed: int = 1) -> Picture:
    return with_strokes(sheet, mark(style, place, np.random.default_rng(seed)), pen)


def scribbled(sheet: Picture, place: Rect, pen: Pen = BLUE, seed: int = 2) -> Picture:
    return with_strokes(sheet, scribbled_out(place, np.random.default_rng(seed)), pen)


def blackened(sheet: Picture, place: Rect, rim: float) -> Picture:
    """A box filled to the last corner, and so far beyond its frame, with strokes 1.2 mm wide to and fro."""
    top, bottom = place.y - rim + 0.6, place.bottom + rim - 0.6
    turns = [
        (place.x - rim + 0.6 if n % 2 else place.right + rim - 0.6, top + (bottom - top) * n / 12) for n in range(13)
    ]
    return with_ink(sheet, [line(one, other) for one, other in pairwise(turns)], replace(FELT, width=1.2))


def marks_on(sheet: Picture, *, bilevel: bool = False) -> tuple[Mark, ...]:
    return read_choice(
        laid_flat(sheet, bilevel=bilevel), template_of(PRIMARY).form.boxes, template_of(PRIMARY).form.texts
    )


def states_on(sheet: Picture, *, bilevel: bool = False) -> tuple[MarkState, MarkState]:
    """Of yes and no."""
    yes, no = marks_on(sheet, bilevel=bilevel)
    assert (yes.meaning, no.meaning) == (Meaning.YES, Meaning.NO)
    return yes.state, no.state


def answer_on(sheet: Picture) -> Answer:
    return answer_of(Rule.TICK, marks_on(sheet))


@pytest.mark.parametrize("pen", [*PENS, FAINT_PENCIL], ids=lambda pen: pen.name)
@pytest.mark.parametrize("style", list(MarkStyle))
def test_a_mark_is_never_empty_and_never_at_the_other_box(style: MarkStyle, pen: Pen) -> None:
    place = YES_BOX if len(style + pen.name) % 2 else NO_BOX
    yes, no = states_on(marked(unmarked(), place, style, pen))
    here, there = (yes, no) if place is YES_BOX else (no, yes)
    assert there is MarkState.EMPTY
    assert here is not MarkState.EMPTY
    if style in PLAIN_STYLES:
        assert here is MarkState.TICKED


@pytest.mark.parametrize("style", sorted(PLAIN_STYLES))
def test_a_plain_mark_is_ticked_in_black_and_white(style: MarkStyle) -> None:
    assert states_on(marked(unmarked(), YES_BOX, style), bilevel=True) == (MarkState.TICKED, MarkState.EMPTY)


def test_boxes_that_nobody_touched_are_empty() -> None:
    assert states_on(unmarked()) == (MarkState.EMPTY, MarkState.EMPTY)
    assert states_on(unmarked(), bilevel=True) == (MarkState.EMPTY, MarkState.EMPTY)


@pytest.mark.parametrize("radius", [0.2, 0.4])
def test_a_dot_is_doubt(radius: float) -> None:
    dot = Rect(YES_BOX.centre.x - radius, YES_BOX.centre.y - radius, 2 * radius, 2 * radius)
    assert states_on(with_ink(unmarked(), [oval(dot)])) == (MarkState.UNCLEAR, MarkState.EMPTY)


@pytest.mark.parametrize("reach", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("place", [YES_BOX, NO_BOX], ids=["yes", "no"])
def test_a_circle_round_a_box_is_doubt(place: Rect, reach: float) -> None:
    assert answer_on(with_ink(unmarked(), [oval(place, reach)])) is Answer.UNCLEAR


@pytest.mark.parametrize("word", [WORD_YES, WORD_NO], ids=["yes", "no"])
def test_a_circle_round_the_word_settles_nothing(word: Rect) -> None:
    assert answer_on(with_ink(unmarked(), [oval(word, 1.0)])) not in (Answer.YES, Answer.NO)


@pytest.mark.parametrize("line_of", [YES_BOX, NO_BOX], ids=["yes", "no"])
def test_striking_out_the_words_settles_nothing(line_of: Rect) -> None:
    y = line_of.centre.y
    struck = with_ink(unmarked(), [line((line_of.right + 3, y), (END_OF_LINE, y + 0.4))])
    assert answer_on(struck) not in (Answer.YES, Answer.NO)


@pytest.mark.parametrize("line_of", [YES_BOX, NO_BOX], ids=["yes", "no"])
def test_striking_out_box_and_words_settles_nothing(line_of: Rect) -> None:
    y = line_of.centre.y
    struck = with_ink(unmarked(), [line((line_of.x - 1, y), (END_OF_LINE, y + 0.3))])
    assert answer_on(struck) not in (Answer.YES, Answer.NO)


def test_a_tick_and_the_other_line_struck_out_is_not_the_other_answer() -> None:
    y = NO_BOX.centre.y
    both = with_ink(marked(unmarked(), YES_BOX, MarkStyle.CROSS), [line((NO_BOX.right + 3, y), (END_OF_LINE, y))])
    assert answer_on(both) is not Answer.NO


@pytest.mark.parametrize("styles", [(MarkStyle.CROSS, MarkStyle.CROSS), (MarkStyle.TICK, MarkStyle.FILL)])
def test_two_marks_are_both(styles: tuple[MarkStyle, MarkStyle]) -> None:
    first, second = styles
    for one, other in ((YES_BOX, NO_BOX), (NO_BOX, YES_BOX)):
        assert answer_on(marked(marked(unmarked(), one, first), other, second)) in (Answer.BOTH, Answer.CORRECTED)


@pytest.mark.parametrize("pen", [BLUE, FELT], ids=lambda pen: pen.name)
@pytest.mark.parametrize("place", [YES_BOX, NO_BOX], ids=["yes", "no"])
def test_a_mark_scribbled_out_is_never_ticked(place: Rect, pen: Pen) -> None:
    sheet = scribbled(marked(unmarked(), place, MarkStyle.CROSS, pen), place)
    states = states_on(sheet)
    assert MarkState.TICKED not in states
    assert states != (MarkState.EMPTY, MarkState.EMPTY)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 5, 113, 207])
@pytest.mark.parametrize("scribble", [BLUE, FELT], ids=lambda pen: pen.name)
@pytest.mark.parametrize("pen", [BLUE, FELT], ids=lambda pen: pen.name)
def test_no_pen_makes_a_tick_of_a_mark_scribbled_out(pen: Pen, scribble: Pen, seed: int) -> None:
    sheet = scribbled(marked(unmarked(), YES_BOX, MarkStyle.CROSS, pen), YES_BOX, scribble, seed)
    assert MarkState.TICKED not in states_on(sheet)


@pytest.mark.parametrize("rim", [0.5, 1.2])
def test_a_box_blackened_with_a_thick_pen_is_ticked(rim: float) -> None:
    assert answer_on(blackened(unmarked(), YES_BOX, rim)) is Answer.YES
    assert answer_on(blackened(unmarked(), NO_BOX, rim)) is Answer.NO


def test_two_blackened_boxes_settle_nothing() -> None:
    both = blackened(blackened(unmarked(), YES_BOX, 0.5), NO_BOX, 0.5)
    assert answer_on(both) not in (Answer.YES, Answer.NO)


def test_a_correction_is_not_settled_by_the_second_mark() -> None:
    for wrong, right in ((YES_BOX, NO_BOX), (NO_BOX, YES_BOX)):
        corrected = marked(scribbled(marked(unmarked(), wrong, MarkStyle.CROSS), wrong), right, MarkStyle.CROSS)
        assert answer_on(corrected) is Answer.CORRECTED


def test_a_mark_between_the_boxes_settles_nothing() -> None:
    between = Rect(YES_BOX.x, YES_BOX.y + 5.5, 5.0, 5.0)
    assert answer_on(marked(unmarked(), between, MarkStyle.CROSS)) is Answer.UNCLEAR


def test_a_cross_over_both_boxes_settles_nothing() -> None:
    strokes = [
        line((YES_BOX.x - 1, YES_BOX.y - 1), (NO_BOX.right + 1, NO_BOX.bottom + 1)),
        line((YES_BOX.right + 1, YES_BOX.y - 1), (NO_BOX.x - 1, NO_BOX.bottom + 1)),
    ]
    assert answer_on(with_ink(unmarked(), strokes)) not in (Answer.YES, Answer.NO)


def test_a_mark_in_the_margin_is_doubt() -> None:
    beside = Rect(YES_BOX.x - 7, YES_BOX.y, 5.0, 5.0)
    assert states_on(marked(unmarked(), beside, MarkStyle.CROSS))[0] is MarkState.UNCLEAR


def hook(*corners: tuple[float, float]) -> Picture:
    """A stroke through corners that are given in millimetres from the upper left corner of the box for yes."""
    return with_ink(unmarked(), [line(*((YES_BOX.x + x, YES_BOX.y + y) for x, y in corners))])


def test_a_tick_half_beside_its_box_is_one() -> None:
    sheet = hook((-2.2, 1.0), (0.0, 4.2), (3.2, -2.5))
    assert states_on(sheet) == states_on(sheet, bilevel=True) == (MarkState.TICKED, MarkState.EMPTY)


def test_a_tick_that_crosses_the_corner_of_its_box_is_one() -> None:
    assert states_on(hook((-1.8, 0.6), (-0.5, 2.6), (3.6, -2.0))) == (MarkState.TICKED, MarkState.EMPTY)


def test_a_tick_that_runs_past_a_box_is_doubt() -> None:
    assert states_on(hook((-3.8, 0.6), (-2.5, 2.6), (1.6, -2.0)))[0] is MarkState.UNCLEAR


@pytest.mark.parametrize(
    "corners",
    [
        ((0.0, 4.2), (3.2, -2.5)),
        ((-3.2, -2.5), (0.0, 4.2), (3.2, -2.5)),
        ((3.2, 7.5), (0.0, 1.0), (-2.2, 4.0)),
        ((-5.0, 1.0), (-3.5, 4.2), (0.4, -1.0)),
    ],
    ids=["a stroke", "arms of one length", "upside down", "hardly inside"],
)
def test_other_strokes_half_beside_a_box_are_doubt(corners: Sequence[tuple[float, float]]) -> None:
    assert states_on(hook(*corners), bilevel=True) == (MarkState.UNCLEAR, MarkState.EMPTY)


@pytest.mark.parametrize("gray", [250, 10], ids=["white", "black"])
def test_a_box_that_is_covered_is_never_empty(gray: int) -> None:
    covered = painted(unmarked(), YES_BOX.grown(2, 2, 2, 2), gray)
    assert states_on(covered)[0] in (MarkState.UNREAD, MarkState.UNCLEAR, MarkState.CORRECTED)


def test_a_box_beyond_the_paper_is_unread() -> None:
    slip = laid_flat(unmarked())
    outside = slip.outside.copy()
    outside[slip.slices(NO_BOX)] = True
    _, no = read_choice(
        replace(slip, outside=outside), template_of(PRIMARY).form.boxes, template_of(PRIMARY).form.texts
    )
    assert no.state is MarkState.UNREAD


def test_every_reading_carries_its_place_and_its_numbers() -> None:
    for one, place in zip(marks_on(unmarked()), (YES_BOX, NO_BOX), strict=True):
        assert one.evidence.place == place
        assert one.evidence.measures["inner_mm2"] == 0
        assert one.evidence.measures["frame_ncc"] > 0.8


def test_a_form_without_boxes_has_no_marks() -> None:
    assert read_choice(laid_flat(unmarked()), (), ()) == ()


GUARDIANS = field("guardian_names").place


def letters(top: float, bottom: float) -> list[Path]:
    """Upright strokes between the words of the no, above where the guardians write."""
    words = [w for w in template_of(PRIMARY).words if NO_BOX.y < w.centre.y < NO_BOX.bottom and w.x > GUARDIANS.x]
    gaps = [(a.right + b.x) / 2 for a, b in pairwise(sorted(words, key=lambda w: w.x)) if b.x - a.right > 1.0]
    return [line((x, top), (x, bottom)) for x in gaps]


def test_a_large_name_that_reaches_into_the_words_is_no_doubt() -> None:
    ticked = marked(unmarked(), NO_BOX, MarkStyle.CROSS)
    large = letters(NO_BOX.y + 1, GUARDIANS.bottom - 1)
    assert states_on(with_ink(ticked, large)) == (MarkState.EMPTY, MarkState.TICKED)


def test_the_same_strokes_over_the_words_alone_are_doubt() -> None:
    ticked = marked(unmarked(), NO_BOX, MarkStyle.CROSS)
    over = letters(NO_BOX.y, NO_BOX.bottom)
    assert states_on(with_ink(ticked, over)) == (MarkState.EMPTY, MarkState.UNCLEAR)


def end_of(place: Rect) -> float:
    """Where the words beside a box end."""
    return max(w.right for w in template_of(PRIMARY).words if place.y < w.centre.y < place.bottom)


@pytest.mark.parametrize("place", [YES_BOX, NO_BOX], ids=["yes", "no"])
@pytest.mark.parametrize("words", ["aber nur im Chor", "Vielen Dank!", "Tel. 0170 5550123"])
def test_a_note_that_begins_over_the_last_letters_says_nothing_about_the_box(place: Rect, words: str) -> None:
    """It is ink that nothing explains, which keeps the slip from passing, but no stroke through the words."""
    sheet = with_words(marked(unmarked(), place, MarkStyle.CROSS), words, Point(end_of(place) - 3, place.bottom - 1))
    said = Answer.YES if place is YES_BOX else Answer.NO
    assert answer_on(sheet) is said
    slip, form = laid_flat(sheet), template_of(PRIMARY).form
    assert find_stray_ink(slip, form, (), lines_shown(slip, form)).state is StrayState.FOUND


def test_a_stroke_through_the_words_and_beyond_settles_nothing() -> None:
    end, y = end_of(NO_BOX), NO_BOX.centre.y
    struck = with_ink(marked(unmarked(), NO_BOX, MarkStyle.CROSS), [line((end - 70, y), (end + 30, y + 1))], FELT)
    assert answer_on(struck) is not Answer.NO


def taken_out(slip: SlipImage, paths: Sequence[Rect]) -> SlipImage:
    """The slip with dark bars that were taken for a streak or a fold: they are left in the darkness before that."""
    raw = slip.raw.copy()
    for path in paths:
        raw[slip.slices(path)] = 200
    return replace(slip, raw=raw)


def empty_state(paths: Sequence[Rect]) -> MarkState:
    slip = taken_out(laid_flat(unmarked()), paths)
    return read_choice(slip, template_of(PRIMARY).form.boxes, template_of(PRIMARY).form.texts)[1].state


STREAK = Rect(NO_BOX.centre.x, NO_BOX.y - 20, 0.8, 60)


def test_a_streak_through_an_empty_box_is_no_doubt() -> None:
    assert empty_state([STREAK]) is MarkState.EMPTY
    assert empty_state([Rect(NO_BOX.x - 20, NO_BOX.centre.y, 60, 0.6)]) is MarkState.EMPTY


@pytest.mark.parametrize(
    "hidden",
    [
        Rect(NO_BOX.centre.x, NO_BOX.y + 1, 0.8, 3),
        Rect(NO_BOX.x + 1, NO_BOX.centre.y, 3, 0.6),
        Rect(NO_BOX.x, NO_BOX.y - 20, 3.5, 60),
    ],
    ids=["upright", "level", "broad"],
)
def test_what_only_a_box_hides_is_doubt(hidden: Rect) -> None:
    """A stroke inside the frame, taken for a line that nobody sees beyond it; and a bar that hides half of the box."""
    assert empty_state([hidden]) is MarkState.UNCLEAR


def test_a_tick_across_a_streak_is_doubt_where_it_was_taken_out_with_it() -> None:
    assert empty_state([STREAK, Rect(NO_BOX.x + 1, NO_BOX.centre.y, 3, 0.6)]) is MarkState.UNCLEAR


def strewn(sheet: Picture, grains: int) -> Picture:
    """Grains far from all writing."""
    places = [(12 + 8.0 * (n % 22), 208.0 + 14 * (n // 22)) for n in range(grains)]
    return with_ink(sheet, [oval(Rect(x, y, 0.15, 0.15)) for x, y in places]) if places else sheet


@pytest.mark.parametrize(("grains", "state"), [(0, MarkState.UNCLEAR), (20, MarkState.EMPTY)])
def test_a_grain_in_a_box_is_dust_on_a_dusty_slip(grains: int, state: MarkState) -> None:
    grain = oval(Rect(NO_BOX.centre.x, NO_BOX.centre.y, 0.15, 0.15))
    assert states_on(strewn(with_ink(unmarked(), [grain]), grains))[1] is state


def test_a_tick_is_none_on_a_dusty_slip() -> None:
    assert states_on(strewn(marked(unmarked(), NO_BOX, MarkStyle.TICK), 20))[1] is MarkState.TICKED


def shaded(slip: SlipImage, place: Rect, dark: float) -> SlipImage:
    """A soft shadow over a place: darker from left to right, by so much in its middle."""
    across = np.arange(slip.gray.shape[1]) / slip.px_per_mm + slip.origin.x
    shadow = np.zeros(slip.gray.shape, np.float32)
    rows, _ = slip.slices(place.grown(9.0, 9.0, 9.0, 9.0))
    shadow[rows] = dark / (1 + np.exp(-(across - place.centre.x + 4) / 2.5))
    layers = (np.clip(layer + shadow, 0, 255).astype(np.uint8) for layer in (slip.darkness, slip.raw))
    darkness, raw = layers
    return replace(slip, darkness=darkness, raw=raw)


def no_in_shadow(sheet: Picture, dark: float = 34.0) -> MarkState:
    slip = shaded(laid_flat(sheet), NO_BOX, dark)
    return read_choice(slip, template_of(PRIMARY).form.boxes, template_of(PRIMARY).form.texts)[1].state


@pytest.mark.parametrize("dark", [20.0, 34.0, 50.0])
def test_a_shadow_over_an_empty_box_is_no_mark(dark: float) -> None:
    assert no_in_shadow(unmarked(), dark) is MarkState.EMPTY


@pytest.mark.parametrize("style", sorted(PLAIN_STYLES))
@pytest.mark.parametrize("pen", [BLUE, FAINT_PENCIL], ids=["blue", "faint"])
def test_a_mark_in_a_shadow_is_one(style: MarkStyle, pen: Pen) -> None:
    assert no_in_shadow(marked(unmarked(), NO_BOX, style, pen)) is not MarkState.EMPTY


@pytest.mark.parametrize("gray", [222, 210, 190])
def test_a_box_filled_in_so_pale_is_no_shadow(gray: int) -> None:
    inside = NO_BOX.grown(-0.6, -0.6, -0.6, -0.6)
    assert no_in_shadow(painted(unmarked(), inside, gray)) is not MarkState.EMPTY


def test_a_crossing_out_of_which_only_the_darkest_bits_are_ink_is_no_tick() -> None:
    pale = Pen("pale pencil", Colour(226, 226, 228), 0.4, 0.95, 0.2)
    tick = with_strokes(unmarked(), mark(MarkStyle.TICK, YES_BOX, np.random.default_rng(1)), THIN_PENCIL)
    far, at = YES_BOX.width / 2 + 3.5, YES_BOX.centre
    ends = [(far * np.cos(turn), far * np.sin(turn)) for turn in np.linspace(0.2, np.pi, 6)]
    struck = with_ink(tick, [line((at.x - x, at.y - y), (at.x + x, at.y + y)) for x, y in ends], pale)
    assert states_on(tick)[0] is MarkState.TICKED
    assert states_on(struck)[0] is not MarkState.TICKED


def test_a_box_with_a_trace_of_pencil_is_not_empty() -> None:
    trace = Pen("trace", Colour(234, 234, 235), 0.35, 0.95, 0.2)
    at = NO_BOX.grown(-1.2, -1.2, -1.2, -1.2)
    assert states_on(with_ink(unmarked(), [line((at.x, at.y), (at.right, at.bottom))], trace))[1] is not MarkState.EMPTY


def star(sheet: Picture, place: Rect, far: float) -> Picture:
    """Strokes to and fro across a box, so far from its middle, as somebody fills it who is in a hurry."""
    at = place.centre
    ends = [(far * np.cos(turn), far * np.sin(turn)) for turn in np.linspace(0.2, 2.8, 7)]
    return with_ink(sheet, [line((at.x - x, at.y - y), (at.x + x, at.y + y)) for x, y in ends], BLUE)


def test_a_no_filled_in_a_hurry_beside_an_empty_yes_is_a_no() -> None:
    assert answer_on(star(unmarked(), NO_BOX, 3.7)) is Answer.NO


def test_a_yes_filled_in_a_hurry_is_doubt() -> None:
    assert answer_on(star(unmarked(), YES_BOX, 3.7)) is Answer.CORRECTED


@pytest.mark.parametrize("style", [MarkStyle.TICK, MarkStyle.CROSS])
def test_a_no_filled_in_a_hurry_beside_a_yes_was_corrected(style: MarkStyle) -> None:
    assert answer_on(star(marked(unmarked(), YES_BOX, style), NO_BOX, 3.7)) is Answer.CORRECTED


def test_a_no_crossed_out_far_beyond_its_box_is_doubt() -> None:
    assert answer_on(star(unmarked(), NO_BOX, 5.0)) in (Answer.CORRECTED, Answer.UNCLEAR)


def test_a_no_filled_in_a_hurry_whose_words_are_struck_out_is_doubt() -> None:
    sheet = star(unmarked(), NO_BOX, 3.7)
    words = line((NO_BOX.right + 5, NO_BOX.centre.y), (NO_BOX.right + 60, NO_BOX.centre.y))
    assert answer_on(with_ink(sheet, [words, words], BLUE)) in (Answer.CORRECTED, Answer.UNCLEAR)
