import cv2
import numpy as np
import numpy.typing as npt
import pytest

from forms.shapes import Stroke, find_shapes, without_shapes

PX_PER_MM = 200 / 25.4
Gray = npt.NDArray[np.uint8]


def paper() -> Gray:
    return np.full((1000, 1600), 255, np.uint8)


def px(mm: float) -> int:
    return round(mm * PX_PER_MM)


def ruled(page: Gray, x: float, y: float, width: float, thick: int = 2) -> None:
    cv2.line(page, (px(x), px(y)), (px(x + width), px(y)), 0, thick)


def dotted(page: Gray, x: float, y: float, width: float, gap: float = 1.2) -> None:
    for place in np.arange(x, x + width, gap):
        cv2.circle(page, (px(float(place)), px(y)), 2, 0, -1)


def boxed(page: Gray, x: float, y: float, width: float, height: float, *, thick: int = 2) -> None:
    cv2.rectangle(page, (px(x), px(y)), (px(x + width), px(y + height)), 0, thick)


@pytest.mark.parametrize("side", [3.0, 3.5, 5.0, 8.0])
@pytest.mark.parametrize("thick", [1, 2, 5])
def test_a_square_is_found_by_its_outline(side: float, thick: int) -> None:
    page = paper()
    boxed(page, 30, 40, side, side, thick=thick)
    (box,) = find_shapes(page, PX_PER_MM).boxes
    assert abs(box.centre.x - 30 - side / 2) < 0.3
    assert abs(box.width - side - thick / PX_PER_MM) < 0.5


def test_letters_are_no_boxes() -> None:
    page = paper()
    for n, letter in enumerate("OD0QBoeab8"):
        cv2.putText(page, letter, (px(10 + 12 * n), px(40)), cv2.FONT_HERSHEY_DUPLEX, 1.4, 0, 2, cv2.LINE_AA)
    assert find_shapes(page, PX_PER_MM).boxes == ()


def test_a_box_that_is_filled_is_none() -> None:
    page = paper()
    cv2.rectangle(page, (px(30), px(40)), (px(34), px(44)), 0, -1)
    assert find_shapes(page, PX_PER_MM).boxes == ()


def test_typed_brackets_are_one_box() -> None:
    page = paper()
    for x, foot in ((30.0, 0.8), (35.0, -0.8)):
        cv2.line(page, (px(x), px(40)), (px(x), px(44)), 0, 2)
        for y in (40.0, 44.0):
            cv2.line(page, (px(x), px(y)), (px(x + foot), px(y)), 0, 2)
    (box,) = find_shapes(page, PX_PER_MM).boxes
    assert abs(box.width - 5.0) < 0.6


@pytest.mark.parametrize("gap", [0.9, 1.2, 2.0])
def test_a_row_of_dots_is_one_line(gap: float) -> None:
    page = paper()
    dotted(page, 30, 60, 70, gap)
    (line,) = find_shapes(page, PX_PER_MM).lines
    assert line.stroke is Stroke.DOTTED
    assert abs(line.place.width - 70) < 2 * gap


def test_dashes_are_told_from_dots() -> None:
    page = paper()
    for x in np.arange(10, 180, 4.0):
        ruled(page, float(x), 60, 2)
    (line,) = find_shapes(page, PX_PER_MM).lines
    assert line.stroke is Stroke.DASHED


def test_a_line_says_how_much_room_there_is_above() -> None:
    page = paper()
    boxed(page, 30, 20, 60, 10, thick=-1)
    ruled(page, 30, 42, 60)
    (line,) = find_shapes(page, PX_PER_MM).lines
    assert abs(line.free - 12.0) < 0.5


def test_what_underlines_words_is_no_line_to_write_on() -> None:
    page = paper()
    cv2.putText(page, "Einwilligung zum Wandertag", (px(30), px(59.3)), cv2.FONT_HERSHEY_DUPLEX, 1.2, 0, 2)
    ruled(page, 30, 60, 75)
    assert find_shapes(page, PX_PER_MM).lines == ()


def test_the_sides_of_a_frame_are_no_lines_and_an_empty_frame_is_a_field() -> None:
    page = paper()
    boxed(page, 30, 40, 80, 8)
    shapes = find_shapes(page, PX_PER_MM)
    assert shapes.lines == ()
    assert len(shapes.frames) == 1


def test_a_short_line_is_none() -> None:
    page = paper()
    ruled(page, 30, 60, 7)
    assert find_shapes(page, PX_PER_MM).lines == ()


@pytest.mark.parametrize("grey", [0, 255])
def test_pages_of_one_colour_have_nothing_on_them(grey: int) -> None:
    shapes = find_shapes(np.full((400, 400), grey, np.uint8), PX_PER_MM)
    assert (shapes.boxes, shapes.lines) == ((), ())


def test_lines_are_painted_out_for_whoever_reads_the_words() -> None:
    page = paper()
    dotted(page, 30, 60, 70)
    boxed(page, 30, 80, 4, 4)
    assert without_shapes(page, PX_PER_MM, find_shapes(page, PX_PER_MM)).min() == 255
