"""Follows a line of a slip over the rest of its sheet.

A fold or a scanner's streak does not end where the slip does: it goes on across the letter, straight to the far edge of
the page. What somebody draws on a slip does not.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.values import Mask, PageImage, Registration

Points = npt.NDArray[np.float64]
"""Shape (n, 2): x and y."""

INK_GREY = 128
"""Black and white pages only are asked; of a page in grey the folds are seen as shadows."""
STEP_MM, SEGMENT_MM = 0.1, 4.0
ALONG_MM, FREE_FROM_MM, FREE_TO_MM = 0.9, 1.3, 3.0
"""The line lies so near to where it is expected; a row says something if nothing is black on either side, from the
second to the third."""
FREE_SHARE, INKED_SHARE, WITH_LINE = 0.6, 0.25, 0.7
"""A segment says something if so much of it does, and has the line if so much of that is black; so many of those that
say something need to have it."""
FEWEST = 6
"""So many segments have the line, and half of the last ones before the edge of the page."""
LAST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The page that a slip was found on, in black and white."""

    page: PageImage
    slip: Registration

    def goes_on(self, ends: Points) -> bool:
        """Whether a line goes on beyond the slip, up to the edges of the page.

        Args:
            ends: Where it enters and leaves the slip, in millimetres of the blank, shape (2, 2).
        """
        first, last = self.slip.pixels_of(ends)
        length_mm = float(np.hypot(*(ends[1] - ends[0])))
        along = (last - first) / length_mm
        seen = [self._segments(first, -along), self._segments(last, along)]
        every = np.concatenate(seen)
        if every.sum() < max(FEWEST, WITH_LINE * len(every)):
            return False
        return all(part[-LAST:].mean() >= 1 / 2 for part in seen if len(part))

    def _segments(self, start: Points, along: Points) -> npt.NDArray[np.bool_]:
        """Which of the segments that say something have the line, from the slip to the edge of the page.

        `along` is one millimetre of the way, in pixels.
        """
        height, width = self.page.gray.shape
        across = np.array([-along[1], along[0]])
        most = int((height + width) / np.hypot(*along) / STEP_MM)
        way = start + np.arange(1, most)[:, None] * STEP_MM * along
        inside = ((way >= 0) & (way < (width, height))).all(axis=1)
        way = way[: int(inside.argmin()) if not inside.all() else len(way)]
        offsets = np.arange(-FREE_TO_MM, FREE_TO_MM + STEP_MM / 2, STEP_MM)
        dark = self._dark(way[:, None] + offsets[None, :, None] * across)
        size = round(SEGMENT_MM / STEP_MM)
        count = len(way) // size
        inked = dark[: count * size, np.abs(offsets) <= ALONG_MM].any(axis=1).reshape(count, size)
        free = ~dark[: count * size, np.abs(offsets) >= FREE_FROM_MM].any(axis=1).reshape(count, size)
        telling = free.mean(axis=1) >= FREE_SHARE
        has_line = (free & inked).sum(axis=1) >= INKED_SHARE * free.sum(axis=1)
        return np.asarray(has_line[telling], bool)

    def _dark(self, points: Points) -> Mask:
        height, width = self.page.gray.shape
        column, row = (np.rint(points[..., n]).astype(int) for n in (0, 1))
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        black = self.page.gray[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)] < INK_GREY
        return np.asarray(black & inside, bool)
