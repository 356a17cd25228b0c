"""A blank made ready for comparison."""

import numpy as np
import pytest

from forms.blank import NotABlankError
from intake.templates import prepare
from intake.values import Template
from samples.slips import blank_pdf
from tests.intake.returned import PRIMARY, SECONDARY, template_of


@pytest.fixture(params=[PRIMARY, SECONDARY])
def prepared(request: pytest.FixtureRequest) -> Template:
    return template_of(str(request.param))


def test_the_picture_shows_the_slip_and_no_more(prepared: Template) -> None:
    area = prepared.form.slip.place
    height, width = prepared.gray.shape
    assert height / prepared.px_per_mm == pytest.approx(area.height, abs=0.2)
    assert width / prepared.px_per_mm == pytest.approx(area.width, abs=0.2)


def test_the_print_is_black_on_white_and_the_fields_are_free(prepared: Template) -> None:
    assert prepared.gray.min() < 40
    assert np.median(prepared.gray) == 255


def test_there_are_tiles_all_over_the_slip_but_none_on_a_field(prepared: Template) -> None:
    assert len(prepared.tiles) >= 60
    area = prepared.form.slip.place
    for tile in prepared.tiles:
        assert all(area.contains(corner) for corner in tile.place.corners)
        assert not any(tile.place.overlaps(field.place) for field in prepared.form.fields)
    ys = [tile.place.y for tile in prepared.tiles]
    assert max(ys) - min(ys) > 0.75 * area.height


def test_both_codes_were_found_on_the_blank(prepared: Template) -> None:
    first, second = prepared.codes
    assert first.payload != second.payload
    area = prepared.form.slip.place
    for printed in (first, second):
        assert all(area.contains(corner) for corner in printed.corners)
        side = printed.corners[1].x - printed.corners[0].x
        assert 11.0 < side < 17.0


def test_the_same_blank_is_prepared_the_same(prepared: Template) -> None:
    again = prepare(blank_pdf(prepared.form.id))
    assert again.form == prepared.form
    assert np.array_equal(again.gray, prepared.gray)
    assert again.tiles == prepared.tiles
    assert again.codes == prepared.codes
    assert np.array_equal(again.features.descriptors, prepared.features.descriptors)


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7", b"kein PDF"])
def test_what_is_no_blank_is_refused(junk: bytes) -> None:
    with pytest.raises(NotABlankError):
        prepare(junk)
