from dataclasses import replace
from datetime import date

import pytest

from forms.blank import read_blank
from forms.catalogue import BUNDLED, Personal, UnknownFormError, build_blank
from forms.check import printed_codes
from forms.code import parse, verify
from forms.fields import values_of
from forms.school import School
from forms.typeset import TypesettingError

CHILD = Personal(name="Gökçe Şahin-Łuczak", school_class="3b", token="ABCDEFGH2", key=b"secret")  # noqa: S106  # names no secret


@pytest.mark.parametrize("form_id", ["iserv-primar", "iserv-sekundar"])
def test_the_same_input_gives_the_same_bytes(form_id: str) -> None:
    assert build_blank(form_id, School()) == build_blank(form_id, School())
    assert build_blank(form_id, School(), CHILD) == build_blank(form_id, School(), CHILD)


def test_each_form_has_its_own_id_and_code() -> None:
    assert len({form.id for form in BUNDLED}) == len({form.code for form in BUNDLED}) == len(BUNDLED)


def test_an_unknown_form_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownFormError, match="iserv-sekundar, iserv-primar"):
        build_blank("iserv", School())


def test_a_childs_slip_carries_its_name_and_a_sealed_code_without_it() -> None:
    pdf = build_blank("iserv-primar", School(), CHILD)
    assert values_of(pdf)["child_name"] == CHILD.name
    assert values_of(pdf)["child_class"] == "3b"
    assert values_of(pdf)["consent"] == ""
    codes = [parse(code.text) for code in printed_codes(pdf, page=1)]
    assert {(code.token, code.copy) for code in codes} == {("ABCDEFGH2", 1), ("ABCDEFGH2", 2)}
    assert all(verify(code, b"secret") and not verify(code, b"other") for code in codes)


def test_a_childs_slip_has_the_fields_of_the_blank_in_the_same_places() -> None:
    assert read_blank(build_blank("iserv-primar", School(), CHILD)).form == (
        read_blank(build_blank("iserv-primar", School())).form
    )


def test_the_places_do_not_depend_on_the_school() -> None:
    school = School(
        name="Gemeinschaftsschule an der Alten Försterei mit gymnasialer Oberstufe",
        address="Prof.-Dr.-Schmidt-Allee 123 a, 12345 Musterstadt",
        return_email="einwilligung@foersterei-schule.example",
        deadline=date(2026, 9, 30),
    )
    assert (
        read_blank(build_blank("iserv-primar", school)).form == read_blank(build_blank("iserv-primar", School())).form
    )


@pytest.mark.parametrize("form_id", ["iserv-primar", "iserv-sekundar"])
def test_text_that_would_run_into_the_fields_is_refused(form_id: str) -> None:
    with pytest.raises(TypesettingError, match="zu lang"):
        build_blank(form_id, replace(School(), return_email="sehr lange Adresse " * 40))
    with pytest.raises(TypesettingError, match="zu lang"):
        build_blank(form_id, replace(School(), address="sehr lange Anschrift " * 60))


def test_text_with_typst_commands_is_printed_as_it_is() -> None:
    pdf = build_blank("iserv-sekundar", replace(School(), name='#panic("x") *Schule* $x$ \\ <a>'))
    assert read_blank(pdf).form.id == "iserv-sekundar"
