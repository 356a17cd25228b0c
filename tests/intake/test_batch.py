import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from forms.geometry import Rect
from forms.model import Role, SignatureLine
from intake import batch
from intake.batch import PageTask, settled
from intake.engines import TextEngine
from intake.executors import Executor, LocalPool, Serial
from intake.ledger import MemoryLedger
from intake.policy import EVERY_LINE, Policy
from intake.sources import Source, expand
from intake.values import (
    Bare,
    Candidate,
    Channel,
    Child,
    Evidence,
    GrayImage,
    IdentifiedBy,
    Identity,
    IdentityState,
    InkMap,
    MarkState,
    PageImage,
    PageKind,
    PageReading,
    PageRef,
    Reason,
    Returns,
    Roster,
    SignatureReading,
    SignatureState,
    SlipReading,
    StrayInk,
    StrayState,
    Template,
    TextGuess,
    TextState,
    Verdict,
)
from tests.intake.readings import name as name_read

SlipMaker = Callable[..., SlipReading]


class NoEngine:
    """Reads nothing."""

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        """Not asked in these tests."""
        raise AssertionError(f"asked to read {len(crops)} lines")


def foreign(page: PageImage, templates: Sequence[Template], roster: Roster, engine: TextEngine) -> PageReading:
    return PageReading(page.ref, PageKind.FOREIGN, (), ())


def trouble(page: PageImage, templates: Sequence[Template], roster: Roster, engine: TextEngine) -> PageReading:
    """A reader with every kind of trouble, told by how dark the page is."""
    shade = int(page.gray[0, 0])
    if shade == 10:
        raise IndexError("a name that must not be seen")
    if shade == 20:
        os._exit(1)
    return foreign(page, templates, roster, engine)


def stack(folder: Path, *shades: int) -> Path:
    images = [Image.fromarray(np.full((200, 200), shade, np.uint8)) for shade in shades]
    path = folder / "stapel.tif"
    images[0].save(path, save_all=True, append_images=images[1:], dpi=(200, 200))
    return path


def read(sources: Sequence[Source], executor: Executor, reader: batch.PageReader) -> list[PageReading]:
    ledger = MemoryLedger()
    task = PageTask((), Roster(()), NoEngine, reader)
    batch.run(sources, task, executor, ledger, policy=EVERY_LINE, progress=lambda done, total: None)
    return list(ledger.pages())


# ---------------------------------------------------------------- every page is accounted for


@pytest.mark.parametrize("make", [Serial, lambda: LocalPool(2)])
def test_every_page_that_goes_in_comes_out_once(make: Callable[[], Executor], tmp_path: Path) -> None:
    stack(tmp_path, 200, 210, 220)
    (tmp_path / "brief.txt").write_text("Ja, ist ok.", encoding="utf-8")
    (tmp_path / "leer.pdf").touch()
    Image.fromarray(np.full((200, 200), 90, np.uint8)).save(tmp_path / "foto.jpg")
    pages = read(expand([tmp_path]).sources, make(), foreign)
    assert [(p.ref.file, p.ref.page, p.kind, p.reasons) for p in pages] == [
        ("brief.txt", 1, PageKind.UNREADABLE, ("unknown_kind",)),
        ("foto.jpg", 1, PageKind.FOREIGN, ()),
        ("leer.pdf", 1, PageKind.UNREADABLE, ("empty_file",)),
        ("stapel.tif", 1, PageKind.FOREIGN, ()),
        ("stapel.tif", 2, PageKind.FOREIGN, ()),
        ("stapel.tif", 3, PageKind.FOREIGN, ()),
    ]


def test_a_page_that_breaks_the_reader_is_a_row_and_the_stack_goes_on(tmp_path: Path) -> None:
    pages = read(expand([stack(tmp_path, 200, 10, 200)]).sources, Serial(), trouble)
    assert [page.kind for page in pages] == [PageKind.FOREIGN, PageKind.UNREADABLE, PageKind.FOREIGN]
    assert pages[1].reasons[0] == "worker_failed"


def test_what_broke_the_reader_is_told_without_naming_a_child(tmp_path: Path) -> None:
    (page,) = read(expand([stack(tmp_path, 10)]).sources, Serial(), trouble)
    assert page.reasons[1].startswith("IndexError:test_batch.py:")
    assert "name" not in " ".join(page.reasons)


def test_a_page_that_kills_its_worker_is_a_row_and_the_stack_goes_on(tmp_path: Path) -> None:
    pages = read(expand([stack(tmp_path, 200, 20, 200, 210)]).sources, LocalPool(2), trouble)
    assert [page.reasons for page in pages] == [(), ("worker_died",), (), ()]


def test_progress_counts_up_to_the_number_of_pages(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    task = PageTask((), Roster(()), NoEngine, foreign)
    sources = expand([stack(tmp_path, 200, 210, 220)]).sources
    batch.run(
        sources,
        task,
        Serial(),
        MemoryLedger(),
        policy=EVERY_LINE,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


# ---------------------------------------------------------------- which files go in


def test_a_file_keeps_the_name_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    stack(tmp_path / "a", 200)
    monkeypatch.chdir(tmp_path)
    assert [source.file for source in expand([Path("a/stapel.tif")]).sources] == ["a/stapel.tif"]
    assert [source.file for source in expand([Path("a")]).sources] == ["stapel.tif"]
    assert [source.file for source in expand([Path()]).sources] == ["a/stapel.tif"]


def test_a_file_given_twice_goes_in_once(tmp_path: Path) -> None:
    path = stack(tmp_path, 200)
    assert len(expand([path, tmp_path, path]).sources) == 1


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for name in ("4a", "4b"):
        (tmp_path / name).mkdir()
        stack(tmp_path / name, 200)
    files = [source.file for source in expand([tmp_path / "4a", tmp_path / "4b"]).sources]
    assert [file.rsplit("/", 2)[1:] for file in files] == [["4a", "stapel.tif"], ["4b", "stapel.tif"]]


def test_litter_of_the_system_is_counted_and_not_read(tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX/._scan.pdf", "scan.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    inputs = expand([tmp_path])
    assert [source.file for source in inputs.sources] == ["scan.pdf"]
    assert len(inputs.litter) == 4


def test_a_hidden_file_that_is_named_is_read(tmp_path: Path) -> None:
    (tmp_path / ".scan.pdf").write_bytes(b"x")
    assert len(expand([tmp_path / ".scan.pdf"]).sources) == 1


def test_a_name_that_is_no_text_can_still_be_written_down(tmp_path: Path) -> None:
    bad = os.fsdecode(b"scan-\xff.pdf")
    try:
        (tmp_path / bad).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    (source,) = expand([tmp_path]).sources
    assert source.file.encode("utf-8") == "scan-�.pdf".encode()


# ---------------------------------------------------------------- several slips for one child


def test_a_single_clear_slip_is_granted(make_slip: SlipMaker, leo: Child) -> None:
    (result,) = settled([make_slip(leo)], EVERY_LINE)
    assert (result.decision.verdict, result.returns, result.duplicate_of) == (Verdict.GIVEN, Returns.ONLY, "")


def test_the_same_slip_scanned_twice_is_one_consent_and_a_duplicate(make_slip: SlipMaker, leo: Child) -> None:
    first, second = settled([make_slip(leo), make_slip(leo, page=4, number=2)], EVERY_LINE)
    assert (first.returns, first.duplicate_of) == (Returns.ONLY, "")
    assert (second.returns, second.duplicate_of) == (Returns.SAME_AGAIN, "stapel.pdf#1#1")
    assert second.decision.verdict is Verdict.GIVEN


@pytest.mark.parametrize("order", [1, -1])
def test_a_yes_and_a_no_for_one_child_both_go_to_a_person(make_slip: SlipMaker, leo: Child, order: int) -> None:
    refusal = make_slip(leo, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED)
    results = settled([make_slip(leo), refusal][::order], EVERY_LINE)
    assert [result.decision.verdict for result in results] == [Verdict.REVIEW, Verdict.REVIEW]
    assert all(Reason.CONTRADICTING_RETURNS in result.decision.reasons for result in results)


def test_a_doubtful_second_slip_takes_the_first_one_along(make_slip: SlipMaker, leo: Child) -> None:
    doubtful = make_slip(leo, page=2, yes=MarkState.CORRECTED)
    results = settled([make_slip(leo), doubtful, make_slip(leo, page=3)], EVERY_LINE)
    assert {result.decision.verdict for result in results} == {Verdict.REVIEW}


def test_slips_of_different_children_do_not_touch(make_slip: SlipMaker, leo: Child, mia: Child) -> None:
    refusal = make_slip(mia, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED)
    given, refused = settled([make_slip(leo), refusal], EVERY_LINE)
    assert (given.decision.verdict, refused.decision.verdict) == (Verdict.GIVEN, Verdict.REFUSED)


def test_slips_nobody_can_name_are_not_duplicates(make_slip: SlipMaker) -> None:
    results = settled([make_slip(None), make_slip(None, page=2)], EVERY_LINE)
    assert [result.returns for result in results] == [Returns.ONLY, Returns.ONLY]


def test_the_policy_may_waive_a_signature(make_slip: SlipMaker, leo: Child) -> None:
    unsigned = make_slip(leo, signed=SignatureState.EMPTY)
    assert settled([unsigned], EVERY_LINE)[0].decision.verdict is Verdict.REVIEW
    lenient = Policy(waived=frozenset({Role.GUARDIAN_SIGNATURE}))
    assert settled([unsigned], lenient)[0].decision.verdict is Verdict.GIVEN


def ink_of(*notes: int) -> InkMap:
    """The ink of one paper, with ten more cells in each of these rows."""
    grid = np.zeros((40, 41), bool)
    grid[5:15, 5:25] = True
    for row in notes:
        grid[row, 5:15] = True
    return InkMap(41, np.packbits(grid).tobytes())


@pytest.mark.parametrize("order", [1, -1])
def test_a_rescan_that_came_out_doubtful_does_not_take_the_consent_away(
    make_slip: SlipMaker, leo: Child, order: int
) -> None:
    clear = replace(make_slip(leo), written=ink_of())
    doubtful = replace(make_slip(leo, page=2, yes=MarkState.UNCLEAR), written=ink_of())
    results = settled([clear, doubtful][::order], EVERY_LINE)[::order]
    assert [result.decision.verdict for result in results] == [Verdict.GIVEN, Verdict.REVIEW]
    assert Reason.CONTRADICTING_RETURNS not in results[0].decision.reasons


@pytest.mark.parametrize("order", [1, -1])
def test_a_rescan_with_an_added_note_takes_the_consent_away(make_slip: SlipMaker, leo: Child, order: int) -> None:
    clear = replace(make_slip(leo), written=ink_of())
    noted = replace(make_slip(leo, page=2, yes=MarkState.UNCLEAR), written=ink_of(25))
    results = settled([clear, noted][::order], EVERY_LINE)
    assert {result.decision.verdict for result in results} == {Verdict.REVIEW}
    assert all(Reason.CONTRADICTING_RETURNS in result.decision.reasons for result in results)


def test_two_images_of_one_paper_that_say_the_opposite_contradict(make_slip: SlipMaker, leo: Child) -> None:
    yes = replace(make_slip(leo), written=ink_of())
    no = replace(make_slip(leo, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED), written=ink_of())
    assert {result.decision.verdict for result in settled([yes, no], EVERY_LINE)} == {Verdict.REVIEW}


def stamped(slip: SlipReading, state: StrayState = StrayState.STAMP) -> SlipReading:
    """The slip with the office's stamp on it."""
    bare = Bare(slip.marks, slip.signatures, slip.texts) if state is StrayState.STAMP else None
    return replace(slip, stray=StrayInk(state, (), {}), bare=bare)


def test_thanks_on_one_slip_say_nothing_against_another(make_slip: SlipMaker, leo: Child) -> None:
    thanked = stamped(make_slip(leo, page=2), StrayState.COURTESY)
    first, second = settled([make_slip(leo), thanked], EVERY_LINE)
    assert (first.decision.verdict, second.decision.verdict) == (Verdict.GIVEN, Verdict.REVIEW)
    both = settled([thanked, replace(thanked, ref=PageRef("stapel.pdf", 3))], EVERY_LINE)
    assert {result.decision.verdict for result in both} == {Verdict.REVIEW}


@pytest.mark.parametrize("order", [1, -1])
def test_a_stamp_on_one_slip_says_nothing_against_another(make_slip: SlipMaker, leo: Child, order: int) -> None:
    clear, marked = settled([make_slip(leo), stamped(make_slip(leo, page=2))][::order], EVERY_LINE)[::order]
    assert (clear.decision.verdict, clear.returns, clear.duplicate_of) == (Verdict.GIVEN, Returns.ONLY, "")
    assert (marked.decision.reasons, marked.duplicate_of) == ((Reason.INK_UNEXPLAINED,), "")


def test_a_stamped_slip_alone_goes_to_a_person(make_slip: SlipMaker, leo: Child) -> None:
    again = [stamped(make_slip(leo, page=page)) for page in (1, 2)]
    assert [(r.decision.verdict, r.returns) for r in settled(again, EVERY_LINE)] == 2 * [(Verdict.REVIEW, Returns.ONLY)]


@pytest.mark.parametrize(
    "other",
    [{"yes": MarkState.EMPTY}, {"yes": MarkState.CORRECTED}, {"signed": SignatureState.UNCLEAR}],
    ids=["no tick", "corrected", "signature"],
)
def test_any_other_doubt_on_a_stamped_slip_takes_the_first_one_along(
    make_slip: SlipMaker, leo: Child, other: dict[str, Any]
) -> None:
    results = settled([make_slip(leo), stamped(make_slip(leo, page=2, **other))], EVERY_LINE)
    assert {result.decision.verdict for result in results} == {Verdict.REVIEW}


def test_a_line_that_is_signed_beside_the_stamp_says_nothing_against_another_slip(
    make_slip: SlipMaker, leo: Child
) -> None:
    over_it = make_slip(leo, page=2, signed=SignatureState.UNCLEAR)
    signed = make_slip(leo).signatures
    first, second = settled(
        [make_slip(leo), replace(over_it, bare=Bare(over_it.marks, signed, over_it.texts))], EVERY_LINE
    )
    assert (first.decision.verdict, second.decision.verdict) == (Verdict.GIVEN, Verdict.REVIEW)


def test_a_filled_pdf_bears_no_stamp_of_the_office(make_slip: SlipMaker, leo: Child) -> None:
    filled = replace(stamped(make_slip(leo, page=2)), channel=Channel.DIGITAL)
    assert {r.decision.verdict for r in settled([make_slip(leo), filled], EVERY_LINE)} == {Verdict.REVIEW}


def signed_by_pupil(slip: SlipReading, state: SignatureState) -> SlipReading:
    """The slip on a form with a line for the pupil, too."""
    line = SignatureLine("pupil_signature", Role.PUPIL_SIGNATURE, Rect(110, 260, 70, 15), "Unterschrift")
    form = replace(slip.form, fields=(*slip.form.fields, line))
    read = SignatureReading(line.name, line.role, state, Evidence(line.place, {}))
    return replace(slip, form=form, signatures=(*slip.signatures, read))


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("state", "verdict"),
    [(SignatureState.EMPTY, Verdict.GIVEN), (SignatureState.UNCLEAR, Verdict.REVIEW)],
)
def test_a_child_that_has_not_signed_yet_says_nothing_against_its_other_slip(
    make_slip: SlipMaker, leo: Child, order: int, state: SignatureState, verdict: Verdict
) -> None:
    whole = signed_by_pupil(make_slip(leo), SignatureState.SIGNED)
    without = signed_by_pupil(make_slip(leo, page=2), state)
    results = settled([whole, without][::order], EVERY_LINE)[::order]
    assert [result.decision.verdict for result in results] == [verdict, Verdict.REVIEW]
    assert [result.duplicate_of for result in results] == ["", ""]


def test_guardians_that_have_not_signed_the_other_slip_hold_back_the_first(make_slip: SlipMaker, leo: Child) -> None:
    without = make_slip(leo, page=2, signed=SignatureState.EMPTY)
    assert {r.decision.verdict for r in settled([make_slip(leo), without], EVERY_LINE)} == {Verdict.REVIEW}


def test_a_no_is_held_back_by_a_stamped_yes(make_slip: SlipMaker, leo: Child) -> None:
    no = make_slip(leo, yes=MarkState.EMPTY, no=MarkState.TICKED)
    results = settled([no, stamped(make_slip(leo, page=2))], EVERY_LINE)
    assert {result.decision.verdict for result in results} == {Verdict.REVIEW}


def test_ink_that_is_no_stamp_takes_the_first_one_along(make_slip: SlipMaker, leo: Child) -> None:
    results = settled([make_slip(leo), stamped(make_slip(leo, page=2), StrayState.FOUND)], EVERY_LINE)
    assert {result.decision.verdict for result in results} == {Verdict.REVIEW}


def test_a_paper_scanned_before_and_after_it_was_stamped_is_one(make_slip: SlipMaker, leo: Child) -> None:
    before = replace(make_slip(leo), written=ink_of())
    after = replace(stamped(make_slip(leo, page=2)), written=ink_of())
    first, second = settled([before, after], EVERY_LINE)
    assert (first.decision.verdict, second.duplicate_of) == (Verdict.GIVEN, "stapel.pdf#1#1")


def unsure(*candidates: tuple[Child, float]) -> Identity:
    """Whose slip it is nobody can tell, but it looks like these; the likeness is the score."""
    likely = tuple(Candidate(child, score, score, 0.0) for child, score in candidates)
    return Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, likely)


def test_an_unsure_refusal_counts_against_the_child_it_looks_like(make_slip: SlipMaker, leo: Child, mia: Child) -> None:
    refusal = make_slip(None, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED, identity=unsure((mia, 0.8), (leo, 0.5)))
    first, other, _ = settled([make_slip(leo), make_slip(mia, page=3), refusal], EVERY_LINE)
    assert (first.decision.verdict, other.decision.verdict) == (Verdict.GIVEN, Verdict.REVIEW)


@pytest.mark.parametrize(
    ("state", "verdict"), [(IdentityState.NO_NAME, Verdict.REVIEW), (IdentityState.UNSURE, Verdict.GIVEN)]
)
def test_a_second_consent_without_a_name_makes_that_of_its_guardians_child_wait(
    make_slip: SlipMaker, leo: Child, state: IdentityState, verdict: Verdict
) -> None:
    line = replace(name_read(TextState.WRITTEN, "Dorfel Moeser"), field="guardian_names", role=Role.GUARDIAN_NAMES)
    named, nameless = make_slip(leo), make_slip(None, page=2, identity=Identity(state, None, IdentifiedBy.NOTHING, ()))
    named = replace(named, texts=(*named.texts, line))
    nameless = replace(nameless, texts=(*nameless.texts, replace(line, text="Dorfel Miser")))
    first, second = settled([named, nameless], EVERY_LINE)
    assert (first.decision.verdict, second.decision.verdict) == (verdict, Verdict.REVIEW)


def test_guardians_too_pale_for_ink_rule_no_child_out(make_slip: SlipMaker, leo: Child, mia: Child) -> None:
    ours, theirs = replace(leo, guardians=("Melanie Friedrich",)), replace(mia, guardians=("Frank Sauerbier",))
    for state, verdict in ((TextState.WRITTEN, Verdict.GIVEN), (TextState.EMPTY, Verdict.REVIEW)):
        line = replace(name_read(state, "Frank Sauerbier"), field="guardian_names", role=Role.GUARDIAN_NAMES)
        refusal = make_slip(None, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED, identity=unsure((ours, 0.6)))
        first, _ = settled([make_slip(ours), replace(refusal, texts=(line,))], EVERY_LINE, (ours, theirs))
        assert first.decision.verdict is verdict


@pytest.mark.parametrize("score", [0.55, 0.48])
def test_an_unsure_refusal_counts_against_a_child_that_is_nearly_as_likely(
    make_slip: SlipMaker, leo: Child, mia: Child, score: float
) -> None:
    refusal = make_slip(
        None, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED, identity=unsure((mia, 0.6), (leo, score))
    )
    first, _ = settled([make_slip(leo), refusal], EVERY_LINE)
    assert first.decision.verdict is Verdict.REVIEW
    assert Reason.CONTRADICTING_RETURNS in first.decision.reasons


def test_of_two_families_with_a_name_in_common_the_line_names_the_one_it_is_far_more_like(
    make_slip: SlipMaker, leo: Child, mia: Child
) -> None:
    luisa, other = (
        replace(leo, guardians=("Melanie Friedrich",)),
        replace(mia, guardians=("Frank und Ulrike Friedrich",)),
    )
    for guardians, verdict in (("Frank Und Urike Friedrich", Verdict.GIVEN), ("Friedrich", Verdict.REVIEW)):
        line = replace(name_read(TextState.WRITTEN, guardians), field="guardian_names", role=Role.GUARDIAN_NAMES)
        refusal = make_slip(None, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED, identity=unsure((luisa, 0.6)))
        first, _ = settled([make_slip(luisa), replace(refusal, texts=(line,))], EVERY_LINE, (luisa, other))
        assert first.decision.verdict is verdict


@pytest.mark.parametrize(
    ("state", "by", "verdict"),
    [
        (TextState.UNREAD, IdentifiedBy.NAME, Verdict.REVIEW),
        (TextState.WRITTEN, IdentifiedBy.NAME, Verdict.GIVEN),
        (TextState.UNREAD, IdentifiedBy.CODE, Verdict.GIVEN),
        (TextState.WRITTEN, IdentifiedBy.GUARDIANS, Verdict.REVIEW),
    ],
)
def test_a_slip_named_by_some_of_its_ink_may_still_be_the_return_of_a_like_child(
    make_slip: SlipMaker, leo: Child, mia: Child, *, state: TextState, by: IdentifiedBy, verdict: Verdict
) -> None:
    known = replace(unsure((mia, 0.7), (leo, 0.6)), state=IdentityState.IDENTIFIED, child=mia, by=by)
    refusal = make_slip(None, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED, identity=known)
    first, second = settled([make_slip(leo), replace(refusal, texts=(name_read(state, "M L"),))], EVERY_LINE)
    assert first.decision.verdict is verdict
    assert second.reading.identity.child == mia


@pytest.mark.parametrize(
    ("read_there", "verdict"),
    [("Rischene", Verdict.REVIEW), ("Rischcne ma", Verdict.REVIEW), ("Bruno", Verdict.GIVEN), ("Ri", Verdict.GIVEN)],
)
def test_a_word_misread_alike_makes_an_unnamed_slip_a_possible_return(
    make_slip: SlipMaker, leo: Child, read_there: str, verdict: Verdict
) -> None:
    named = replace(make_slip(leo), texts=(name_read(TextState.WRITTEN, "Rischene Flopmihk"),))
    lost = replace(make_slip(None, page=2, yes=MarkState.CORRECTED), texts=(name_read(TextState.WRITTEN, read_there),))
    first, second = settled([named, lost], EVERY_LINE)
    assert (first.decision.verdict, second.decision.verdict) == (verdict, Verdict.REVIEW)


def test_a_word_of_a_childs_name_makes_an_unnamed_slip_a_possible_return(make_slip: SlipMaker, leo: Child) -> None:
    child = replace(leo, first_name="Räschener", last_name="Floßmühle")
    lost = replace(make_slip(None, page=2, yes=MarkState.CORRECTED), texts=(name_read(TextState.WRITTEN, "Rischene"),))
    first, _ = settled([make_slip(child), lost], EVERY_LINE)
    assert Reason.CONTRADICTING_RETURNS in first.decision.reasons


def test_a_word_of_a_childs_name_says_nothing_where_the_whole_is_somebody_elses(
    make_slip: SlipMaker, leo: Child, mia: Child
) -> None:
    child = replace(leo, last_name="Schröder")
    words = (name_read(TextState.WRITTEN, "Mia Schreiber"),)
    for likeness, verdict in ((0.95, Verdict.GIVEN), (0.6, Verdict.REVIEW)):
        twins = replace(make_slip(None, page=2, yes=MarkState.EMPTY, identity=unsure((mia, likeness))), texts=words)
        first, _ = settled([make_slip(child), twins], EVERY_LINE)
        assert first.decision.verdict is verdict


@pytest.mark.parametrize(
    ("guardians", "verdict"),
    [
        ("Frank Weber, Ayse Weber", Verdict.GIVEN),
        ("Frnk Wber, Ayse Wber", Verdict.GIVEN),
        ("Olga Wolf", Verdict.REVIEW),
        ("Frank Wolf", Verdict.REVIEW),
        ("Qvx Tzzk", Verdict.REVIEW),
        ("", Verdict.REVIEW),
    ],
)
def test_guardians_of_another_family_tell_that_an_unsure_slip_is_not_the_childs(
    make_slip: SlipMaker, leo: Child, mia: Child, guardians: str, verdict: Verdict
) -> None:
    luisa, other = replace(leo, guardians=("Olga Wolf",)), replace(mia, guardians=("Frank Weber", "Ayse Weber"))
    line = replace(name_read(TextState.WRITTEN, guardians), field="guardian_names", role=Role.GUARDIAN_NAMES)
    refusal = make_slip(None, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED, identity=unsure((luisa, 0.6)))
    refusal = replace(refusal, texts=(line,))
    first, _ = settled([make_slip(luisa), refusal], EVERY_LINE, (luisa, other))
    assert first.decision.verdict is verdict
    unlisted = replace(luisa, guardians=())
    again, _ = settled([make_slip(unlisted), refusal], EVERY_LINE, (unlisted, other))
    assert again.decision.verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    ("read_there", "verdict"),
    [
        ("Hannah", Verdict.GIVEN),
        ("Hanna Wulf", Verdict.GIVEN),
        ("Hxxna", Verdict.REVIEW),
        ("Wolf", Verdict.REVIEW),
        ("Leo Wulf", Verdict.REVIEW),
        ("Leo Hannah", Verdict.REVIEW),
        ("Wolf Wulf", Verdict.REVIEW),  # a first name of the list, but the child's last name as well
        ("Li", Verdict.REVIEW),
        ("", Verdict.REVIEW),
    ],
)
def test_another_first_name_of_the_list_tells_that_an_unsure_slip_is_not_the_childs(
    make_slip: SlipMaker, leo: Child, mia: Child, read_there: str, verdict: Verdict
) -> None:
    brother, sister = (
        replace(child, first_name=first, last_name="Wolf", guardians=("Olga Wolf",))
        for child, first in ((leo, "Leo"), (mia, "Hannah-Li"))
    )
    guardians = replace(name_read(TextState.WRITTEN, "Olga Wolf"), field="guardian_names", role=Role.GUARDIAN_NAMES)
    both = (name_read(TextState.WRITTEN, read_there), guardians)
    named = replace(make_slip(brother), texts=(name_read(TextState.WRITTEN, "Leo Wolf"), guardians))
    refusal = replace(make_slip(None, page=2, yes=MarkState.EMPTY, no=MarkState.TICKED, identity=unsure()), texts=both)
    first, _ = settled([named, refusal], EVERY_LINE, (brother, sister, replace(mia, id="w", first_name="Wolf")))
    assert first.decision.verdict is verdict


@pytest.mark.parametrize(
    ("read_there", "verdict"),
    [
        ("Dopeles Diputier", Verdict.GIVEN),
        ("Dopeles", Verdict.REVIEW),
        ("Mihlgaβchen Dopeles", Verdict.REVIEW),
        ("Dopeles Mühlgäßchen", Verdict.REVIEW),
    ],
)
def test_another_name_of_the_list_tells_that_an_unsure_slip_is_not_the_childs(
    make_slip: SlipMaker, leo: Child, mia: Child, read_there: str, verdict: Verdict
) -> None:
    child = replace(leo, first_name="Mühlgäßchen", last_name="Dößeler")
    other = replace(mia, first_name="Dößeler", last_name="Düßnitzer")
    line = (name_read(TextState.WRITTEN, read_there),)
    unclear = replace(make_slip(None, page=2, yes=MarkState.UNCLEAR, identity=unsure()), texts=line)
    named = replace(make_slip(child), texts=(name_read(TextState.WRITTEN, "Möhlga pchen Dapeles"),))
    first, _ = settled([named, unclear], EVERY_LINE, (child, other))
    assert first.decision.verdict is verdict


@pytest.mark.parametrize("order", [1, -1])
def test_a_refusal_does_not_wait_for_a_slip_that_may_be_the_childs(
    make_slip: SlipMaker, leo: Child, order: int
) -> None:
    refusal = make_slip(leo, yes=MarkState.EMPTY, no=MarkState.TICKED)
    consent = make_slip(None, page=2, identity=unsure((leo, 0.6)))
    results = settled([refusal, consent][::order], EVERY_LINE)[::order]
    assert [result.decision.verdict for result in results] == [Verdict.REFUSED, Verdict.REVIEW]


def test_nor_does_it_speak_louder_than_what_else_the_child_surely_returned(make_slip: SlipMaker, leo: Child) -> None:
    refusal = make_slip(leo, yes=MarkState.EMPTY, no=MarkState.TICKED)
    for other in (make_slip(leo, page=2), make_slip(leo, page=2, yes=MarkState.CORRECTED)):
        results = settled([refusal, other, make_slip(None, page=3, identity=unsure((leo, 0.6)))], EVERY_LINE)
        assert {result.decision.verdict for result in results} == {Verdict.REVIEW}


def test_the_ledger_gives_pages_in_order_however_they_arrive(make_slip: SlipMaker, leo: Child) -> None:
    ledger = MemoryLedger()
    for file, page in (("b.pdf", 1), ("a.pdf", 10), ("a.pdf", 2)):
        ledger.record(PageReading(PageRef(file, page), PageKind.BLANK, (), ()))
    assert [(p.ref.file, p.ref.page) for p in ledger.pages()] == [("a.pdf", 2), ("a.pdf", 10), ("b.pdf", 1)]
    ledger.settle(settled([make_slip(leo, page=9), make_slip(leo, page=2)], EVERY_LINE))
    assert [result.reading.ref.page for result in ledger.results()] == [2, 9]


@pytest.mark.parametrize("no", [MarkState.TICKED, MarkState.CORRECTED])
def test_a_small_no_added_before_the_paper_was_scanned_again_takes_the_consent_away(
    make_slip: SlipMaker, leo: Child, no: MarkState
) -> None:
    first = replace(make_slip(leo), written=ink_of())
    again = replace(make_slip(leo, page=2, no=no), written=ink_of())
    results = settled([first, again], EVERY_LINE)
    assert [result.decision.verdict for result in results] == [Verdict.REVIEW, Verdict.REVIEW]
