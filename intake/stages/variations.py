"""A line shown again, a little softer, wider or narrower, after no crop of it has named anybody.

A recogniser that stumbles over a stroke in one picture often does not in the next: pen strokes broken by black and
white close in a softer one, letters that run together part in a wider one. But every picture is another chance to look
like some name: of 57 lines of 26 series that were left unsure 12 were named so, none wrongly, of six further series
(1,752 slips) twelve and one. `match.may_be` asks the line itself, too; it leaves the twelve.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from intake.values import GrayImage

SOFTER_PX = (0.7, 1.2)
"""Standard deviation of the blur, in pixels of the crop."""
WIDER = (1.2, 0.7, 0.85)
"""How many times as wide."""
MARGIN = 0.3
"""White around the crop, in parts of its height."""
VARIED = 3
"""The first crops of a line: as it is, half as wide again, with its surroundings. More of them named nobody else."""


def variations_of(crops: Sequence[GrayImage]) -> Iterator[GrayImage]:
    """All variations of the first crops of a line, the more telling ones first."""
    some = crops[:VARIED]
    for sigma in SOFTER_PX:
        yield from (np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma), np.uint8) for crop in some)
    for times in WIDER:
        yield from (_as_wide(crop, times) for crop in some)
    for crop in some:
        yield np.pad(crop, int(MARGIN * crop.shape[0]), constant_values=255)


def _as_wide(crop: GrayImage, times: float) -> GrayImage:
    height, width = crop.shape
    way = cv2.INTER_LINEAR if times > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(crop, (max(round(width * times), 1), height), interpolation=way), np.uint8)
