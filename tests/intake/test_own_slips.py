"""A slip printed for one child, from pixels to a verdict: its code says whose it is, and is not believed alone."""

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
import pytest

from forms.catalogue import Personal, bundled
from forms.fields import fill
from forms.geometry import Point, Rect
from forms.model import Meaning
from intake.decide import decide
from intake.policy import EVERY_LINE
from intake.values import (
    Channel,
    CodeBook,
    CodeState,
    Decision,
    IdentifiedBy,
    IdentityState,
    Reason,
    Returns,
    Roster,
    SlipReading,
    StrayState,
    Verdict,
    Wholeness,
)
from samples.families import pupil
from samples.scanner import FLATBED, WHITE_LID, Mode, Picture, on_glass, photographed
from samples.slips import blank_pdf, make_sheet, refusing
from tests.intake.filling import outcome, signed_with_ink
from tests.intake.returned import (
    CUT,
    FAMILY,
    PRIMARY,
    PUPIL,
    ROSTER,
    SECONDARY,
    box,
    code_places,
    cut_slip,
    field,
    line,
    page_of,
    painted,
    read,
    scan_of,
    seen,
    upright,
    with_ink,
    with_words,
)

KEY = b"key of the test"
TOKEN, NEIGHBOURS, NEVER = "ABCDEFGH2", "BCDEFGHI3", "CDEFGHIJ4"
NEIGHBOUR = pupil("407")
NAME_LINE = field("child_name").place


def school(*forms: str, key: bytes = KEY) -> Roster:
    """The class list with the register of these forms."""
    by_id = {child.id: child for child in ROSTER.children}
    tokens = {TOKEN: by_id[PUPIL.id], NEIGHBOURS: by_id[NEIGHBOUR.id]}
    return replace(ROSTER, codes=tuple(CodeBook(bundled(form).code, 1, key, tokens) for form in forms))


SCHOOL = school(PRIMARY, SECONDARY)


@lru_cache
def own_slip(form_id: str = PRIMARY, token: str = TOKEN, key: bytes = KEY, *, refused: bool = False) -> Picture:
    """A slip printed for the child, filled in by its family."""
    personal = Personal(PUPIL.name, PUPIL.school_class, token, key)
    answers = refusing(PUPIL) if refused else FAMILY
    return make_sheet(
        form_id, answers, 7, personal=personal, paper=CUT if form_id == PRIMARY else replace(CUT, cut=False)
    ).sheet


def slip_of(sheet: Picture, name: str = PUPIL.name, roster: Roster = SCHOOL) -> SlipReading:
    (slip,) = read(page_of(seen(sheet)), name, roster).slips
    return slip


def judged(slip: SlipReading) -> Decision:
    return decide(slip, Returns.ONLY, EVERY_LINE)


# ---------------------------------------------------------------- a genuine code


@pytest.mark.parametrize("form_id", [PRIMARY, SECONDARY])
def test_a_childs_own_slip_is_settled_by_its_code(form_id: str) -> None:
    slip = slip_of(own_slip(form_id))
    assert (slip.code.state, slip.identity.by) == (CodeState.CHILD, IdentifiedBy.CODE)
    assert slip.identity.child is not None
    assert slip.identity.child.id == PUPIL.id
    assert judged(slip).verdict is Verdict.GIVEN


def test_a_childs_own_no_is_a_refusal() -> None:
    assert judged(slip_of(own_slip(refused=True))).verdict is Verdict.REFUSED


@pytest.mark.parametrize("form_id", [PRIMARY, SECONDARY])
def test_what_is_printed_for_the_child_is_no_ink_and_no_other_wording(form_id: str) -> None:
    slip = slip_of(own_slip(form_id))
    assert slip.integrity.state is Wholeness.INTACT
    assert (slip.stray.state, slip.stray.places) == (StrayState.NONE, ())


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_the_code_is_read_however_the_slip_lies(mode: Mode, turns: int) -> None:
    scan = scan_of(own_slip(), replace(FLATBED, quarter_turns=turns, skew_deg=-2.0, mode=mode))
    (slip,) = read(page_of(scan, bilevel=mode is Mode.BILEVEL), PUPIL.name, SCHOOL).slips
    assert slip.identity.by is IdentifiedBy.CODE


@pytest.mark.parametrize("covered", [0, 1])
def test_one_code_is_enough(covered: int) -> None:
    slip = slip_of(painted(own_slip(), code_places()[covered]))
    assert (slip.code.state, slip.identity.by) == (CodeState.CHILD, IdentifiedBy.CODE)


def test_without_a_readable_code_the_printed_name_names_the_child() -> None:
    sheet = own_slip()
    for place in code_places():
        sheet = painted(sheet, place)
    slip = slip_of(sheet)
    assert (slip.code.state, slip.identity.by) == (CodeState.NONE, IdentifiedBy.NAME)


def test_two_childrens_slips_on_a_page_keep_their_own_codes() -> None:
    pieces = [own_slip(), own_slip(token=NEIGHBOURS)]
    page = page_of(seen(on_glass(pieces, [upright(Point(0, 12)), upright(Point(2, 150), 1.0)], WHITE_LID)))
    slips = read(page, PUPIL.name, SCHOOL).slips
    assert [slip.code.children[0].id for slip in slips] == [PUPIL.id, NEIGHBOUR.id]


# ---------------------------------------------------------------- a code that cannot be believed


@pytest.mark.parametrize(
    ("sheet", "roster", "state", "reason"),
    [
        (own_slip(key=b"another key"), SCHOOL, CodeState.FORGED, Reason.CODE_FORGED),
        (own_slip(token=NEVER), SCHOOL, CodeState.UNKNOWN, Reason.CODE_UNKNOWN),
        (own_slip(), ROSTER, CodeState.UNCHECKED, Reason.CODE_UNCHECKED),
        (own_slip(), school(SECONDARY), CodeState.UNCHECKED, Reason.CODE_UNCHECKED),
        (own_slip(), school(PRIMARY, key=b"another key"), CodeState.FORGED, Reason.CODE_FORGED),
    ],
    ids=["forged", "never handed out", "no register", "register of another form", "key of another school"],
)
def test_a_code_that_cannot_be_believed_settles_nothing_whatever_name_is_printed(
    sheet: Picture, roster: Roster, state: CodeState, reason: Reason
) -> None:
    slip = slip_of(sheet, PUPIL.name, roster)
    assert slip.code.state is state
    assert slip.identity.by is not IdentifiedBy.CODE
    assert judged(slip).verdict is Verdict.REVIEW
    assert judged(slip).reasons == (reason,)


def test_a_child_who_left_is_not_taken_for_another() -> None:
    gone = replace(SCHOOL.codes[0], children={TOKEN: None})
    slip = slip_of(own_slip(), PUPIL.name, replace(SCHOOL, codes=(gone,)))
    assert judged(slip).reasons == (Reason.CODE_UNLISTED,)


def pasted(token: str) -> Picture:
    """A slip with the lower half of another child's."""
    upper, lower = own_slip(), own_slip(token=token)
    row = round(float(upper.corners_of(Rect(0, 255, 1, 1))[0, 1]))
    pixels = np.vstack([upper.pixels[:row], lower.pixels[row:]])
    return replace(upper, pixels=pixels)


def test_a_slip_pasted_together_of_two_childrens_is_for_a_person() -> None:
    slip = slip_of(pasted(NEIGHBOURS))
    assert slip.code.state is CodeState.CONTRADICTORY
    assert {child.id for child in slip.code.children} == {PUPIL.id, NEIGHBOUR.id}
    assert slip.identity.child is None
    assert judged(slip).verdict is Verdict.REVIEW
    assert Reason.CODES_CONTRADICT in judged(slip).reasons


# ---------------------------------------------------------------- the name beside the code


@pytest.mark.parametrize(
    "name", [NEIGHBOUR.name, "Ottokar Unbekannt", "Lena Petersen", f"{PUPIL.name} {NEIGHBOUR.name}"]
)
@pytest.mark.parametrize("refused", [False, True], ids=["yes", "no"])
def test_another_name_than_the_codes_is_for_a_person(name: str, refused: bool) -> None:
    slip = slip_of(own_slip(refused=refused), name)
    assert slip.identity.state is IdentityState.CONTRADICTED
    assert judged(slip).verdict is Verdict.REVIEW
    assert Reason.NAME_CONTRADICTS_CODE in judged(slip).reasons


@pytest.mark.parametrize("words", [NEIGHBOUR.name, "Ben", PUPIL.name], ids=["another", "three letters", "the same"])
@pytest.mark.parametrize("x", [NAME_LINE.x + 2, NAME_LINE.x + 34], ids=["over it", "beside it"])
def test_what_is_written_on_the_line_of_a_printed_name_is_for_a_person_whatever_is_read_there(
    words: str, x: float
) -> None:
    slip = slip_of(with_words(own_slip(), words, Point(x, NAME_LINE.bottom - 1)))
    assert slip.identity.state is IdentityState.CONTRADICTED
    assert judged(slip).verdict is Verdict.REVIEW


@pytest.mark.parametrize("form_id", [PRIMARY, SECONDARY])
@pytest.mark.parametrize("shake_mm", [0.0, 0.25])
def test_no_ink_is_found_beside_a_printed_name_that_nobody_touched(form_id: str, shake_mm: float) -> None:
    sheet = own_slip(form_id)
    blurred = cv2.GaussianBlur(sheet.pixels, (0, 0), max(shake_mm, 0.01) * sheet.px_per_mm)
    photo = photographed(replace(sheet, pixels=np.asarray(blurred, np.uint8)), 2000, np.random.default_rng(4))
    (slip,) = read(page_of(photo, photo=True), PUPIL.name, SCHOOL).slips
    line = next(text for text in slip.texts if text.field == "child_name")
    assert line.evidence.measures["beside_name_mm2"] < 1.0
    assert slip.identity.by is IdentifiedBy.CODE


def test_a_printed_name_that_is_struck_out_is_for_a_person() -> None:
    strike = line((NAME_LINE.x, NAME_LINE.centre.y + 0.3), (NAME_LINE.x + 30, NAME_LINE.centre.y))
    assert Reason.NAME_STRUCK in judged(slip_of(with_ink(own_slip(), [strike]))).reasons


# ---------------------------------------------------------------- ink at a code is ink


def test_a_line_through_a_code_is_still_ink() -> None:
    place = code_places()[0]
    stroke = line((place.x - 8, place.centre.y), (place.right + 4, place.centre.y + 2))
    slip = slip_of(with_ink(own_slip(), [stroke]))
    assert slip.stray.state is StrayState.FOUND
    assert slip.identity.by is IdentifiedBy.CODE


def test_a_note_beneath_a_code_is_still_ink() -> None:
    place = code_places()[0]
    slip = slip_of(with_words(own_slip(), "nein danke", Point(place.x - 4, place.bottom + 5)))
    assert judged(slip).verdict is Verdict.REVIEW


def test_a_struck_clause_is_found_on_an_own_slip_as_well() -> None:
    yes = box(Meaning.YES).place
    strike = line((yes.right + 3, yes.centre.y), (125, yes.centre.y + 0.4))
    assert judged(slip_of(with_ink(own_slip(), [strike]))).verdict is Verdict.REVIEW


def test_a_generic_slip_is_read_as_before_beside_own_ones() -> None:
    slip = slip_of(cut_slip())
    assert (slip.code.state, slip.identity.by) == (CodeState.FORM_ONLY, IdentifiedBy.NAME)
    assert judged(slip).verdict is Verdict.GIVEN


# ---------------------------------------------------------------- the fillable file, sent back


def sent_back(**values: str) -> bytes:
    """The child's own file, filled in and signed on a phone."""
    pdf = blank_pdf(PRIMARY, Personal(PUPIL.name, PUPIL.school_class, TOKEN, KEY))
    return signed_with_ink(fill(pdf, {"consent": "ja", "guardian_names": PUPIL.guardians, **values}))


def test_a_childs_own_file_is_settled_by_its_code() -> None:
    read_file = outcome(sent_back(), roster=SCHOOL)
    assert (read_file.slip.channel, read_file.slip.identity.by) == (Channel.DIGITAL, IdentifiedBy.CODE)
    assert read_file.decision.verdict is Verdict.GIVEN


@pytest.mark.parametrize("name", [NEIGHBOUR.name, "Ottokar Unbekannt"])
def test_another_name_typed_into_a_childs_own_file_is_for_a_person(name: str) -> None:
    read_file = outcome(sent_back(child_name=name), roster=SCHOOL)
    assert read_file.slip.code.state is CodeState.CHILD
    assert read_file.slip.identity.child is None
    assert read_file.decision.verdict is Verdict.REVIEW
    assert Reason.NAME_CONTRADICTS_CODE in read_file.decision.reasons
