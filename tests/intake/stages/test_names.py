"""A line to write on, drawn here with a pen of known width."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms.geometry import Point, Rect
from forms.model import Role, TextLine
from intake.stages.names import LineCrops, cut_line
from intake.values import GrayImage, SlipImage, TextState

PX_PER_MM = 200 / 25.4
LINE = TextLine("child_name", Role.CHILD_NAME, Rect(20.0, 20.0, 90.0, 9.0), "Name des Kindes")
PAGE = (round(50 * PX_PER_MM), round(140 * PX_PER_MM))


def px(mm: float) -> int:
    return round(mm * PX_PER_MM)


def blank() -> GrayImage:
    """A blank with the line to write on, and print above it."""
    page = np.full(PAGE, 255, np.uint8)
    cv2.line(page, (px(20), px(29)), (px(110), px(29)), 0, 3)
    cv2.putText(page, "Name:", (px(3), px(29)), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 3)
    return page


INK = 38


def write(page: GrayImage, text: str, x: float = 24.0, base: float = 28.5, pen: int = 3) -> None:
    cv2.putText(page, text, (px(x), px(base)), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.0, 40, pen, cv2.LINE_AA)


def stroke(page: GrayImage, start: tuple[float, float], end: tuple[float, float], pen: int = 3) -> None:
    cv2.line(page, (px(start[0]), px(start[1])), (px(end[0]), px(end[1])), 40, pen, cv2.LINE_AA)


def slip_of(page: GrayImage, outside: bool = False) -> SlipImage:
    printed = cv2.dilate((blank() < 225).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    darkness = 255 - page
    _, ink = cv2.connectedComponents(((darkness > INK) & ~printed).astype(np.uint8), connectivity=8)
    return SlipImage(
        gray=page,
        blank=blank(),
        darkness=darkness,
        raw=darkness,
        ink=ink.astype(np.int32),
        near_print=printed,
        folds=(),
        outside=np.full(PAGE, outside),
        origin=Point(0.0, 0.0),
        px_per_mm=PX_PER_MM,
        ink_threshold=INK,
        bilevel=False,
        photo=False,
        blur_mm=0.0,
    )


def cut(page: GrayImage) -> LineCrops:
    return cut_line(slip_of(page), LINE)


def width_mm(lines: LineCrops) -> float:
    return lines.evidence.measures["width"]


def written(text: str = "Lena Richter") -> GrayImage:
    page = blank()
    write(page, text)
    return page


def test_a_line_that_nobody_wrote_on_is_empty() -> None:
    lines = cut(blank())
    assert lines.state is TextState.EMPTY
    assert lines.crops == ()


def test_specks_of_dust_are_no_writing() -> None:
    page = blank()
    for x in (30, 55, 90):
        cv2.circle(page, (px(x), px(25)), 2, 0, -1)
    assert cut(page).state is TextState.EMPTY


@pytest.mark.parametrize(("apart", "shown"), [(1.5, True), (6.0, False)], ids=["a word", "dust"])
def test_bits_side_by_side_are_what_is_left_of_a_word(apart: float, *, shown: bool) -> None:
    page = written("Lena")
    name = width_mm(cut(page))
    for number in range(8):
        x = 20 + name + 8 + apart * number
        page[px(23) : px(24), px(x) : px(x + 0.3)] = 0
    assert (width_mm(cut(page)) > name + 7 * 1.5) == shown


def test_a_written_name_is_cut_out_with_a_margin() -> None:
    lines = cut(written())
    assert lines.state is TextState.WRITTEN
    for crop in lines.crops:
        assert crop.dtype == np.uint8
        assert crop.min() < 60
        assert (crop[0] == 255).all()
        assert (crop[:, 0] == 255).all()


def test_a_rendering_that_leans_loses_no_ink() -> None:
    _, _, kept, right, left, *_ = cut(written()).crops
    ink = [float((255 - crop.astype(float)).sum()) for crop in (kept, right, left)]
    assert ink[1] == pytest.approx(ink[0], rel=0.02)
    assert ink[2] == pytest.approx(1.5 * ink[0], rel=0.02)
    assert right.shape[0] == left.shape[0] == kept.shape[0]


def test_the_first_crop_shows_the_writing_without_the_printed_line() -> None:
    clean = cut(written()).crops[0]
    dark_in_row = (clean < 128).mean(axis=1)
    assert dark_in_row.max() < 0.8


def test_printed_words_beside_the_writing_are_in_no_crop() -> None:
    page, line = blank(), replace(LINE, place=replace(LINE.place, x=12.0))
    write(page, "Lena Richter", x=14.0)
    bare = page.copy()
    bare[:, : px(13.0)] = 255
    with_print, without = (cut_line(slip_of(each), line).crops for each in (page, bare))
    assert all(np.array_equal(one, other) for one, other in zip(with_print, without, strict=True))


def test_a_stroke_goes_on_where_the_printed_line_was_taken_away() -> None:
    page = blank()
    stroke(page, (40, 24), (42, 31))
    stroke(page, (50, 24), (49, 31))
    clean = cut(page).crops[0]
    assert cv2.connectedComponents((clean < 128).astype(np.uint8))[0] - 1 == 2


def test_writing_of_the_line_above_that_hangs_in_is_left_out() -> None:
    alone = width_mm(cut(written("Mia")))
    page = written("Mia")
    write(page, "gypsy jagger Yggy", x=50.0, base=18.5)
    assert width_mm(cut(page)) == pytest.approx(alone, abs=0.5)


def test_the_label_of_the_neighbour_far_to_the_right_is_left_out() -> None:
    page = written("Mia Beck")
    stroke(page, (104, 24), (110, 24))
    assert width_mm(cut(page)) == pytest.approx(width_mm(cut(written("Mia Beck"))), abs=0.5)


@pytest.mark.parametrize("lean", [-1.5, 0.0, 1.5])
def test_a_scanner_s_streak_through_the_line_is_left_out(lean: float) -> None:
    page = written("Mia Beck")
    stroke(page, (80, 0), (80 + lean, 49), pen=2)
    assert width_mm(cut(page)) == pytest.approx(width_mm(cut(written("Mia Beck"))), abs=0.5)


@pytest.mark.parametrize("rise", [-1.5, 0.0, 1.5])
def test_a_name_with_a_line_through_it_is_struck(rise: float) -> None:
    page = written()
    stroke(page, (24, 26.5), (70, 26.5 + rise))
    lines = cut(page)
    assert lines.state is TextState.STRUCK
    assert lines.crops


def test_a_wavy_line_strikes_a_name_out() -> None:
    page = written()
    x = np.linspace(23.0, 72.0, 80)
    y = 26.5 + 1.0 * np.sin(2.0 * np.pi * (x - 23.0) / 22.0)
    cv2.polylines(page, [np.stack([x * PX_PER_MM, y * PX_PER_MM], axis=1).round().astype(np.int32)], False, 40, 3)
    lines = cut(page)
    assert lines.state is TextState.STRUCK
    assert lines.evidence.measures["stroke_length"] > 30


@pytest.mark.parametrize("pen", [1, 2, 4, 6])
def test_thin_and_thick_lines_strike_a_name_out(pen: int) -> None:
    page = written()
    stroke(page, (23, 26.0), (72, 26.6), pen=pen)
    assert cut(page).state is TextState.STRUCK


def test_a_line_much_paler_than_the_name_strikes_it_out() -> None:
    page = written()
    line = np.full(PAGE, 255, np.uint8)
    cv2.line(line, (px(23), px(26.2)), (px(72), px(26.6)), 145, 3, cv2.LINE_AA)
    assert cut(np.minimum(page, line)).state is TextState.STRUCK


@pytest.mark.parametrize("words", ["one", "other"])
def test_a_line_through_one_of_two_words_strikes_out(words: str) -> None:
    page = blank()
    write(page, "Marlene", x=24.0)
    write(page, "Richter", x=66.0)
    start = 23.5 if words == "one" else 65.5
    stroke(page, (start, 26.2), (start + 24, 26.6))
    assert cut(page).state is TextState.STRUCK


def test_a_name_scribbled_over_is_struck() -> None:
    page = written()
    for row in range(6):
        stroke(page, (24, 24.6 + 0.7 * row), (68, 25.0 + 0.7 * row), pen=4)
    assert cut(page).state is TextState.STRUCK


def test_a_line_over_the_tops_of_the_letters_counts_as_struck() -> None:
    page = written()
    stroke(page, (21, 24.2), (66, 23.8))
    assert cut(page).state is TextState.STRUCK


def test_a_line_along_the_feet_of_the_letters_underlines() -> None:
    page = blank()
    write(page, "Marina Weber", base=26.0)
    stroke(page, (23, 26.1), (70, 26.1), pen=2)
    assert cut(page).state is TextState.WRITTEN


@pytest.mark.parametrize(
    ("start", "end", "pen"), [((23, 25.2), (70, 25.2), 2), ((23, 26.1), (70, 25.5), 2), ((23, 26.1), (70, 26.1), 5)]
)
def test_a_line_from_which_feet_come_out_or_thicker_than_the_pen_is_no_underline(
    start: tuple[float, float], end: tuple[float, float], pen: int
) -> None:
    page = blank()
    write(page, "Marina Weber", base=26.0)
    stroke(page, start, end, pen=pen)
    assert cut(page).state is TextState.STRUCK


def test_a_line_that_waves_along_the_feet_is_no_underline() -> None:
    page = blank()
    write(page, "Marina Weber", base=26.0)
    x = np.linspace(23.0, 70.0, 80)
    y = 26.1 + 0.3 * np.sin(2.0 * np.pi * (x - 23.0) / 22.0)
    cv2.polylines(page, [np.stack([x * PX_PER_MM, y * PX_PER_MM], axis=1).round().astype(np.int32)], False, 40, 2)
    assert cut(page).state is TextState.STRUCK


def test_an_underlined_name_is_not_struck() -> None:
    page = blank()
    write(page, "Karolina", base=25.0)
    stroke(page, (23, 27.0), (48, 27.0))
    assert cut(page).state is TextState.WRITTEN


def test_an_underline_does_not_hide_that_the_name_is_struck() -> None:
    page = blank()
    write(page, "Karolina Weber", base=25.0)
    stroke(page, (23, 23.2), (60, 23.4))
    stroke(page, (22, 27.0), (78, 27.0))
    assert cut(page).state is TextState.STRUCK


@pytest.mark.parametrize("pen", [2, 3, 5])
@pytest.mark.parametrize("name", ["Maximilian Schulte", "Otto Tietz", "Minna Zimmermann", "Lia", "HEFT ETTEL"])
def test_a_plain_name_is_not_struck(name: str, pen: int) -> None:
    page = blank()
    write(page, name, pen=pen)
    assert cut(page).state is TextState.WRITTEN


def test_the_printed_line_seen_beside_its_place_strikes_nothing_out() -> None:
    page = written("Lena Jagger")
    for x in (48.0, 56.0, 60.0):
        stroke(page, (x, 26.0), (x - 1.0, 31.5))
    stroke(page, (20, 28.2), (110, 28.2), pen=1)
    assert cut(page).state is TextState.WRITTEN


def test_the_long_bar_of_a_four_does_not_strike_out_a_class() -> None:
    page = blank()
    write(page, "4b")
    stroke(page, (23.5, 27.0), (30.0, 26.8))
    assert cut(page).state is TextState.WRITTEN


def test_the_bar_of_a_t_drawn_over_its_neighbours_strikes_nothing_out() -> None:
    page = written("Lena Otter")
    stroke(page, (57, 24.6), (62, 24.4))
    assert cut(page).state is TextState.WRITTEN


def test_a_line_that_lies_off_the_paper_was_not_read() -> None:
    lines = cut_line(slip_of(written(), outside=True), LINE)
    assert lines.state is TextState.UNREAD
    assert lines.crops == ()


def test_the_evidence_says_where_and_how_much() -> None:
    evidence = cut(written()).evidence
    assert evidence.place == LINE.place
    assert evidence.measures["ink_mm2"] > 10
    assert evidence.measures["stroke_ratio"] < 1.75


def test_a_field_at_the_edge_of_the_page_is_cut_all_the_same() -> None:
    page = written()
    edge = TextLine("x", Role.OTHER, Rect(0.5, 0.5, 139.0, 9.0), "")
    assert cut_line(slip_of(page), edge).state is TextState.EMPTY


def test_a_second_word_that_is_too_faint_for_ink_is_in_a_crop() -> None:
    page = blank()
    write(page, "Lena")
    plain = len(cut(page).crops)
    cv2.putText(page, "Richter", (px(46), px(28.0)), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.0, 230, 3, cv2.LINE_AA)
    lines = cut(page)
    assert lines.state is TextState.WRITTEN
    assert len(lines.crops) == plain + 2
    shapes = [crop.shape for crop in lines.crops]
    assert shapes[2][1] / shapes[2][0] > 1.5 * shapes[0][1] / shapes[0][0]


def test_a_word_that_sinks_below_the_line_belongs_to_the_name() -> None:
    page = blank()
    write(page, "Schloben", x=24.0, base=32.8)
    assert cut(page).state is TextState.EMPTY
    write(page, "Nora", x=43.0, base=31.5)
    assert width_mm(cut(page)) > 20


# ---------------------------------------------------------------- words side by side, each as high as the highest


def small(page: GrayImage, text: str, x: float, base: float = 28.0) -> None:
    cv2.putText(page, text, (px(x), px(base)), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 40, 1, cv2.LINE_AA)


def heights(crop: GrayImage) -> list[int]:
    """How high the words of a crop are, from left to right: runs of columns with ink, half a height apart."""
    dark = crop < 160
    columns = np.flatnonzero(dark.any(axis=0))
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 0.4 * crop.shape[0]) + 1)
    return [int(np.ptp(np.flatnonzero(dark[:, run].any(axis=1)))) for run in runs]


def side_by_side(page: GrayImage) -> tuple[GrayImage, ...]:
    """The renderings of words side by side; in black and white no blur is looked for."""
    return tuple(one.crop for one in cut_line(replace(slip_of(page), bilevel=True), LINE).harder())


def test_a_small_word_beside_a_large_one_is_shown_as_high() -> None:
    page = blank()
    small(page, "LENA", 24.0)
    cv2.putText(page, "RICHTER", (px(40), px(28)), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 40, 3, cv2.LINE_AA)
    (even,) = side_by_side(page)
    first, second = heights(even)
    assert first == pytest.approx(second, rel=0.15)


def test_two_words_beside_a_stamp_are_shown_alone() -> None:
    page = blank()
    small(page, "LENA", 24.0)
    small(page, "RICHTER", 38.0)
    small(page, "EINGANG", 60.0, base=26.0)
    stroke(page, (58, 14), (59.5, 34))
    every, two = side_by_side(page)
    assert len(heights(every)) == 3
    assert len(heights(two)) == 2


def test_the_word_of_the_line_above_that_runs_into_a_letter_is_not_in_the_row() -> None:
    page = blank()
    small(page, "TIM", 24.0)
    small(page, "BECK", 40.0)
    (alone,) = side_by_side(page)
    small(page, "GUARDIANS", 36.0, base=20.0)
    stroke(page, (44, 18), (44, 26), pen=1)
    (beside,) = side_by_side(page)
    assert beside.shape[1] / beside.shape[0] == pytest.approx(alone.shape[1] / alone.shape[0], rel=0.25)


def test_a_single_word_needs_no_such_rendering() -> None:
    assert side_by_side(written("Mia")) == ()


def test_a_line_in_grey_is_also_shown_without_its_blur() -> None:
    shaken = np.asarray(cv2.blur(written(), (9, 1)), np.uint8)
    lines = cut(shaken)
    whole, alone, *_ = lines.harder()
    assert len(lines.harder()) == len(side_by_side(shaken)) + 2
    assert whole.crop.shape == alone.crop.shape
    assert whole.whole
    assert alone.whole
    assert edges(whole.crop) > 1.15 * edges(lines.crops[2])


def edges(crop: GrayImage) -> float:
    """How steep the steepest of its edges are."""
    return float(np.percentile(np.abs(cv2.Sobel(crop, cv2.CV_64F, 1, 0)), 97))


def test_the_first_two_words_are_not_all_that_is_written() -> None:
    page = blank()
    small(page, "LENA", 24.0)
    small(page, "RICHTER", 38.0)
    assert all(one.whole for one in cut(page).harder())
    small(page, "NEIN", 66.0)
    *_, every, two = cut(page).harder()
    assert every.whole
    assert not two.whole


def test_a_word_too_low_to_be_shown_is_missed() -> None:
    page = blank()
    small(page, "LENA", 24.0)
    small(page, "RICHTER", 38.0)
    for x in range(66, 90, 3):
        stroke(page, (x, 26.0), (x + 1.5, 26.0), pen=2)
    *_, every = cut(page).harder()
    assert not every.whole


def hanging(*along: float, wide: float = 0.0) -> GrayImage:
    """A name, and strokes that go on below the line where others end above it, each at its place along the page."""
    page = written("Lena Richter")
    for x in along:
        stroke(page, (x, 24.0), (x, 28.3))
        cv2.ellipse(page, (px(x), px(32.4)), (px(1.2 + wide / 2), px(2.6)), 0, 0, 360, 40, 3, cv2.LINE_AA)
    return page


def lowest(page: GrayImage) -> float:
    """How far down the page the ink goes that is shown, in millimetres."""
    slip = slip_of(page)
    rows = np.nonzero(np.isin(slip.ink, list(cut_line(slip, LINE).labels)))[0]
    return float(rows.max() / PX_PER_MM)


def test_the_tail_of_a_letter_below_the_printed_line_is_shown() -> None:
    assert lowest(written()) < 31
    assert lowest(hanging(32.0)) > 34
    assert lowest(hanging(32.0, 60.0)) > 34


def test_letters_in_a_row_below_the_line_are_not_shown() -> None:
    assert lowest(hanging(32.0, 36.0, 40.0)) < 31
    assert lowest(hanging(32.0, wide=6.0)) < 31


def test_nor_is_what_hangs_beside_other_writing_or_below_nothing() -> None:
    page = hanging(32.0)
    stroke(page, (34.5, 32.0), (36.5, 33.5))
    assert lowest(page) < 31
    page = written()
    cv2.ellipse(page, (px(100), px(32.4)), (px(1.2), px(2.6)), 0, 0, 360, 40, 3, cv2.LINE_AA)
    assert lowest(page) < 31
