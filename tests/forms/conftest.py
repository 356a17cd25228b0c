"""The two bundled blanks, built once for all tests of `forms`."""

import io
import json
from collections.abc import Callable

import pytest
from pypdf import PdfWriter
from pypdf.generic import StreamObject

from forms.acroform import written
from forms.catalogue import build_blank
from forms.pdf_objects import array_at, as_dictionary, dictionary_at
from forms.school import School


@pytest.fixture(scope="session")
def primary() -> bytes:
    return build_blank("iserv-primar", School())


@pytest.fixture(scope="session")
def secondary() -> bytes:
    return build_blank("iserv-sekundar", School())


@pytest.fixture(scope="session", params=["iserv-primar", "iserv-sekundar"])
def blank_pdf(request: pytest.FixtureRequest) -> bytes:
    return build_blank(str(request.param), School())


Redescribe = Callable[[bytes, dict[str, object]], bytes]


@pytest.fixture(scope="session")
def redescribed() -> Redescribe:
    """A blank with some members of its `ruecklauf.json` replaced."""

    def change(pdf: bytes, members: dict[str, object]) -> bytes:
        writer = PdfWriter(clone_from=io.BytesIO(pdf))
        files = dictionary_at(dictionary_at(writer.root_object, "/Names"), "/EmbeddedFiles")
        described = dictionary_at(dictionary_at(as_dictionary(array_at(files, "/Names")[1]), "/EF"), "/F")
        assert isinstance(described, StreamObject)
        described.set_data(json.dumps({**json.loads(described.get_data()), **members}).encode())
        return written(writer)

    return change
