"""Signatures: loops, waves and a flourish, different for each person and nearly the same each time."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from forms.geometry import Rect
from samples.handwriting import FONTS, Hand, hand_of, one_patch, seeded, slanted, word
from samples.pens import Ink, Path, drawn, pressed, smooth_curve

THIN_FONTS = ("CedarvilleCursive.ttf", "LaBelleAurore.ttf", "ShadowsIntoLight.ttf")
"""Typefaces whose capitals, three times as large as in a name, are still as thin as a pen's line."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a person signs.

    Lengths in millimetres: `width` of the whole, `wave` height of a small letter, `tall` of an initial. `waves`
    counts the letters, `looping` is how round they are (1 is loops, below 0 zigzags), `slant` is sideways per
    upwards, `rising_deg` turns the whole. `initial` is written as a letter first if `lettered`; `flourish`
    underlines.
    """

    width: float
    wave: float
    tall: float
    waves: int
    looping: float
    slant: float
    rising_deg: float
    lettered: bool
    flourish: bool
    initial: str


def manner_of(person: str) -> Manner:
    """The manner of a person; from the name alone, so that everybody keeps theirs."""
    rng = seeded(person, "signature")
    waves = int(rng.integers(6, 13))
    return Manner(
        width=float(np.clip(waves * rng.uniform(3.6, 5.2), 28, 52)),
        wave=float(rng.uniform(1.6, 3.2)),
        tall=float(rng.uniform(7.5, 11.5)),
        waves=waves,
        looping=float(rng.uniform(-0.45, 0.95)),
        slant=float(rng.uniform(0.0, 0.45)),
        rising_deg=float(rng.normal(-3.5, 2.5)),
        lettered=bool(rng.random() < 0.45),
        flourish=bool(rng.random() < 0.4),
        initial=person.rsplit(maxsplit=1)[-1][0],
    )


def peaks(manner: Manner, rng: np.random.Generator) -> Path:
    """For each letter its height above and its depth below the line, millimetres, shape (waves, 2)."""
    up = manner.wave * rng.uniform(0.55, 1.25, manner.waves)
    down = manner.wave * rng.uniform(-0.15, 0.25, manner.waves)
    tall = rng.random(manner.waves) < 0.28
    deep = rng.random(manner.waves) < 0.14
    up[tall] = manner.tall * rng.uniform(0.55, 0.95, int(tall.sum()))
    down[deep] = manner.wave * rng.uniform(1.0, 1.8, int(deep.sum()))
    if not manner.lettered:
        up[0] = manner.tall
    return np.column_stack([up, down])


def letters(manner: Manner, start: float, rng: np.random.Generator) -> Path:
    """The running line of a signature from `start` on; its baseline is y = 0."""
    pitch = (manner.width - start) / manner.waves
    knots = [np.array([start - 0.5 * pitch, -0.3 * manner.wave])]
    places = start + pitch * (np.arange(manner.waves) + rng.uniform(-0.3, 0.3, manner.waves))
    for x, (up, down) in zip(places, peaks(manner, rng), strict=True):
        back = (manner.looping + rng.normal(0, 0.2)) * pitch * 0.7
        knots += [
            np.array([x + 0.45 * pitch, -0.55 * up]),
            np.array([x + 0.35 * pitch, -up]),
            np.array([x + 0.35 * pitch - back * 0.5, -0.5 * up]),
            np.array([x + 0.45 * pitch, down]),
            np.array([x + 0.80 * pitch, down * 0.4 - 0.1 * manner.wave]),
        ]
    knots += [np.array([manner.width + rng.uniform(2, 6), -manner.wave * rng.uniform(0.2, 1.2)])]
    return np.vstack(knots)


def underline(manner: Manner, rng: np.random.Generator) -> Path:
    """A flourish under the name, drawn from right to left and back."""
    y = manner.wave * rng.uniform(0.6, 1.0)
    right, left = manner.width * rng.uniform(0.85, 1.0), manner.width * rng.uniform(0.1, 0.3)
    return np.array([[right, 0.0], [right * 0.8, y], [left, y + 0.6], [left - 1.5, y + 1.3], [right * 0.7, y + 1.1]])


def movements(manner: Manner, start: float) -> list[Path]:
    """The person's own movements, before today's unevenness; the same each time."""
    rng = seeded(f"{manner}", "movements")
    paths = [letters(manner, start, rng)]
    return [*paths, underline(manner, rng)] if manner.flourish else paths


def initial_letter(manner: Manner, hand: Hand, px_per_mm: float, rng: np.random.Generator) -> Ink:
    """The first letter of the last name, large; its baseline starts at (0, 0)."""
    thin = FONTS / THIN_FONTS[crc32(f"{manner}".encode()) % len(THIN_FONTS)]
    large = Hand(thin, manner.tall * 0.55, hand.slant, hand.unsteadiness)
    return word(manner.initial, large, px_per_mm, rng)


def signature(person: str, pen_width: float, px_per_mm: float, rng: np.random.Generator) -> Ink:
    """The signature of a person as it comes out today; its baseline starts at (0, 0)."""
    manner = manner_of(person)
    start = manner.tall * 0.75 if manner.lettered else 0.0
    today = [smooth_curve(knots + rng.normal(0, 0.18, knots.shape), 10) for knots in movements(manner, start)]
    inks = [drawn([pressed(path, rng, 0.55) for path in today], pen_width, px_per_mm)]
    if manner.lettered:
        inks.append(initial_letter(manner, hand_of(person), px_per_mm, rng))
    return slanted(one_patch(inks), manner.slant, manner.rising_deg + float(rng.normal(0, 1.0)))


def initials(person: str, pen_width: float, px_per_mm: float, rng: np.random.Generator) -> Ink:
    """A paraph: one tall loop and a tail, as of somebody in a hurry."""
    manner = manner_of(person)
    tall = manner.tall
    knots = np.array(
        [
            [0, -0.2 * tall],
            [0.45 * tall, -tall],
            [0.25 * tall, 0],
            [0.75 * tall, -0.7 * tall],
            [0.6 * tall, 0.1],
            [1.3 * tall, -0.35 * tall],
            [2.0 * tall, -0.1 * tall],
        ]
    )
    path = smooth_curve(knots + seeded(person, "paraph").normal(0, 0.8, knots.shape))
    return drawn([pressed(path, rng, 0.55)], pen_width, px_per_mm)


def on_signature_line(ink: Ink, line: Rect, rng: np.random.Generator) -> Ink:
    """Put a signature onto its line, wherever on it people start."""
    room = max(0.0, line.width - ink.alpha.shape[1] / ink.px_per_mm)
    x = line.x + room * float(rng.uniform(0.05, 0.6)) - ink.x
    return ink.moved(x, line.bottom - float(rng.uniform(-0.3, 1.6)))
