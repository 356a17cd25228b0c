"""Whose name it is."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from intake.stages.match import (
    CLASS_SIZE,
    identify,
    identify_alone,
    key_of,
    log_ratios,
    may_be,
    named_beside,
    named_by_code,
    narrowed,
    stands_out,
    still_leads,
    unless_of_another_class,
    unless_of_others,
    unless_plainly_of_others,
    unless_turned_around,
    unsure_between,
    vocabulary_of,
)
from intake.values import Candidate, Child, IdentifiedBy, Identity, IdentityState, Posteriors, TextGuess, TextState


def child(first: str, last: str) -> Child:
    return Child(f"{first}-{last}", first, last, "3a", "", ())


KLASSE = tuple(
    child(*name.split(" ", 1))
    for name in (
        "Lena Richter",
        "Leon Richter",
        "Anna Schulz",
        "Anna Krüger",
        "Jürgen Groß",
        "Ben van der Berg",
        "Zeynep Yılmaz",
        "Karl-Heinz Möller",
        "Łukasz Wójcik",
    )
)
NAMES = vocabulary_of(KLASSE)


def frames(text: str, sure: float = 0.97) -> Posteriors:
    """What a recogniser would say that reads this text: each letter in one frame, a blank after it."""
    rows: list[list[float]] = []
    for letter in key_of(text):
        for hit in (ord(letter) - 64, 0):
            row = [(1 - sure) / 26] * 27
            row[hit] = sure
            rows.append(row)
    return np.array(rows, np.float32)


def reading(text: str, sure: float = 0.97) -> TextGuess:
    return TextGuess(text, sure, frames(text, sure))


def named(*texts: str) -> str:
    identity = identify(TextState.WRITTEN, [reading(text) for text in texts], NAMES)
    return identity.child.name if identity.child else identity.state


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Lena Richter", "Lena Richter"),
        ("Richter, Lena", "Lena Richter"),
        ("JUERGEN GROSS", "Jürgen Groß"),
        ("Jurgen GroB", "Jürgen Groß"),
        ("Ben v0n der Berg", "Ben van der Berg"),
        ("Karl Möller", "Karl-Heinz Möller"),
        ("Lukasz Wojcik", "Łukasz Wójcik"),
        ("Zeynep Yilmaz", "Zeynep Yılmaz"),
        ("Anna Schuiz", "Anna Schulz"),
    ],
)
def test_a_name_is_known_however_it_is_spelled(written: str, meant: str) -> None:
    assert named(written) == meant


def test_a_first_name_alone_is_enough_where_nobody_else_has_it() -> None:
    assert named("Zeynep") == "Zeynep Yılmaz"


def test_a_word_that_one_crop_lacks_is_not_forgotten() -> None:
    assert named("Zeynep", "Qvwx Zeynep") != "Zeynep Yılmaz"
    assert identify(TextState.WRITTEN, [reading("Zeynep")], NAMES, complete=False).child is None


@pytest.mark.parametrize(
    ("guardians", "known"),
    [
        ([], True),
        ([""], True),
        (["Fatma Yilmaz"], True),
        (["F. Yi lmaz"], True),
        (["Fatma Kaya"], True),  # whom the list has as her guardian
        (["Björn Sauer"], False),
        (["Boern Sauer", "B. Sauer"], False),
        (["Björn Yildiz"], False),  # like, but another frequent name is liker
        (["xq"], False),
    ],
)
def test_a_first_name_alone_is_not_enough_where_the_guardians_are_others(guardians: list[str], *, known: bool) -> None:
    listed = vocabulary_of([*KLASSE[:6], replace(KLASSE[6], guardians=("Fatma Kaya",))])
    guesses = [reading("Zeynep")]
    found = unless_of_others(
        identify(TextState.WRITTEN, guesses, listed), guesses, listed, [reading(text) for text in guardians]
    )
    assert (found.child is not None) == known
    assert found.state is (IdentityState.IDENTIFIED if known else IdentityState.UNSURE)


def test_a_whole_name_does_not_need_the_guardians() -> None:
    for text in ("Zeynep Yilmaz", "Yilmaz, Zeynep"):
        named = identify(TextState.WRITTEN, [reading(text)], NAMES)
        assert unless_of_others(named, [reading(text)], NAMES, [reading("Björn Sauer")]) == named


@pytest.mark.parametrize(
    ("more", "whole"), [("Groningen Jurschn", True), ("Gröningen Jrs", False), ("Gröningen Sauer", False), ("", False)]
)
def test_a_first_name_misread_is_no_first_name_alone_where_another_reading_shows_both(
    more: str, *, whole: bool
) -> None:
    pupil = child("Gröningen", "Jünchen")
    listed = vocabulary_of([pupil, *KLASSE])
    named = Identity(IdentityState.IDENTIFIED, pupil, IdentifiedBy.NAME, (Candidate(pupil, 0.8, 0.8, -0.1),))
    guesses = [reading("Grönngen"), reading(more)] if more else [reading("Grönngen")]
    assert (unless_of_others(named, guesses, listed, [reading("Björn Sauer")]) == named) == whole


def test_a_name_in_letters_that_have_no_key_breaks_nothing() -> None:
    foreign = child("Юрий", "Иванов")
    named = Identity(IdentityState.IDENTIFIED, foreign, IdentifiedBy.NAME, ())
    listed = vocabulary_of([foreign])
    assert unless_of_others(named, [reading("Juri")], listed, [reading("Olga Ivanova")]) == named
    assert not may_be(replace(named, candidates=(Candidate(foreign, 1.0, 1.0, 0.0),)), [reading("Juri")], named)


def test_a_name_that_one_reading_tells_has_to_lead_by_all_of_them() -> None:
    pair = vocabulary_of([child("Hübner", "Mögener"), child("Mögliner", "Geußnitzer"), child("Ole", "Kurz")])
    alone = identify(TextState.WRITTEN, [reading("Hübner Mögener")], pair)
    both = identify(TextState.WRITTEN, [reading("Hübner Mögener"), reading("Mögliner Geußnitzer")], pair)
    assert alone.child is not None
    assert alone.child.name == "Hübner Mögener"
    assert both.child is None
    nearly = [reading("Hübner Mögener"), TextGuess("Mögliner Geußnitzr", 0.5, frames("Mögliner Geußnitzr", 0.5))]
    assert identify(TextState.WRITTEN, nearly, pair).child is None


def told(who: Child, lead: float = 0.3) -> Identity:
    """Named by variations, so far before the next."""
    both = Candidate(who, 0.6, 0.6, -0.5), Candidate(child("Ina", "Kurz"), 0.6 - lead, 0.3, -1.0)
    return Identity(IdentityState.IDENTIFIED, who, IdentifiedBy.NAME, both)


def test_what_only_variations_name_has_to_be_possible_by_the_other_readings() -> None:
    lena, jan = child("Lena", "Richter"), child("Noah", "Sauer")
    unsure = Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, (Candidate(lena, 0.4, 0.4, -2.0),))
    assert may_be(told(lena), [reading("Lra Ricntr", 0.8), reading("Rictr")], unsure)
    assert not may_be(told(lena, 0.1), [reading("Lra Ricntr", 0.8), reading("Rictr")], unsure)
    assert not may_be(unsure, [reading("Lra Ricntr", 0.8), reading("Rictr")], unsure)
    assert not may_be(told(jan), [reading("Lra Ricntr", 0.8)], unsure)
    assert not may_be(told(lena), [reading("Kassenmühle Bahisnauer", 0.8), reading("Lna Richt", 0.8)], unsure)


@pytest.mark.parametrize(
    ("texts", "sure", "possible"),
    [
        (["S a", "Sope Qeota", "Sopo Gita", "Baganos Glantzu"], 0.6, False),
        (["Sorn Grc", "Baganos Glantzu"], 0.6, True),
        (["Sorn Grc", "Baganos Glantzu"], 0.5, False),
        (["Sorn Grc", "Baganos Glantzu"], 0.9, False),
        (["Sorn Grc", "Baganos"], 0.9, True),
        (["Sonen"], 0.7, True),
        ([], 0.7, False),
    ],
)
def test_a_line_that_is_like_no_name_bears_none_however_often_it_is_shown(
    texts: list[str], sure: float, possible: bool
) -> None:
    unsure = Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, ())
    assert may_be(told(child("Sören", "Groß")), [reading(text, sure) for text in texts], unsure) is possible


def test_a_first_name_that_two_children_share_is_unsure() -> None:
    assert named("Anna") != "Anna Schulz"
    assert identify(TextState.WRITTEN, [reading("Anna")], NAMES).child is None


def test_a_last_name_alone_names_nobody() -> None:
    assert identify(TextState.WRITTEN, [reading("Richter")], NAMES).child is None


@pytest.mark.parametrize("stranger", ["Tim Richter", "Sophie Baumgart", "Otto", "Anna Becker", "Lea Schulz"])
def test_a_child_that_is_not_on_the_list_is_never_another(stranger: str) -> None:
    assert identify(TextState.WRITTEN, [reading(stranger)], NAMES).child is None


def test_a_well_read_strange_name_is_not_listed() -> None:
    identity = identify(TextState.WRITTEN, [reading("Quentin Xaver Uhlfuss")], NAMES)
    assert identity.state is IdentityState.NOT_LISTED
    assert len(identity.candidates) == 3


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("Bruno Schmidt-Roßberg", ("Ben", "Schmidt-Roßberg")),
        ("Levi Zimmermann", ("Emil", "Zimmermann")),
        ("Nguyen van der Berg", ("Aylin", "van der Berg")),
    ],
)
def test_a_long_last_name_does_not_carry_another_first_name(written: str, listed: tuple[str, str]) -> None:
    names = vocabulary_of((child(*listed), child("Theo", "König")))
    assert identify(TextState.WRITTEN, [reading(written, 0.5)], names).child is None


@pytest.mark.parametrize("stranger", ["Charlotte Werner", "Werner, Charlotte"])
def test_a_frequent_last_name_that_fits_better_is_not_that_of_the_list(stranger: str) -> None:
    names = vocabulary_of([child("Charlotte", "Berger"), child("Leon", "Richter")])
    weak = [reading(stranger, sure) for sure in (0.97, 0.6, 0.3)]
    for guess in weak:
        identity = identify(TextState.WRITTEN, [guess], names)
        assert identify_alone(identity, [guess], names, ()).child is None
    assert identify(TextState.WRITTEN, [reading("Charlotte Berger")], names).child == child("Charlotte", "Berger")


def test_a_name_of_which_one_word_could_not_be_read_is_unsure() -> None:
    lists = vocabulary_of((child("Theo", "Großenstein"), child("Anna", "Krüger")))
    assert identify(TextState.WRITTEN, [reading("xq Großenstein", 0.5)], lists).child is None
    assert identify(TextState.WRITTEN, [reading("Teo Großenstein", 0.5)], lists).child is not None


@pytest.mark.parametrize(("one", "other"), [("Lea", "Leo"), ("Paul", "Paula"), ("Lang", "Lange")])
def test_siblings_one_letter_apart_are_told_apart_only_where_it_is_clear(one: str, other: str) -> None:
    siblings = vocabulary_of((child(one, "Richter"), child(other, "Richter"), child("Anna", "Krüger")))
    clear = identify(TextState.WRITTEN, [reading(f"{one} Richter", 0.9999)], siblings)
    assert clear.child in {siblings.children[0], None}
    for sure in (0.4, 0.6, 0.9):
        assert identify(TextState.WRITTEN, [reading(f"Richter, {one}", sure)], siblings).child is None


def test_a_neighbour_who_shares_a_word_does_not_hide_a_name_that_is_far_ahead() -> None:
    lists = vocabulary_of((child("Düßnitzer", "Mühlgäßchen"), child("Mühlgäßchen", "Nüßleser")))
    found = identify(TextState.WRITTEN, [reading("Döpuitzer Hüulgäpchen", 0.6)], lists).child
    assert found is lists.children[0]


def test_between_siblings_a_doubtful_letter_is_left_to_a_person() -> None:
    guess = reading("Len Richter", 0.6)
    assert identify(TextState.WRITTEN, [guess], NAMES).child is None


def test_two_crops_that_name_two_children_contradict_each_other() -> None:
    assert identify(TextState.WRITTEN, [reading("Lena Richter"), reading("Anna Schulz")], NAMES).child is None


def test_a_crop_that_nobody_can_read_does_not_spoil_the_other() -> None:
    assert named("Lena Richter", "xq") == "Lena Richter"


def test_the_true_child_is_among_the_three_best_where_it_is_unsure() -> None:
    identity = identify(TextState.WRITTEN, [reading("Lna Rchtr", 0.5)], NAMES)
    assert "Lena Richter" in {candidate.child.name for candidate in identity.candidates}


def test_typed_text_counts_only_if_it_is_nearly_the_name() -> None:
    exact, near = TextGuess("Anna Krüger", 1.0, None), TextGuess("Anna Krugel", 1.0, None)
    found = identify(TextState.WRITTEN, [exact], NAMES).child
    assert found is not None
    assert found.name == "Anna Krüger"
    assert identify(TextState.WRITTEN, [near], NAMES).child is None


def test_two_children_of_one_name_are_never_told_apart() -> None:
    twice = vocabulary_of((child("Mia", "Beck"), Child("other", "Mia", "Beck", "3b", "", ())))
    assert identify(TextState.WRITTEN, [reading("Mia Beck")], twice).state is IdentityState.UNSURE


@pytest.mark.parametrize(
    ("state", "children", "meant"),
    [
        (TextState.EMPTY, KLASSE, IdentityState.NO_NAME),
        (TextState.UNREAD, KLASSE, IdentityState.UNSURE),
        (TextState.WRITTEN, KLASSE, IdentityState.UNSURE),
        (TextState.WRITTEN, (), IdentityState.NO_ROSTER),
        (TextState.EMPTY, (), IdentityState.NO_ROSTER),
    ],
)
def test_without_a_reading_there_is_nobody(state: TextState, children: tuple[Child, ...], meant: IdentityState) -> None:
    identity = identify(state, [], vocabulary_of(children))
    assert (identity.state, identity.child) == (meant, None)


@pytest.mark.parametrize("text", ["", "12 34", "…", "阮"])
def test_signs_without_letters_name_nobody(text: str) -> None:
    guess = TextGuess(text, 0.9, np.full((5, 27), 1 / 27, np.float32))
    assert identify(TextState.WRITTEN, [guess], NAMES).child is None


def test_the_forward_score_is_the_sum_over_all_alignments() -> None:
    rng = np.random.default_rng(1)
    chances = rng.dirichlet(np.ones(27), 4).astype(np.float32)
    wanted = 0.0
    for path in np.ndindex(3, 3, 3, 3):
        steps = [(0, 1, 2)[i] for i in path]
        merged = [s for i, s in enumerate(steps) if s and (i == 0 or s != steps[i - 1])]
        if merged == [1, 2]:
            wanted += float(np.prod([chances[t, s] for t, s in enumerate(steps)]))
    free = float(np.log(chances.max(axis=1)).sum())
    assert log_ratios(chances, ["AB"])[0] == pytest.approx((np.log(wanted) - free) / 4, abs=1e-5)


def test_a_double_letter_needs_a_pause_between() -> None:
    without_pause = np.full((2, 27), 1e-4, np.float32)
    without_pause[:, 1] = 0.99
    once, twice = log_ratios(without_pause, ["A", "AA"])
    assert once > twice


@pytest.mark.parametrize(
    ("text", "key"), [("Müller-Groß", "MULLERGROSS"), ("Łukasz", "LUKASZ"), ("Ngọc Ánh", "NGOCANH"), ("0le", "OLE")]
)
def test_a_key_has_letters_only(text: str, key: str) -> None:
    assert key_of(text) == key


# ---------------------------------------------------------------- a code has named the child

ANNA, LENA = KLASSE[2], KLASSE[0]


@pytest.mark.parametrize("read", [["Anna Schulz"], ["Anna Schu1z"], ["xx", "Anna Schulz"], []])
def test_a_code_names_the_child_whose_name_is_on_the_line_or_of_which_nothing_was_read(read: list[str]) -> None:
    identity = named_by_code(ANNA, [reading(text) for text in read], NAMES, written_over=False)
    assert (identity.state, identity.child, identity.by) == (IdentityState.IDENTIFIED, ANNA, IdentifiedBy.CODE)


@pytest.mark.parametrize(
    "read",
    ["Lena Richter", "Anna Krüger", "Lena Schulz", "Ottokar Unbekannt", "Anna Schulz Lena Richter", "A", "Anschluss"],
)
@pytest.mark.parametrize("posteriors", [True, False])
def test_another_name_contradicts_the_code(read: str, posteriors: bool) -> None:
    guess = reading(read) if posteriors else TextGuess(read, 1.0, None)
    identity = named_by_code(ANNA, [guess], NAMES, written_over=False)
    assert (identity.state, identity.child) == (IdentityState.CONTRADICTED, None)
    assert identity.candidates[0].child == ANNA
    assert identity.candidates[0].score >= max(c.score for c in identity.candidates)


def test_typed_text_agrees_without_a_second_opinion() -> None:
    assert named_by_code(ANNA, [TextGuess("Anna Schulz", 1.0, None)], NAMES, written_over=False).child == ANNA


def test_children_of_codes_that_differ_are_all_candidates() -> None:
    named = identify(TextState.WRITTEN, [reading("Zeynep Yilmaz")], NAMES)
    identity = unsure_between((ANNA, LENA), named)
    assert (identity.state, identity.child) == (IdentityState.UNSURE, None)
    assert {c.child for c in identity.candidates} >= {ANNA, LENA, KLASSE[6]}


@pytest.mark.parametrize("read", [["Anna Schulz"], []])
def test_a_name_that_was_written_over_contradicts_the_code_even_if_it_can_still_be_read(read: list[str]) -> None:
    identity = named_by_code(ANNA, [reading(text) for text in read], NAMES, written_over=True)
    assert (identity.state, identity.child) == (IdentityState.CONTRADICTED, None)
    assert identity.candidates[0].child == ANNA


# ---------------------------------------------------------------- Turkish, Polish, Vietnamese, double names

ELSEWHERE = vocabulary_of(
    (
        child("Gökçe", "Işık"),
        child("Şule", "Doğan"),
        child("İlkay", "Çağlar"),
        child("Michał", "Żółkiewski"),
        child("Bożena", "Święcicka"),
        child("Ngọc Ánh", "Nguyễn"),
        child("Đức", "Trần"),
        child("Anna-Lena", "Müller-Lüdenscheidt"),
        child("Sophie", "von der Heide"),
        child("Björn", "Weiß"),
    )
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Gokce Isik", "Gökçe Işık"),
        ("Dogan, Sule", "Şule Doğan"),
        ("ILKAY CAGLAR", "İlkay Çağlar"),
        ("Michal Zolkiewski", "Michał Żółkiewski"),
        ("Swiecicka Bozena", "Bożena Święcicka"),
        ("Ngoc Anh Nguyen", "Ngọc Ánh Nguyễn"),
        ("Nguyen, Ngoc Anh", "Ngọc Ánh Nguyễn"),
        ("Duc Tran", "Đức Trần"),
        ("Anna Müller-Lüdenscheidt", "Anna-Lena Müller-Lüdenscheidt"),
        ("Mueller Luedenscheidt, Anna Lena", "Anna-Lena Müller-Lüdenscheidt"),
        ("von der Heide, Sophie", "Sophie von der Heide"),
        ("Bjoern Weiss", "Björn Weiß"),
        ("Björn WeiB", "Björn Weiß"),
    ],
)
def test_names_from_everywhere_are_known_however_they_are_spelled(written: str, meant: str) -> None:
    found = identify(TextState.WRITTEN, [reading(written)], ELSEWHERE).child
    assert found is not None
    assert found.name == meant


# ---------------------------------------------------------------- doubtful names that can be nobody else's

FAMILIES = tuple(
    Child(f"{first}-{last}", first, last, "3a", "", (guardian,))
    for first, last, guardian in (
        ("Brunhild", "Kühnhäuser", "Dörte Kühnhäuser"),
        ("Friedrich", "Kühnhäuser", "Dörte Kühnhäuser"),
        ("Philippa", "Saalgärtner", "Gottfried Mühlenbruch"),
        ("Theo", "König", "Anna König"),
    )
)
PEOPLE = vocabulary_of(FAMILIES)


def alone(written: str, guardians: str = "", sure: float = 0.35, among: Sequence[Child] = FAMILIES) -> str:
    names, guess = vocabulary_of(among), reading(written, sure)
    before = identify(TextState.WRITTEN, [guess], names)
    assert before.state is IdentityState.UNSURE
    found = identify_alone(before, [guess], names, [reading(guardians)] if guardians else [])
    return found.child.name if found.child else ""


BRUNHILD = Child("b", "Brunhild", "Saalgärtner", "3a", "", ("Gottfried Mühlenbruch",))


def test_the_guardians_help_a_doubtful_name_that_no_sibling_can_have() -> None:
    namesake = Child("n", "Brunhild", "Baumgärtner", "3b", "", ("Jan Beck",))
    among = (BRUNHILD, namesake, FAMILIES[1], FAMILIES[3])
    assert alone("Bruxhxld Saxlgaxtxer", "Gottfried Mühlenbruch", 0.5, among) == "Brunhild Saalgärtner"
    assert alone("Bruxhxld Saxlgaxtxer", "", 0.5, among) == ""
    assert alone("Bruxhxld Saxlgaxtxer", "Jan Beck", 0.5, among) == ""
    # Nor does a name that explains the frames poorly become hers for them.
    assert alone("Bruxhxld Saxlgaxtxer", "Gottfried Mühlenbruch", 0.9, among) == ""


def test_a_doubtful_name_far_before_all_others_is_known_unless_the_guardians_are_others() -> None:
    among = (BRUNHILD, Child("n", "Gunhild", "Saalmann", "3b", "", ("Jan Beck",)), FAMILIES[3])
    assert alone("Bruhld Saxlgatner", "", 0.2, among) == "Brunhild Saalgärtner"
    assert alone("Bruhld Saxlgatner", "Jan Beck", 0.2, among) == ""
    # Nor are guardians who are not listed at all hers.
    assert alone("Bruhld Saxlgatner", "Dörte Holzapfel", 0.2, among) == ""


SCHOOL = tuple(
    Child(f"{number}", "Ole", f"{letter}ützensteiger", "2b", "", ("Jan Beck",))
    for number, letter in enumerate("KLMRST" * 11)
)


@pytest.mark.parametrize(
    ("written", "guardians", "others", "known"),
    [
        ("Saalgärtner Brunhild", "Dörte Holzapfel", SCHOOL, False),
        ("Saalgärtner Brunhild", "", SCHOOL, False),
        ("Saalgärtner Brunhild", "Gottfried Muhlenbruch", SCHOOL, True),
        ("Saalgärtner Brunhild", "Gottfried Holzapfel", SCHOOL, False),
        ("Saalgärtner, Brunhild", "Dörte Holzapfel", SCHOOL, True),
        ("Brunhild Saalgärtner", "Dörte Holzapfel", SCHOOL, True),
        ("Saalgärtner Brunhild", "Dörte Holzapfel", SCHOOL[:20], True),
    ],
)
def test_a_name_the_other_way_round_is_believed_on_a_long_list_if_the_guardians_fit(
    written: str, guardians: str, others: Sequence[Child], known: bool
) -> None:
    guess, names = reading(written), vocabulary_of((BRUNHILD, *others))
    named = Identity(IdentityState.IDENTIFIED, BRUNHILD, IdentifiedBy.NAME, ())
    found = unless_turned_around(named, [guess], names, [reading(guardians)] if guardians else [])
    assert found == (named if known else Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, ()))


def test_the_guardians_never_say_which_sibling_it_is() -> None:
    assert alone("xqvwz Kühnhäuser", "Dörte Kühnhäuser") == ""
    assert alone("Brfrhxch Kühnhäuser", "Dörte Kühnhäuser") == ""


def test_a_name_of_which_only_the_family_can_be_read_is_left_to_a_person() -> None:
    assert alone("qqwwzz Saalgärtner", "Gottfried Mühlenbruch") == ""


def test_a_sibling_who_is_not_listed_is_never_taken_for_the_one_who_is() -> None:
    listed = [one for one in FAMILIES if one.first_name != "Friedrich"]
    assert alone("Friedrich Kühnhäuser", "Dörte Kühnhäuser", among=listed) == ""
    lists = [Child("1", "Lea", "Kühnhäuser", "3a", "", ("Dörte Kühnhäuser",)), *FAMILIES[2:]]
    for sibling in ("Leo", "Lena", "Leon", "Mia"):
        guess = reading(f"{sibling} Kühnhäuser", 0.9)
        names = vocabulary_of(lists)
        found = identify_alone(
            identify(TextState.WRITTEN, [guess], names), [guess], names, [reading("Dörte Kühnhäuser")]
        )
        assert found.child is None


def with_guardians(first: str, last: str, guardians: str, school_class: str = "3a") -> Child:
    return Child(f"{first}-{last}-{school_class}", first, last, school_class, "", (guardians,) if guardians else ())


def known(written: str, guardians: str, among: tuple[Child, ...]) -> Child | None:
    names, guess = vocabulary_of(among), reading(written, 0.95)
    before = identify(TextState.WRITTEN, [guess], names)
    return identify_alone(before, [guess], names, [reading(guardians)] if guardians else []).child


def test_among_namesakes_the_guardians_decide() -> None:
    one = with_guardians("Lena", "Richter", "Gottfried Mühlenbruch")
    other = with_guardians("Lena", "Richter", "Petra Beck", "3b")
    among = (one, other, FAMILIES[1])
    assert known("Lena Richter", "Gotfried Muhlenbruch", among) == one
    assert known("Lena Richter", "Petra Bek", among) == other


@pytest.mark.parametrize("guardians", ["", "Emil Xaver", "Gottfried Beck", "Petra Mühlenbruch"])
def test_among_namesakes_guardians_who_are_neither_decide_nothing(guardians: str) -> None:
    one = with_guardians("Lena", "Richter", "Gottfried Mühlenbruch")
    other = with_guardians("Lena", "Richter", "Petra Beck", "3b")
    assert known("Lena Richter", guardians, (one, other, FAMILIES[1])) is None


def test_guardians_who_are_not_listed_rule_nobody_out() -> None:
    one = with_guardians("Lena", "Richter", "Gottfried Mühlenbruch")
    other = with_guardians("Lena", "Richter", "", "3b")
    assert known("Lena Richter", "Gottfried Mühlenbruch", (one, other, FAMILIES[1])) is None


def test_the_same_two_names_the_other_way_round_are_told_apart_by_the_guardians() -> None:
    one = with_guardians("Paul", "Konrad", "Ayse Lehmann")
    other = with_guardians("Konrad", "Paul", "Stefan Vogel")
    assert known("Paul Konrad", "Stefan Vogel", (one, other, FAMILIES[1])) == other


def test_guardians_do_not_tell_siblings_apart() -> None:
    one = with_guardians("Lea", "Richter", "Gottfried Mühlenbruch")
    other = with_guardians("Leo", "Richter", "Gottfried Mühlenbruch")
    assert known("Leq Richter", "Gottfried Mühlenbruch", (one, other, FAMILIES[1])) is None


GRETAS = (
    with_guardians("Greta", "Simon", "Jana und Ivan Simon"),
    with_guardians("Greta", "Krause", "Petra Beck"),
    with_guardians("Ole", "Simon", "Jana und Ivan Simon"),
    *FAMILIES[1:],
)


def beside(written: str, guardians: str, among: tuple[Child, ...] = GRETAS) -> Identity:
    names, guess = vocabulary_of(among), reading(written)
    before = identify(TextState.WRITTEN, [guess], names)
    assert before.child is None
    return named_beside(before, [guess], names, [reading(guardians)] if guardians else [])


@pytest.mark.parametrize(
    ("written", "guardians", "child"),
    [
        ("Greta", "Jana und Ivan Simon", GRETAS[0]),
        ("Gretta", "Jana und Ivan Simom", GRETAS[0]),
        ("Greta", "Petra Bek", GRETAS[1]),
        ("Simon, Gr", "Jana und Ivan Simon", None),
        ("Greta", "", None),
        ("Greta", "Volker Zimmermann", None),
        ("Greta", "Petra Simon", None),
        ("Greta", "Jana Simon", None),
        ("Ida", "Jana und Ivan Simon", None),
    ],
)
def test_the_guardians_tell_which_bearer_of_a_first_name_it_is(
    written: str, guardians: str, child: Child | None
) -> None:
    found = beside(written, guardians)
    assert found.child == child
    if child is not None:
        assert (found.state, found.by) == (IdentityState.IDENTIFIED, IdentifiedBy.GUARDIANS)
        assert found.candidates[0].child == child
        assert len({candidate.child for candidate in found.candidates}) == len(found.candidates)


@pytest.mark.parametrize(("written", "known"), [("Lena", True), ("Lea", False), ("Lina", False), ("Lea Simon", False)])
def test_beside_its_guardians_a_sibling_who_is_not_listed_is_nobody(written: str, *, known: bool) -> None:
    lenas = (with_guardians("Lena", "Simon", "Jana Simon"), with_guardians("Lena", "Krause", "Petra Beck"))
    assert (beside(written, "Jana Simon", (*lenas, *FAMILIES[1:])).child == lenas[0]) == known


def test_a_first_name_is_told_by_its_own_guardians_alone() -> None:
    among = (
        with_guardians("Lena", "Simon", "Katrin und Stefan Simon"),
        with_guardians("Greta", "Krause", "Katrin und Stefan Krause"),
        with_guardians("Greta", "Vogel", ""),
        *FAMILIES[1:],
    )
    assert beside("Greta", "Katrin und Stefan Simon", among).child is None
    assert beside("Greta", "Katrin und Stefan Krause", among).child == among[1]


def test_whoever_shares_the_first_name_stays_as_likely_as_it_was() -> None:
    names, guess = vocabulary_of(GRETAS), reading("Greta")
    before = identify(TextState.WRITTEN, [guess], names).candidates
    found = beside("Greta", "Jana und Ivan Simon")
    assert set(found.candidates) == set(before)
    assert {GRETAS[0], GRETAS[1]} <= {candidate.child for candidate in before}


def test_a_first_name_is_no_plain_name_on_the_list_of_a_school_for_a_slip_of_another_class() -> None:
    names = vocabulary_of((*GRETAS, *SCHOOL))
    found = beside("Greta", "Jana und Ivan Simon", names.children)
    assert found.child == GRETAS[0]
    assert unless_of_another_class(found, {"3a"}, names) == found
    assert unless_of_another_class(found, {"9z"}, names).child is None


def test_guardians_of_two_bearers_of_a_first_name_tell_nothing() -> None:
    twins = (with_guardians("Greta", "Simon", "Jana Simon"), with_guardians("Greta", "Krause", "Jana Simon"))
    assert beside("Greta", "Jana Simon", (*twins, *FAMILIES[1:])).child is None


def test_what_is_known_without_the_guardians_stays_as_it_is() -> None:
    names, guess = vocabulary_of(GRETAS), reading("Greta Krause")
    before = identify(TextState.WRITTEN, [guess], names)
    assert named_beside(before, [guess], names, [reading("Jana und Ivan Simon")]) == before
    assert before.by is IdentifiedBy.NAME


@pytest.mark.parametrize("state", [IdentityState.NO_NAME, IdentityState.CONTRADICTED])
def test_a_line_without_a_name_is_told_by_no_guardians(state: IdentityState) -> None:
    before = Identity(state, None, IdentifiedBy.NOTHING, ())
    found = named_beside(before, [reading("Greta")], vocabulary_of(GRETAS), [reading("Jana und Ivan Simon")])
    assert found == before


def test_two_crops_that_contradict_each_other_stay_so() -> None:
    guesses = [reading("Lena Richter"), reading("Anna Schulz")]
    unsure = identify(TextState.WRITTEN, guesses, NAMES)
    assert identify_alone(unsure, guesses, NAMES, []).child is None


# ---------------------------------------------------------------- the list of a school, and hints of the class


def in_class(first: str, last: str, school_class: str) -> Child:
    return Child(f"{first}-{last}-{school_class}", first, last, school_class, "", ())


SCHOOL = (
    in_class("Lena", "Richter", "3a"),
    in_class("Lena", "Richter", "3b"),
    in_class("Theodora", "Großenstein", "3b"),
    *(in_class(f"Kind{chr(65 + i % 26)}{chr(65 + i // 26)}", f"Haus{chr(90 - i % 26)}", "4c") for i in range(100)),
)


def hinted(written: str, school_class: str, hints: int, sure: float = 0.97) -> str:
    school = vocabulary_of(SCHOOL)
    of_class = vocabulary_of([one for one in SCHOOL if one.school_class == school_class])
    guess = reading(written, sure)
    found = narrowed(identify(TextState.WRITTEN, [guess], school), [guess], school, of_class, hints)
    return found.child.id if found.child else ""


def test_namesakes_in_two_classes_take_two_hints() -> None:
    assert hinted("Lena Richter", "3b", 1) == ""
    assert hinted("Lena Richter", "3b", 2) == "Lena-Richter-3b"


def test_a_hint_never_makes_a_name_of_another_class() -> None:
    assert hinted("Lena Richter", "4c", 2) == ""
    assert hinted("Theodora Großenstein", "3a", 2) in {"", "Theodora-Großenstein-3b"}


def test_without_a_hint_nothing_changes() -> None:
    assert hinted("Lena Richter", "3b", 0) == ""


@pytest.mark.parametrize("hints", [1, 2])
def test_a_hint_helps_a_name_that_is_first_in_the_school(hints: int) -> None:
    assert hinted("Theodra Grosenstei", "3b", hints, 0.5) == "Theodora-Großenstein-3b"


def test_where_the_frames_say_little_no_sibling_may_fit_better() -> None:
    """Melina, or a Mehmet, may have been written, who is not listed; read as clearly, Amelie is Amelie."""
    listed = vocabulary_of((child("Amelie", "Hoffmann"), child("Mehmet", "Neumann"), child("Lena", "Krüger")))
    assert identify(TextState.WRITTEN, [reading("Melrie Hoffmann", 0.9)], listed).child is None
    assert identify(TextState.WRITTEN, [reading("Amelie Hoffmann", 0.9)], listed).child == listed.children[0]


@pytest.mark.parametrize(
    ("read", "guardians", "known"),
    [
        ("Lna Rchtr", "Göteborger Ölmühle", False),
        ("Lena Richter", "Göteborger Ölmühle", True),
        ("Lna Rchtr", "Jana Richter", True),
        ("Lna Rchtr", "Bodo Richter", True),
        ("Lna Rchtr", "G. Öl", True),
    ],
)
def test_a_misread_name_beside_plainly_read_others_is_doubt(read: str, guardians: str, *, known: bool) -> None:
    lena = replace(KLASSE[0], guardians=("Jana Richter",))
    likeness = 1.0 if read == lena.name else 0.7
    named = Identity(IdentityState.IDENTIFIED, lena, IdentifiedBy.NAME, (Candidate(lena, likeness, likeness, -0.5),))
    of_class = vocabulary_of(KLASSE)
    found = unless_plainly_of_others(named, [reading(guardians)], of_class)
    assert (found.child == lena) == known
    assert unless_plainly_of_others(named, [], of_class) == named


@pytest.mark.parametrize(("sounds", "known"), [("Jana Richter", True), ("Ölmühle Holzer", False)])
def test_guardians_whose_names_explain_the_frames_are_not_others(sounds: str, *, known: bool) -> None:
    lena = replace(KLASSE[0], guardians=("Jana Richter",))
    named = Identity(IdentityState.IDENTIFIED, lena, IdentifiedBy.NAME, (Candidate(lena, 0.7, 0.7, -0.5),))
    misread = replace(reading("Sbumo Pbelitvn"), posteriors=frames(sounds, 0.6))
    assert (unless_plainly_of_others(named, [misread], vocabulary_of(KLASSE)).child == lena) == known


def test_guardians_written_in_no_latin_letter_are_others() -> None:
    lena = replace(KLASSE[0], guardians=("Яна",))
    named = Identity(IdentityState.IDENTIFIED, lena, IdentifiedBy.NAME, (Candidate(lena, 0.7, 0.7, -0.5),))
    assert unless_plainly_of_others(named, [reading("Ölmühle Holzer")], vocabulary_of(KLASSE)).child is None


def test_on_the_list_of_a_school_no_name_is_believed_beside_plainly_read_others() -> None:
    lena = replace(KLASSE[0], guardians=("Jana Richter",))
    school = vocabulary_of((lena, *(child(f"Kind{n}", f"Muster{n}") for n in range(CLASS_SIZE))))
    named = Identity(IdentityState.IDENTIFIED, lena, IdentifiedBy.NAME, (Candidate(lena, 1.0, 1.0, 0.0),))
    assert unless_plainly_of_others(named, [reading("Göteborger Ölmühle")], school).child is None
    assert unless_plainly_of_others(named, [reading("Jana Richter")], school) == named


@pytest.mark.parametrize(("second", "leads"), [("Nele Gros", True), ("Nele Graf", False), ("Xq", True)])
def test_a_child_has_to_lead_by_what_both_have_read(second: str, *, leads: bool) -> None:
    two = vocabulary_of([child("Nele", "Graf"), child("Nele", "Groß"), *KLASSE])
    named = identify(TextState.WRITTEN, [reading("Nele Gros")], two)
    assert named.child == child("Nele", "Groß")
    together = identify(TextState.WRITTEN, [reading("Nele Gros"), reading(second)], two)
    assert still_leads(child("Nele", "Groß"), together) == leads


@pytest.mark.parametrize(("next_one", "far"), [(0.32, False), (0.28, True)])
def test_a_child_stands_out_if_all_others_are_far_behind(next_one: float, *, far: bool) -> None:
    own, other = child("Nele", "Weiß"), child("Ole", "Kurz")
    candidates = Candidate(own, 0.59, 0.62, -0.34), Candidate(other, next_one, 0.43, -1.1)
    assert stands_out(Identity(IdentityState.IDENTIFIED, own, IdentifiedBy.NAME, candidates), []) == far
    assert not stands_out(Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, candidates), [])


SISTER = Child("s", "Brunhilde", "Saalgärtner", "3a", "", ("Gottfried Mühlenbruch",))


@pytest.mark.parametrize(
    ("read", "far"),
    [("Gottfried Mühlenbruch", True), ("Gotfrd Mülenbrch", True), ("Jan Beck", False), ("Ölmühle", False), ("", False)],
)
def test_a_child_stands_out_from_those_whose_guardians_are_clearly_others(read: str, *, far: bool) -> None:
    turned = Child("t", "Saalgärtner", "Brunhilde", "3a", "", ("Jan Beck",))
    candidates = Candidate(BRUNHILD, 0.8, 0.9, -0.5), Candidate(turned, 0.7, 0.85, -0.9)
    named = Identity(IdentityState.IDENTIFIED, BRUNHILD, IdentifiedBy.NAME, candidates)
    assert stands_out(named, [reading(read)] if read else []) == far
    many = (*candidates, Candidate(replace(turned, id="u"), 0.7, 0.84, -0.9))
    assert not stands_out(replace(named, candidates=many), [reading(read)] if read else [])
    beside = (*candidates, Candidate(SISTER, 0.7, 0.8, -0.9))
    assert not stands_out(replace(named, candidates=beside), [reading(read)] if read else [])
