"""Tells the ring that a cup left from what somebody wrote: a pale circle that goes on where no ink was seen.

From the largest arcs of pale ink circles of a cup's size are tried that touch them, or go through them; if the paper
is darker along most of such a circle than inside and outside of it, all around, it is a stain, and what it adds
everywhere is taken away. A pen's circle is darker, and no hand draws one so round.
"""

import math
from dataclasses import dataclass, replace
from itertools import islice

import cv2
import numpy as np
import numpy.typing as npt

from intake.masks import Places
from intake.pieces import Piece, cut_out, pieces_of
from intake.scales import quartered
from intake.values import FloatImage, Mask, SlipImage

SHRINK = 4
"""What `quartered` does."""
RADIUS_MM = (25.0, 50.0)
"""Of cups and glasses; the rings of the trial series have 32 to 42."""
ARC_MM, SLIM, TURN_DEG = 8.0, 2.0, 12.5
"""Smaller pieces tell no circle, and only slim ones do: it touches them along their main axis, to so many degrees."""
LONG_MM, TRIPLES = 15.0, 60
"""A piece that long may be a large part of the circle, or a word that hangs on it: three of its points tell circles."""
PALE, MOST_PIECES = 110, 3
"""Ink darker than this, of 255, is a pen's; a ring is found from one of so many of the largest arcs of paler ink. Of
177 slips with a stain 19 rings are found so, in 3 ms; with all that may be asked, and in finer steps, 20 in 17 ms."""
HALF_MM, ALONG_PX, REACH_MM, SAMPLES = 3.5, 2.0, 8.0, 17
"""Its shadow reaches so far to both sides. How dark that is, is told every so many pixels, by so many places up to so
far before and behind: a filled box is 5 mm wide."""
STEP_MM, STEP_DEG = 1.0, 3.5
COARSE, FINE, PROMISING = 40, 184, 0.5
"""So many places of a circle are looked at, more where so large a share of the first ones is dark."""
BROAD_MM, DARKER = 6.0, 3.0
"""What is broader is no ring but a shadow; darker than it by so much, of 255, is a ring."""
FEWEST_SEEN, SHARE, OCTANTS = 60, 0.72, 5
"""Of the places so many have to be free of print, and so large a share of these darker, in so many eighths. Between
lines of print circles that are none have up to 0.69 (568 slips without a stain, eleven of them 0.6 and more); 25 rings
of eleven series have 0.74 to 1.0."""
DARKEST = 4.0
"""Nowhere is a ring so many times darker than it usually is."""


@dataclass(frozen=True, slots=True)
class Ring:
    """What a cup left: middle and radius in pixels of the slip, and how much darker than paper it usually is."""

    x: float
    y: float
    radius: float
    usual: float


def ring_on(slip: SlipImage) -> Ring | None:
    """The ring of a cup, if one lies on the slip; looked for from its largest arcs of pale ink."""
    if slip.bilevel:
        return None
    arcs = [p for p in pieces_of(slip) if max(p.place.width, p.place.height) >= ARC_MM and _is_slim(p)]
    largest = sorted(arcs, key=lambda p: -p.area_mm2)
    pale = list(islice((p for p in largest if _darkness(slip, p) <= PALE), MOST_PIECES))
    if not pale:
        return None
    seen = _pale_lines(slip)
    return next((ring for piece in pale if (ring := _ring_at(slip, piece, *seen)) is not None), None)


def _is_slim(piece: Piece) -> bool:
    """Whether a piece may be an arc, or an arc with what hangs on it."""
    return piece.elongation >= SLIM or max(piece.place.width, piece.place.height) >= LONG_MM


def without_ring(slip: SlipImage, ring: Ring) -> SlipImage:
    """The slip as it would be without the ring: less dark by what the ring is beside each place, and with that ink only
    which is dark enough without it.

    How dark the ring is tells the median along it, over more than any mark or word covers; where print hides too much
    of it, the places before and behind. What is no ring is never added, and what was ink and stays so is left as it is.
    """
    half = round(HALF_MM * slip.px_per_mm)
    turns = round(2 * np.pi * ring.radius / ALONG_PX)
    far = np.arange(-half, half + 1, dtype=np.float32)[None, :] + np.float32(ring.radius)
    turn = (np.arange(turns, dtype=np.float32) * np.float32(2 * np.pi / turns))[:, None]
    places = (np.float32(ring.x) + far * np.cos(turn), np.float32(ring.y) + far * np.sin(turn))
    hides = (slip.near_print | slip.outside).view(np.uint8)
    dark = cv2.remap(slip.darkness, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    hidden = cv2.remap(hides, *places, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=1)
    most = min(float(PALE), DARKEST * ring.usual)
    reach = round(REACH_MM * slip.px_per_mm / ALONG_PX)
    level = np.minimum(_along(np.where(hidden == 0, dark.astype(np.float32), np.nan), reach), np.float32(most))
    rows, columns = _near(slip, ring, half)
    off = np.hypot(columns - ring.x, rows - ring.y) - ring.radius
    at = np.arctan2(rows - ring.y, columns - ring.x) % (2 * np.pi) * (turns / (2 * np.pi))
    before = slip.darkness[rows, columns]
    over = before - level[at.astype(int) % turns, np.rint(off).astype(int) + half]
    stays = (slip.ink[rows, columns] > 0) & (over > slip.ink_threshold)
    darkness, ink = slip.darkness.copy(), (slip.ink > 0).astype(np.uint8)
    darkness[rows, columns] = np.where(stays, before, np.clip(over, 0, 255)).astype(np.uint8)
    ink[rows, columns] = stays
    return replace(slip, darkness=darkness, ink=cv2.connectedComponents(ink, connectivity=8)[1].astype(slip.ink.dtype))


def _near(slip: SlipImage, ring: Ring, half: int) -> tuple[Places, Places]:
    """The rows and columns of the pixels so near to the ring."""
    height, width = slip.darkness.shape
    reach = ring.radius + half
    first, last = max(0, math.ceil(ring.y - reach)), min(height, math.floor(ring.y + reach) + 1)
    left, right = max(0, math.ceil(ring.x - reach)), min(width, math.floor(ring.x + reach) + 1)
    y, x = np.ogrid[first:last, left:right]
    rows, columns = np.nonzero(np.abs(np.hypot(x - ring.x, y - ring.y) - ring.radius) <= half - 1)
    return (rows + first).astype(np.int32), (columns + left).astype(np.int32)


def _along(unrolled: FloatImage, reach: int) -> FloatImage:
    """For each place of a ring the median of those up to `reach` before and behind it, shape (around, across); where
    fewer than half of them are seen, what lies between the next places.
    """
    steps = np.linspace(-reach, reach, SAMPLES).astype(int)
    some = np.sort(np.stack([np.roll(unrolled, step, axis=0) for step in steps]), axis=0)  # what is hidden comes last
    count = np.count_nonzero(~np.isnan(some), axis=0)
    middle = np.take_along_axis(some, (count[None] - 1).clip(0) // 2, axis=0)[0]
    level = np.zeros_like(unrolled)
    around = len(unrolled)
    for across in range(unrolled.shape[1]):
        sure = np.flatnonzero(count[:, across] >= SAMPLES / 2)
        if len(sure):
            level[:, across] = np.interp(np.arange(around), sure, middle[sure, across], period=around)
    return level


def _pale_lines(slip: SlipImage) -> tuple[FloatImage, Mask]:
    """How much darker each place is than what lies around it, on the picture shrunk by four, and where it is seen."""
    small = cv2.GaussianBlur(quartered(slip.raw), (0, 0), 1.0)
    side = 2 * round(BROAD_MM * slip.px_per_mm / SHRINK / 2) + 1
    around = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    hidden = quartered((slip.near_print | slip.outside).view(np.uint8) * np.uint8(255))
    return np.asarray(cv2.subtract(small, around), np.float32), np.asarray(hidden == 0, bool)


def _ring_at(slip: SlipImage, piece: Piece, lines: FloatImage, seen: Mask) -> Ring | None:
    """The ring through a piece: its middle and radius in pixels of the slip, and how dark it usually is."""
    scale = slip.px_per_mm / SHRINK
    cutout = cut_out(slip, (piece,))
    rows, columns = np.nonzero(cutout.mask)
    points = np.stack([columns + cutout.column, rows + cutout.row], axis=1) / SHRINK
    middle = points.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(points.T))
    off = np.arange(-TURN_DEG, TURN_DEG + 0.1, STEP_DEG) if piece.elongation >= SLIM else np.zeros(0)
    turns = np.arctan2(axes[1, 0], axes[0, 0]) + np.radians(off)
    radii = np.arange(*RADIUS_MM, STEP_MM) * scale
    angle, radius, side = (v.ravel() for v in np.meshgrid(turns, radii, [-1.0, 1.0]))
    circles = np.stack(
        [middle[0] + side * radius * np.cos(angle), middle[1] + side * radius * np.sin(angle), radius], axis=1
    )
    if max(piece.place.width, piece.place.height) >= LONG_MM:
        circles = np.concatenate([circles, _through(points, RADIUS_MM[0] * scale, RADIUS_MM[1] * scale)])
    if not len(circles):
        return None
    dark = _darker(circles, lines, seen, COARSE)[0]
    if dark.max() < PROMISING:
        return None
    best = circles[int(dark.argmax())]
    steps = np.array(np.meshgrid([-1, 0, 1], [-1, 0, 1], [-1, 0, 1])).reshape(3, -1).T * 0.7
    near = best + steps
    share, usual, octants, count = _darker(near, lines, seen, FINE)
    first = int(share.argmax())
    if count[first] < FEWEST_SEEN or share[first] < SHARE or octants[first] < OCTANTS:
        return None
    x, y, r = near[first] * SHRINK
    return Ring(float(x), float(y), float(r), float(usual[first]))


def _through(points: npt.NDArray[np.float64], least: float, most: float) -> npt.NDArray[np.float64]:
    """Circles (x, y, radius) through three points each, picked at random but always the same, of radii in between."""
    x, y = points[np.random.default_rng(0).integers(0, len(points), (TRIPLES, 3))].transpose(2, 0, 1)
    ax, ay, bx, by = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0], x[:, 2] - x[:, 0], y[:, 2] - y[:, 0]
    twice = 2 * (ax * by - ay * bx)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = (by * (ax**2 + ay**2) - ay * (bx**2 + by**2)) / twice
        down = (ax * (bx**2 + by**2) - bx * (ax**2 + ay**2)) / twice
    radius = np.hypot(right, down)
    circles = np.stack([x[:, 0] + right, y[:, 0] + down, radius], axis=1)
    return np.asarray(circles[(radius >= least) & (radius <= most)], np.float64)


def _darker(
    circles: npt.NDArray[np.float64], lines: FloatImage, seen: Mask, places: int
) -> tuple[npt.NDArray[np.float64], ...]:
    """Of circles (x, y, radius), shape (n, 3): on which share they are dark, how dark there, in how many eighths, and
    how many of their places are seen.
    """
    turn = np.arange(places) * (2 * np.pi / places)
    column = np.rint(circles[:, :1] + circles[:, 2:] * np.cos(turn)).astype(int)
    row = np.rint(circles[:, 1:2] + circles[:, 2:] * np.sin(turn)).astype(int)
    height, width = lines.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    row, column = np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)
    free = inside & seen[row, column]
    value = lines[row, column]
    dark = free & (value > DARKER)
    count = free.sum(axis=1)
    share = dark.sum(axis=1) / np.maximum(count, places / 3)
    usual = np.where(dark, value, 0).sum(axis=1) / np.maximum(dark.sum(axis=1), 1)
    eighths = (dark.reshape(len(circles), 8, -1).any(axis=2)).sum(axis=1)
    return share, usual, eighths, count


def _darkness(slip: SlipImage, piece: Piece) -> float:
    """How dark a piece usually is."""
    cutout = cut_out(slip, (piece,))
    rows, columns = np.nonzero(cutout.mask)
    return float(np.median(slip.raw[rows + cutout.row, columns + cutout.column]))
