"""One page from pixels to readings. Read this file first: what is called here, top-down, is the whole reader."""

from collections.abc import Sequence
from functools import lru_cache

from forms.model import Role, TextLine
from intake.engines import TextEngine, ask
from intake.stages.blank import dark_pieces
from intake.stages.codes import find_codes, poses_from_codes
from intake.stages.creases import without_creases
from intake.stages.flatten import lay_flat
from intake.stages.gate import accepted, certain, distinct, form_state, outline_of, read_code
from intake.stages.identify import poses_from_print
from intake.stages.integrity import compare_print
from intake.stages.marks import read_choice
from intake.stages.match import Vocabulary, identify, vocabulary_of
from intake.stages.names import LineCrops, cut_line
from intake.stages.register import register
from intake.stages.signatures import read_signature
from intake.stages.stray_ink import find_stray_ink
from intake.stages.streaks import find_streaks
from intake.stages.wording import objects
from intake.values import (
    Channel,
    Identity,
    IdentityState,
    PageImage,
    PageKind,
    PageReading,
    Pose,
    Registration,
    Roster,
    SlipImage,
    SlipReading,
    Template,
    TextGuess,
    TextReading,
    TextState,
)

CODE_ONLY = "code_without_print"
"""A code of ours, but nothing of the slip around it: a person has to find out what it is."""
MUCH_PRINT = 60
"""So many dark pieces outside the slips found mean that there may be another; a letter has a thousand."""


def read_page(page: PageImage, templates: Sequence[Template], roster: Roster, engine: TextEngine) -> PageReading:
    """Find every slip on a page and read it; a page without one is blank or foreign, and said to be."""
    if dark_pieces(page, ()) == 0:
        return PageReading(page.ref, PageKind.BLANK, (), ())
    by_code = poses_from_codes(find_codes(page.gray), templates)
    found = _find_slips(page, by_code, templates)
    slips = tuple(_read_slip(page, one, number, roster, engine) for number, one in enumerate(found, start=1))
    if slips:
        return PageReading(page.ref, PageKind.SLIP, slips, ())
    if by_code:
        return PageReading(page.ref, PageKind.UNREADABLE, (), (CODE_ONLY,))
    return PageReading(page.ref, PageKind.FOREIGN, (), ())


def _find_slips(page: PageImage, by_code: Sequence[Pose], templates: Sequence[Template]) -> tuple[Registration, ...]:
    """By their codes, which is quick; by their print, too, where much of the page is still unexplained."""
    found = _registered(page, by_code)
    if dark_pieces(page, [outline_of(one) for one in certain(found)]) >= MUCH_PRINT:
        found = [*found, *_registered(page, poses_from_print(page, templates))]
    return distinct(found)


def _registered(page: PageImage, poses: Sequence[Pose]) -> list[Registration]:
    tried = [register(page, pose) for pose in poses]
    return [one for one in tried if one is not None and accepted(one)]


def _read_slip(page: PageImage, found: Registration, number: int, roster: Roster, engine: TextEngine) -> SlipReading:
    template = found.pose.template
    form = template.form
    slip = without_creases(lay_flat(page, found, find_streaks(page.gray)))
    marks = read_choice(slip, form.boxes)
    signed = [read_signature(slip, line) for line in form.signatures]
    texts, identity = _read_names(slip, form.texts, roster, engine)
    return SlipReading(
        ref=page.ref,
        number=number,
        form=form,
        channel=Channel.PHOTO if page.dpi is None else Channel.SCAN,
        outline=outline_of(found),
        form_state=form_state(found.fit),
        fit=found.fit,
        integrity=compare_print(slip, template),
        code=read_code(found.pose, template),
        marks=marks,
        signatures=tuple(reading for reading, _ in signed),
        texts=texts,
        stray=find_stray_ink(slip, form, {label for _, labels in signed for label in labels}),
        identity=identity,
    )


def _read_names(
    slip: SlipImage, lines: Sequence[TextLine], roster: Roster, engine: TextEngine
) -> tuple[tuple[TextReading, ...], Identity]:
    """What stands on the lines, and which child of the roster the child's line names."""
    identity = identify(TextState.UNREAD, (), _vocabulary(roster))
    texts = []
    for line in lines:
        cut = cut_line(slip, line)
        if line.role is Role.CHILD_NAME:
            guesses, identity = _name_child(cut, _vocabulary(roster), engine)
        else:
            guesses = ask(engine, cut.crops[:1])
        best = max(guesses, key=lambda guess: guess.score, default=None)
        speaks = cut.state is TextState.WRITTEN and any(objects(guess.text) for guess in guesses)
        state = TextState.OBJECTION if speaks else cut.state
        texts.append(TextReading(line.name, line.role, state, best.text if best else "", cut.evidence))
    return tuple(texts), identity


def _name_child(cut: LineCrops, vocabulary: Vocabulary, engine: TextEngine) -> tuple[tuple[TextGuess, ...], Identity]:
    """Read one rendering of the line after the other until the child is beyond doubt."""
    guesses: tuple[TextGuess, ...] = ()
    identity = identify(cut.state, guesses, vocabulary)
    for crop in cut.crops:
        guesses += ask(engine, [crop])
        identity = identify(cut.state, guesses, vocabulary)
        if identity.state is IdentityState.IDENTIFIED:
            break
    return guesses, identity


@lru_cache(maxsize=4)
def _vocabulary(roster: Roster) -> Vocabulary:
    return vocabulary_of(roster.children)
