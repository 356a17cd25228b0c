"""The ink on a made slip agrees with its truth, and the same seed makes the same slip."""

from dataclasses import replace

import numpy as np
import pytest
import zxingcpp

from forms.catalogue import Personal
from forms.code import parse
from forms.geometry import Rect
from forms.model import Meaning
from samples.families import SCHOOL, Pupil, pupil
from samples.generate import PRIMARY, SECONDARY, both, corrected, undecided, unsigned
from samples.marks import MarkStyle
from samples.pens import BLACK, PENCIL, PENS, Pen
from samples.scanner import BLACK_LID, FLATBED, Mode
from samples.slips import (
    FRESH_PAPER,
    Answers,
    BoxMark,
    MadeSlip,
    Signing,
    consenting,
    make_sheet,
    make_slip,
    printed_form,
    refusing,
    truth_of,
)

MIA = pupil("401")
NOTHING = replace(consenting(MIA), marks=(), written_name="", place_date="", guardian=Signing.EMPTY)
STANDS_FOR_MIA = "ABCDEFGH2"
DPI = 120
"""A third of the time of 200 dpi, and every mark still shows."""
NOISE_LEVEL = 40
"""Grey values by which written ink is darker than the empty sheet; nothing else moves before the scan."""


def ink_px(made: MadeSlip, answers: Answers, place: Rect) -> int:
    """Pixels in a place that are darker than on the same sheet without this answer."""
    without = make_sheet(made.form.id, answers, 5, dpi=DPI)
    corners = made.sheet.corners_of(place)
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    window = (slice(top, bottom), slice(left, right))
    darker = without.sheet.pixels[window].astype(int) - made.sheet.pixels[window].astype(int)
    return int((darker.max(axis=2) > NOISE_LEVEL).sum())


def place_of(form_id: str, key: str) -> Rect:
    """The place of a field."""
    return next(f.place for f in printed_form(form_id, DPI).form.fields if f.key == key)


def sheet(form_id: str, answers: Answers) -> MadeSlip:
    """The sheet that all tests compare: seed 5, fresh paper, not scanned."""
    return make_sheet(form_id, answers, 5, dpi=DPI)


@pytest.mark.parametrize("child", SCHOOL, ids=lambda c: c.id)
def test_a_signed_line_has_a_signature_in_its_rectangle(child: Pupil) -> None:
    answers = consenting(child)
    made = sheet(SECONDARY, answers)
    empty = replace(answers, guardian=Signing.EMPTY, pupil_signs=Signing.EMPTY)
    for key in ("guardian_signature", "pupil_signature"):
        assert ink_px(made, empty, place_of(SECONDARY, key)) > 100


def test_an_unsigned_line_has_no_ink_at_all() -> None:
    made = sheet(SECONDARY, unsigned(MIA))
    nothing = replace(unsigned(MIA), pupil_signs=Signing.EMPTY)
    assert made.truth.guardian_signature == "empty"
    assert ink_px(made, nothing, place_of(SECONDARY, "guardian_signature")) == 0
    assert ink_px(made, nothing, place_of(SECONDARY, "pupil_signature")) > 100


@pytest.mark.parametrize("pen", PENS, ids=lambda p: p.name)
@pytest.mark.parametrize("style", [s for s in MarkStyle if s is not MarkStyle.CIRCLE])
def test_a_ticked_box_has_ink_and_the_other_box_has_none(style: MarkStyle, pen: Pen) -> None:
    answers = refusing(MIA, pen, style)
    made = sheet(PRIMARY, answers)
    assert made.truth.answer == "no"
    assert ink_px(made, undecided(MIA), place_of(PRIMARY, "consent.nein")) > 7
    assert ink_px(made, undecided(MIA), place_of(PRIMARY, "consent.ja")) == 0


def test_a_circle_goes_around_the_box_and_is_not_plain() -> None:
    answers = consenting(MIA, style=MarkStyle.CIRCLE)
    made = sheet(PRIMARY, answers)
    box = place_of(PRIMARY, "consent.ja")
    assert ink_px(made, undecided(MIA), box.grown(-1, -1, -1, -1)) == 0
    assert ink_px(made, undecided(MIA), box.grown(5, 5, 5, 5)) > 40
    assert "review" in made.truth.verdicts


def test_a_corrected_box_carries_much_more_ink_than_a_tick() -> None:
    scribbled = sheet(PRIMARY, corrected(MIA))
    crossed = sheet(PRIMARY, refusing(MIA))
    box = place_of(PRIMARY, "consent.nein").grown(2, 2, 2, 2)
    assert ink_px(scribbled, undecided(MIA), box) > 3 * ink_px(crossed, undecided(MIA), box)


@pytest.mark.parametrize("child", SCHOOL, ids=lambda c: c.id)
def test_a_name_stands_on_its_line(child: Pupil) -> None:
    answers = consenting(child)
    line = place_of(PRIMARY, "child_name")
    assert ink_px(sheet(PRIMARY, answers), replace(answers, written_name=""), line) > 50


def test_a_slip_on_which_nothing_was_written_shows_only_print() -> None:
    answers = replace(NOTHING, pupil=replace(MIA, guardians="", school_class=""))
    made = make_sheet(PRIMARY, answers, 5, paper=replace(FRESH_PAPER, offset=0.0), dpi=DPI)
    printed = printed_form(PRIMARY, DPI).pixels.astype(int)
    paper = np.array([FRESH_PAPER.colour.red, FRESH_PAPER.colour.green, FRESH_PAPER.colour.blue])
    assert np.abs(made.sheet.pixels - printed / 255 * paper).max() <= 1


@pytest.mark.parametrize(
    ("answers", "answer", "verdicts"),
    [
        (consenting(MIA), "yes", ("given",)),
        (refusing(MIA), "no", ("refused",)),
        (undecided(MIA), "none", ("review",)),
        (both(MIA), "both", ("review",)),
        (corrected(MIA), "corrected", ("review",)),
        (unsigned(MIA), "yes", ("review",)),
        (replace(refusing(MIA), guardian=Signing.EMPTY), "no", ("refused", "review")),
        (replace(consenting(MIA), note="nur ohne Kamera"), "yes", ("review",)),
        (replace(consenting(MIA), name_struck=True), "yes", ("review",)),
        (replace(consenting(MIA), written_name=""), "yes", ("review",)),
        (consenting(MIA, style=MarkStyle.SMALL), "yes", ("given", "review")),
        (replace(consenting(MIA), guardian=Signing.INITIALS), "yes", ("given", "review")),
    ],
)
def test_the_truth_says_what_the_family_meant(answers: Answers, answer: str, verdicts: tuple[str, ...]) -> None:
    truth = truth_of(printed_form(PRIMARY, DPI).form, answers, FLATBED)
    assert (truth.answer, truth.verdicts) == (answer, verdicts)


def test_a_form_without_boxes_has_no_answer_but_two_signatures() -> None:
    truth = truth_of(printed_form(SECONDARY, DPI).form, consenting(MIA), FLATBED)
    assert (truth.answer, truth.guardian_signature, truth.pupil_signature) == ("", "signed", "signed")
    assert truth.verdicts == ("given",)


def test_no_unsigned_slip_may_be_given_whatever_was_ticked() -> None:
    for form_id in (PRIMARY, SECONDARY):
        for marks in ((), consenting(MIA).marks, refusing(MIA).marks, both(MIA).marks, corrected(MIA).marks):
            answers = replace(consenting(MIA), marks=marks, guardian=Signing.EMPTY)
            assert "given" not in truth_of(printed_form(form_id, DPI).form, answers, FLATBED).verdicts


def test_pencil_on_a_black_and_white_scan_is_hard() -> None:
    form = printed_form(SECONDARY, DPI).form
    bilevel = replace(FLATBED, mode=Mode.BILEVEL)
    assert truth_of(form, consenting(MIA, PENCIL), bilevel).verdicts == ("given", "review")
    assert truth_of(form, consenting(MIA, BLACK), bilevel).verdicts == ("given",)


def test_the_same_seed_makes_the_same_slip_and_another_seed_another() -> None:
    first, again, other = (make_slip(PRIMARY, consenting(MIA), seed, dpi=100) for seed in (1, 1, 2))
    assert np.array_equal(first.page.pixels, again.page.pixels)
    assert not np.array_equal(first.page.pixels, other.page.pixels)


def test_leaving_one_field_empty_does_not_change_the_others() -> None:
    with_name, without = sheet(PRIMARY, consenting(MIA)), sheet(PRIMARY, replace(consenting(MIA), written_name=""))
    line = with_name.sheet.corners_of(place_of(PRIMARY, "child_name"))
    below = int(line[:, 1].max()) + 30
    assert np.array_equal(with_name.sheet.pixels[below:], without.sheet.pixels[below:])


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
@pytest.mark.parametrize("print_scale", [1.0, 0.95])
def test_the_maps_lead_to_the_box_however_the_page_lies(quarter_turns: int, print_scale: float) -> None:
    scan = replace(FLATBED, quarter_turns=quarter_turns, skew_deg=1.5, lid=BLACK_LID)
    paper = replace(FRESH_PAPER, print_scale=print_scale, cut=True)
    answers = replace(consenting(MIA), marks=(BoxMark(Meaning.YES, MarkStyle.FILL, taken_back=False),))
    filled_in = make_slip(PRIMARY, answers, 7, paper=paper, scan=scan, dpi=DPI)
    left_empty = make_slip(PRIMARY, undecided(MIA), 7, paper=paper, scan=scan, dpi=DPI)
    box = place_of(PRIMARY, "consent.ja")
    darkness = (left_empty.page.pixels.astype(int) - filled_in.page.pixels).max(axis=2)
    rows, columns = np.nonzero(darkness > 100)
    middle = filled_in.page.corners_of(box).mean(axis=0)
    assert np.hypot(columns.mean() - middle[0], rows.mean() - middle[1]) < 0.8 * filled_in.page.px_per_mm


def test_a_slip_printed_for_a_child_carries_its_codes_and_nobody_writes_the_name_again() -> None:
    personal = Personal(MIA.name, MIA.school_class, token=STANDS_FOR_MIA, key=b"a key of the campaign")
    made = make_slip(PRIMARY, consenting(MIA), 3, personal=personal, paper=replace(FRESH_PAPER, cut=True))
    read = [parse(code.text) for code in zxingcpp.read_barcodes(made.page.pixels)]
    assert sorted(code.copy for code in read) == [1, 2]
    assert {code.token for code in read} == {personal.token}
    assert made.truth.verdicts == ("given",)


@pytest.mark.parametrize("mode", Mode)
def test_the_codes_of_a_generic_slip_survive_the_scan(mode: Mode) -> None:
    made = make_slip(SECONDARY, consenting(MIA), 3, scan=replace(FLATBED, mode=mode, noise=4.0))
    assert len({code.text for code in zxingcpp.read_barcodes(made.page.pixels)}) == 2
