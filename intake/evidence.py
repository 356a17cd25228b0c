"""Pictures for a person's eye: each slip cut from its page and laid straight, with what was read drawn upon it.

They are made again from the page, since pixels never travel; they show what the machine took for true.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import MM_PER_INCH, Rect
from intake import pages
from intake.errors import UsageError
from intake.sources import Source
from intake.values import (
    GrayImage,
    Mark,
    MarkState,
    SignatureReading,
    SignatureState,
    SlipReading,
    SlipResult,
    TextReading,
    TextState,
    Verdict,
)

DPI = 150
"""Enough to judge a tick on the screen, and a tenth of the scan's bytes."""

PX_PER_MM = DPI / MM_PER_INCH

JPEG_QUALITY = 80

ColourImage = npt.NDArray[np.uint8]
"""Shape (height, width, 3): blue, green, red."""

Colour = tuple[int, int, int]

GREEN: Colour = (60, 150, 30)
GRAY: Colour = (150, 150, 150)
ORANGE: Colour = (0, 130, 240)
RED: Colour = (40, 40, 210)

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
    TextState.WRITTEN: GREEN,
    TextState.EMPTY: GRAY,
    TextState.STRUCK: ORANGE,
    TextState.OBJECTION: ORANGE,
    TextState.UNREAD: RED,
}
"""States of different kinds may share a word and then mean the same here."""

COLOUR_OF_VERDICT = {Verdict.REFUSED: GRAY, Verdict.REVIEW: ORANGE}
"""The frame around the slip; what is in neither was granted."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A rectangle on the slip, in millimetres of the blank."""

    place: Rect
    colour: Colour


def write(sources: Sequence[Source], results: Iterable[SlipResult], folder: Path) -> int:
    """Write one JPEG for each slip; the number of pictures written.

    The names count through: a file's own name may hold what no file name may.

    Raises:
        UsageError: The folder cannot be written.
        UnreadablePageError: A page that was read before can no longer be read.
    """
    paths = {source.file: source for source in sources}
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for written, result in enumerate(results, start=1):
            slip = result.reading
            page = pages.read_page(paths[slip.ref.file], slip.ref.page)
            name = f"{written:04d}-seite{slip.ref.page}-abschnitt{slip.number}.jpg"
            (folder / name).write_bytes(picture(page.gray, result))
    except OSError as error:
        raise UsageError(f"Nach {folder} lässt sich nicht schreiben ({error.strerror}).") from error
    return written


def picture(page: GrayImage, result: SlipResult) -> bytes:
    """The slip as a JPEG, its fields framed: green is filled, grey empty, orange doubtful, red unread."""
    drawn = _straight(page, result.reading)
    for frame in _frames(result):
        _draw(drawn, frame, result.reading.form.slip.place)
    done, encoded = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError("OpenCV could not encode a picture that it holds")
    return encoded.tobytes()


def _straight(page: GrayImage, slip: SlipReading) -> ColourImage:
    """The slip area as it lies on the blank, at DPI; a bent sheet stays a little bent."""
    area = slip.form.slip.place
    width, height = round(area.width * PX_PER_MM), round(area.height * PX_PER_MM)
    there = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    here = np.array([[corner.x, corner.y] for corner in slip.outline], np.float32)
    to_slip = cv2.getPerspectiveTransform(here, there)
    flat = cv2.warpPerspective(page, to_slip, (width, height), flags=cv2.INTER_AREA, borderValue=255)
    return np.asarray(cv2.cvtColor(flat, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def _frames(result: SlipResult) -> Iterator[_Frame]:
    """What to draw: every field in the colour of its state, every fault and stray piece, the verdict around."""
    slip = result.reading
    yield _Frame(slip.form.slip.place.grown(-1, -1, -1, -1), COLOUR_OF_VERDICT.get(result.decision.verdict, GREEN))
    readings: tuple[Mark | SignatureReading | TextReading, ...] = (*slip.marks, *slip.signatures, *slip.texts)
    for reading in readings:
        yield _Frame(reading.evidence.place, COLOUR_OF_STATE[reading.state])
    for place in (*slip.integrity.faults, *slip.stray.places):
        yield _Frame(place.grown(0.5, 0.5, 0.5, 0.5), RED)


def _draw(picture: ColourImage, frame: _Frame, area: Rect) -> None:
    """Draw a rectangle two pixels wide."""
    place = frame.place
    corners = ((place.x, place.y), (place.right, place.bottom))
    start, end = ((round((x - area.x) * PX_PER_MM), round((y - area.y) * PX_PER_MM)) for x, y in corners)
    cv2.rectangle(picture, start, end, frame.colour, 2, cv2.LINE_AA)
