"""A page from pixels to a verdict: doubt never settles, and nothing that comes in ends the run."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms.geometry import Point, Rect
from forms.model import Meaning
from intake.decide import decide
from intake.engines import TextEngine
from intake.policy import EVERY_LINE
from intake.read_slip import read_page
from intake.values import (
    Channel,
    CodeState,
    FormState,
    GrayImage,
    IdentityState,
    PageKind,
    PageReading,
    Returns,
    TextGuess,
    Verdict,
)
from samples.pens import Colour, Path
from samples.scanner import BLACK_LID, FLATBED, GREY_LID, WHITE_LID, Mode, Picture, on_glass, photographed
from samples.slips import Answers, refusing
from tests.intake.returned import (
    FAMILY,
    PRIMARY,
    PUPIL,
    REWORDED_PARAGRAPHS,
    REWORDED_WORDS,
    ROSTER,
    SECONDARY,
    UNSIGNED,
    Rewording,
    Says,
    box,
    code_places,
    cut_slip,
    decisions,
    field,
    line,
    page_from,
    page_of,
    painted,
    read,
    reworded_sheet,
    scan_of,
    seen,
    sheet_of,
    template_of,
    templates,
    upright,
    verdicts,
    with_ink,
    with_words,
)

REFUSAL = refusing(PUPIL)
SIGNATURE = field("guardian_signature").place
YES_BOX = box(Meaning.YES).place


def said(page: PageReading) -> list[tuple[object, ...]]:
    """What a page says, without the numbers behind it."""
    return [
        (
            slip.form_id,
            slip.integrity.state,
            tuple(mark.state for mark in slip.marks),
            tuple(line.state for line in slip.signatures),
            tuple((text.field, text.state) for text in slip.texts),
            slip.stray.state,
            slip.identity.state,
            decide(slip, Returns.ONLY, EVERY_LINE),
        )
        for slip in page.slips
    ]


# ---------------------------------------------------------------- a plain answer is settled


def test_a_yes_is_given() -> None:
    assert verdicts(page_of(seen(cut_slip()))) == [Verdict.GIVEN]


def test_a_no_is_refused() -> None:
    assert verdicts(page_of(seen(cut_slip(REFUSAL)))) == [Verdict.REFUSED]


def test_a_signed_letter_is_given() -> None:
    assert verdicts(page_of(seen(sheet_of(SECONDARY)))) == [Verdict.GIVEN]


def test_a_photo_never_says_the_opposite() -> None:
    photo = photographed(sheet_of(PRIMARY, REFUSAL), 2400, np.random.default_rng(2))
    page = read(page_of(photo, photo=True))
    assert [slip.channel for slip in page.slips] == [Channel.PHOTO]
    assert decide(page.slips[0], Returns.ONLY, EVERY_LINE).verdict in (Verdict.REFUSED, Verdict.REVIEW)


def test_two_slips_on_a_page_are_two_answers() -> None:
    pieces = [cut_slip(), cut_slip(REFUSAL)]
    page = page_of(seen(on_glass(pieces, [upright(Point(0, 12)), upright(Point(2, 150), 1.0)], WHITE_LID)))
    assert verdicts(page) == [Verdict.GIVEN, Verdict.REFUSED]
    assert [slip.number for slip in read(page).slips] == [1, 2]


# ---------------------------------------------------------------- how a page lies changes nothing


@pytest.mark.parametrize("answers", [FAMILY, REFUSAL, UNSIGNED], ids=["yes", "no", "unsigned"])
@pytest.mark.parametrize("turns", [1, 2])
def test_a_turned_page_says_the_same(answers: Answers, turns: int) -> None:
    sheet = cut_slip(answers)
    straight, turned = seen(sheet), seen(sheet)
    turned = replace(turned, pixels=np.ascontiguousarray(np.rot90(turned.pixels, turns)))
    assert said(read(page_of(turned))) == said(read(page_of(straight)))


@pytest.mark.parametrize("lid", [GREY_LID, BLACK_LID, WHITE_LID], ids=["grey", "black", "white"])
def test_the_lid_changes_nothing(lid: Colour) -> None:
    scan = scan_of(cut_slip(), replace(FLATBED, lid=lid, skew_deg=2.0))
    assert said(read(page_of(scan))) == said(read(page_of(seen(cut_slip()))))


def test_a_darker_scan_says_the_same() -> None:
    picture = seen(cut_slip())
    dimmed = replace(picture, pixels=(picture.pixels * 0.8).astype(np.uint8))
    assert said(read(page_of(dimmed))) == said(read(page_of(picture)))


def test_black_and_white_never_says_the_opposite() -> None:
    for answers, wrong in ((FAMILY, Verdict.REFUSED), (REFUSAL, Verdict.GIVEN)):
        picture = seen(cut_slip(answers), replace(FLATBED, mode=Mode.BILEVEL))
        (verdict,) = verdicts(page_of(picture, bilevel=True))
        assert verdict is not wrong


# ---------------------------------------------------------------- codes


@pytest.mark.parametrize("gray", [250, 20], ids=["white", "scribbled"])
def test_a_slip_without_readable_codes_is_read_by_its_print(gray: int) -> None:
    sheet = cut_slip(REFUSAL)
    for place in code_places():
        sheet = painted(sheet, place, gray)
    (slip,) = read(page_of(seen(sheet))).slips
    assert slip.code.state is CodeState.NONE
    assert slip.form_state is FormState.RECOGNISED
    assert [mark.state.value for mark in slip.marks] == ["empty", "ticked"]


def test_a_slip_with_its_letter_keeps_its_code() -> None:
    for skew in (0.0, 3.0):
        page = read(page_of(scan_of(sheet_of(), replace(FLATBED, skew_deg=skew))))
        assert [slip.code.state for slip in page.slips] == [CodeState.FORM_ONLY]


# ---------------------------------------------------------------- what must never settle


@pytest.mark.parametrize("change", REWORDED_PARAGRAPHS, ids=lambda change: change.instead[:30])
def test_a_reworded_paragraph_is_never_given(change: Rewording) -> None:
    assert verdicts(page_of(seen(reworded_sheet(change)))) == [Verdict.REVIEW]


@pytest.mark.parametrize("change", REWORDED_WORDS, ids=lambda change: change.instead[:30])
def test_one_other_word_is_never_given(change: Rewording) -> None:
    assert verdicts(page_of(seen(reworded_sheet(change)))) == [Verdict.REVIEW]


@pytest.mark.parametrize("change", REWORDED_PARAGRAPHS[:2], ids=lambda change: change.instead[:30])
def test_a_reworded_paragraph_is_never_refused(change: Rewording) -> None:
    assert verdicts(page_of(seen(reworded_sheet(change, REFUSAL)))) == [Verdict.REVIEW]


@pytest.mark.parametrize("place", [box(Meaning.YES).place, box(Meaning.NO).place], ids=["yes", "no"])
def test_a_yes_with_a_struck_clause_is_for_a_person(place: Rect) -> None:
    strike = line((place.right + 3, place.centre.y), (125, place.centre.y + 0.4))
    assert verdicts(page_of(seen(with_ink(cut_slip(), [strike])))) == [Verdict.REVIEW]


def test_a_letter_with_a_struck_clause_is_for_a_person() -> None:
    strike = line((22, 117), (180, 117.5))
    assert verdicts(page_of(seen(with_ink(sheet_of(SECONDARY), [strike])))) == [Verdict.REVIEW]


def torn(sheet: Picture, gray: int) -> Picture:
    pixels = sheet.pixels.copy()
    height, width = pixels.shape[:2]
    corner = np.array([[width, height // 3], [width, height], [width // 2, height]], np.int32)
    cv2.fillConvexPoly(pixels, corner, (gray, gray, gray))
    return replace(sheet, pixels=pixels)


@pytest.mark.parametrize(("form_id", "gray"), [(PRIMARY, 247), (PRIMARY, 136), (PRIMARY, 22), (SECONDARY, 22)])
def test_a_torn_off_corner_with_the_signature_is_for_a_person(form_id: str, gray: int) -> None:
    sheet = cut_slip() if form_id == PRIMARY else sheet_of(SECONDARY)
    assert verdicts(page_of(seen(torn(sheet, gray)))) in ([Verdict.REVIEW], [])


@pytest.mark.parametrize("gray", [0, 128, 255])
@pytest.mark.parametrize("answers", [FAMILY, REFUSAL], ids=["yes", "no"])
def test_a_plateau_over_the_lower_half_is_for_a_person(answers: Answers, gray: int) -> None:
    picture = seen(cut_slip(answers))
    pixels = picture.pixels.copy()
    pixels[pixels.shape[0] // 2 :] = gray
    assert verdicts(page_of(replace(picture, pixels=pixels))) in ([Verdict.REVIEW], [])


@pytest.mark.parametrize(
    "at",
    [
        Point(SIGNATURE.x + 62, SIGNATURE.bottom - 3),
        Point(SIGNATURE.x + 10, SIGNATURE.bottom + 5),
        Point(SIGNATURE.x + 10, SIGNATURE.y - 3),
        Point(130, 233),
    ],
    ids=["beside", "below", "above", "at the yes"],
)
def test_a_condition_written_by_hand_is_for_a_person(at: Point) -> None:
    assert verdicts(page_of(seen(with_words(cut_slip(), "nur ohne Kamera", at)))) == [Verdict.REVIEW]


@pytest.mark.parametrize("beside_mm", [1.4, 1.6])
def test_a_streak_never_turns_yes_and_no_into_a_yes(beside_mm: float) -> None:
    """Both boxes are ticked, the no by an upright stroke; dirt on the scanner's glass lies so far beside it."""
    no = box(Meaning.NO).place
    both = with_ink(cut_slip(), [line((no.centre.x - 0.3, no.y + 0.5), (no.centre.x + 0.3, no.bottom - 0.5))])
    scan = scan_of(both, replace(FLATBED, skew_deg=0.0))
    column = round(scan.corners_of(no)[:, 0].mean() + beside_mm * scan.px_per_mm)
    pixels = scan.pixels.copy()
    pixels[:, column : column + 2] //= 10
    assert verdicts(page_of(scan)) == [Verdict.REVIEW]
    assert verdicts(page_of(replace(scan, pixels=pixels))) == [Verdict.REVIEW]


CROSSED_OUT = (
    line((SIGNATURE.x + 5, SIGNATURE.bottom - 14), (SIGNATURE.x + 65, SIGNATURE.bottom)),
    line((SIGNATURE.x + 65, SIGNATURE.bottom - 14), (SIGNATURE.x + 5, SIGNATURE.bottom)),
)


ONE_STROKE = pytest.mark.xfail(strict=True, reason="one stroke through a signature is taken for a part of it")


@pytest.mark.parametrize(
    "strokes",
    [pytest.param(CROSSED_OUT[:1], id="one stroke", marks=ONE_STROKE), pytest.param(CROSSED_OUT, id="two strokes")],
)
def test_a_signature_crossed_out_is_for_a_person(strokes: tuple[Path, ...]) -> None:
    assert verdicts(page_of(seen(with_ink(cut_slip(), strokes)))) == [Verdict.REVIEW]


@pytest.mark.parametrize("reach", [3.0, pytest.param(2.0, marks=pytest.mark.xfail(strict=True, reason="too short"))])
def test_a_tick_crossed_out_by_one_stroke_is_for_a_person(reach: float) -> None:
    y = YES_BOX.centre.y
    stroke = line((YES_BOX.x - reach, y + 0.2), (YES_BOX.right + reach, y - 0.2))
    assert verdicts(page_of(seen(with_ink(cut_slip(), [stroke])))) == [Verdict.REVIEW]


@pytest.mark.parametrize("at", [Point(40, 229), Point(60, 229), Point(85, 229.5), Point(125, 233)])
def test_a_not_put_in_by_hand_is_for_a_person(at: Point) -> None:
    assert verdicts(page_of(seen(with_words(cut_slip(), "nicht", at)))) == [Verdict.REVIEW]


def test_nobody_is_given_whose_name_is_not_on_the_list() -> None:
    (decision,) = decisions(page_of(seen(cut_slip())), name="Ottokar Unbekannt")
    assert decision.verdict is Verdict.REVIEW


class Broken:
    """An engine that fails."""

    def read_lines(self, crops: object) -> list[TextGuess]:
        raise RuntimeError("no model")


class Silent:
    """An engine that forgets to answer."""

    def read_lines(self, crops: object) -> list[TextGuess]:
        return []


@pytest.mark.parametrize("engine", [Broken(), Silent()], ids=["broken", "silent"])
def test_an_engine_that_fails_names_nobody(engine: TextEngine) -> None:
    (slip,) = read_page(page_of(seen(cut_slip())), templates(), ROSTER, engine).slips
    assert slip.identity.state is IdentityState.UNSURE
    assert decide(slip, Returns.ONLY, EVERY_LINE).verdict is Verdict.REVIEW


# ---------------------------------------------------------------- pages that show no slip


def gradient(height: int, width: int) -> GrayImage:
    return np.asarray(np.linspace(0, 255, height * width).reshape(height, width), np.uint8)


def noise(height: int, width: int) -> GrayImage:
    return np.random.default_rng(1).integers(0, 256, (height, width)).astype(np.uint8)


STRANGE = {
    "white": np.full((1169, 827), 255, np.uint8),
    "black": np.full((1169, 827), 0, np.uint8),
    "grey": np.full((1169, 827), 128, np.uint8),
    "noise": noise(1169, 827),
    "gradient": gradient(1169, 827),
    "tiny": noise(20, 20),
    "tiny white": np.full((20, 20), 255, np.uint8),
    "a strip": noise(40, 800),
    "a column": noise(800, 40),
    "black above white": np.repeat(np.array([[0], [255]], np.uint8), 500, axis=0).repeat(700, axis=1),
}


@pytest.mark.parametrize("dpi", [200.0, None], ids=["scan", "photo"])
@pytest.mark.parametrize("name", STRANGE)
def test_a_page_that_shows_nothing_gives_no_slip(name: str, dpi: float | None) -> None:
    page = read(page_from(STRANGE[name], dpi))
    assert page.slips == ()
    # Nobody takes a photo of nothing: what it shows has to be asked for.
    assert page.kind in (PageKind.BLANK if dpi else PageKind.UNREADABLE, PageKind.FOREIGN)


def test_a_letter_of_another_form_gives_no_slip() -> None:
    only = (template_of(SECONDARY),)
    page = read_page(page_of(seen(cut_slip())), only, ROSTER, Says(PUPIL.name))
    assert (page.kind, page.slips) == (PageKind.FOREIGN, ())


def test_the_letter_above_the_cut_line_gives_no_slip() -> None:
    picture = seen(sheet_of())
    row = round(190 * picture.px_per_mm)
    page = read(page_of(replace(picture, pixels=np.ascontiguousarray(picture.pixels[:row]))))
    assert (page.kind, page.slips) == (PageKind.FOREIGN, ())


@pytest.mark.parametrize("bilevel", [True, False], ids=["black and white", "grey"])
def test_a_letter_without_its_slip_is_not_foreign_but_for_a_person(bilevel: bool) -> None:
    """The scanner has bleached the lower part of the page, or the slip was cut off."""
    letter = painted(sheet_of(PRIMARY), template_of(PRIMARY).area, gray=255)
    page = read_page(page_of(seen(letter), bilevel=bilevel), templates(), ROSTER, Says(""))
    assert (page.kind, page.reasons, page.slips) == (PageKind.UNREADABLE, ("letter_without_slip",), ())


def test_without_any_blank_every_page_is_foreign() -> None:
    assert read_page(page_of(seen(cut_slip())), (), ROSTER, Says("")).kind is PageKind.FOREIGN


def test_a_page_is_read_the_same_twice() -> None:
    page = page_of(seen(cut_slip()))
    assert said(read(page)) == said(read(page))
