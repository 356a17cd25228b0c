"""What it costs to read a page, in times of what it costs to decode it: one thread, names left out.

`python -m tests.benchmarks.reading` prints one line for each kind of page. The pages are our own: slips filled in by
generated hands, scanned and photographed by the simulated devices of `samples`.
"""

import io
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from unittest.mock import patch

import cv2
import numpy as np
import simplejpeg
from PIL import Image

from forms.model import TextLine
from intake import read_slip
from intake.values import (
    GrayImage,
    IdentifiedBy,
    Identity,
    IdentityState,
    LineInk,
    PageImage,
    PageReading,
    PageRef,
    Roster,
    StrayState,
    Template,
    TextGuess,
)
from samples.scanner import FLATBED, Picture, photographed
from tests.intake.returned import FAMILY, PRIMARY, SECONDARY, cut_slip, scan_of, sheet_of, template_of

PAGES, ROUNDS = 4, 3
"""So many different pages of each kind; the quickest of so many rounds counts."""
SCAN_BAR, PHOTO_BAR = 8.0, 40.0
"""What reading may cost at most, in times of decoding."""
QUALITY = 80
MOST_LABELS = 1_000_000


class Silent:
    """An engine that reads nothing."""

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        """No guess."""
        del crops
        return []


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: its name, how one is made (by number), and whether it is a photo or black and white."""

    name: str
    make: Callable[[int], Picture]
    dpi: float | None = None
    bilevel: bool = False
    colour: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a page."""

    name: str
    decoding: float
    reading: float

    @property
    def ratio(self) -> float:
        """Reading in times of decoding."""
        return self.reading / self.decoding


def whole(form: str, dpi: float) -> Callable[[int], Picture]:
    """Whole pages as a flatbed sees them."""

    def make(seed: int) -> Picture:
        return scan_of(sheet_of(form, FAMILY, seed=seed, dpi=dpi), replace(FLATBED, skew_deg=0.4 * seed - 1), seed)

    return make


KINDS = (
    Kind("A4 grey, 300 dpi", whole(SECONDARY, 300), 300),
    Kind("A4 colour, 300 dpi", whole(SECONDARY, 300), 300, colour=True),
    Kind("A4 letter with its slip, grey, 300 dpi", whole(PRIMARY, 300), 300),
    Kind("A4 grey, 200 dpi", whole(SECONDARY, 200), 200),
    Kind("A4 black and white, 300 dpi", whole(SECONDARY, 300), 300, bilevel=True),
    Kind("slip cut off, grey, 200 dpi", lambda seed: scan_of(cut_slip(seed=seed), seed=seed), 200),
    Kind("photo", lambda seed: photographed(sheet_of(seed=seed), 3000, np.random.default_rng(seed))),
)


def stored(picture: Picture, kind: Kind) -> bytes:
    """The page as a file."""
    image = Image.fromarray(picture.pixels)
    file = io.BytesIO()
    if kind.bilevel:
        black = image.convert("L").point(lambda value: 255 if value > 150 else 0)
        black.convert("1", dither=Image.Dither.NONE).save(file, "TIFF", compression="group4")
    else:
        (image if kind.colour or kind.dpi is None else image.convert("L")).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def decoded(file: bytes, kind: Kind) -> GrayImage:
    """The pixels of the file, in grey."""
    if kind.bilevel:
        with Image.open(io.BytesIO(file)) as image:
            return np.asarray(image.convert("L"))
    return np.asarray(simplejpeg.decode_jpeg(file, "GRAY")[:, :, 0])


def _all_shown(lines: Sequence[TextLine]) -> LineInk:
    """All writing on the lines counts as read; what that takes is the names' cost."""
    return {line.name: range(MOST_LABELS) for line in lines}


@contextmanager
def nameless() -> Iterator[None]:
    """Leave out what the stage of names does; the writing on their lines stays explained, as always."""
    nobody = Identity(IdentityState.NO_ROSTER, None, IdentifiedBy.NOTHING, ())
    with patch.object(read_slip, "read_names", lambda _, lines, *__: ((), nobody, _all_shown(lines))):
        yield


def quickest(work: Callable[[], object]) -> float:
    """Milliseconds of processor time, of the quickest round."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def measured(kind: Kind, templates: Sequence[Template]) -> Cost:
    """What the pages of a kind cost.

    Raises:
        AssertionError: A page was not read as a slip without a note on it, so that its time means nothing.
    """
    decoding, reading = 0.0, 0.0
    for seed in range(1, PAGES + 1):
        file = stored(kind.make(seed), kind)
        page = PageImage(PageRef(kind.name, seed), decoded(file, kind), kind.dpi, kind.bilevel)

        def read(page: PageImage = page) -> PageReading:
            return read_slip.read_page(replace(page, gray=page.gray), templates, Roster(()), Silent())

        assert [slip.stray.state for slip in read().slips] == [StrayState.NONE], kind.name
        decoding += quickest(partial(decoded, file, kind)) / PAGES
        reading += quickest(read) / PAGES
    return Cost(kind.name, decoding, reading)


def costs() -> list[Cost]:
    """What every kind of page costs, and all scans together."""
    cv2.setNumThreads(1)
    templates = (template_of(PRIMARY), template_of(SECONDARY))
    with nameless():
        every = [measured(kind, templates) for kind in KINDS]
    scans = [cost for cost, kind in zip(every, KINDS, strict=True) if kind.dpi is not None]
    return [*every, Cost("all scans", sum(c.decoding for c in scans), sum(c.reading for c in scans))]


def main() -> None:
    """Print the table."""
    for cost in costs():
        sys.stdout.write(
            f"{cost.name:40s} decoding {cost.decoding:6.1f} ms  reading {cost.reading:7.1f} ms  {cost.ratio:5.1f}x\n"
        )


if __name__ == "__main__":
    main()
