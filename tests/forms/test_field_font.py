import pytest

from forms.field_font import glyphs


@pytest.mark.parametrize(
    "letters", ["ÄÖÜäöüßẞ", "ŞşĞğİı", "ŁłĄąŻżŹźĆćŃń", "ĐđễịẠạƠơƯư", "ČčŘřŠšŽžĚěŮů", "ȘșȚț", "„“‚‘–—…’"]
)
def test_every_letter_of_a_name_in_the_class_list_can_be_typed(letters: str) -> None:
    assert [letter for letter in letters if letter not in glyphs().number] == []
    assert all(glyphs().width[letter] > 0 for letter in letters)


def test_the_font_file_is_the_same_every_time() -> None:
    first = glyphs().file
    glyphs.cache_clear()
    assert glyphs().file == first


def test_a_line_is_as_wide_as_its_letters() -> None:
    assert glyphs().text_width("nn", 11) == pytest.approx(2 * glyphs().text_width("n", 11))
    assert glyphs().text_width("漢", 11) == 0
