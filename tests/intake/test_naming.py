"""What stands on the lines of a slip, and which child they name."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import Point, Rect
from forms.model import Role, TextLine
from intake.engines import TextEngine, pp_ocr
from intake.naming import class_hints, read_names, signed_by_name, unless_rows, unless_words
from intake.pieces import pieces_of
from intake.stages.match import key_of, unless_of_another_class, vocabulary_of
from intake.stages.names import cut_line
from intake.stages.rows import more_rows
from intake.stages.signatures import read_signature
from intake.stages.variations import variations_of
from intake.values import (
    Candidate,
    Child,
    CodeReading,
    CodeState,
    Evidence,
    GrayImage,
    IdentifiedBy,
    Identity,
    IdentityState,
    Posteriors,
    Roster,
    SignatureState,
    SlipImage,
    TextGuess,
    TextReading,
    TextState,
)
from samples.pens import Colour, Pen
from samples.scanner import Picture
from tests.intake.returned import (
    FAMILY,
    PRIMARY,
    PUPIL,
    SECONDARY,
    UNSIGNED,
    blank_sheet,
    cut_slip,
    field,
    laid_flat,
    sheet_of,
    stamped,
    template_of,
    with_ink,
    with_words,
)

NO_CODE = CodeReading(CodeState.NONE, "", ())
ROSTER = Roster(
    (
        Child("1", "Jörn", "Petersen", "4b", "", ("Holger Petersen",)),
        Child("2", "Mia", "Schneider", "4b", "", ()),
        Child("3", "Ole", "Kurz", "10c", "", ()),
    )
)


class Reads:
    """An engine that reads the same on every line, and counts how often it is asked."""

    def __init__(self, text: str, sure: float = 0.97) -> None:
        self.text, self.sure, self.asked = text, sure, 0

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        self.asked += len(crops)
        return [TextGuess(self.text, self.sure, self._frames()) for _ in crops]

    def _frames(self) -> Posteriors:
        rows = np.full((2 * len(key_of(self.text)) + 1, 27), (1 - self.sure) / 26, np.float32)
        rows[::2, 0] = self.sure
        for at, letter in enumerate(key_of(self.text)):
            rows[2 * at + 1, ord(letter) - 64] = self.sure
        return rows


def slip_of(form: str = SECONDARY) -> SlipImage:
    return laid_flat(sheet_of(form, FAMILY), form)


def above(slip: SlipImage, line: TextLine) -> int:
    """How much is shown again of a row of names: what stands above it, and guardians over whom strokes lie."""
    if line.role not in {Role.CHILD_NAME, Role.GUARDIAN_NAMES}:
        return 0
    rows = more_rows(slip, cut_line(slip, line).labels)
    return len(rows.upper) + (rows.crowded and line.role is Role.GUARDIAN_NAMES)


def test_a_child_is_known_by_the_first_crop_and_no_other_is_read() -> None:
    engine = Reads(PUPIL.name)
    lines = template_of(SECONDARY).form.texts
    texts, identity, _ = read_names(slip_of(), lines, NO_CODE, ROSTER, engine)
    assert identity.child == ROSTER.children[0]
    assert [text.field for text in texts] == [line.name for line in lines]
    assert engine.asked == len(lines) + sum(above(slip_of(), line) for line in lines)


@pytest.mark.parametrize(("text", "varied"), [("Zacharias Quell", False), ("Xq", True)], ids=["legible", "illegible"])
def test_what_no_first_look_names_is_shown_in_every_rendering(text: str, *, varied: bool) -> None:
    slip = slip_of()
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    cut = cut_line(slip, line)
    engine = Reads(text)
    texts, identity, _ = read_names(slip, [line], NO_CODE, ROSTER, engine)
    assert identity.child is None
    shown, variations = len(cut.crops) + len(cut.harder()) + above(slip, line), len(list(variations_of(cut.crops)))
    assert engine.asked == shown + (variations if varied else 0)
    assert len(cut.harder()) >= 3
    assert variations == 18
    assert texts[0].text == text


class ReadsLate(Reads):
    """An engine that reads one thing in the crops of a line, and another in what is shown after so many."""

    def __init__(self, text: str, later: str, after: int) -> None:
        super().__init__(text)
        self.later, self.after = later, after

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        self.text = self.later if self.asked >= self.after else self.text
        return super().read_lines(crops)


@pytest.mark.parametrize(
    ("first", "later", "child"),
    [
        ("Ptersn", "Jörn Petersen", "Jörn Petersen"),
        ("Xq", "Jörn Petersen", None),
        ("Ptersn", "Mia Sxh", None),
    ],
)
def test_a_variation_names_a_child_that_the_line_is_like_or_says_nothing(
    first: str, later: str, child: str | None
) -> None:
    slip = slip_of()
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    cut = cut_line(slip, line)
    engine = ReadsLate(first, later, len(cut.crops) + len(cut.harder()))
    texts, identity, _ = read_names(slip, [line], NO_CODE, ROSTER, engine)
    before, _, _ = read_names(slip, [line], NO_CODE, ROSTER, Reads(first))
    if child is None:
        assert (texts, identity.child) == (before, None)
        assert texts[0].state is TextState.WRITTEN
    else:
        assert identity.child is not None
        assert identity.child.name == child


class ThinksTwice(Reads):
    """An engine that makes nothing of a line, with a second recogniser that reads it."""

    def __init__(self, text: str, second: str) -> None:
        super().__init__(text)
        self.second: Reads = Reads(second)

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        return [replace(guess, crop=crop) for guess, crop in zip(super().read_lines(crops), crops, strict=True)]


@pytest.mark.parametrize(("second", "known"), [("Jörn Petersen", True), ("Jannik Schwarz", False)])
def test_a_second_opinion_may_name_the_child_that_the_first_one_does_not(second: str, *, known: bool) -> None:
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    texts, identity, _ = read_names(slip_of(), [line], NO_CODE, ROSTER, ThinksTwice("Ptersn", second))
    assert (identity.child == ROSTER.children[0]) == known
    assert (texts[0].text, texts[0].state) == ("Ptersn", TextState.WRITTEN)


@pytest.mark.parametrize(("first", "known"), [("Ptersn", True), ("Kassenmuehle", False)])
def test_a_second_opinion_on_a_variation_counts_only_for_a_child_that_the_crops_leave_possible(
    first: str, *, known: bool
) -> None:
    slip = slip_of()
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    cut = cut_line(slip, line)
    engine = ThinksTwice(first, "")
    engine.second = ReadsLate("", "Jörn Petersen", len(cut.crops) + len(cut.harder()))
    _, identity, _ = read_names(slip, [line], NO_CODE, ROSTER, engine)
    assert (identity.child == ROSTER.children[0]) == known


@pytest.mark.parametrize(("second", "known"), [("Jorn Petersn", True), ("Jorn Persen", False), ("Jorn Pausen", False)])
def test_a_name_that_only_its_lead_tells_needs_a_second_opinion(second: str, *, known: bool) -> None:
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    _, identity, _ = read_names(slip_of(), [line], NO_CODE, ROSTER, ThinksTwice("Jorn Persen", second))
    assert (identity.child == ROSTER.children[0]) == known
    assert read_names(slip_of(), [line], NO_CODE, ROSTER, Reads("Jorn Persen"))[1].child is None


SCHOOL = Roster(
    (
        *ROSTER.children,
        *(Child(f"s{n}", f"{'QVWXYZ'[n % 6]}ui", "abcdefghijk"[n % 11] * 9, "9a", "", ()) for n in range(66)),
    )
)
"""More children than a class has."""


@pytest.mark.parametrize(
    ("second", "roster", "known"),
    [("Jorn Petersn", ROSTER, True), ("Jorn Petersen", SCHOOL, True), ("Jorn Petersn", SCHOOL, False)],
    ids=["class", "school", "school, misread"],
)
def test_on_a_long_list_a_second_opinion_names_only_what_it_reads_plainly(
    second: str, roster: Roster, *, known: bool
) -> None:
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    _, identity, _ = read_names(slip_of(), [line], NO_CODE, roster, ThinksTwice("Ptersn", second))
    assert (identity.child == ROSTER.children[0]) == known


NELES = (Child("g", "Nele", "Graf", "8d", "", ()), Child("s", "Nele", "Groß", "8d", "", ()))


@pytest.mark.parametrize(
    ("second", "roster", "known"),
    [
        ("Nele Graf", Roster((*SCHOOL.children, *NELES)), False),
        ("Nele Gros", Roster((*SCHOOL.children, *NELES)), True),
        ("Nlroa", Roster((*SCHOOL.children, *NELES)), True),
        ("Nele Graf", Roster(NELES), False),
        ("Nele Graf", Roster((NELES[1], *ROSTER.children)), True),
        ("Mia Schneider", Roster((NELES[1], *ROSTER.children)), True),
    ],
    ids=["another", "the same", "nobody", "of a class", "nobody else", "nobody alike"],
)
def test_both_recognisers_must_not_name_two_children_of_a_long_list_or_with_like_names(
    second: str, roster: Roster, *, known: bool
) -> None:
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    _, identity, _ = read_names(slip_of(), [line], NO_CODE, roster, ThinksTwice("Nele Gros", second))
    assert identity.child == (NELES[1] if known else None)


class ReadsFirstOtherwise(Reads):
    """An engine that reads one thing in the first crop that it is shown, and another in all others."""

    def __init__(self, text: str, later: str) -> None:
        super().__init__(text)
        self.later = later

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        read = list[TextGuess]()
        for crop in crops:
            read += super().read_lines([crop])
            self.text = self.later
        return read


@pytest.mark.parametrize(("later", "known"), [("Jorn Petersen", True), ("Jorn Petersn", False)])
def test_a_child_who_does_not_stand_out_at_first_may_when_more_is_read(later: str, *, known: bool) -> None:
    like = Child("9", "Jörn", "Peterhans", "4b", "", ())
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    engine = ThinksTwice("Kassen", "")
    engine.second = ReadsFirstOtherwise("Jorn Petersn", later)
    _, identity, _ = read_names(slip_of(), [line], NO_CODE, Roster((ROSTER.children[0], like)), engine)
    assert (identity.child == ROSTER.children[0]) == known


class ReadsOne(Reads):
    """An engine that makes something of one crop only, counted from the first that it is asked."""

    def __init__(self, text: str, number: int) -> None:
        super().__init__(text)
        self.number = number

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        before = self.asked
        read = super().read_lines(crops)
        return [guess if before + n == self.number else TextGuess("", 0.0, None) for n, guess in enumerate(read)]


class ReadsGuardians(Reads):
    """An engine that reads the guardians, whose line it is shown first, and then a first name."""

    def __init__(self, guardians: str, text: str) -> None:
        super().__init__(guardians)
        self.next = text

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        read = super().read_lines(crops)
        self.text = self.next
        return read


class ReadsGuardiansTwice(ReadsGuardians):
    """The same with a second recogniser."""

    def __init__(self, guardians: str, text: str, second: str) -> None:
        super().__init__(guardians, text)
        self.second = Reads(second)

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        return [replace(guess, crop=crop) for guess, crop in zip(super().read_lines(crops), crops, strict=True)]


@pytest.mark.parametrize("read", ["Jorn Px", "Jörn"])
@pytest.mark.parametrize(("second", "known"), [("Jörn Petersen", True), ("Jörn", False)])
def test_a_whole_name_that_only_the_second_recogniser_reads_is_no_first_name_alone(
    read: str, second: str, *, known: bool
) -> None:
    lines = template_of(SECONDARY).form.texts
    _, identity, _ = read_names(slip_of(), lines, NO_CODE, ROSTER, ReadsGuardiansTwice("B. Sauer", read, second))
    assert (identity.child == ROSTER.children[0]) == known


@pytest.mark.parametrize(
    ("guardians", "known"), [("Holger Petersen", True), ("H. Petersen", True), ("B. Sauer", False)]
)
def test_a_first_name_alone_needs_guardians_who_may_be_the_childs(guardians: str, *, known: bool) -> None:
    lines = template_of(SECONDARY).form.texts
    _, identity, _ = read_names(slip_of(), lines, NO_CODE, ROSTER, ReadsGuardians(guardians, "Jörn"))
    assert (identity.child == ROSTER.children[0]) == known
    assert (identity.state is IdentityState.UNSURE) == (not known)


@pytest.mark.parametrize(
    ("guardians", "known"), [("Holger Petersen", 0), ("Beate Quandt", 1), ("B. Sauer", None), ("", None)]
)
def test_who_shares_a_first_name_is_told_by_the_guardians(guardians: str, known: int | None) -> None:
    one = replace(ROSTER.children[0], guardians=("Holger Petersen",))
    other = replace(one, id="other", last_name="Quandt", guardians=("Beate Quandt",))
    lines = template_of(SECONDARY).form.texts
    texts, identity, _ = read_names(
        slip_of(), lines, NO_CODE, Roster((one, other)), ReadsGuardians(guardians, one.first_name)
    )
    assert identity.child == (None if known is None else (one, other)[known])
    assert identity.by is (IdentifiedBy.NOTHING if known is None else IdentifiedBy.GUARDIANS)
    assert next(text for text in texts if text.role is Role.CHILD_NAME).state is TextState.WRITTEN


@pytest.mark.parametrize(
    ("guardians", "state"),
    [
        ("Holger und Maria Petersen", TextState.WRITTEN),
        ("Holger Petersen nur bis Mai", TextState.OBJECTION),
        ("Hoeger Petersen erst ab Januar", TextState.OBJECTION),
        ("Hotger Petersennicht am Fretag", TextState.OBJECTION),
    ],
)
def test_more_than_the_guardians_names_is_an_objection(guardians: str, state: TextState) -> None:
    lines = template_of(SECONDARY).form.texts
    texts, identity, _ = read_names(slip_of(), lines, NO_CODE, ROSTER, ReadsGuardians(guardians, "Jörn Petersen"))
    assert identity.child == ROSTER.children[0]
    assert next(text for text in texts if text.role is Role.GUARDIAN_NAMES).state is state


class ReadsInTurn(Reads):
    """An engine that reads the guardians' line, then all other lines, and then whatever it is shown again."""

    def __init__(self, guardians: str, text: str, last: str) -> None:
        super().__init__(guardians)
        self.turns = [text, last]

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        read = super().read_lines(crops)
        self.text = self.turns.pop(0) if self.turns else self.text
        return read


@pytest.mark.parametrize(
    ("again", "state"),
    [
        ("Holger Petersen", TextState.WRITTEN),
        ("Holger Petersen nur", TextState.OBJECTION),
        ("Hrlgur Petersen nein", TextState.OBJECTION),
        ("Sönke Wübbena", TextState.OBJECTION),
    ],
)
def test_guardians_who_seem_to_say_more_are_read_again_in_all_their_ink(again: str, state: TextState) -> None:
    lines = template_of(SECONDARY).form.texts
    engine = ReadsInTurn("Hoeger Petersen Bxndluku", "Jörn Petersen", again)
    texts, _, _ = read_names(slip_of(), lines, NO_CODE, ROSTER, engine)
    assert next(text for text in texts if text.role is Role.GUARDIAN_NAMES).state is state


@pytest.mark.parametrize(
    ("first", "state"), [("Emre Buamwrul", TextState.WRITTEN), ("Emre Baum erst ab Mai", TextState.OBJECTION)]
)
def test_a_name_misread_once_and_plainly_read_then_is_no_note(first: str, state: TextState) -> None:
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    listed = Roster((Child("1", "Emre", "Baumann", "4b", "", ()),))
    texts, identity, _ = read_names(slip_of(), [line], NO_CODE, listed, ReadsLate(first, "Emre Baumannt", 1))
    assert identity.child == listed.children[0]
    assert texts[0].state is state


@pytest.mark.parametrize(
    ("listed", "state"), [("Holger und Frank Klein", TextState.WRITTEN), ("Holger Kruse", TextState.OBJECTION)]
)
def test_a_klein_that_reads_as_a_refusal_is_none(listed: str, state: TextState) -> None:
    roster = Roster((replace(ROSTER.children[0], guardians=(listed,)),))
    lines = template_of(SECONDARY).form.texts
    texts, _, _ = read_names(
        slip_of(),
        lines,
        NO_CODE,
        roster,
        ReadsInTurn("Holger und Frank Kein", "Jörn Petersen", "Holger und Frank Kein"),
    )
    assert next(text for text in texts if text.role is Role.GUARDIAN_NAMES).state is state


def test_a_child_known_by_two_words_of_more_leaves_the_line_unread() -> None:
    """The note behind the name is in every other rendering, but it was not these that were legible."""
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.CHILD_NAME)
    sheet = with_words(sheet_of(SECONDARY, FAMILY), "nur im Mai", Point(line.place.x + 62, line.place.bottom - 3))
    slip = laid_flat(sheet, SECONDARY)
    cut = cut_line(slip, line)
    last = len(cut.crops) + len(cut.harder()) - 1
    for number, state in ((last, TextState.UNREAD), (0, TextState.WRITTEN)):
        texts, identity, _ = read_names(slip, [line], NO_CODE, ROSTER, ReadsOne(PUPIL.name, number))
        assert identity.child == ROSTER.children[0]
        assert texts[0].state is state


def test_the_ink_that_was_shown_is_told() -> None:
    slip, lines = slip_of(), template_of(SECONDARY).form.texts
    _, _, shown = read_names(slip, lines, NO_CODE, ROSTER, Reads(PUPIL.name))
    pieces = {piece.label: piece.place for piece in pieces_of(slip)}
    for line in lines:
        assert shown[line.name]
        assert all(pieces[label].overlaps(line.place.grown(0.0, 0.0, 0.0, 2.0)) for label in shown[line.name])


def test_a_line_without_writing_names_nobody_and_is_not_read() -> None:
    engine = Reads(PUPIL.name)
    texts, identity, _ = read_names(laid_flat(blank_sheet()), template_of(PRIMARY).form.texts, NO_CODE, ROSTER, engine)
    assert identity.state is IdentityState.NO_NAME
    assert {text.state for text in texts} == {TextState.EMPTY}


@pytest.mark.parametrize("name", ["xyz", "Zacharias Quell"])
def test_what_nobody_is_called_names_nobody(name: str) -> None:
    _, identity, _ = read_names(slip_of(), template_of(SECONDARY).form.texts, NO_CODE, ROSTER, Reads(name))
    assert identity.child is None


@pytest.mark.parametrize(
    ("roster", "likeness", "classes", "known"),
    [
        (SCHOOL, 0.88, {"10c"}, False),
        (SCHOOL, 0.88, {"10c", "4b"}, True),
        (SCHOOL, 0.88, set(), True),
        (SCHOOL, 0.92, {"10c"}, True),
        (ROSTER, 0.88, {"10c"}, True),
    ],
    ids=["another", "two said", "none said", "plainly read", "list of a class"],
)
def test_a_slip_of_another_class_is_not_the_childs_unless_plainly_read(
    roster: Roster, likeness: float, classes: set[str], *, known: bool
) -> None:
    child = ROSTER.children[0]
    read = (Candidate(child, likeness, likeness, 0.0),)
    named = Identity(IdentityState.IDENTIFIED, child, IdentifiedBy.NAME, read)
    found = unless_of_another_class(named, classes, vocabulary_of(roster.children))
    assert (found.child == child) == known
    assert found.candidates == read


@pytest.mark.parametrize(
    ("file", "said", "meant"),
    [
        ("4b/scan.pdf", (), {"4b": 1}),
        ("Rücklauf/Klasse 4 B/scan.pdf", (), {"4b": 1}),
        ("Kl. 10c/scan.pdf", (), {"10c": 1}),
        ("4b/scan.pdf", ("4 b",), {"4b": 2}),
        ("4b/scan.pdf", ("10c",), {"4b": 1, "10c": 1}),
        ("4b/10c/scan.pdf", (), {"4b": 1, "10c": 1}),
        ("scan.pdf", ("46",), {}),
        ("4b.pdf", (), {}),
    ],
)
def test_a_folder_and_the_slip_hint_at_classes(file: str, said: tuple[str, ...], meant: dict[str, int]) -> None:
    assert class_hints(ROSTER, file, said) == meant


# ---------------------------------------------------------------- a name too faint for ink

BLEACHED = Pen("bleached pencil", Colour(236, 236, 238), 0.5, 0.95, 0.1)


def bleached_slip() -> SlipImage:
    """A slip on whose line for the child a pen has left strokes that are no ink."""
    place = field("child_name").place
    across = np.linspace(0, 40, 400)
    loops = np.column_stack(
        [place.x + 8 + across + 1.2 * np.cos(across * 2.2), place.bottom - 4 + 2 * np.sin(across * 2.2)]
    )
    return laid_flat(with_ink(blank_sheet(), [loops], BLEACHED))


def test_a_name_too_faint_for_ink_is_read_if_it_is_one_of_the_list() -> None:
    line = next(one for one in template_of(PRIMARY).form.texts if one.name == "child_name")
    cut = cut_line(bleached_slip(), line)
    assert cut.state is TextState.EMPTY
    assert cut.crops
    texts, identity, _ = read_names(bleached_slip(), [line], NO_CODE, ROSTER, Reads("Mia Schneider"))
    assert identity.child == ROSTER.children[1]
    assert texts[0].state is TextState.WRITTEN


def test_faint_strokes_that_are_no_name_of_the_list_are_an_empty_line() -> None:
    lines = template_of(PRIMARY).form.texts
    texts, identity, _ = read_names(bleached_slip(), lines, NO_CODE, ROSTER, Reads("xyz"))
    assert identity.state is IdentityState.NO_NAME
    assert {text.state for text in texts} == {TextState.EMPTY}


# ---------------------------------------------------------------- a name in place of a signature


@pytest.mark.parametrize(
    ("read", "role", "state"),
    [
        ("JÖRN PETERSEN", Role.PUPIL_SIGNATURE, SignatureState.SIGNED),
        ("Jörn Petersn", Role.PUPIL_SIGNATURE, SignatureState.SIGNED),
        ("Jörn Petersen nein", Role.PUPIL_SIGNATURE, SignatureState.UNCLEAR),
        ("Jörn Peten", Role.PUPIL_SIGNATURE, SignatureState.SIGNED),
        ("Jörn Nem", Role.PUPIL_SIGNATURE, SignatureState.UNCLEAR),
        ("nein", Role.PUPIL_SIGNATURE, SignatureState.UNCLEAR),
        ("", Role.PUPIL_SIGNATURE, SignatureState.UNCLEAR),
        ("JÖRN PETERSEN", Role.GUARDIAN_SIGNATURE, SignatureState.UNCLEAR),
    ],
)
def test_a_child_that_prints_its_name_has_signed(read: str, role: Role, state: SignatureState) -> None:
    slip = slip_of()
    reading, labels = read_signature(slip, template_of(SECONDARY).form.signatures[0])
    doubtful = replace(reading, role=role, state=SignatureState.UNCLEAR)
    jo = Identity(IdentityState.IDENTIFIED, ROSTER.children[0], IdentifiedBy.NAME, ())
    nobody = Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, ())
    ((found, _),) = signed_by_name(slip, [(doubtful, labels)], jo, Reads(read))
    assert found.state is state
    assert signed_by_name(slip, [(doubtful, labels)], nobody, Reads(read)) == ((doubtful, labels),)


# ---------------------------------------------------------------- words in place of a signature

LINE = template_of(PRIMARY).form.signatures[0]


def signed_on(sheet: Picture, engine: TextEngine) -> SignatureState:
    """What the signature line shows, once its ink was read."""
    slip = laid_flat(sheet)
    (line,) = unless_words(slip, [read_signature(slip, LINE)], engine)
    return line.state


@pytest.mark.parametrize("words", ["nur ohne Kamera", "ohne Kamera", "nicht einverstanden", "bitte vorher anrufen"])
@pytest.mark.parametrize("at", [Point(LINE.place.x + 5, LINE.place.bottom - 2)])
def test_words_that_object_are_no_signature(words: str, at: Point) -> None:
    assert signed_on(with_words(cut_slip(UNSIGNED), words, at), pp_ocr.load()) is not SignatureState.SIGNED


@pytest.mark.parametrize(("read", "state"), [("00.0", SignatureState.SIGNED), ("oh ja", SignatureState.UNCLEAR)])
def test_loops_of_a_signature_are_no_row_of_words(read: str, state: SignatureState) -> None:
    place = field("guardian_signature").place
    sheet = with_words(cut_slip(), "oooo", Point(place.x + 10, place.bottom - 13))
    assert signed_on(sheet, Reads(read)) is state


@pytest.mark.parametrize("words", ["nur mit Ton", "bitte vorher anrufen", "Kinder vegetarisch"])
@pytest.mark.parametrize("above_mm", [12.0, 14.0])
def test_words_above_a_signature_make_doubt(words: str, above_mm: float) -> None:
    place = field("guardian_signature").place
    sheet = with_words(cut_slip(), words, Point(place.x + 12, place.bottom - above_mm))
    assert signed_on(sheet, pp_ocr.load()) is SignatureState.UNCLEAR


def test_a_signature_that_reads_like_nothing_stays_one() -> None:
    assert signed_on(cut_slip(), pp_ocr.load()) is SignatureState.SIGNED


@pytest.mark.parametrize(("read", "state"), [("ohne Kampf", SignatureState.UNCLEAR), ("Klein", SignatureState.SIGNED)])
def test_what_is_read_in_a_signature_can_only_make_doubt(read: str, state: SignatureState) -> None:
    assert signed_on(cut_slip(), ReadsOne(read, 0)) is state


def test_an_empty_line_is_not_read() -> None:
    engine = Reads("nein")
    assert signed_on(cut_slip(UNSIGNED), engine) is SignatureState.EMPTY
    assert engine.asked == 0


@pytest.mark.parametrize(
    ("text", "state"),
    [("Holger Petersen", TextState.WRITTEN), ("HP", TextState.UNREAD), ("", TextState.UNREAD)],
)
def test_a_line_of_names_on_which_more_is_written_than_was_read_was_not_read(text: str, state: TextState) -> None:
    slip = slip_of()
    line = next(line for line in template_of(SECONDARY).form.texts if line.role is Role.GUARDIAN_NAMES)
    texts, _, _ = read_names(slip, [line], NO_CODE, ROSTER, Reads(text))
    assert texts[0].evidence.measures["width"] > 20
    assert texts[0].state is state


GUARDIANS = next(line for line in template_of(PRIMARY).form.texts if line.role is Role.GUARDIAN_NAMES)
NOTED = with_words(cut_slip(), "nicht einverstanden", Point(GUARDIANS.place.x + 4, GUARDIANS.place.bottom - 2.5))


@pytest.mark.parametrize(
    ("read", "sure", "state"),
    [
        ("Holger Petersen", 0.97, TextState.WRITTEN),
        ("Holgr Pltertn", 0.97, TextState.WRITTEN),
        ("Hgunr Xstandn", 0.97, TextState.UNREAD),
        ("nicht", 0.3, TextState.OBJECTION),
        ("nichl", 0.97, TextState.OBJECTION),
        ("nichl", 0.3, TextState.UNREAD),
        ("Ngin!!", 0.3, TextState.OBJECTION),
    ],
)
def test_guardians_over_whom_more_is_written_have_to_be_read(read: str, sure: float, state: TextState) -> None:
    slip = laid_flat(NOTED)
    labels = cut_line(slip, GUARDIANS).labels
    text = TextReading(GUARDIANS.name, GUARDIANS.role, TextState.WRITTEN, read, Evidence(GUARDIANS.place, {}))
    known = Identity(IdentityState.IDENTIFIED, ROSTER.children[0], IdentifiedBy.NAME, ())
    assert unless_rows(slip, text, labels, known, Reads(read, sure)).state is state


class ReadsTops(Reads):
    """An engine that misreads the tops of a name, though its frames, and its second recogniser's, show the name."""

    def __init__(self, text: str, shows: str, second: str) -> None:
        super().__init__(shows, 0.6)
        self.misread, self.second = text, Reads(second, 0.6)

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        read = super().read_lines(crops)
        return [replace(guess, text=self.misread, score=0.9, crop=c) for guess, c in zip(read, crops, strict=True)]


@pytest.mark.parametrize(
    ("read", "shows", "second", "state"),
    [
        ("Ho nenn Petersen", "Holger Petersen", "Holger Petersen", TextState.WRITTEN),
        ("Ho nenn Petersen", "Holger Petersen", "Keinesfalls so", TextState.OBJECTION),
        ("Ho nenn Petersen", "Keinesfalls so", "Holger Petersen", TextState.OBJECTION),
        ("Ho nein Petersen", "Holger Petersen", "Holger Petersen", TextState.OBJECTION),
    ],
)
def test_the_tops_of_a_name_are_no_note(read: str, shows: str, second: str, state: TextState) -> None:
    slip = laid_flat(NOTED)
    labels = cut_line(slip, GUARDIANS).labels
    text = TextReading(GUARDIANS.name, GUARDIANS.role, TextState.WRITTEN, read, Evidence(GUARDIANS.place, {}))
    known = Identity(IdentityState.IDENTIFIED, ROSTER.children[0], IdentifiedBy.NAME, ())
    assert unless_rows(slip, text, labels, known, ReadsTops(read, shows, second)).state is state


@pytest.mark.parametrize("words", ["nicht einverstanden", "Wir widersprechen!", "ohne Kamera"])
def test_a_refusal_that_touches_the_name_below_is_no_name(words: str) -> None:
    line = next(line for line in template_of(PRIMARY).form.texts if line.role is Role.CHILD_NAME)
    slip = laid_flat(with_words(cut_slip(), words, Point(line.place.x + 12, line.place.bottom - 4.5)))
    texts, _, _ = read_names(slip, template_of(PRIMARY).form.texts, NO_CODE, ROSTER, pp_ocr.load())
    assert next(text for text in texts if text.role is Role.CHILD_NAME).state is TextState.OBJECTION


@pytest.mark.parametrize(("words", "objects"), [("Bxrthqold", False), ("nicht", True)])
def test_what_another_line_was_read_as_is_no_note_on_the_next_unless_it_objects(words: str, *, objects: bool) -> None:
    at = Point(GUARDIANS.place.x + 30, GUARDIANS.place.bottom - 6.5)
    slip = laid_flat(with_words(cut_slip(), "Bxrthqold", at, seed=3))
    labels = cut_line(slip, GUARDIANS).labels
    floating = more_rows(slip, labels).floating
    assert floating
    text = TextReading(GUARDIANS.name, GUARDIANS.role, TextState.WRITTEN, "", Evidence(GUARDIANS.place, {}))
    known = Identity(IdentityState.IDENTIFIED, ROSTER.children[0], IdentifiedBy.NAME, ())
    every = frozenset(label for word in floating for label in word)
    read = Reads(words)
    states = [unless_rows(slip, text, labels, known, read, ink).state for ink in ((), every)]
    assert states[0] is TextState.OBJECTION
    assert (states[1] is TextState.OBJECTION) == objects


CHILD = next(line for line in template_of(PRIMARY).form.texts if line.role is Role.CHILD_NAME)
STAMPED = stamped(cut_slip(), Rect(CHILD.place.right - 25, CHILD.place.y - 6, 40, 16))


@pytest.mark.parametrize(
    ("sheet", "beside", "known"),
    [
        (STAMPED, "Jörn Petersen", True),
        (STAMPED, "Jörn", False),
        (STAMPED, "Xq", False),
        (cut_slip(), "Jörn Petersen", False),
    ],
    ids=["a name", "a first name", "nobody", "no stamp"],
)
def test_a_name_beside_a_stamp_is_read_without_it_and_the_line_is_for_a_person(
    sheet: Picture, beside: str, *, known: bool
) -> None:
    slip = laid_flat(sheet)
    cut = cut_line(slip, CHILD)
    shown = len(cut.crops) + len(cut.harder()) + len(list(variations_of(cut.crops)))
    texts, identity, _ = read_names(slip, [CHILD], NO_CODE, ROSTER, ReadsLate("Xq", beside, shown))
    assert identity.child == (ROSTER.children[0] if known else None)
    assert (texts[0].state is not TextState.WRITTEN) == (sheet is STAMPED)


class ReadsGuardiansBetter(Reads):
    """An engine that misreads the guardians' line, and reads it right in every rendering but the first."""

    def __init__(self, guardians: str, better: str, child: str) -> None:
        super().__init__(guardians)
        self.turns = [child] + [better] * 99

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        read = super().read_lines(crops)
        self.text = self.turns.pop(0) if self.turns else self.text
        return read


@pytest.mark.parametrize(("better", "known"), [("Holger Petersen", True), ("Bernadette Quist", False)])
def test_guardians_are_others_only_if_they_are_in_every_rendering(better: str, *, known: bool) -> None:
    lines = [GUARDIANS, CHILD]
    engine = ReadsGuardiansBetter("Wilhelmine Obxt", better, "Jörm Pelersen")
    _, identity, _ = read_names(laid_flat(cut_slip()), lines, NO_CODE, ROSTER, engine)
    assert identity.child == (ROSTER.children[0] if known else None)


@pytest.mark.parametrize(("said", "known"), [("nur im Klassenverband", True), ("Volker Zimmermann", False)])
def test_a_note_among_the_guardians_names_says_nothing_of_who_they_are(said: str, *, known: bool) -> None:
    engine = ReadsGuardiansBetter(said, said, "Jern Petersn")
    _, identity, _ = read_names(laid_flat(cut_slip()), [GUARDIANS, CHILD], NO_CODE, ROSTER, engine)
    assert identity.child == (ROSTER.children[0] if known else None)


def test_a_name_below_its_line_is_read_and_the_line_is_for_a_person() -> None:
    low = Point(CHILD.place.x + 6, CHILD.place.bottom + 4)
    slip = laid_flat(with_words(blank_sheet(), "Jörn Petersen", low))
    assert cut_line(slip, CHILD).state is TextState.EMPTY
    texts, identity, _ = read_names(slip, [CHILD], NO_CODE, ROSTER, pp_ocr.load())
    assert identity.child == ROSTER.children[0]
    assert texts[0].state is TextState.UNREAD


def test_a_name_under_a_line_that_sags_is_read_and_the_line_is_for_a_person() -> None:
    lines = template_of(SECONDARY).form.texts
    upper, lower = (next(one for one in lines if one.role is role) for role in (Role.GUARDIAN_NAMES, Role.CHILD_NAME))
    at = Point(upper.place.x + 5, upper.place.bottom + 2)
    slip = laid_flat(with_words(sheet_of(SECONDARY, FAMILY, seed=3), "Ulrike Schäfer", at), SECONDARY)
    assert cut_line(slip, upper).labels & cut_line(slip, lower).labels
    texts, identity, _ = read_names(slip, [upper, lower], NO_CODE, ROSTER, pp_ocr.load())
    assert identity.child == ROSTER.children[0]
    assert texts[1].state is not TextState.WRITTEN
