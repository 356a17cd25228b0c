from collections import Counter
from dataclasses import replace

import pytest

from forms.captions import Certainty, Word
from forms.geometry import Rect
from forms.model import Meaning, Role, Rule
from forms.proposal import (
    Added,
    CorrectionError,
    LetterPage,
    Proposal,
    Proposed,
    corrected,
    problems,
    propose,
    task_named,
)
from forms.shapes import Line, Shapes, Stroke
from samples.typed_letters import TrueField, typed_letter
from tests.forms.letters import letter, page_of

LETTERS = {
    "sekundar": [Role.GUARDIAN_NAMES, Role.CHILD_NAME, Role.GUARDIAN_SIGNATURE, Role.PUPIL_SIGNATURE],
    "primar": [
        Role.CHILD_NAME,
        Role.CHILD_CLASS,
        Meaning.YES,
        Meaning.NO,
        Role.GUARDIAN_NAMES,
        Role.PLACE_DATE,
        Role.GUARDIAN_SIGNATURE,
    ],
    "klammern": [
        Role.CHILD_NAME,
        Role.CHILD_CLASS,
        Meaning.YES,
        Meaning.NO,
        Role.OTHER,
        Role.PLACE_DATE,
        Role.GUARDIAN_SIGNATURE,
    ],
    "formular": [
        Role.CHILD_NAME,
        Role.CHILD_CLASS,
        Meaning.YES,
        Meaning.NO,
        Role.GUARDIAN_NAMES,
        Role.OTHER,
        Role.PLACE_DATE,
        Role.GUARDIAN_SIGNATURE,
    ],
}


@pytest.mark.parametrize("name", LETTERS)
def test_every_field_of_a_letter_from_a_word_processor_is_found_and_named(name: str) -> None:
    proposal = propose(page_of(letter(name)))
    assert [field.task for field in proposal.fields] == LETTERS[name]
    assert all(field.certainty is not Certainty.UNSURE for field in proposal.fields)
    assert problems(proposal, proposal.rule) == ()


def test_the_cut_line_is_found_and_the_letter_above_offers_nothing() -> None:
    proposal = propose(page_of(letter("primar")))
    assert proposal.cut is not None
    assert proposal.cut_certainty is Certainty.SURE
    assert all(field.place.y > proposal.cut for field in proposal.fields)


def overlap(one: Rect, other: Rect) -> float:
    return max(0.0, min(one.right, other.right) - max(one.x, other.x))


def is_at(truth: TrueField, field: Proposed) -> bool:
    if isinstance(truth.task, Meaning):
        return truth.place.grown(1, 1, 1, 1).contains(field.line.centre) and field.line.width < 8
    wide = overlap(truth.place, field.place) >= 0.6 * max(truth.place.width, field.place.width)
    return wide and abs(field.place.bottom - truth.place.bottom) < 2.5


def test_of_letters_of_many_looks_nearly_every_field_is_found_and_hardly_anything_else() -> None:
    count: Counter[str] = Counter()
    for seed in range(100, 110):
        made = typed_letter(seed)
        left = list(propose(page_of(made.pdf)).fields)
        for truth in made.fields:
            found = next((field for field in left if is_at(truth, field)), None)
            count["fields"] += 1
            if found is None:
                continue
            left.remove(found)
            count["found"] += 1
            count["named"] += found.task is truth.task
            count["misnamed"] += found.task is not truth.task and found.certainty is not Certainty.UNSURE
        assert len(left) <= 1, made.look
    assert count["found"] >= 0.95 * count["fields"]
    assert count["named"] >= 0.95 * count["found"]
    assert count["misnamed"] == 0


def test_yes_and_no_are_never_mixed_up() -> None:
    for seed in range(200, 206):
        made = typed_letter(seed)
        truth = [field for field in made.fields if isinstance(field.task, Meaning)]
        for field in propose(page_of(made.pdf)).fields:
            at = [one for one in truth if is_at(one, field)]
            if at and field.certainty is not Certainty.UNSURE:
                assert field.task is at[0].task, made.look


# ---------------------------------------------------------------- drawn by hand


def line(x: float, y: float, width: float = 60.0) -> Line:
    return Line(Rect(x, y, width, 0.3), Stroke.SOLID, 20.0)


def words(text: str, x: float, baseline: float) -> tuple[Word, ...]:
    told = []
    for word in text.split():
        told.append(Word(word, Rect(x, baseline - 3.0, 2.0 * len(word), 4.0)))
        x += 2.0 * len(word) + 1.5
    return tuple(told)


def page(shapes: Shapes, *told: tuple[Word, ...]) -> LetterPage:
    return LetterPage(1, 210.0, 297.0, shapes, tuple(word for row in told for word in row), ())


NAME = words("Name des Kindes:", 20, 100)
SIGNED = words("Unterschrift der Eltern:", 20, 200)
LINES = (line(55, 100), line(75, 200))


def slip_with(boxes: tuple[Rect, ...], *told: tuple[Word, ...]) -> Proposal:
    return propose(page(Shapes(boxes, (), LINES), NAME, SIGNED, *told))


def test_a_rule_across_the_page_is_nothing_to_write_on() -> None:
    shapes = Shapes((), (), (*LINES, line(20, 40, 170)))
    assert len(propose(page(shapes, NAME, SIGNED)).fields) == 2


def test_boxes_for_something_else_beside_yes_and_no_are_left_out_and_said_so() -> None:
    boxes = tuple(Rect(20.0 + 30 * n, 130, 4, 4) for n in range(4))
    told = [words(word, 26 + 30 * n, 133.5) for n, word in enumerate(("Ja", "Nein", "Mo", "Di"))]
    proposal = slip_with(boxes, *told)
    assert [f.task for f in proposal.fields if f.kind == "choice"] == [Meaning.YES, Meaning.NO]
    assert "2" in proposal.left[0]


def test_a_second_yes_is_asked_about() -> None:
    boxes = tuple(Rect(20.0, 120.0 + 10 * n, 4, 4) for n in range(3))
    told = [words(text, 26, 123.5 + 10 * n) for n, text in enumerate(("Ja gern", "Nein danke", "Ja später"))]
    asked = [field for field in slip_with(boxes, *told).fields if field.certainty is Certainty.UNSURE]
    assert [field.task for field in asked] == [Meaning.YES]


def test_of_two_signatures_of_guardians_the_second_is_the_second_ones() -> None:
    shapes = Shapes((), (), (*LINES, line(75, 220)))
    proposal = propose(page(shapes, NAME, SIGNED, words("Unterschrift der Eltern:", 20, 220)))
    assert [f.task for f in proposal.fields][1:] == [Role.GUARDIAN_SIGNATURE, Role.GUARDIAN2_SIGNATURE]


def test_a_second_line_for_remarks_is_one_for_remarks() -> None:
    shapes = Shapes((), (), (*LINES, line(50, 140, 100), line(50, 150, 100)))
    proposal = propose(page(shapes, NAME, SIGNED, words("Bemerkungen:", 20, 140)))
    assert [f.task for f in proposal.fields].count(Role.OTHER) == 2
    assert not any(field.certainty is Certainty.UNSURE for field in proposal.fields)


def test_a_signature_gets_the_room_above_its_line_and_no_more() -> None:
    near = replace(LINES[1], free=11.0)
    proposal = propose(page(Shapes((), (), (LINES[0], near)), NAME, SIGNED))
    assert proposal.fields[1].place.height == pytest.approx(10.4)


# ---------------------------------------------------------------- corrections and problems

BOXES = (Rect(20, 130, 4, 4), Rect(20, 150, 4, 4))
PLAIN = slip_with(BOXES, words("Ja", 26, 133.5), words("Nein", 26, 153.5))


def test_a_person_names_drops_and_adds() -> None:
    added = Added(Rect(20, 250, 60, 9), Role.PLACE_DATE)
    better = corrected(PLAIN, roles=[("4", Role.PUPIL_SIGNATURE)], dropped=["3"], added=[added])
    assert [(f.number, f.task) for f in better.fields] == [
        (1, Role.CHILD_NAME),
        (2, Meaning.YES),
        (4, Role.PUPIL_SIGNATURE),
        (5, Role.PLACE_DATE),
    ]
    assert better.fields[-1].place == added.place


def test_a_box_cannot_become_a_line() -> None:
    with pytest.raises(CorrectionError, match="Feld 2 ist ein Kästchen"):
        corrected(PLAIN, roles=[("2", Role.CHILD_NAME)], dropped=[], added=[])
    with pytest.raises(CorrectionError, match="Feld 1 ist eine Zeile"):
        corrected(PLAIN, roles=[("1", Meaning.YES)], dropped=[], added=[])


def test_a_field_that_is_not_there_is_said() -> None:
    with pytest.raises(CorrectionError, match="Felder 1, 2, 3, 4"):
        corrected(PLAIN, roles=[], dropped=["9"], added=[])


def test_a_task_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(CorrectionError, match=r"child_name.*yes"):
        task_named("signature")
    assert task_named("nein") is Meaning.NO


def test_a_form_without_a_no_or_without_a_name_is_no_form() -> None:
    one = corrected(PLAIN, roles=[], dropped=["3", "1"], added=[])
    said = " ".join(problems(one, Rule.TICK))
    assert "Name" in said
    assert "Nein" in said


def test_where_signing_decides_there_is_a_line_to_sign() -> None:
    assert problems(PLAIN, Rule.SIGNATURES) == ()
    none = corrected(PLAIN, roles=[], dropped=["4"], added=[])
    assert "keine Zeile" in " ".join(problems(none, Rule.SIGNATURES))


def test_two_fields_cannot_both_name_the_child() -> None:
    twice = corrected(PLAIN, roles=[("4", Role.CHILD_NAME)], dropped=[], added=[])
    assert "child_name" in " ".join(problems(twice, Rule.TICK))


def test_a_field_beside_the_slip_is_refused() -> None:
    off = corrected(PLAIN, roles=[], dropped=[], added=[Added(Rect(190, 250, 60, 9), Role.OTHER)])
    assert "liegt nicht ganz" in " ".join(problems(off, Rule.TICK))
