"""Pictures for a person's eye: each page with what was found where, each slip laid straight with what was read.

They are made again from the page, since pixels never travel; they show what the machine took for true.
"""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forms.geometry import MM_PER_INCH, Rect
from forms.typeset import FONTS
from intake import export, pages
from intake.errors import UnreadablePageError, UsageError
from intake.sources import Source
from intake.values import (
    GrayImage,
    Mark,
    MarkState,
    PageKind,
    PageReading,
    PageRef,
    SignatureReading,
    SignatureState,
    SlipReading,
    SlipResult,
    TextReading,
    TextState,
    Verdict,
)

DPI = 110
"""Enough to judge a tick on the screen, and a tenth of the scan's bytes."""

PX_PER_MM = DPI / MM_PER_INCH

Colour = tuple[int, int, int]

GREEN: Colour = (30, 150, 60)
GRAY: Colour = (150, 150, 150)
ORANGE: Colour = (235, 125, 0)
RED: Colour = (210, 40, 40)

COLOUR_OF_STATE = {
    MarkState.TICKED: GREEN,
    MarkState.EMPTY: GRAY,
    MarkState.CORRECTED: ORANGE,
    MarkState.UNCLEAR: ORANGE,
    MarkState.UNREAD: RED,
    SignatureState.SIGNED: GREEN,
    SignatureState.EMPTY: GRAY,
    SignatureState.UNCLEAR: ORANGE,
    SignatureState.UNREAD: RED,
    SignatureState.TYPED: ORANGE,
    SignatureState.UNVERIFIED: ORANGE,
    SignatureState.CHANGED: RED,
    TextState.WRITTEN: GREEN,
    TextState.EMPTY: GRAY,
    TextState.STRUCK: ORANGE,
    TextState.OBJECTION: ORANGE,
    TextState.UNREAD: RED,
}
"""States of different kinds may share a word and then mean the same here."""

COLOUR_OF_VERDICT = {Verdict.REFUSED: GRAY, Verdict.REVIEW: ORANGE}
"""The frame around the slip; what is in neither was granted."""


WORDS = {
    MarkState.TICKED: "angekreuzt",
    MarkState.EMPTY: "leer",
    MarkState.CORRECTED: "verbessert",
    MarkState.UNCLEAR: "unklar",
    MarkState.UNREAD: "nicht gelesen",
    SignatureState.SIGNED: "unterschrieben",
    SignatureState.TYPED: "getippt",
    SignatureState.UNVERIFIED: "nicht bestätigt",
    SignatureState.CHANGED: "danach geändert",
    TextState.WRITTEN: "beschrieben",
    TextState.STRUCK: "durchgestrichen",
    TextState.OBJECTION: "andere Wörter",
}
"""What stands beside a field."""

KINDS = {
    PageKind.SLIP: "mit Abschnitt",
    PageKind.BLANK: "leer",
    PageKind.FOREIGN: "fremd",
    PageKind.UNREADABLE: "unlesbar",
}

NARROW_MM, SMALL = 8.0, 14
"""The word of a box stands at its left, that of a line inside its frame; in so small a type."""
THUMB_WIDTH, MARGIN, LINE = 420, 16, 24
"""Pixels: the page at the left, the space around everything, a line of text."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A rectangle on the slip, in millimetres of the blank, and the word beside it."""

    place: Rect
    colour: Colour
    word: str


def write(
    sources: Sequence[Source], readings: Iterable[PageReading], results: Iterable[SlipResult], folder: Path
) -> int:
    """Write one PNG for each page; the number of pictures written.

    The names count through: a file's own name may hold what no file name may.

    Raises:
        UsageError: The folder cannot be written.
    """
    paths = {source.file: source for source in sources}
    slips: dict[PageRef, list[SlipResult]] = defaultdict(list)
    for result in results:
        slips[result.reading.ref].append(result)
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for written, page in enumerate(sorted(readings, key=lambda r: (r.ref.file, r.ref.page)), start=1):
            gray = _gray(paths.get(page.ref.file), page)
            name = f"{written:04d}-seite{page.ref.page}.png"
            (folder / name).write_bytes(picture(gray, page, slips[page.ref]))
    except OSError as error:
        raise UsageError(f"Nach {folder} lässt sich nicht schreiben ({error.strerror}).") from error
    return written


def _gray(source: Source | None, page: PageReading) -> GrayImage:
    """The page's pixels; an empty sheet where it could not be read, or where a mail itself stands for a page."""
    if source is not None and page.kind is not PageKind.UNREADABLE:
        with suppress(UnreadablePageError):
            return pages.read_page(source, page.ref.page).gray
    return np.full((594, 420), 235, np.uint8)


def picture(gray: GrayImage, page: PageReading, slips: Sequence[SlipResult]) -> bytes:
    """A page as a PNG: the page with its slips outlined, and each slip with its fields framed and named.

    Green is filled, grey empty, orange doubtful, red unread or unexplained.
    """
    title = f"{page.ref.file}, Seite {page.ref.page}: {KINDS[page.kind]} {' '.join(page.reasons)}"
    drawn = [_slip(gray, result) for result in sorted(slips, key=lambda r: r.reading.number)]
    thumb = _thumb(gray, slips)
    width = 3 * MARGIN + thumb.width + max((one.width for one in drawn), default=0)
    height = max(thumb.height, sum(one.height + MARGIN for one in drawn)) + 3 * MARGIN + LINE
    canvas = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(canvas).text((MARGIN, MARGIN), title, fill="black", font=_font())
    top = 2 * MARGIN + LINE
    canvas.paste(thumb, (MARGIN, top))
    for one in drawn:
        canvas.paste(one, (2 * MARGIN + thumb.width, top))
        top += one.height + MARGIN
    encoded = io.BytesIO()
    canvas.quantize(64).save(encoded, "PNG")
    return encoded.getvalue()


@lru_cache(maxsize=2)
def _font(size: int = 18) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / "SourceSans3-Regular.ttf"), size)


def _thumb(gray: GrayImage, slips: Sequence[SlipResult]) -> Image.Image:
    """The whole page, small, with the outline of each slip in the colour of its verdict."""
    scale = THUMB_WIDTH / gray.shape[1]
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    thumb = Image.fromarray(np.asarray(small, np.uint8)).convert("RGB")
    for result in slips:
        corners = [(corner.x * scale, corner.y * scale) for corner in result.reading.outline]
        ImageDraw.Draw(thumb).polygon(corners, outline=_colour_of(result), width=3)
    return thumb


def _colour_of(result: SlipResult) -> Colour:
    return COLOUR_OF_VERDICT.get(result.decision.verdict, GREEN)


def _slip(gray: GrayImage, result: SlipResult) -> Image.Image:
    """A slip laid straight, its fields framed, with its verdict and every reason beneath."""
    slip = result.reading
    straight = _straight(gray, slip)
    drawn = Image.new("RGB", (straight.width, straight.height + 2 * LINE), "white")
    drawn.paste(straight)
    pen = ImageDraw.Draw(drawn)
    for frame in _frames(result):
        place, area = frame.place, slip.form.slip.place
        corners = ((place.x, place.y), (place.right, place.bottom))
        ends = [((x - area.x) * PX_PER_MM, (y - area.y) * PX_PER_MM) for x, y in corners]
        pen.rectangle(ends, outline=frame.colour, width=2)
        narrow = place.width < NARROW_MM
        anchor = (ends[0][0] - 4 if narrow else ends[1][0] - 4, ends[0][1] + 1)
        pen.text(anchor, frame.word, fill=frame.colour, font=_font(SMALL), anchor="ra")
    child = slip.identity.child.name if slip.identity.child else "Kind nicht erkannt"
    reasons = ", ".join(export.REASONS[reason] for reason in result.decision.reasons)
    lines = (f"{slip.form_id}: {export.VERDICTS[result.decision.verdict]} ({child})", reasons)
    for number, line in enumerate(lines):
        pen.text((4, straight.height + number * LINE), line, fill=_colour_of(result), font=_font())
    return drawn


def _straight(page: GrayImage, slip: SlipReading) -> Image.Image:
    """The slip area as it lies on the blank, at DPI; a bent sheet stays a little bent."""
    area = slip.form.slip.place
    width, height = round(area.width * PX_PER_MM), round(area.height * PX_PER_MM)
    there = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    here = np.array([[corner.x, corner.y] for corner in slip.outline], np.float32)
    to_slip = cv2.getPerspectiveTransform(here, there)
    flat = cv2.warpPerspective(page, to_slip, (width, height), flags=cv2.INTER_AREA, borderValue=255)
    return Image.fromarray(np.asarray(flat, np.uint8)).convert("RGB")


def _frames(result: SlipResult) -> Iterator[_Frame]:
    """What to draw: every field in the colour of its state, every fault and stray piece, the verdict around."""
    slip = result.reading
    yield _Frame(slip.form.slip.place.grown(-1, -1, -1, -1), _colour_of(result), "")
    readings: tuple[Mark | SignatureReading | TextReading, ...] = (*slip.marks, *slip.signatures, *slip.texts)
    for reading in readings:
        yield _Frame(reading.evidence.place, COLOUR_OF_STATE[reading.state], WORDS[reading.state])
    for place in (*slip.integrity.faults, *slip.stray.places):
        yield _Frame(place.grown(0.5, 0.5, 0.5, 0.5), RED, "")
