"""What a slip shows but for the office's stamp, which often lies over a field.

The slip itself goes to a person. But a child's other slip need not wait for it if the stamp is all that makes doubt:
so the fields are read again as if nothing stood where the stamp is, and what it hides counts for nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from forms.geometry import Rect
from forms.model import Role
from intake.engines import TextEngine, ask
from intake.frames import covered
from intake.naming import holds_more, is_own_name, signature_crop, unless_rows, unless_words
from intake.pieces import cut_out, pieces_of, points_of
from intake.stages.marks import read_choice
from intake.stages.names import cut_line
from intake.stages.signatures import read_signature, unless_run_on
from intake.stages.stray_ink import stamp_at, without_stamp
from intake.stages.wording import objects
from intake.values import (
    Bare,
    Mark,
    MarkState,
    SignatureReading,
    SignatureState,
    SlipImage,
    SlipReading,
    Stamp,
    StrayState,
    TextReading,
    TextState,
)

BAR_MM, SHORT_BAR_MM, BAR_SLIMNESS, MOST_SLOPE, STAMPED_SHARE = 8.0, 5.0, 6.0, 0.5, 0.1
"""A stamp is looked for around a signature that holds a straight bar so long, and so many times as long as wide,
where of the bars near that are as long as the second one lies and one stands, as two sides do; it is one if so much of
the ink lies in it. Of 608 signed lines of two series 147 hold such a bar. Looked for at all of these a stamp was found
at seven, all with one (0.12 of the ink and more), one of which had nothing but the stamp; where two sides are asked
for, at three, that one too.
"""
LETTER_MM2 = 0.5
"""What is smaller may be left of the stamp."""
BOX_MM, BOX_POINTS = 1.0, 6
"""A stamp covers a box if it does so with any of these points, so many to a row, of it and so far around it."""


def unless_stamped(
    slip: SlipImage, signed: Sequence[tuple[SignatureReading, tuple[int, ...]]]
) -> tuple[tuple[SignatureReading, tuple[int, ...]], ...]:
    """The signature lines, each with the labels of its ink; one whose ink lies in a stamp's frame is doubt.

    Of a frame that hangs in from above, or that a scan has broken, the line's own ink may not show enough to tell it
    from a signature; its surroundings do.
    """
    return tuple(
        (replace(line, state=SignatureState.UNCLEAR), labels)
        if line.state is SignatureState.SIGNED and _lies_in_stamp(slip, line.evidence.place, labels)
        else (line, labels)
        for line, labels in signed
    )


def _lies_in_stamp(slip: SlipImage, place: Rect, labels: Collection[int]) -> bool:
    bars = [piece for piece in pieces_of(slip) if piece.elongation >= BAR_SLIMNESS and piece.length_mm >= SHORT_BAR_MM]
    here = [bar for bar in bars if place.contains(bar.centre)]
    level, upright = any(_lies(bar.place) for bar in here), any(_stands(bar.place) for bar in here)
    if not (level and upright and any(bar.label in labels and bar.length_mm >= BAR_MM for bar in bars)):
        return False
    stamp = stamp_at(slip, place)
    if stamp is None:
        return False
    cutout = cut_out(slip, [piece for piece in pieces_of(slip) if piece.label in labels])
    return float(covered(stamp, points_of(slip, cutout)).mean()) >= STAMPED_SHARE


def _lies(bar: Rect) -> bool:
    return bar.width > bar.height / MOST_SLOPE


def _stands(bar: Rect) -> bool:
    return bar.height > bar.width / MOST_SLOPE


def but_for_stamp(slip: SlipImage, reading: SlipReading, engine: TextEngine) -> Bare | None:
    """Read the boxes and signature lines in doubt again without the stamp; None where there is none."""
    stamp = reading.stray.stamp or _stamp_on_a_line(slip, reading)
    if stamp is None:
        return None
    bare = without_stamp(slip, stamp)
    lines = tuple(_line(bare, reading, line, engine) for line in reading.signatures)
    return Bare(
        _marks(bare, reading, stamp), lines, tuple(_text(slip, bare, reading, text, engine) for text in reading.texts)
    )


def _text(slip: SlipImage, bare: SlipImage, reading: SlipReading, text: TextReading, engine: TextEngine) -> TextReading:
    """A line of names: written, if a second row on it is all that makes doubt, and is a part of the stamp."""
    line = next(line for line in reading.form.texts if line.name == text.field)
    if text.state not in {TextState.OBJECTION, TextState.UNREAD}:
        return text
    written = replace(text, state=TextState.WRITTEN)
    with_it, without = (
        unless_rows(picture, written, cut_line(picture, line).labels, reading.identity, engine)
        for picture in (slip, bare)
    )
    left = [guess.text for guess in ask(engine, cut_line(bare, line).crops)]
    says_more = any(objects(read) or holds_more(read, text.role, reading.identity) for read in (text.text, *left))
    plain = without.state is TextState.WRITTEN and with_it.state is text.state and bool(left) and not says_more
    return written if plain else text


def _stamp_on_a_line(slip: SlipImage, reading: SlipReading) -> Stamp | None:
    """The stamp on a signature line in doubt, which takes all of its ink for its own."""
    if reading.stray.state is not StrayState.NONE:
        return None
    doubt = [line.evidence.place for line in reading.signatures if line.state is SignatureState.UNCLEAR]
    return next((stamp for stamp in (stamp_at(slip, place) for place in doubt) if stamp is not None), None)


def _marks(bare: SlipImage, reading: SlipReading, stamp: Stamp) -> tuple[Mark, ...]:
    """The boxes; those that the stamp lies upon stay as they are."""
    if all(mark.state is not MarkState.UNCLEAR for mark in reading.marks):
        return reading.marks
    hidden = {box.name for box in reading.form.boxes if _lies_upon(stamp, box.place.grown(*[BOX_MM] * 4))}
    again = {mark.field: mark for mark in read_choice(bare, reading.form.boxes, reading.form.texts)}
    return tuple(
        again[mark.field] if mark.state is MarkState.UNCLEAR and mark.field not in hidden else mark
        for mark in reading.marks
    )


def _lies_upon(stamp: Stamp, place: Rect) -> bool:
    x, y = (np.linspace(low, high, BOX_POINTS) for low, high in ((place.x, place.right), (place.y, place.bottom)))
    return bool(covered(stamp, np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)).any())


def _line(bare: SlipImage, reading: SlipReading, read: SignatureReading, engine: TextEngine) -> SignatureReading:
    """A signature line: signed if it is without the stamp, or if the child has written its name there.

    What was taken for a signature may have been a part of the stamp.
    """
    if read.state not in {SignatureState.UNCLEAR, SignatureState.SIGNED}:
        return read
    lines = reading.form.signatures
    line = next(line for line in lines if line.name == read.field)
    again, labels = unless_run_on(bare, [read_signature(bare, one) for one in lines])[lines.index(line)]
    if read.state is SignatureState.SIGNED:
        return read if again.state is SignatureState.SIGNED else again
    child = reading.identity.child
    if again.state is SignatureState.UNCLEAR and line.role is Role.PUPIL_SIGNATURE and child is not None:
        letters = [piece.label for piece in pieces_of(bare) if piece.label in labels and piece.area_mm2 >= LETTER_MM2]
        written = " ".join(guess.text for guess in ask(engine, [signature_crop(bare, letters)]) if letters)
        return replace(again, state=SignatureState.SIGNED) if is_own_name(written, child) else again
    return unless_words(bare, [(again, labels)], engine)[0]
