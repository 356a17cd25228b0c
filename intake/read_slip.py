"""One page from pixels to readings. Read this file first: what is called here, top-down, is the whole reader."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import MM_PER_INCH, Point
from intake.engines import TextEngine
from intake.naming import or_pale_words, plainly_named, read_names, signed_by_name, unless_courtesy, unless_words
from intake.remains import shows_print
from intake.rings import ring_on, without_ring
from intake.sheet import Sheet
from intake.stages.blank import dark_pieces, outside_of
from intake.stages.code_ink import areas_of_codes, ink_of_codes
from intake.stages.codes import HEADER_LENGTH, codes_on_slip, find_codes, glance_at_codes, poses_from_codes
from intake.stages.creases import without_creases
from intake.stages.dashes import feed_of, without_dashes
from intake.stages.duplicates import map_ink
from intake.stages.flatten import lay_flat, lay_print_flat
from intake.stages.gate import accepted, certain, distinct, form_state, lies_on, outline_of
from intake.stages.identify import poses_from_print
from intake.stages.integrity import compare_print, joined, other_letter
from intake.stages.marks import read_choice
from intake.stages.outline import poses_from_outline
from intake.stages.register import register
from intake.stages.signatures import read_signature, unless_run_on
from intake.stages.stray_ink import find_stray_ink
from intake.stages.streaks import find_streaks
from intake.stages.whose import read_code
from intake.stamped import but_for_stamp, unless_stamped
from intake.values import (
    PICTURE_ONLY,
    Channel,
    CoverNote,
    Integrity,
    Mask,
    PageImage,
    PageKind,
    PageReading,
    Pose,
    Registration,
    Roster,
    SlipImage,
    SlipReading,
    Template,
)

CODE_ONLY = "code_without_print"
"""A code of ours, but nothing of the slip around it: a person has to find out what it is."""
LETTER_ONLY = "letter_without_slip"
"""A letter of ours, but no slip below it, where the page goes on: it was cut off, or bleached by the scanner."""
WORDS_ONLY = "words_without_slip"
"""A few words of ours on a page with hardly anything else: the rest was bleached by the scanner, as a rule."""
NOTHING_SEEN = "photo_shows_nothing"
"""Nobody takes a photo of nothing: it is too blurred, too dark or too bright."""
MUCH_PRINT, MUCH_ON_DESK = 60, 250
"""So many dark pieces outside the slips found mean that there may be another, on a scan and on a photo: a letter has a
thousand, a slip six hundred, and a desk has grain."""

ASKEW = 0.0087
"""A slip that leans so much (half a degree) lies 0.8 mm aside at the other end of its height: a line that was ruled
along its edge does not run along the scanner's columns."""


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A slip on the page; `letter` is the one that still hangs together with it, `other_letter` says it is another."""

    slip: Registration
    letter: Registration | None
    other_letter: bool


def read_page(page: PageImage, templates: Sequence[Template], roster: Roster, engine: TextEngine) -> PageReading:
    """Find every slip on a page and read it; a page without one is blank or foreign, and said to be."""
    pieces = dark_pieces(page)
    if not len(pieces) and page.dpi is not None:
        return PageReading(page.ref, PageKind.BLANK, (), ())
    found, coded = _find_slips(page, pieces, templates)
    if not found:
        return _without_slip(page, coded, len(pieces), templates, engine)
    askew = all(abs(feed_of(one.slip).lean) >= ASKEW for one in found)
    streaks = None if page.dpi is None else find_streaks(page.gray, page.dpi / MM_PER_INCH, askew=askew)
    slips = [_read_slip(page, one, number, streaks, roster, engine) for number, one in enumerate(found, start=1)]
    return PageReading(page.ref, PageKind.SLIP, tuple(slips), ())


def _without_slip(
    page: PageImage, coded: bool, pieces: int, templates: Sequence[Template], engine: TextEngine
) -> PageReading:
    """A page on which no slip was found; a photo that shows next to nothing may show anything."""
    if coded:
        return PageReading(page.ref, PageKind.UNREADABLE, (), (CODE_ONLY,))
    if page.dpi is None and pieces < MUCH_PRINT:
        return PageReading(page.ref, PageKind.UNREADABLE, (), (NOTHING_SEEN,))
    if _shows_place_of_slip(page, templates):
        return PageReading(page.ref, PageKind.UNREADABLE, (), (LETTER_ONLY,))
    if shows_print(page, pieces, templates, engine):
        return PageReading(page.ref, PageKind.UNREADABLE, (), (WORDS_ONLY,))
    return PageReading(page.ref, PageKind.FOREIGN, (), ())


def _shows_place_of_slip(page: PageImage, templates: Sequence[Template]) -> bool:
    """Whether the letter of a slip is on the page, and the place below it where the slip would be."""
    slips = {template.letter: template for template in templates if template.letter is not None}
    if not slips:
        return False
    letters = _registered(page, poses_from_print(page, tuple(slips)), ())
    middles = [(one, slips[one.pose.template].area.centre) for one in letters]
    seen = [one.pixels_of(np.array([(middle.x, middle.y)]))[0] for one, middle in middles]
    height, width = page.gray.shape
    return any(0 <= x < width and 0 <= y < height for x, y in seen)


def _find_slips(
    page: PageImage, pieces: npt.NDArray[np.float64], templates: Sequence[Template]
) -> tuple[tuple[_Found, ...], bool]:
    """The slips of a page, and whether any code was read.

    Their codes tell quickest; a closer look at the page, and at its print, is taken only where there is no slip yet, or
    much of the page is still unexplained. A page that shows next to nothing may be a slip that was bleached.
    """
    coded = False
    found: tuple[_Found, ...] = ()
    for poses_from in (_poses_at_a_glance, _poses_from_codes, poses_from_print, poses_from_outline):
        poses = poses_from(page, templates)
        coded |= any(pose.code and (page.dpi is None or _is_dark(pose, pieces)) for pose in poses)
        found = _with_letters(
            page, pieces, distinct([*(one.slip for one in found), *_registered(page, poses, found)]), found
        )
        # A blurred photo shows few pieces, whatever is printed there; a desk shows some.
        much = MUCH_PRINT if page.dpi is not None else MUCH_ON_DESK
        if found and _unexplained(pieces, found) < much:
            break
    return found, coded


def _is_dark(pose: Pose, pieces: npt.NDArray[np.float64]) -> bool:
    """Whether anything is dark where a pose's code was read: a bleached one had 19 pieces, 31 that shone through from
    the other side of a scanned sheet none.
    """
    codes = [code.corners for code in pose.template.codes if code.payload[:HEADER_LENGTH] == pose.code[:HEADER_LENGTH]]
    corners = np.array([[(p.x, p.y) for p in code] for code in codes], np.float64)
    seen = [cv2.perspectiveTransform(code[None], pose.mm_to_px)[0] for code in corners]
    outlines = [[Point(float(x), float(y)) for x, y in code] for code in seen]
    return any(outside_of(pieces, [outline]) < len(pieces) for outline in outlines)


def _poses_at_a_glance(page: PageImage, templates: Sequence[Template]) -> tuple[Pose, ...]:
    return poses_from_codes(glance_at_codes(page), templates)


def _poses_from_codes(page: PageImage, templates: Sequence[Template]) -> tuple[Pose, ...]:
    return poses_from_codes(find_codes(page.gray), templates)


def _registered(page: PageImage, poses: Sequence[Pose], known: Sequence[_Found]) -> list[Registration]:
    """The slips that the print confirms; where one is certain already, nothing else is looked for."""
    sure = [one.slip for one in known if certain(one.slip)]
    tried = [register(page, pose) for pose in poses if not any(lies_on(pose, slip) for slip in sure)]
    return [one for one in tried if one is not None and accepted(one)]


def _with_letters(
    page: PageImage, pieces: npt.NDArray[np.float64], slips: Sequence[Registration], known: Sequence[_Found]
) -> tuple[_Found, ...]:
    """Look for the letter of each slip that was not cut off, or for another letter in its place.

    Where another slip lies in that place, this one was cut off.
    """
    found = []
    for slip in slips:
        again = next((one for one in known if one.slip is slip), None)
        if again is not None and not again.other_letter:
            found.append(again)
            continue
        template = slip.pose.template.letter
        if template is None:
            found.append(_Found(slip, None, other_letter=False))
            continue
        guess = Registration(replace(slip.pose, template=template, close=False), None, slip.fit)
        outlines = [outline_of(one) for one in slips]
        much = outside_of(pieces, outlines) - outside_of(pieces, [*outlines, outline_of(guess)]) >= MUCH_PRINT
        much &= not any(lies_on(other.pose, guess) for other in slips if other is not slip)
        letter = register(page, guess.pose) if much else None
        if letter is not None and accepted(letter):
            found.append(_Found(slip, letter, other_letter=False))
        else:
            found.append(_Found(slip, None, other_letter=much and page.dpi is not None))
    return tuple(found)


def _unexplained(pieces: npt.NDArray[np.float64], found: Sequence[_Found]) -> int:
    """How many dark pieces lie on no slip that is certain, nor on its letter."""
    sure = [one for one in found if certain(one.slip)]
    outlines = [outline_of(one.slip) for one in sure]
    outlines += [outline_of(one.letter) for one in sure if one.letter is not None]
    return outside_of(pieces, outlines)


def _read_slip(  # noqa: PLR0917 - a page and what is known of it
    page: PageImage, found: _Found, number: int, streaks: Mask | None, roster: Roster, engine: TextEngine
) -> SlipReading:
    template = found.slip.pose.template
    form = template.form
    feed = feed_of(found.slip) if page.dpi is not None else None
    flat = lay_flat(page, found.slip, streaks)
    sheet = Sheet(page, found.slip) if flat.bilevel else None
    slip = without_dashes(without_creases(flat), flat, feed, sheet)
    code = read_code(codes_on_slip(page, found.slip), template, roster.codes)
    ring = ring_on(slip)
    clear = slip if ring is None else without_ring(slip, ring)
    marks = read_choice(clear, form.boxes, form.texts)
    signed = unless_stamped(clear, unless_run_on(clear, [read_signature(clear, line) for line in form.signatures]))
    texts, identity, shown = read_names(clear, form.texts, code, roster, engine, page.ref.file)
    explained = {label for _, labels in signed for label in labels} | ink_of_codes(clear, template.codes)
    named = plainly_named(texts, identity)
    codes = areas_of_codes(clear, template.codes)
    stray = find_stray_ink(clear, form, explained, shown, codes, named)
    reading = SlipReading(
        ref=page.ref,
        number=number,
        form=form,
        channel=Channel.PHOTO if page.dpi is None else Channel.SCAN,
        outline=outline_of(found.slip),
        form_state=form_state(found.slip.fit),
        fit=found.slip.fit,
        integrity=_compare_print(page, slip, found),
        code=code,
        marks=marks,
        signatures=unless_words(clear, signed_by_name(clear, signed, identity, engine), engine),
        texts=texts,
        stray=or_pale_words(clear, form, codes, unless_courtesy(clear, stray, engine), engine),
        written=map_ink(slip),
        identity=identity,
        file=PICTURE_ONLY,
        note=CoverNote.NONE,
    )
    return replace(reading, bare=but_for_stamp(slip, reading, engine))


def _compare_print(page: PageImage, slip: SlipImage, found: _Found) -> Integrity:
    """Whether the slip, and the letter it hangs together with, still say what the blank says."""
    template = found.slip.pose.template
    integrity = compare_print(slip, template)
    if found.other_letter and template.letter is not None:
        return other_letter(integrity, template.letter.area)
    if found.letter is None:
        return integrity
    letter = found.letter.pose.template
    return joined(integrity, compare_print(lay_print_flat(page, found.letter, None), letter))
