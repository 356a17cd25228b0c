import io

import pytest
from pypdf import PdfReader

from forms import description
from forms.acroform import MissingFieldError, SignatureInput, TextInput, with_fields
from forms.catalogue import SECONDARY, codes_of, describe
from forms.school import School
from forms.typeset import PrintedSlip, typeset

INPUTS = (
    TextInput("guardian_names", "Namen", required=True),
    TextInput("child_name", "Name", required=False, value="Ada Łuczak"),
    SignatureInput("guardian_signature", "Unterschrift", required=True),
    SignatureInput("pupil_signature", "Unterschrift", required=False),
)


@pytest.fixture(scope="module")
def page() -> bytes:
    return typeset(
        SECONDARY.id,
        title=SECONDARY.title,
        school=School(),
        slips=[PrintedSlip(codes_of(SECONDARY, None), {})],
        cut_mm=None,
        description=description.encode(describe(SECONDARY)),
    )


def test_a_field_without_a_place_is_refused(page: bytes) -> None:
    with pytest.raises(MissingFieldError):
        with_fields(page, [*INPUTS, TextInput("remark", "Bemerkung", required=False)])


def test_a_place_without_a_field_is_refused(page: bytes) -> None:
    with pytest.raises(MissingFieldError):
        with_fields(page, INPUTS[:-1])


def test_fields_follow_the_reading_order_and_are_read_aloud_by_their_tooltip(page: bytes) -> None:
    reader = PdfReader(io.BytesIO(with_fields(page, INPUTS)))
    fields = [f.get_object() for f in reader.root_object["/AcroForm"]["/Fields"]]  # type: ignore[index]  # an array
    assert [f["/T"] for f in fields] == [planned.name for planned in INPUTS]
    assert [f["/TU"] for f in fields] == [planned.tooltip for planned in INPUTS]
    assert [bool(f["/Ff"] & 2) for f in fields] == [planned.required for planned in INPUTS]
    assert str(reader.pages[0]["/Tabs"]) == "/S"


def test_a_value_that_stands_there_already_is_shown(page: bytes) -> None:
    reader = PdfReader(io.BytesIO(with_fields(page, INPUTS)))
    assert "Ada Łuczak" not in reader.pages[0].extract_text()
    child = reader.root_object["/AcroForm"]["/Fields"][1].get_object()  # type: ignore[index]  # an array
    assert child["/V"] == child["/DV"] == "Ada Łuczak"
    assert b"Tj" in child["/AP"]["/N"].get_data()
