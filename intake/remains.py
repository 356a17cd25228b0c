"""Print of ours on a page of which too little is left to find a slip: bleached by the scanner, but for a few words."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from intake.engines import TextEngine, ask
from intake.masks import above, set_pixels
from intake.scales import halvings_to, px_per_mm_of, shrunk
from intake.stages.blank import PAPER_WINDOW_MM
from intake.stages.wording import is_courtesy
from intake.values import GrayImage, PageImage, Template

LITTLE_PRINT = 400
"""A page has little print if it has fewer dark pieces: a slip has six hundred. Of 90 slips and letters bleached by us
80 were recognised, the ten others had 1 to 314 pieces, before pages of little print were looked at as closely as any.
Other letters of a school quote the same laws, so that on a page with more only the words of a slip count: of 421
foreign pages of 28 series none has any; a slip that was lost, its title and a thousand crumbs, has."""
SHARED_LETTERS = 16
"""Letters in a row, spaces and signs left out, that make a line ours. Of the ten bleached pages five have them, the
others eleven or less than a word; of 229 foreign pages of twenty-one series one has, a slip. "Name
des Kindes" has 13."""
WORK_PX_PER_MM = 100 / 25.4
DARK_STEPS = 40
"""How much darker than the paper bleached print is, at least, of 255."""
GAP_MM, RISE_MM = 3.3, 0.7
"""What is as near along and across a line belongs to it."""
LEAST_WIDTH_MM, HEIGHT_MM, LEAN = 20.0, (1.8, 8.0), 0.09
"""A line of print; one that leans by up to five degrees is as much higher."""
MOST_LINES = 12
"""The longest lines are read, each way up."""
MARGIN_MM = 1.2
WORD_LETTERS = 4


def shows_print(page: PageImage, pieces: int, templates: Sequence[Template], engine: TextEngine) -> bool:
    """Whether a page shows words that are printed on a blank, and hardly anywhere else.

    What any form asks for (names, places, signatures) and greetings are no such words; nor are those of a letter, where
    there is more than little print.
    """
    little = pieces < LITTLE_PRINT
    parts = [part for one in templates for part in (one, one.letter if little else None) if part is not None]
    view = shrunk(page, halvings_to(px_per_mm_of(page), WORK_PX_PER_MM))
    px_per_mm = px_per_mm_of(page) * view.shape[0] / page.gray.shape[0]
    return any(
        _is_printed(text, parts, engine)
        for turns in range(4)
        for text in _texts(np.ascontiguousarray(np.rot90(view, turns)), px_per_mm, engine, MOST_LINES)
    )


def _is_printed(text: str, parts: Sequence[Template], engine: TextEngine) -> bool:
    """Whether so many letters in a row stand on one of the blanks, or a letter of one."""
    bare = _bare(text)
    places = range(len(bare) - SHARED_LETTERS + 1)
    if not places or is_courtesy(text):
        return False
    return any(
        any(bare[start : start + SHARED_LETTERS] in line for start in places)
        for part in parts
        for line in _lines_of(part, engine)  # type: ignore[arg-type]  # any object has a hash
    )


@lru_cache(maxsize=64)
def _lines_of(template: Template, engine: TextEngine) -> tuple[str, ...]:
    """The printed lines of a blank that no other form bears, their letters alone."""
    captions = [line.caption for line in template.form.texts] + [line.caption for line in template.form.signatures]
    asked = {word for caption in captions for word in _words(caption)}
    lines = _texts(template.gray, template.px_per_mm, engine, None)
    return tuple(_bare(line) for line in lines if not is_courtesy(line) and not asked.issuperset(_words(line)))


def _words(text: str) -> list[str]:
    return [word for part in text.split() if len(word := _bare(part)) >= WORD_LETTERS]


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _texts(gray: GrayImage, px_per_mm: float, engine: TextEngine, most: int | None) -> Iterator[str]:
    """What the engine reads of the longest lines of print, one after the other."""
    for crop in _crops(gray, px_per_mm)[:most]:
        yield from (guess.text for guess in ask(engine, [crop]))


def _crops(gray: GrayImage, px_per_mm: float) -> list[GrayImage]:
    """The lines of print that run about level, the longest first, each laid level."""

    def px(mm: float) -> int:
        return max(1, round(mm * px_per_mm))

    paper = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((px(PAPER_WINDOW_MM), px(PAPER_WINDOW_MM)), np.uint8))
    dark = above(cv2.subtract(paper, gray), DARK_STEPS).astype(np.uint8)
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((px(RISE_MM), px(GAP_MM)), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for label in np.argsort(-stats[1:, cv2.CC_STAT_WIDTH]) + 1:
        left, top, width, height = (int(value) for value in stats[label, :4])
        least, most = (mm * px_per_mm for mm in HEIGHT_MM)
        if width >= px(LEAST_WIDTH_MM) and least <= height <= most + LEAN * width:
            place = slice(top, top + height), slice(left, left + width)
            found.append(_level(gray[place], labels[place] == label, px(MARGIN_MM)))
    return found


def _level(gray: GrayImage, line: npt.NDArray[np.bool_], margin_px: int) -> GrayImage:
    """One line of print, which may rise or fall, sheared level, with the pale parts of its letters."""
    rows, columns = set_pixels(line)
    rise, start = np.polyfit(columns, rows, 1)
    off = rows - rise * columns - start
    shear = np.array([(1.0, 0.0, 0.0), (-rise, 1.0, margin_px - start - off.min())])
    size = gray.shape[1], int(np.ceil(off.max() - off.min())) + 2 * margin_px
    level = cv2.warpAffine(gray, shear, size, borderValue=(255.0,))
    return np.pad(level, ((0, 0), (margin_px, margin_px)), constant_values=255)
