"""How boxes and signature lines are counted, on slips and rows made by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.accuracy.fields import Certainty, Outcome, Part, Row, Slip, State, matched, outcomes, read_outcomes, report

SIGNATURE = {"kind": "signature"}


def slip(child: str = "4b-01", **other: Any) -> dict[str, Any]:
    """A slip of the primary form with a plain tick for yes, as the truth has it."""
    usual = {
        "id": child,
        "child": "Mia Groß",
        "choice": "yes",
        "mark": "tick",
        "mark_pen": "blue",
        "notes": [],
        "paper_ev": [],
        "seen": {"mark": 0.98},
        "sig_guardian": SIGNATURE,
    }
    return usual | other


def row(child: str = "4b-01", answer: str = "yes", **other: str) -> dict[str, str]:
    """What the reader says of it."""
    usual = {"file": "S03/stack.tif", "page": "1", "child_id": child, "answer": answer}
    return usual | {"guardian_signature": "signed", "pupil_signature": ""} | other


def page(*slips: Slip, **other: Any) -> dict[str, Any]:
    """A page of the truth."""
    return {"file": "S03/stack.tif", "page": 1, "stack": "S03", "difficulty": "easy", "slips": slips} | other


def boxes(drawn: Slip, read: Row | None) -> list[Outcome]:
    """The outcome of the box for yes and of the one for no."""
    found = outcomes([page(drawn)], [] if read is None else [read])
    return [one for one in found if one.drawn.part is Part.BOX]


def line(drawn: Slip, read: Row, name: str = "guardian_signature") -> Outcome:
    """The outcome of a signature line."""
    return next(one for one in outcomes([page(drawn)], [read]) if one.drawn.name == name)


def certainties(drawn: Slip) -> list[Certainty]:
    return [one.drawn.certainty for one in boxes(drawn, None)]


def states(drawn: Slip) -> list[State]:
    return [one.drawn.state for one in boxes(drawn, None)]


PLAIN, CERTAIN, ARGUABLE = Certainty
MARKED, EMPTY = State.MARKED, State.EMPTY


# ---------------------------------------------------------------- what was drawn on boxes


@pytest.mark.parametrize("mark", ["tick", "cross", "v", "fill", "felt_fill"])
def test_a_usual_mark_makes_both_boxes_plain(mark: str) -> None:
    assert certainties(slip(mark=mark, choice="no")) == [PLAIN, PLAIN]
    assert states(slip(mark=mark, choice="no")) == [EMPTY, MARKED]


def test_two_empty_boxes_are_plain_whatever_the_pen() -> None:
    unmarked = slip(choice="none", mark="none", mark_pen="faint", seen={})
    assert certainties(unmarked) == [PLAIN, PLAIN]
    assert states(unmarked) == [EMPTY, EMPTY]


@pytest.mark.parametrize("mark", ["small", "over", "faint"])
def test_an_odd_mark_on_a_box_is_certain_but_not_plain(mark: str) -> None:
    assert certainties(slip(mark=mark)) == [CERTAIN, CERTAIN]


def test_both_boxes_marked_are_certain_but_not_plain() -> None:
    assert certainties(slip(choice="both")) == [CERTAIN, CERTAIN]
    assert states(slip(choice="both")) == [MARKED, MARKED]


def test_a_box_that_was_crossed_out_counts_as_not_marked() -> None:
    corrected = slip(choice="no", mark="corrected_tick", corrected_from="yes")
    assert certainties(corrected) == [CERTAIN, CERTAIN]
    assert states(corrected) == [EMPTY, MARKED]


@pytest.mark.parametrize("mark", ["circle", "dot", "off", "text_circled", "strike_other"])
def test_only_the_chosen_box_is_arguable_where_the_mark_is(mark: str) -> None:
    assert certainties(slip(mark=mark)) == [ARGUABLE, CERTAIN]


def test_a_stray_dot_makes_the_other_box_arguable() -> None:
    assert certainties(slip(notes=["stray_dot_other"])) == [CERTAIN, ARGUABLE]


def test_a_mark_that_vanished_in_the_scan_is_arguable() -> None:
    assert certainties(slip(seen={"mark": 0.59})) == [ARGUABLE, CERTAIN]
    assert certainties(slip(choice="both", seen={"mark": 0.3})) == [ARGUABLE, ARGUABLE]


def test_both_boxes_of_a_correction_that_vanished_are_arguable() -> None:
    corrected = slip(choice="no", mark="corrected_v", corrected_from="yes", seen={"mark": 0.3})
    assert certainties(corrected) == [ARGUABLE, ARGUABLE]


def test_a_faint_pen_is_certain_where_the_scan_kept_it_and_arguable_on_a_photo() -> None:
    faint = slip(mark_pen="faint")
    assert certainties(faint) == [CERTAIN, CERTAIN]
    del faint["seen"]
    assert certainties(faint) == [ARGUABLE, CERTAIN]


def test_a_form_without_boxes_has_none() -> None:
    assert boxes(slip(mark=None, choice="consent"), row(answer="")) == []


# ---------------------------------------------------------------- what was read from boxes


def test_the_right_answer_is_right_for_both_boxes() -> None:
    assert [(one.is_settled, one.is_right) for one in boxes(slip(), row(answer="yes"))] == [(True, True)] * 2


def test_the_opposite_answer_is_wrong_for_both_boxes() -> None:
    assert [(one.is_settled, one.is_right) for one in boxes(slip(), row(answer="no"))] == [(True, False)] * 2


def test_a_mark_that_was_overlooked_is_wrong_for_its_box_only() -> None:
    assert [one.is_right for one in boxes(slip(), row(answer="none"))] == [False, True]


def test_an_answer_for_two_marks_is_wrong_for_one_of_them() -> None:
    assert [one.is_right for one in boxes(slip(choice="both"), row(answer="yes"))] == [True, False]


@pytest.mark.parametrize("answer", ["unclear", "unread", "", "both", "corrected"])
def test_an_answer_that_asks_a_person_leaves_both_boxes_in_doubt(answer: str) -> None:
    assert [one.is_settled for one in boxes(slip(), row(answer=answer))] == [False, False]


def test_both_and_corrected_are_doubt_but_not_unclear() -> None:
    assert [one.read for one in boxes(slip(), row(answer="corrected"))] == [State.ODD] * 2
    assert [one.read for one in boxes(slip(), row(answer="unclear"))] == [State.UNCLEAR] * 2


def test_a_slip_without_a_row_is_neither_right_nor_wrong() -> None:
    assert [(one.read, one.is_settled) for one in boxes(slip(), None)] == [(State.NO_ROW, False)] * 2


# ---------------------------------------------------------------- signature lines


@pytest.mark.parametrize(
    ("kind", "state", "certainty"),
    [
        ("signature", MARKED, PLAIN),
        ("absent", EMPTY, PLAIN),
        ("signature_high", MARKED, CERTAIN),
        ("scribble", MARKED, CERTAIN),
        ("childname", MARKED, CERTAIN),
        ("dash", EMPTY, ARGUABLE),
        ("cross", EMPTY, ARGUABLE),
    ],
)
def test_kinds_of_signatures(kind: str, state: State, certainty: Certainty) -> None:
    drawn = line(slip(sig_guardian={"kind": kind}), row()).drawn
    assert (drawn.state, drawn.certainty) == (state, certainty)


@pytest.mark.parametrize(
    ("word", "settled", "right"),
    [("signed", True, True), ("empty", True, False), ("unclear", False, False), ("unread", False, False)],
)
def test_words_for_a_signed_line(word: str, settled: bool, right: bool) -> None:
    found = line(slip(), row(guardian_signature=word))
    assert (found.is_settled, found.is_right) == (settled, right)


def test_the_pupils_line_has_its_own_column() -> None:
    secondary = slip(mark=None, choice="consent", sig_pupil={"kind": "absent"})
    assert line(secondary, row(answer="", pupil_signature="empty"), "pupil_signature").is_right
    assert not line(secondary, row(answer="", pupil_signature="signed"), "pupil_signature").is_right


# ---------------------------------------------------------------- slips and rows of a page


def test_a_row_goes_to_its_child_and_what_is_left_follows_in_order() -> None:
    first, second, third = slip("4b-01"), slip("4b-02"), slip("4b-03")
    unnamed, of_first, other = row(""), row("4b-01"), row("9z-99")
    pairs = matched([first, second, third], [unnamed, of_first, other])
    assert pairs == [(first, of_first), (second, unnamed), (third, other)]


def test_a_slip_for_which_no_row_is_left_has_none() -> None:
    first, second = slip("4b-01"), slip("4b-02")
    assert matched([first, second], [row("4b-02")]) == [(first, None), (second, row("4b-02"))]


def test_a_photo_is_one_page_whatever_its_number_in_the_stack() -> None:
    photo = page(slip(), file="S08/IMG_2003.jpg", page=2)
    assert outcomes([photo], [row(file="S08/IMG_2003.jpg")])[0].is_right


def test_a_row_of_another_page_says_nothing() -> None:
    assert outcomes([page(slip())], [row(page="2")])[0].read is State.NO_ROW


# ---------------------------------------------------------------- the tables


def test_the_tables_count_groups_and_list_what_is_wrong(tmp_path: Path) -> None:
    truth, results = tmp_path / "truth.jsonl", tmp_path / "results.csv"
    circled = slip("4b-02", mark="circle", sig_guardian={"kind": "absent"})
    pages = [page(slip()), page(circled, page=2, difficulty="hard"), page(slip("4b-03"), page=3)]
    truth.write_text("".join(json.dumps(one) + "\n" for one in pages), encoding="utf-8")
    rows = [row(), row("4b-02", "none", page="2"), row("4b-03", "unclear", page="3")]
    lines = [",".join(rows[0]), *(",".join(one.values()) for one in rows)]
    results.write_text("\n".join(lines) + "\n", encoding="utf-8")
    boxes_table, signature_table = report(read_outcomes(truth, results)).split("\n\n")
    table = [one.split() for one in boxes_table.splitlines()]
    halves = ["2/4", "50.0%"]
    assert table[1][:14] == ["easy", "0", "of", "4", *halves, *halves, *halves, *halves, "2/2", "100.0%"]
    assert table[2] == [
        "hard",
        "0",
        "of",
        "2",
        "0/2",
        "0.0%",
        "0/2",
        "0.0%",
        "-",
        "-",
        "-",
        "1/1",
        "100.0%",
        "0/1",
        "0.0%",
    ]
    assert [one[:4] for one in table[3:5]] == [["S03", "0", "of", "6"], ["all", "0", "of", "6"]]
    assert boxes_table.splitlines()[5:] == [
        "arguable: S03/stack.tif page 2 Mia Groß (4b-02) yes was marked (circle for yes, ink left 0.98), read none"
    ]
    assert signature_table.splitlines()[-1] == (
        "WRONG: S03/stack.tif page 2 Mia Groß (4b-02) guardian_signature was empty (absent), read signed"
    )


def test_a_stamp_on_the_lines_is_counted_apart() -> None:
    unclear = row(guardian_signature="unclear")
    stamped = outcomes([page(slip(paper_ev=["stamp"])), page(slip(), page=2)], [unclear, unclear | {"page": "2"}])
    assert [one.drawn.stamped for one in stamped if one.drawn.part is Part.SIGNATURE] == [True, False]
    signatures = report(stamped).split("signature lines")[1]
    assert "2/2  100.0%" in signatures
    assert "1/1  100.0%" in signatures
