"""What stands on the lines of a slip, and which child they name."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial

import numpy as np
from rapidfuzz.distance import Indel

from forms.field_font import as_printed, picture_of
from forms.geometry import MM_PER_POINT, Rect
from forms.model import Form, Role, TextLine
from intake.beyond import (
    DOUBTED_RATIO,
    EXPLAINED_RATIO,
    is_explained,
    is_no_name,
    letters_behind_date,
    letters_beyond,
    letters_perhaps_beyond,
)
from intake.engines import TextEngine, ask, second_opinions
from intake.pale import pale_line, pale_words
from intake.pale_names import pale_names
from intake.pieces import Cutout, cut_out, ink_pixels, pieces_of, without_ink
from intake.stages.match import (
    SURE_SCORE,
    Vocabulary,
    bears_first_name_only,
    guardians_likeness,
    identify,
    identify_alone,
    is_legible,
    is_well_explained,
    key_of,
    may_be,
    named_beside,
    named_by_code,
    narrowed,
    stands_out,
    still_leads,
    unless_of_another_class,
    unless_of_others,
    unless_plainly_of_others,
    unless_turned_around,
    unsure_between,
    vocabulary_of,
)
from intake.stages.names import LineCrops, Rendering, cut_line, half_as_wide_again
from intake.stages.printed_name import ink_beside_name
from intake.stages.rows import more_rows
from intake.stages.stray_ink import stamp_at, without_stamp
from intake.stages.variations import variations_of
from intake.stages.within import Part, parts_of_signature
from intake.stages.wording import is_courtesy, limits, objects, objects_above, objects_plainly
from intake.values import (
    Child,
    CodeReading,
    CodeState,
    Evidence,
    GrayImage,
    Identity,
    IdentityState,
    LineInk,
    Roster,
    SignatureReading,
    SignatureState,
    SlipImage,
    StrayInk,
    StrayState,
    TextGuess,
    TextReading,
    TextState,
)

MARGIN_SHARE = 0.3
"""White around a crop, in parts of its height: what the recogniser likes best."""
WRITTEN_OVER_MM2 = 2.0
"""Of 80 printed names that nobody touched (scans, small and blurred photos) none had more than 0.8 mm² beside them.
Of 24 over which another name was written none had less than 23; three of these were taken for untouched by reading."""


def read_names(  # noqa: PLR0917 - a slip and what is known of it
    slip: SlipImage,
    lines: Sequence[TextLine],
    code: CodeReading,
    roster: Roster,
    engine: TextEngine,
    file: str = "",
) -> tuple[tuple[TextReading, ...], Identity, LineInk]:
    """What stands on the lines, which child of the roster the code names, or the child's line, and which ink was shown.

    `file` is the slip's file with its folders; one of these may be named like a class.
    """
    cuts = {line.name: cut_line(slip, line) for line in lines}
    others = [line for line in lines if line.role is not Role.CHILD_NAME]
    guesses = {line.name: _read_other(line, cuts[line.name], engine) for line in others}
    guardians = tuple(guess for line in others if line.role is Role.GUARDIAN_NAMES for guess in guesses[line.name])
    family = _Guardians(guardians, tuple(cuts[o.name] for o in others if o.role is Role.GUARDIAN_NAMES), engine)
    said = [guess.text for line in others if line.role is Role.CHILD_CLASS for guess in guesses[line.name]]
    vocabulary = _vocabulary(roster.children)
    identity = _by_code_alone(code, vocabulary)
    for line in (line for line in lines if line.role is Role.CHILD_NAME):
        beside_mm2 = _ink_beside_name(slip, line, code)
        cut = replace(cuts[line.name], evidence=_with_measure(cuts[line.name].evidence, beside_mm2))
        cuts[line.name] = cut
        if code.state is CodeState.CHILD:
            guesses[line.name], identity = _agree_on_child(
                cut, code, vocabulary, engine, written_over=beside_mm2 > WRITTEN_OVER_MM2
            )
            continue
        read, named = _name_child(cut, vocabulary, guardians, engine)
        if named.identity.child is None:
            elsewhere = frozenset[int]().union(*(cuts[other.name].labels for other in others))
            again = _seen_otherwise(slip, line, cut, elsewhere)
            read, named = _name_otherwise((read, named), again, vocabulary, guardians, engine)
        in_ink = read
        if named.identity.child is None and cut.state in {TextState.WRITTEN, TextState.EMPTY}:
            read, named = _or_pale_name(slip, line, (read, named), vocabulary, engine)
        turned = _unless_turned_around(named.identity, read.every, vocabulary, family)
        hints = class_hints(roster, file, said)
        named = _narrowed(replace(named, identity=turned), read, roster, hints)
        named = replace(named, identity=_unless_contradicted(named.identity, read.every, vocabulary, engine))
        named = replace(named, identity=_borne_out(named.identity, read.every + named.again, vocabulary, family))
        named = replace(named, identity=_not_of_others(named.identity, vocabulary, family))
        if cut.state in {TextState.WRITTEN, TextState.EMPTY}:
            named = replace(named, identity=_named_beside(named.identity, read.every, vocabulary, family))
        named = replace(named, identity=unless_of_another_class(named.identity, hints, vocabulary))
        guesses[line.name] = (in_ink if named.identity.child is None else read).every
        if named.by_part and cut.state in {TextState.WRITTEN, TextState.EMPTY}:
            cuts[line.name] = replace(cut, state=TextState.UNREAD)
        identity = named.identity
        if code.state is CodeState.CONTRADICTORY:
            identity = unsure_between(code.children, identity)
    for line in (line for line in lines if line.role is Role.GUARDIAN_NAMES):
        guesses[line.name] = _unless_misread(guesses[line.name], cuts[line.name], identity, engine)
    shown = {line.name: cuts[line.name].labels for line in lines}
    texts = [_reading(line, cuts[line.name], guesses[line.name], identity) for line in lines]
    if identity.child is None:
        texts = [_or_pale(slip, line, text, engine) for line, text in zip(lines, texts, strict=True)]
    plain = plainly_named(texts, identity)
    rows = (
        unless_rows(slip, text, shown[text.field], identity, engine, _shown_on(plain - {text.field}, shown))
        for text in texts
    )
    return tuple(rows), identity, shown


def _shown_on(fields: Iterable[str], shown: LineInk) -> frozenset[int]:
    """The labels of all ink that was shown on these lines."""
    return frozenset(label for field in fields for label in shown[field])


@dataclass(frozen=True, eq=False)
class _Guardians:
    """What is read of the guardians' line: the first rendering, and the others where that leaves doubt of a child."""

    first: tuple[TextGuess, ...]
    cuts: tuple[LineCrops, ...]
    engine: TextEngine

    @cached_property
    def every(self) -> tuple[TextGuess, ...]:
        """The readings of all renderings."""
        others = (crop for cut in self.cuts for crop in cut.crops[1:])
        return self.first + tuple(guess for crop in others for guess in ask(self.engine, [crop]))

    @cached_property
    def names(self) -> tuple[TextGuess, ...]:
        """Those that do not object, by both recognisers."""
        read = tuple(guess for guess in self.every if not objects(guess.text))
        return read + second_opinions(self.engine, read)


def _unless_turned_around(
    identity: Identity, guesses: Sequence[TextGuess], vocabulary: Vocabulary, guardians: _Guardians
) -> Identity:
    """The identity, but unsure if a name is written the other way round, and its guardians are in no rendering of their
    line, to neither recogniser.
    """
    named = unless_turned_around(identity, guesses, vocabulary, guardians.first)
    if named.child is identity.child or not guardians.first:
        return named
    return unless_turned_around(identity, guesses, vocabulary, guardians.names)


def _borne_out(
    identity: Identity,
    guesses: Sequence[TextGuess],
    vocabulary: Vocabulary,
    guardians: _Guardians,
) -> Identity:
    """The identity, but unsure if a first name alone, to both recognisers, is not borne out by the guardians' line, in
    any of its renderings.

    "GröningenJanter" was more like the first name than like the whole one, "GRONINGENJURSCHEN" like both of its words.
    """
    named = unless_of_others(identity, guesses, vocabulary, guardians.first)
    if named.child is identity.child or not guardians.first:
        return named
    both = [*guesses, *second_opinions(guardians.engine, guesses)]
    return unless_of_others(identity, both, vocabulary, guardians.every)


def _not_of_others(identity: Identity, vocabulary: Vocabulary, guardians: _Guardians) -> Identity:
    """The identity, but unsure beside guardians who are plainly others, in all renderings and to both recognisers.

    Of 3,140 slips six were unsure for guardians misread in the first rendering, of which one is left.
    """
    names = [guess for guess in guardians.first if not objects(guess.text)]
    named = unless_plainly_of_others(identity, names, vocabulary)
    if named.child is identity.child:
        return named
    return unless_plainly_of_others(identity, guardians.names, vocabulary)


def _named_beside(
    identity: Identity, guesses: tuple[TextGuess, ...], vocabulary: Vocabulary, guardians: _Guardians
) -> Identity:
    """The identity; who is still unknown may be told by its first name beside its own guardians, both lines read in all
    renderings by both recognisers.
    """
    if identity.child is not None or not guardians.first or not guesses:
        return identity
    both = (*guesses, *second_opinions(guardians.engine, guesses))
    return named_beside(identity, both, vocabulary, guardians.names)


LOWER_MM = 2.0
"""A name that is not read is looked for so much lower, too. Of eight names drawn with their feet 2.5, 3.5 and 4.5 mm
below the field seven, one and none are known without that, all with it; with 1 mm two of the lowest are. Farther down,
where 3 and 4 mm would find more, the next line's words may stand."""
WIDE_LINE_MM, MOST_LETTER_MM = 20.0, 8.0
"""A line of names so wide is read if a letter takes no more than the second. On 339 plain slips that were settled one
took 2.8 mm on average, 5.6 at the most; of "Jürgen und Piotr Keltger aber nur im Klassenverband", 89 mm, nothing was
read at all."""
NOTE_LETTERS = 5
"""So many letters more than the listed names have, which are no names, or than a class's sign, or behind a date, are a
note. Of 976 lines of guardians of four series one has as many without a note, of 1,565 children's one, of 631 classes
none, of 630 dates two, with other words behind them. On these the likenesses in `beyond.py` were chosen. Of 200 notes
drawn behind the guardians' names 113 had been given, and 37 are, all in pencil, 36 of it lost by black and white."""
PLAIN_NAME = 0.85
"""So like a listed name is what plainly is this name: "Lena Nem", a no perhaps, is 0.78 like Lena Neumann."""
OWN_NAME = 0.75
"""So like the child's name is what a child has written that signs with it: "omy Nownk", of which a frame hid a letter,
is 0.82 like Romy Nowak."""
FLOATING_SCORE, UPPER_SCORE = 0.7, 0.7
"""A word that floats above the row is read by itself, with so sure an eye: two of 2,336 lines of four series were in
doubt for one, both with a note or a stamp. What is cut off above the row takes so sure an eye for a misread word."""
TOPS_RATIO, TOPS_SECOND_RATIO = -2.5, -1.6
"""What seems to object above a row is the tops of its letters if the names explain it so well to the first recogniser,
and to the second: three of 1,717 plain slips had such a line, -1.3 to -2.3 and -0.6, -1.4 and -1.7; of the 181 that 300
notes drawn above names gave none had more than -2.7 to the first, or -1.7 to the second."""
CROWDED_LIKENESS = 0.6
"""A line of the guardians that is crowded and less like the listed ones is not read, unless they explain its frames
well: of 1,136 plain lines one, of 1,096 with a note drawn over them 43 in 100."""
ROW_LETTERS = 3
"""So many letters of a row beside a signature, read with so sure an eye as a note's, are words (`stages/within.py`);
noughts are loops of the signature, as on one of 52 slips of our own ("00.0")."""
PALE_SCORE = 0.5
"""What is shown so is read with so sure an eye, or not at all. Of 23 names four were told by all sure readings together
with 0.5, 0.55 and 0.6, three without this: letters made of grain are like some short name."""
LIKE_NAME = 0.6
"""The list of a class has a like name if another is so like what was read: Nele Graf is 0.75 like "Nele Grot". Of 1,024
slips none lost its name by asking then."""
WHITE = 200
"""What is brighter is no writing, of 255."""
NOTE_SCORE = 0.8
"""How sure a reading of a note has to be of its letters: with it 11 of 24 courtesies of twelve series are known, and no
other of 39 notes."""


def signed_by_name(
    slip: SlipImage, signed: Sequence[tuple[SignatureReading, tuple[int, ...]]], identity: Identity, engine: TextEngine
) -> tuple[tuple[SignatureReading, tuple[int, ...]], ...]:
    """The signature lines; one of the child's that is in doubt is signed if its name is what plainly stands there.

    Children print their names where they sign, and rows of letters are no signature by their looks.
    """
    child = identity.child
    return tuple(
        (replace(line, state=SignatureState.SIGNED), labels)
        if child is not None
        and line.state is SignatureState.UNCLEAR
        and line.role is Role.PUPIL_SIGNATURE
        and any(
            guess.score >= NOTE_SCORE and _is_plainly(guess.text, child.name) and not objects(guess.text)
            for guess in ask(engine, [signature_crop(slip, labels)] if labels else [])
        )
        else (line, labels)
        for line, labels in signed
    )


def is_own_name(written: str, child: Child) -> bool:
    """Whether this is the child's name, and no word besides, which may be a no."""
    read, name = key_of(written), key_of(child.name)
    return Indel.normalized_similarity(read, name) >= OWN_NAME and len(read) <= len(name) + 1 and not objects(written)


def unless_words(
    slip: SlipImage, signed: Sequence[tuple[SignatureReading, tuple[int, ...]]], engine: TextEngine
) -> tuple[SignatureReading, ...]:
    """The signature lines, each with the labels of its ink; one in whose ink an objection is read, or a row of words
    above the signature, is doubt.
    """
    return tuple(
        replace(line, state=SignatureState.UNCLEAR)
        if line.state is SignatureState.SIGNED
        and any(_is_worded(part, guess) for part, guess in _read_parts(slip, labels, engine))
        else line
        for line, labels in signed
    )


def _read_parts(slip: SlipImage, labels: Collection[int], engine: TextEngine) -> Iterator[tuple[Part, TextGuess]]:
    for part in parts_of_signature(slip, labels):
        for guess in ask(engine, [_crop_of(slip, part.ink)]):
            yield part, guess


def _is_worded(part: Part, guess: TextGuess) -> bool:
    """Whether a part of what stands on a signature line is words that nobody signs with."""
    row = part.apart and guess.score >= NOTE_SCORE and sum(map(str.isalpha, guess.text)) >= ROW_LETTERS
    return row or objects(guess.text) or limits(guess.text)


def unless_courtesy(slip: SlipImage, stray: StrayInk, engine: TextEngine) -> StrayInk:
    """The stray ink, known as what it is if it is plainly thanks, a greeting or a telephone number."""
    if stray.state is not StrayState.FOUND:
        return stray
    places = set(stray.places)
    labels = [piece.label for piece in pieces_of(slip) if piece.place in places]
    if len(labels) != len(stray.places):
        return stray  # crumbs, too, which nobody can read
    crop = signature_crop(slip, labels)
    guesses = ask(engine, [crop, half_as_wide_again(crop)])
    plain = any(guess.score >= NOTE_SCORE and is_courtesy(guess.text) for guess in guesses)
    plain &= not any(objects(guess.text) for guess in guesses)
    return replace(stray, state=StrayState.COURTESY) if plain else stray


def _or_pale(slip: SlipImage, line: TextLine, text: TextReading, engine: TextEngine) -> TextReading:
    """A line; with what may be read of guardians who are too pale for ink on the slip of a child who is not known.

    It stays empty; but the slip may be that of a child whose guardians read like this on another slip, and then that
    one has to wait. A bleached "no" said "THOMISSAGERFIATKRAAS", and Thomas Mayer and Piotr Kraus had consented before.
    """
    if line.role is not Role.GUARDIAN_NAMES or text.state is not TextState.EMPTY or slip.bilevel:
        return text
    read = ask(engine, [pale_line(slip, line.place)])
    said = [guess.text for guess in (*read, *second_opinions(engine, read))]
    return replace(text, text=max(said, key=lambda one: len(key_of(one)), default=""))


def or_pale_words(slip: SlipImage, form: Form, codes: Sequence[Rect], stray: StrayInk, engine: TextEngine) -> StrayInk:
    """The stray ink; where there is none, words too pale for ink that object or set a condition are found.

    Of 87 slips in grey without stray ink, on which 71 places were shown, none has such words; a "Nein!!" in pencil on
    grainy paper, whose consent had been given, is "NEINK" to the second recogniser.
    """
    if stray.state is not StrayState.NONE:
        return stray
    for place, picture in pale_words(slip, form, codes):
        read = ask(engine, [picture])
        plain = any(objects(guess.text) or (limits(guess.text) and guess.score >= NOTE_SCORE) for guess in read)
        if plain or any(objects(guess.text) for guess in second_opinions(engine, read)):
            return replace(stray, state=StrayState.FOUND, places=(*stray.places, place))
    return stray


def unless_rows(  # noqa: PLR0917 - a line, and what is known of it and of the others
    slip: SlipImage,
    text: TextReading,
    labels: Collection[int],
    identity: Identity,
    engine: TextEngine,
    elsewhere: Collection[int] = (),
) -> TextReading:
    """A line of names, in doubt if a note is squeezed in above them, even where it touches their letters.

    The ink `elsewhere`, by label, was read on other lines as their names and nothing else: a line that sags. Only words
    that object are a note there.
    """
    if text.state is not TextState.WRITTEN or text.role not in {Role.CHILD_NAME, Role.GUARDIAN_NAMES}:
        return text
    rows = more_rows(slip, labels)
    names = names_of(text.role, identity)
    floating = [
        (guess, () if word.issubset(elsewhere) else names)
        for word in rows.floating
        for guess in ask(engine, [signature_crop(slip, tuple(word))])
    ]
    upper = (guess for part in rows.upper for guess in ask(engine, [_crop_of(slip, part)]))
    noted = any(_is_note(guess, known) for guess, known in floating) or any(
        objects_above(guess.text, names, sure=guess.score >= UPPER_SCORE) and not _are_tops(guess, names, engine)
        for guess in upper
    )
    if noted:
        return replace(text, state=TextState.OBJECTION)
    written_over = rows.crowded and text.role is Role.GUARDIAN_NAMES and names
    legible = not written_over or any(_is_theirs(guess, names) for guess in ask(engine, [signature_crop(slip, labels)]))
    return text if legible else replace(text, state=TextState.UNREAD)


def _are_tops(upper: TextGuess, names: Sequence[str], engine: TextEngine) -> bool:
    """Whether what is cut off above a row is the upper half of its names: they explain it to both recognisers, and no
    word that objects is read letter by letter.
    """
    if not is_explained(upper, names, TOPS_RATIO) or objects_plainly(upper.text, names):
        return False
    return any(is_explained(guess, names, TOPS_SECOND_RATIO) for guess in second_opinions(engine, [upper]))


def _is_theirs(guess: TextGuess, names: Sequence[str]) -> bool:
    """Whether a line, strokes of which lie over each other, is still read as the listed names."""
    likeness = guardians_likeness([guess.text], names)
    return likeness >= CROWDED_LIKENESS or is_explained(guess, names, EXPLAINED_RATIO)


def _is_note(floating: TextGuess, names: Sequence[str]) -> bool:
    """Whether words that float above a row of names are no names of theirs; thanks ask for nothing."""
    if floating.score >= NOTE_SCORE and is_courtesy(floating.text):
        return False
    sure = bool(names) and floating.score >= FLOATING_SCORE
    return objects(floating.text) or (sure and is_no_name(floating.text, names))


def signature_crop(slip: SlipImage, labels: Collection[int]) -> GrayImage:
    """The ink of a signature alone, dark on white, with a margin."""
    return _crop_of(slip, cut_out(slip, [piece for piece in pieces_of(slip) if piece.label in labels]))


def _crop_of(slip: SlipImage, cutout: Cutout) -> GrayImage:
    height, width = cutout.mask.shape
    darkness = slip.darkness[cutout.row : cutout.row + height, cutout.column : cutout.column + width]
    crop = np.where(cutout.mask, 255 - darkness, 255).astype(np.uint8)
    return np.pad(crop, round(MARGIN_SHARE * crop.shape[0]), constant_values=255)


def class_hints(roster: Roster, file: str, said: Sequence[str]) -> Counter[str]:
    """The classes of the list that a folder of the file is named after, or the slip says, and how many of them do."""
    classes = {_class_key(child.school_class): child.school_class for child in roster.children}
    hints = {classes.get(_class_key(folder)) for folder in file.split("/")[:-1]}
    slip = {classes.get(_class_key(text)) for text in said}
    return Counter(hint for some in (hints, slip) for hint in some if hint)


def _class_key(text: str) -> str:
    """The sign of "Klasse 3 B": 3b."""
    bare = "".join(sign for sign in text.casefold() if sign.isalnum())
    return bare.removeprefix("klasse").removeprefix("kl")


def _narrowed(named: "_Named", read: "_Read", roster: Roster, hints: Counter[str]) -> "_Named":
    """Look again on the list of the class, if all hints say the same one."""
    if len(hints) != 1 or named.identity.state is IdentityState.IDENTIFIED:
        return named
    ((school_class, count),) = hints.items()
    school, of_class = _vocabulary(roster.children), _vocabulary_of_class(roster.children, school_class)
    found = narrowed(named.identity, read.whole, school, of_class, count)
    if found.state is IdentityState.IDENTIFIED or not read.parts:
        return _Named(found)
    found = narrowed(named.identity, read.every, school, of_class, count)
    return _Named(found, by_part=found.state is IdentityState.IDENTIFIED)


@lru_cache(maxsize=64)
def _vocabulary_of_class(children: tuple[Child, ...], school_class: str) -> Vocabulary:
    return vocabulary_of([child for child in children if child.school_class == school_class])


def _read_other(line: TextLine, cut: LineCrops, engine: TextEngine) -> tuple[TextGuess, ...]:
    """What is read of a line that is not about the child; what is too faint for ink is read for the child alone.

    One rendering tells. Of the guardians' names, if far more is written there than was read, the other renderings are
    shown, until one is read whole and in both of its halves: a note behind the names would be one of these.
    """
    guesses = () if cut.state is TextState.EMPTY else ask(engine, cut.crops[:1])
    wide = cut.evidence.measures.get("width", 0.0)
    if line.role is not Role.GUARDIAN_NAMES or not guesses or not _leaves_out_much(guesses, wide):
        return guesses
    for crop in cut.crops[1:]:
        whole = ask(engine, [crop])
        if _leaves_out_much(whole, wide):
            continue
        halves = _halves_of(crop)
        read = [ask(engine, [half]) for half in halves] if len(halves) > 1 else [whole]
        parts = zip(read, (wide * half.shape[1] / crop.shape[1] for half in halves), strict=True)
        if not any(_leaves_out_much(half, mm, WIDE_LINE_MM / 2) for half, mm in parts):
            return guesses + whole + tuple(guess for half in read for guess in half if objects(guess.text))
    return guesses


def _halves_of(crop: GrayImage) -> tuple[GrayImage, ...]:
    """A line cut in two at the gap between words that is nearest to its middle; whole, if it is one word."""
    margin = round(MARGIN_SHARE * crop.shape[0])
    white = np.flatnonzero((crop > WHITE).all(axis=0))
    gaps = [gap for gap in np.split(white, np.flatnonzero(np.diff(white) > 1) + 1) if len(gap) >= margin / 2]
    middle = crop.shape[1] / 2
    cuts = [gap.mean() for gap in gaps if margin < gap.mean() < crop.shape[1] - margin]
    if not cuts:
        return (crop,)
    at = int(min(cuts, key=lambda place: abs(place - middle)))
    return np.ascontiguousarray(crop[:, :at]), np.ascontiguousarray(crop[:, at:])


def _leaves_out_much(guesses: Sequence[TextGuess], wide_mm: float, least_mm: float = WIDE_LINE_MM) -> bool:
    """Whether far more is written on a line, or a part of it, that is so wide than was read of it."""
    letters = max((sum(map(str.isalnum, guess.text)) for guess in guesses), default=0)
    return not guesses or (wide_mm >= least_mm and letters * MOST_LETTER_MM < wide_mm)


def plainly_named(texts: Sequence[TextReading], identity: Identity) -> frozenset[str]:
    """The lines on which a listed name is read and nothing else."""
    return frozenset(
        text.field
        for text in texts
        if text.state is TextState.WRITTEN
        and text.role in {Role.CHILD_NAME, Role.GUARDIAN_NAMES}
        and any(_is_plainly(text.text, name) for name in names_of(text.role, identity))
    )


def _is_plainly(read: str, name: str) -> bool:
    like = Indel.normalized_similarity(key_of(read), key_of(name))
    return like >= PLAIN_NAME and len(key_of(read)) <= len(key_of(name)) + 1


def _reading(line: TextLine, cut: LineCrops, guesses: Sequence[TextGuess], identity: Identity) -> TextReading:
    best = max(guesses, key=lambda guess: guess.score, default=None)
    is_name = line.role is Role.GUARDIAN_NAMES or (line.role is Role.CHILD_NAME and identity.child is not None)
    state = _what_it_says(line, cut, guesses, identity, is_name=is_name)
    if line.role is Role.CHILD_NAME and state is TextState.EMPTY and guesses and identity.child is not None:
        state = TextState.WRITTEN
    return TextReading(line.name, line.role, state, best.text if best else "", cut.evidence)


def names_of(role: Role, identity: Identity) -> tuple[str, ...]:
    """The names that are known to belong on a line, or a class's, once the child is."""
    child = identity.child
    if child is None:
        return ()
    if role is Role.CHILD_NAME:
        return f"{child.first_name} {child.last_name}", f"{child.last_name} {child.first_name}"
    if role is Role.CHILD_CLASS:
        return child.school_class, f"Klasse {child.school_class}"
    return child.guardians if role is Role.GUARDIAN_NAMES else ()


def holds_more(text: str, role: Role, identity: Identity) -> bool:
    """Whether a line says clearly more than belongs on it: the listed names, the class, a place and a date."""
    too_many = letters_behind_date(text) if role is Role.PLACE_DATE else letters_beyond(text, names_of(role, identity))
    return too_many >= NOTE_LETTERS


def _what_it_says(
    line: TextLine, cut: LineCrops, guesses: Sequence[TextGuess], identity: Identity, *, is_name: bool
) -> TextState:
    """What the line shows, once its words were read; writing that the engine made nothing of was not read.

    Nor was a line of names on which far more is written than was read: names, and a condition behind them.
    """
    names = names_of(line.role, identity)
    plain = [name for name in names if any(_is_plainly(guess.text, name) for guess in guesses)]
    if any(_says_more(guess, line.role, identity, plain) for guess in guesses):
        return TextState.OBJECTION
    if cut.state is not TextState.WRITTEN:
        return cut.state
    unread = not guesses or (is_name and _leaves_out_much(guesses, cut.evidence.measures["width"]))
    return TextState.UNREAD if unread else TextState.WRITTEN


def _unless_misread(
    guesses: tuple[TextGuess, ...], cut: LineCrops, identity: Identity, engine: TextEngine
) -> tuple[TextGuess, ...]:
    """The readings of the guardians' line; where these seem to be more than names, renderings that show all ink are
    read too, and one of them counts alone if it is the names and nothing else.
    """
    names = names_of(Role.GUARDIAN_NAMES, identity)
    said = any(objects_plainly(guess.text, names) or is_explained(guess, names, EXPLAINED_RATIO) for guess in guesses)
    if not names or said or not any(_seems_more(guess, Role.GUARDIAN_NAMES, identity) for guess in guesses):
        return guesses
    again = (ask(engine, [crop]) for crop in cut.crops[1:])
    plain = (each for each in again if each and all(is_explained(one, names, EXPLAINED_RATIO) for one in each))
    return next((each for each in plain if not any(objects_plainly(one.text, names) for one in each)), guesses)


def _seems_more(guess: TextGuess, role: Role, identity: Identity) -> bool:
    """Whether a reading, taken at its word, objects or says more than belongs on the line."""
    return objects(guess.text) or holds_more(guess.text, role, identity)


def _says_more(guess: TextGuess, role: Role, identity: Identity, plain: Sequence[str]) -> bool:
    """Whether a reading objects, or says more than belongs on the line; a misread name may seem to do either.

    `plain` are the names that another reading is, and nothing else: no more letters than these are the name misread.
    Of 300 notes drawn behind names as many are seen with that as without.
    """
    names = names_of(role, identity)
    if objects_plainly(guess.text, names):
        return True
    if _seems_more(guess, role, identity):
        return not is_explained(guess, names, EXPLAINED_RATIO)
    if role not in {Role.CHILD_NAME, Role.GUARDIAN_NAMES} or guess.posteriors is None:
        return False
    perhaps = letters_perhaps_beyond(guess.text, names) >= NOTE_LETTERS
    perhaps &= len(key_of(guess.text)) > min((len(key_of(name)) + 1 for name in plain), default=0)
    return perhaps and not is_explained(guess, names, DOUBTED_RATIO)


# ---------------------------------------------------------------- a code has named the child


def _ink_beside_name(slip: SlipImage, line: TextLine, code: CodeReading) -> float:
    """How much ink (mm²) there is beside the name that is printed on a child's own slip; none on any other."""
    if code.state is not CodeState.CHILD:
        return 0.0
    name, place = as_printed(code.children[0].name), line.place
    shown = picture_of(name, place.width / MM_PER_POINT, place.height / MM_PER_POINT, slip.px_per_mm * MM_PER_POINT)
    return ink_beside_name(slip, line, np.asarray(shown, np.uint8))


def _with_measure(evidence: Evidence, beside_mm2: float) -> Evidence:
    return replace(evidence, measures={**evidence.measures, "beside_name_mm2": beside_mm2})


def _agree_on_child(
    cut: LineCrops, code: CodeReading, vocabulary: Vocabulary, engine: TextEngine, *, written_over: bool
) -> tuple[tuple[TextGuess, ...], Identity]:
    """Read one rendering of the line after the other until it agrees with the child of a genuine code."""
    guesses: tuple[TextGuess, ...] = ()
    identity = named_by_code(code.children[0], guesses, vocabulary, written_over=written_over)
    for crop in () if cut.state is TextState.EMPTY else cut.crops:
        guesses += ask(engine, [crop])
        identity = named_by_code(code.children[0], guesses, vocabulary, written_over=written_over)
        if identity.state is IdentityState.IDENTIFIED:
            break
    return guesses, identity


def _by_code_alone(code: CodeReading, vocabulary: Vocabulary) -> Identity:
    """Whom the codes name on a form without a line for the child."""
    nobody = identify(TextState.UNREAD, (), vocabulary)
    match code.state:
        case CodeState.CHILD:
            return named_by_code(code.children[0], (), vocabulary, written_over=False)
        case CodeState.CONTRADICTORY:
            return unsure_between(code.children, nobody)
        case _:
            return nobody


# ---------------------------------------------------------------- the writing names the child


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a line: in renderings of all that is written there, and in those of some of the words.

    A child who is known by some of the words only is known; what the others say was not read.
    """

    whole: tuple[TextGuess, ...] = ()
    parts: tuple[TextGuess, ...] = ()

    @property
    def every(self) -> tuple[TextGuess, ...]:
        """All readings."""
        return self.whole + self.parts

    def and_also(self, guesses: Sequence[TextGuess], *, whole: bool) -> "_Read":
        """With one more rendering."""
        more = tuple(guesses)
        return replace(self, whole=self.whole + more) if whole else replace(self, parts=self.parts + more)


@dataclass(frozen=True, slots=True)
class _Named:
    """Which child was named; whether by some of the words on the line only; and which readings of a second recogniser
    it took.
    """

    identity: Identity
    by_part: bool = False
    again: tuple[TextGuess, ...] = ()


def _name_child(
    cut: LineCrops, vocabulary: Vocabulary, guardians: Sequence[TextGuess], engine: TextEngine
) -> tuple[_Read, _Named]:
    """Read one rendering of the line after the other until the child is beyond doubt.

    What variations of the crops say, to the second recogniser, too, counts only if they name a child that the crops
    themselves leave possible: in a narrower picture a long word may lose its letters. Of 32 unsure slips of four series
    two more are named by the second, with all that it names five, all rightly; but of 144 slips whose child was taken
    off the list one would be, and none is. Whoever is not named is not to look like more children, nor its
    line to object, for having been read more often.
    """
    read, named = _read_on(_Read(), _renderings(cut), cut.state, vocabulary, engine)
    if named.identity.state not in {IdentityState.UNSURE, IdentityState.NO_NAME}:
        return read, named
    again = _Read(second_opinions(engine, read.whole), second_opinions(engine, read.parts))
    possible = partial(may_be, guesses=read.every, identity=named.identity)
    credible = partial(_stands_out_or, possible, guardians)
    seen = _by_second_opinion(read, again, cut.state, vocabulary, guardians, credible)
    if seen is not None:
        return read, seen
    more = (Rendering(crop, whole=True) for crop in variations_of(cut.crops))
    varied, found = _read_on(read, more, cut.state, vocabulary, engine)
    if possible(found.identity):
        return varied, found
    again = again.and_also(second_opinions(engine, varied.whole[len(read.whole) :]), whole=True)
    seen = _by_second_opinion(varied, again, cut.state, vocabulary, guardians, possible)
    return (read, named) if seen is None else (varied, seen)


def _seen_otherwise(slip: SlipImage, line: TextLine, cut: LineCrops, elsewhere: frozenset[int]) -> Iterator[LineCrops]:
    """A child's line without the ink of the other lines that hangs in, then lower down, where a name stands below its
    line, and then without a stamp that lies on it.
    """
    if cut.labels & elsewhere:
        yield cut_line(without_ink(slip, np.isin(slip.ink[ink_pixels(slip)], list(elsewhere))), line)
    low = cut_line(slip, replace(line, place=replace(line.place, y=line.place.y + LOWER_MM)))
    if low.labels - cut.labels:
        yield low
    stamp = stamp_at(slip, line.place)
    if stamp is not None:
        yield cut_line(without_stamp(slip, stamp), line)


def _name_otherwise(
    seen: tuple[_Read, _Named],
    cuts: Iterator[LineCrops],
    vocabulary: Vocabulary,
    guardians: Sequence[TextGuess],
    engine: TextEngine,
) -> tuple[_Read, _Named]:
    """What was read, and who is named once the line is cut out otherwise.

    Something may be left out: a first name alone names nobody then, and the line counts as not read. Of 150 children
    left unsure of 3,140 four are named so: two beside a stamp, one below its line, one under a line that sags.
    """
    read, named = seen
    for cut in cuts:
        again, found = _name_child(cut, vocabulary, guardians, engine)
        child = found.identity.child
        if child is not None and not bears_first_name_only(again.every + found.again, child):
            return replace(read, parts=read.parts + again.every), _Named(found.identity, by_part=True)
    return read, named


def _or_pale_name(
    slip: SlipImage, line: TextLine, seen: tuple[_Read, _Named], vocabulary: Vocabulary, engine: TextEngine
) -> tuple[_Read, _Named]:
    """What was read, and who is named once the name is shown as what stands out from the grain of its paper.

    The line counts as not read: whatever else stands there is as pale. What was read so of a line that names nobody in
    the end is left out: it is to rule nobody out either. A line that could plainly be read, and yet named nobody, is
    about somebody who is not listed.
    """
    read, _ = seen
    if not vocabulary.children or any(is_legible(guess, SURE_SCORE) for guess in read.every):
        return seen
    crops = (crop for picture in pale_names(slip, line.place) for crop in (picture, half_as_wide_again(picture)))
    shown = tuple(guess for crop in crops for guess in ask(engine, [crop]))
    if not shown:
        return seen
    pale, inked = (
        [guess for guess in (*some, *second_opinions(engine, some)) if guess.score >= PALE_SCORE]
        for some in (shown, read.every)
    )
    every = inked + pale
    by_pale, identity = (identify(TextState.WRITTEN, some, vocabulary, complete=False) for some in (pale, every))
    child = identity.child
    if child is None or by_pale.child != child or bears_first_name_only(every, child):
        return seen
    if not is_well_explained(identity, vocabulary):
        return seen
    return replace(read, parts=read.parts + shown), _Named(identity, by_part=True)


def _unless_contradicted(
    identity: Identity, guesses: tuple[TextGuess, ...], vocabulary: Vocabulary, engine: TextEngine
) -> Identity:
    """The identity, but unsure if the second recogniser makes another child of the same crops, where a class has a like
    name, too; and if on the list of a school others are as likely by what both have read.

    "Nele Grot" was Nele Groß to the first and Nele Graf to the second, and "Tismn Muhlhausen" Thi-Mai Mühlhausen, but
    "TROBMERMUHLHAUSEN": all of them were listed, and it was Nele Graf, and Tröbnitz Mühlhausen.
    """
    others = [candidate for candidate in identity.candidates if candidate.child != identity.child]
    alike = any(candidate.likeness >= LIKE_NAME for candidate in others)
    if identity.child is None or not guesses or (vocabulary.of_class and not alike):
        return identity
    second = second_opinions(engine, guesses)
    together = identify(TextState.WRITTEN, (*guesses, *second), vocabulary, complete=False)
    if vocabulary.of_class:
        same = identify(TextState.WRITTEN, second, vocabulary, complete=False).child in {None, identity.child}
    else:
        same = still_leads(identity.child, together)
    return identity if same else unsure_between((), together)


def _stands_out_or(possible: Callable[[Identity], bool], guardians: Sequence[TextGuess], identity: Identity) -> bool:
    """Whether a child whom only the second recogniser names is far before all others, or the first leaves it possible.

    Of a vanished name that was "iporcle" to the first it made another child's, 0.27 before the next; of 13 that it
    named rightly in three series one is less than 0.30 before, and the first leaves it possible.
    """
    return stands_out(identity, guardians) or possible(identity)


def _read_on(
    read: _Read, renderings: Iterator[Rendering], line: TextState, vocabulary: Vocabulary, engine: TextEngine
) -> tuple[_Read, _Named]:
    """What is read of a line with these renderings, and whom it names.

    Strokes too faint for ink are no writing, unless they are the name of a child of the list.
    """
    identity = identify(line, (), vocabulary)
    state = line
    for crop, whole in renderings:
        state = TextState.WRITTEN if line is TextState.EMPTY else line
        read = read.and_also(ask(engine, [crop]), whole=whole)
        found = identify(state, read.every, vocabulary, complete=False)
        if found.state is IdentityState.IDENTIFIED:
            alone = identify(state, read.whole, vocabulary, complete=False) if read.parts else found
            return read, _Named(found, by_part=alone.child != found.child)
    for guesses, by_part in ((read.whole, False), (read.every, bool(read.parts))):
        found = identify(state, guesses, vocabulary)
        if line is not TextState.EMPTY or found.state is IdentityState.IDENTIFIED:
            identity = found
        if identity.state is IdentityState.IDENTIFIED:
            return read, _Named(identity, by_part)
    return read, _Named(identity)


def _by_second_opinion(  # noqa: PLR0917 - what was read twice, and what is known of the line and of the others
    read: _Read,
    again: _Read,
    line: TextState,
    vocabulary: Vocabulary,
    guardians: Sequence[TextGuess],
    credible: Callable[[Identity], bool],
) -> _Named | None:
    """Whom the readings name with what a second recogniser makes of the same renderings, one after the other; and only
    with these a name that can be nobody else's, but reached no bar: "Noßdorfer Kürenzer", who was not listed, had been
    taken for "Brösener Noßdorfer", and was read letter by letter by the second.

    Whoever is not `credible` is not named until more was read, and nobody else is. A name that explains the frames
    poorly is none: of 820 lines 15 more are named so, 18 with such names; and with the children taken off their lists
    nobody more, else one.
    """
    state = TextState.WRITTEN if line is TextState.EMPTY else line
    doubted: Child | None = None
    for guesses, more, by_part in ((read.whole, again.whole, False), (read.every, again.every, bool(read.parts))):
        for identity, heard in _with_each(guesses, more, state, vocabulary, guardians):
            if identity.child is None or not is_well_explained(identity, vocabulary):
                continue
            if doubted not in {None, identity.child}:
                return None
            if credible(identity):
                return _Named(identity, by_part, heard)
            doubted = identity.child
    return None


def _with_each(
    guesses: tuple[TextGuess, ...],
    more: tuple[TextGuess, ...],
    state: TextState,
    vocabulary: Vocabulary,
    guardians: Sequence[TextGuess],
) -> Iterator[tuple[Identity, tuple[TextGuess, ...]]]:
    """Whom the guesses name with the first of some more, with the first two, and so on, and with which of these; with
    all, also one alone.
    """
    for count in range(1, len(more)):
        yield identify(state, guesses + more[:count], vocabulary, complete=False), more[:count]
    if more:
        every = guesses + more
        yield identify_alone(identify(state, every, vocabulary), every, vocabulary, guardians), more


def _renderings(cut: LineCrops) -> Iterator[Rendering]:
    """The crops of a line; those that take longer are made when all others have been read."""
    yield from (Rendering(crop, whole=True) for crop in cut.crops)
    yield from cut.harder()


@lru_cache(maxsize=4)
def _vocabulary(children: tuple[Child, ...]) -> Vocabulary:
    return vocabulary_of(children)
