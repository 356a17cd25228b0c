"""Slips for a whole list: each child's own, in an order that a school hands out, under names that any system takes."""

import io
from collections.abc import Sequence
from pathlib import PurePosixPath

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.acroform import page_count
from forms.catalogue import PRIMARY, SECONDARY, BundledForm, Personal, build_print_run, codes_of
from forms.check import printed_codes
from forms.code import new_token, parse, verify
from forms.fields import values_of
from forms.merge import AT_ONCE, OwnSlip, UnprintableNameError, batches, check_names, joined, own_slips
from forms.register import Person
from forms.school import School
from forms.typeset import TypesettingError

KEY = b"key of the test"


def person(number: int, first: str, last: str, school_class: str = "4b") -> Person:
    return Person(str(number), first, last, school_class, "")


def slips_of(*children: Person) -> list[OwnSlip]:
    return own_slips(children, {child.id: new_token() for child in children}, KEY)


def run_of(form_id: str, slips: Sequence[OwnSlip]) -> bytes:
    return joined(batch.printed for batch in batches(form_id, School(), slips))


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_classes_stay_together_and_each_keeps_the_order_of_the_list() -> None:
    slips = slips_of(person(1, "Mia", "Weiß", "4b"), person(2, "Jan", "Ott", "4a"), person(3, "Ada", "Abt", "4b"))
    assert [slip.file for slip in slips] == ["4b/Weiß_Mia.pdf", "4b/Abt_Ada.pdf", "4a/Ott_Jan.pdf"]


def test_namesakes_get_files_of_their_own() -> None:
    slips = slips_of(person(1, "Mia", "Weiß"), person(2, "mia", "weiß"), person(3, "Mia", "Weiß"))
    assert [slip.file for slip in slips] == ["4b/Weiß_Mia.pdf", "4b/weiß_mia (2).pdf", "4b/Weiß_Mia (3).pdf"]


@pytest.mark.parametrize(
    ("child", "file"),
    [
        (person(1, "Mia", "../../etc"), "4b/-..-etc_Mia.pdf"),
        (person(1, "Mia", "Weiß", "3/b"), "3-b/Weiß_Mia.pdf"),
        (person(1, "Mia", "Weiß", ""), "ohne Klasse/Weiß_Mia.pdf"),
        (person(1, "Mia", "Weiß", ".."), "ohne Klasse/Weiß_Mia.pdf"),
        (person(1, "", "Con"), "4b/_Con.pdf"),
        (person(1, "", ""), "4b/ohne Namen.pdf"),
        (person(1, "Zoe\u0308", "?"), "4b/-_Zoë.pdf"),
    ],
)
def test_a_file_name_is_harmless_and_keeps_its_umlauts(child: Person, file: str) -> None:
    assert slips_of(child)[0].file == file


@given(first=st.text(max_size=200), last=st.text(max_size=200), school_class=st.text(max_size=200))
def test_no_name_leads_out_of_the_folder(first: str, last: str, school_class: str) -> None:
    path = PurePosixPath(slips_of(person(1, first, last, school_class))[0].file)
    assert len(path.parts) == 2
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert all(len(part) < 100 for part in path.parts)


@pytest.mark.parametrize("form", [PRIMARY, SECONDARY], ids=lambda form: form.id)
def test_a_print_run_has_a_page_for_each_child_with_its_name_and_its_own_sealed_codes(form: BundledForm) -> None:
    slips = slips_of(*(person(n, f"Kind{n}", "Şahin-Łuczak") for n in range(AT_ONCE + 2)))
    run = run_of(form.id, slips)
    texts = text_of(run)
    assert len(texts) == len(slips)
    for number in (0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1):
        assert f"Kind{number} Şahin-Łuczak" in texts[number]
        codes = [parse(code.text) for code in printed_codes(run, number + 1)]
        assert {(code.token, code.copy) for code in codes} == {
            (slips[number].personal.token, 1),
            (slips[number].personal.token, 2),
        }
        assert all(verify(code, KEY) for code in codes)


def test_a_print_run_has_no_fields_and_no_links_left() -> None:
    reader = pypdf.PdfReader(io.BytesIO(run_of(PRIMARY.id, slips_of(person(1, "Mia", "Weiß")))))
    assert reader.get_fields() is None
    assert all(not page.get("/Annots") for page in reader.pages)


def test_the_same_children_give_the_same_bytes() -> None:
    slips = slips_of(person(1, "Mia", "Weiß"), person(2, "Jan", "Ott"))
    assert run_of(PRIMARY.id, slips) == run_of(PRIMARY.id, slips)


def test_a_childs_file_is_fillable_and_carries_the_same_token() -> None:
    (slip,) = slips_of(person(1, "Mia", "Weiß"))
    (batch,) = batches(PRIMARY.id, School(), [slip])
    ((name, pdf),) = batch.files
    assert name == "4b/Weiß_Mia.pdf"
    assert values_of(pdf)["child_name"] == "Mia Weiß"
    assert {parse(code.text).token for code in printed_codes(pdf, 1)} == {slip.personal.token}


def test_a_very_long_name_is_made_smaller_and_not_cut() -> None:
    name = "Maximiliane-Alexandra von und zu Hohenstein-Wittgenstein-Berleburg"
    run = build_print_run(PRIMARY.id, School(), [Personal(name, "4b", new_token(), KEY)])
    assert page_count(run) == 1
    assert name in " ".join(text_of(run)[0].split("\n"))


def test_a_print_run_for_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="children"):
        build_print_run(PRIMARY.id, School(), [])


def test_a_school_that_does_not_fit_is_refused_for_a_print_run_as_well() -> None:
    with pytest.raises(TypesettingError, match="zu lang"):
        build_print_run(PRIMARY.id, School(address="lang " * 200), [Personal("Mia", "4b", new_token(), KEY)])


def test_the_clear_text_of_a_code_never_wraps_however_wide_its_letters() -> None:
    personal = Personal("Mia", "4b", "W" * 9, KEY)
    (text,) = text_of(build_print_run(PRIMARY.id, School(), [personal]))
    for code in codes_of(PRIMARY, personal):
        assert set(code.lines) <= set(text.splitlines())


def test_names_that_could_only_be_printed_with_gaps_are_refused_together() -> None:
    check_names([person(1, "Thị Ánh", "Đặng-Łuczak"), person(2, "Zoe\u0308", "Groß")])
    with pytest.raises(UnprintableNameError) as refused:
        check_names([person(1, "Мария", "Weiß"), person(2, "Jan", "Ott"), person(3, "Li", "王", "1c")])
    assert "Мария Weiß (4b)" in str(refused.value)
    assert "Li 王 (1c): 王" in str(refused.value)
    assert "Ott" not in str(refused.value)


def test_a_name_in_pieces_is_printed_in_whole_letters() -> None:
    assert slips_of(person(1, "Zoe\u0308 ", " Groß"))[0].personal.name == "Zoë Groß"
