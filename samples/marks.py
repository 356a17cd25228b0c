"""What people draw into a box to tick, as movements of the pen."""

from enum import StrEnum
from typing import assert_never

import numpy as np

from forms.geometry import Rect
from samples.pens import Path, Stroke, pressed, smooth_curve


class MarkStyle(StrEnum):
    """How a box is marked."""

    TICK = "tick"
    CROSS = "cross"
    VEE = "vee"
    FILL = "fill"
    CIRCLE = "circle"
    SMALL = "small"
    OVERSHOOTING = "overshooting"


PLAIN_STYLES = frozenset({MarkStyle.TICK, MarkStyle.CROSS, MarkStyle.VEE, MarkStyle.FILL})
"""The styles about which no two people disagree."""

TICK_KNOTS = np.array([[0.10, 0.52], [0.22, 0.66], [0.38, 0.92], [0.55, 0.55], [0.80, 0.10], [1.02, -0.22]])
VEE_KNOTS = np.array([[0.08, 0.12], [0.26, 0.50], [0.46, 0.90], [0.64, 0.48], [0.86, 0.06]])
CROSS_KNOTS = (
    np.array([[0.06, 0.08], [0.35, 0.36], [0.66, 0.64], [0.94, 0.93]]),
    np.array([[0.93, 0.06], [0.62, 0.38], [0.36, 0.63], [0.07, 0.95]]),
)


def shaky(knots: Path, rng: np.random.Generator, amount: float = 0.05) -> Path:
    """A curve through knots that the hand does not quite hit; `amount` is in boxes."""
    return smooth_curve(knots + rng.normal(0, amount, knots.shape))


def zigzag(turns: int, rng: np.random.Generator, angle: float) -> Path:
    """To and fro across the unit box, turned by `angle`."""
    x = np.linspace(0.08, 0.92, turns)
    y = np.where(np.arange(turns) % 2 == 0, 0.06, 0.94)
    knots = np.column_stack([x, y]) - 0.5
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return smooth_curve(knots @ turn.T + 0.5 + rng.normal(0, 0.04, knots.shape), 16)


def ring(rng: np.random.Generator) -> Path:
    """A circle around the box that does not quite close."""
    start = rng.uniform(0, 2 * np.pi)
    angle = np.linspace(start, start + 2 * np.pi * rng.uniform(0.96, 1.08), 40)
    radius = rng.uniform(0.95, 1.1) + 0.05 * np.sin(2 * angle + rng.uniform(0, 6))
    return np.column_stack([0.5 + 1.1 * radius * np.cos(angle), 0.5 + radius * np.sin(angle)])


def crossed(size: float, rng: np.random.Generator) -> list[Path]:
    """Two diagonals about the middle of the box, `size` boxes wide."""
    return [0.5 + size * (shaky(knots, rng) - 0.5) for knots in CROSS_KNOTS]


def unit_paths(style: MarkStyle, rng: np.random.Generator) -> list[Path]:
    """The movements of a mark in units of the box."""
    match style:
        case MarkStyle.TICK:
            paths = [shaky(TICK_KNOTS, rng)]
        case MarkStyle.VEE:
            paths = [shaky(VEE_KNOTS, rng)]
        case MarkStyle.FILL:
            paths = [zigzag(15, rng, tilt + rng.uniform(-0.3, 0.3)) for tilt in (0.0, np.pi / 2)]
        case MarkStyle.CIRCLE:
            paths = [ring(rng)]
        case MarkStyle.CROSS:
            paths = crossed(1.0, rng)
        case MarkStyle.SMALL:
            paths = crossed(0.45, rng)
        case MarkStyle.OVERSHOOTING:
            paths = crossed(1.9, rng)
        case _:
            assert_never(style)
    return paths


def placed(path: Path, box: Rect) -> Path:
    """From units of the box to millimetres."""
    return np.asarray(path * [box.width, box.height] + [box.x, box.y], np.float64)


def mark(style: MarkStyle, box: Rect, rng: np.random.Generator) -> list[Stroke]:
    """The strokes of a mark in a box, a little off its middle."""
    off = rng.normal(0, 0.05, 2)
    return [pressed(placed(path + off, box), rng) for path in unit_paths(style, rng)]


def scribbled_out(box: Rect, rng: np.random.Generator) -> list[Stroke]:
    """The strokes of somebody who takes a mark back: far over the box, to and fro."""
    wide = box.grown(1.4, 0.9, 1.4, 0.9)
    angles = (rng.uniform(-0.4, 0.4), rng.uniform(0.6, 1.2))
    return [pressed(placed(zigzag(13, rng, angle), wide), rng) for angle in angles]


def struck(line: Rect, rng: np.random.Generator) -> list[Stroke]:
    """A line through writing: across `line` at the height of its small letters."""
    y = line.bottom - line.height * 0.28
    xs = np.linspace(line.x, line.right, 6)
    knots = np.column_stack([xs, y + rng.normal(0, 0.35, 6)])
    return [pressed(smooth_curve(knots), rng)]
