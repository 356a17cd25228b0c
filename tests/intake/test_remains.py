"""A page that was bleached but for a few words of ours is lost to nobody; what any school writes is not ours."""

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont

from forms.geometry import Rect
from forms.typeset import FONTS
from intake.engines import pp_ocr
from intake.read_slip import read_page
from intake.stages.codes import find_codes
from intake.values import FormState, PageImage, PageKind, PageReading
from samples.scanner import Picture
from tests.intake.returned import (
    PRIMARY,
    ROSTER,
    code_places,
    cut_slip,
    page_from,
    page_of,
    painted,
    seen,
    sheet_of,
    template_of,
    templates,
)

TITLE_MM = 12.0
"""The title stands in so much of the slip below the cut line."""


def bleached(slip: Picture, left_mm: float, width_mm: float) -> Picture:
    """A slip of which a part of the title is all that is left."""
    area = template_of(PRIMARY).area
    title = Rect(area.x + left_mm, area.y + 3.0, width_mm, TITLE_MM)
    around = (
        Rect(area.x, area.y, area.width, 3.0),
        Rect(area.x, title.y, left_mm, TITLE_MM),
        Rect(title.right, title.y, area.right - title.right, TITLE_MM),
        Rect(area.x, title.bottom, area.width, area.bottom - title.bottom),
    )
    for place in around:
        slip = painted(slip, place, gray=255)
    return slip


def read(page: PageImage) -> PageReading:
    return read_page(page, templates(), ROSTER, pp_ocr.load())


def said(page: PageReading) -> tuple[PageKind, tuple[str, ...], int]:
    return page.kind, page.reasons, len(page.slips)


OURS = (PageKind.UNREADABLE, ("words_without_slip",), 0)
FOREIGN = (PageKind.FOREIGN, (), 0)


@pytest.mark.parametrize("bilevel", [False, True], ids=["grey", "black and white"])
@pytest.mark.parametrize("turns", range(4))
def test_half_of_a_title_is_enough_for_a_person(turns: int, bilevel: bool) -> None:
    picture = seen(bleached(cut_slip(), 20.0, 50.0))
    page = page_of(replace(picture, pixels=np.ascontiguousarray(np.rot90(picture.pixels, turns))), bilevel=bilevel)
    assert said(read(page)) == OURS


@pytest.mark.parametrize("degrees", [-4.0, 3.0])
def test_a_page_fed_in_askew_is_read_level(degrees: float) -> None:
    gray = cv2.cvtColor(seen(bleached(cut_slip(), 20.0, 50.0)).pixels, cv2.COLOR_RGB2GRAY)
    height, width = gray.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    askew = cv2.warpAffine(gray, turn, (width, height), borderValue=(255.0,))
    assert said(read(page_from(askew))) == OURS


def test_a_few_words_of_the_letter_are_ours_too() -> None:
    sheet = sheet_of(PRIMARY)
    letter, slip = Rect(0.0, 0.0, 210.0, 96.0), Rect(0.0, 112.0, 210.0, 185.0)
    assert said(read(page_of(seen(painted(painted(sheet, letter, gray=255), slip, gray=255))))) == OURS


@pytest.mark.parametrize(
    "lines",
    [
        ("Ausflug in den Zoo", "Name des Kindes", "Unterschrift der Erziehungsberechtigten"),
        ("Bitte morgen mitbringen: Turnzeug", "Mit freundlichen Grüßen"),
        ("Milch, Brot, Butter", "Videokonferenz"),
    ],
    ids=["form", "letter", "list"],
)
def test_what_any_school_writes_is_foreign(lines: tuple[str, ...]) -> None:
    assert said(read(page_from(typed(lines)))) == FOREIGN


MUCH = ("Der Wandertag findet am Donnerstag statt.",) * 14


def test_words_of_a_slip_are_ours_on_a_page_full_of_print_as_well() -> None:
    """A scanner may leave the title of a slip and a thousand crumbs of its letter."""
    ours = "Rückmeldung zu Videokonferenzen über IServ"
    assert said(read(page_from(typed((ours,))))) == OURS
    assert said(read(page_from(typed((ours, *MUCH))))) == OURS
    assert said(read(page_from(typed(MUCH)))) == FOREIGN


def test_words_of_a_letter_are_not_on_a_page_full_of_print() -> None:
    """Other letters of a school quote the same laws."""
    law = "Aus der Nichterteilung oder dem Widerruf der Einwilligung"
    assert said(read(page_from(typed((law,))))) == OURS
    assert said(read(page_from(typed((law, *MUCH))))) == FOREIGN


def typed(lines: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    """Lines of print on a white page, 200 dpi."""
    font = ImageFont.truetype(FONTS / "SourceSans3-Regular.ttf", 34)
    page = Image.new("L", (1654, 2339), 255)
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((200, 300 + 90 * number), line, font=font, fill=30)
    return np.asarray(page, np.uint8)


def test_a_bleached_page_of_which_a_code_is_left_is_not_foreign() -> None:
    """So little is dark on it that nobody would look twice."""
    slip = cut_slip()
    code = code_places(PRIMARY)[0]
    pixels = painted(slip, template_of(PRIMARY).area, gray=255).pixels
    x, y = (corner.round().astype(int) for corner in slip.corners_of(code).T)
    kept = slice(y.min(), y.max()), slice(x.min(), x.max())
    pixels[kept] = slip.pixels[kept]
    page = read(page_of(seen(replace(slip, pixels=pixels))))
    assert page.kind is not PageKind.FOREIGN
    assert page.kind is PageKind.UNREADABLE or page.slips[0].form_state is FormState.DOUBTFUL


def test_what_shines_through_from_the_other_side_is_no_slip() -> None:
    gray = cv2.cvtColor(seen(sheet_of(PRIMARY)).pixels, cv2.COLOR_RGB2GRAY)[:, ::-1]
    through = (255 - 0.2 * (255 - gray.astype(np.float32))).astype(np.uint8)
    shopping = typed(("Milch, Brot, Butter",))[: through.shape[0], : through.shape[1]]
    back = through.copy()
    back[: shopping.shape[0], : shopping.shape[1]] = np.minimum(
        back[: shopping.shape[0], : shopping.shape[1]], shopping
    )
    assert find_codes(back)
    assert said(read(page_from(back))) == FOREIGN
