"""A run: files in, one reading for every page whatever happens, then what only the whole run can tell."""

import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import NewType

import cv2
from rapidfuzz import fuzz

from forms.model import Role
from intake import pages, unpack
from intake.decide import answer_of, decide
from intake.digital import completed
from intake.engines import TextEngine
from intake.errors import UnreadablePageError
from intake.executors import Executor, Lost
from intake.ledger import Ledger
from intake.policy import Policy
from intake.sources import Cover, Source
from intake.stages.duplicates import same_paper
from intake.stages.match import guardians_likeness, key_of, name_likeness
from intake.unpack import Parcel, Unpacked, Unread
from intake.values import (
    Answer,
    Channel,
    Child,
    CoverNote,
    IdentifiedBy,
    Identity,
    IdentityState,
    PageImage,
    PageKind,
    PageReading,
    PageRef,
    Returns,
    Roster,
    SignatureReading,
    SignatureState,
    SlipReading,
    SlipResult,
    StrayState,
    Template,
    TextState,
    Verdict,
)

WORKER_FAILED = "worker_failed"
"""Something went wrong that nobody thought of."""

WORKER_DIED = "worker_died"
"""The worker ended or got stuck, twice."""

MAIL_WITHOUT_SLIP = "mail_without_slip"
"""Stands on the pages of a mail none of which shows a slip."""

POSSIBLE_LIKENESS = 0.42
"""A slip of unsure identity may be a child's if the writing is this like the name. The right names of the slips left
unsure in the trial series had 0.44 to 0.57, the wrong ones 0.11 to 0.55: most of them are left out."""

POSSIBLE_BEHIND = 0.15
"""And if it is hardly behind the likeliest child: of 24 legible slips left unsure in the trial series the right name
was the likeliest in 22 and 0.03 behind it in the others; names of other children lie 0.2 behind."""

GUARDIANS_LIKENESS, GUARDIANS_LETTERS = 60.0, 6
"""So is one without a name if the guardians' names read as those of a child's other slip, in per cent. Of 712 slips
55 held back no other than 65 did, so the doubt costs nothing."""

SAME_WORD, NAME_WORD, WORD_LETTERS = 75.0, 70.0, 5
"""And so is one of which a single word of so many letters reads as on the child's other slip, for a hand is misread
alike each time, or as in the child's name, in per cent. On 712 slips this held back one consent: of a child whose other
slip, half of its name lost, had a cross for a signature."""

LEGIBLE_LIKENESS = 0.75
"""Unless the writing as a whole is this like some name: then only names like it count, not single words. Of 146 unsure
slips 7 were those of a child who had handed in another; none of these was so like any name."""

FAMILY_LIKENESS, FAMILY_UNLIKE, FAMILY_BEHIND = 0.65, 0.5, 0.25
"""A slip that nobody is sure of is not a child's whose listed guardians are less like those on the slip than the
second, or by more than the third less like them than another family's, if those of a listed family are as like them as
the first. On the seven slips above the child's own were 0.65 like the line, or more; of 32 slips that were only like
another child's, 8 named another family so. On none of 889 lines the child's own lay so far behind."""

FIRST_NAME_LIKE, FIRST_NAME_UNLIKE, FIRST_NAME_LETTERS = 85.0, 60.0, 4
"""Nor is it a child's whose first name is less like each of its words than the second, in per cent, if some listed
child's first name is like one by the first, and the word has so many letters and is not the child's last name: siblings
share last name and guardians, not the first name."""

NAME_LIKE, NAME_BEHIND, NAME_LETTERS = 0.6, 0.2, 6
"""Nor one whose name is so much less like so many letters on the line than that of a listed child which is like them by
the first. Of 180 unsure slips with so like a name in the list the right child's was never so far behind it; once, where
only a first name stood, by 0.15."""

PageReader = Callable[[PageImage, Sequence[Template], Roster, TextEngine], PageReading]
"""What reads one decoded page: `intake.read_slip.read_page`."""

SlipName = NewType("SlipName", str)
"""How a slip is named in the tables: file#page#number."""


@dataclass(frozen=True, slots=True)
class PageJob:
    """One page to read; so little travels to a worker that it may be on another machine."""

    source: Source
    page: int

    @property
    def ref(self) -> PageRef:
        """The page's name in the tables."""
        return PageRef(self.source.file, self.page)


@dataclass(frozen=True, slots=True)
class PageTask:
    """Everything a worker needs to read any page: sent to it once. The engine is loaded there.

    `roots` are certificates, as DER, whose holders may vouch for a signature.
    """

    templates: tuple[Template, ...]
    roster: Roster
    load_engine: Callable[[], TextEngine]
    read: PageReader
    roots: tuple[bytes, ...] = ()

    def __call__(self, job: PageJob) -> PageReading:
        """Read one page; whatever goes wrong becomes a row that a person will see."""
        try:
            cv2.setNumThreads(1)
            page = pages.read_page(job.source, job.page)
            seen = self.read(page, self.templates, self.roster, self.load_engine())
            whole = completed(seen, page, job.source, templates=self.templates, roster=self.roster, roots=self.roots)
            return _with_note(whole, job.source.cover)
        except UnreadablePageError as error:
            return _unreadable(job.ref, error.reason)
        except Exception as error:  # noqa: BLE001 - the one place: a page that breaks the reader is a result
            return _unreadable(job.ref, WORKER_FAILED, _where(error))


def _with_note(page: PageReading, cover: Cover | None) -> PageReading:
    """The page, and on its slips what the mail says that it came with."""
    if cover is None or not cover.objects:
        return page
    return replace(page, slips=tuple(replace(slip, note=CoverNote.OBJECTS) for slip in page.slips))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in, mails and archives taken apart: inputs, and rows for what cannot be one.

    `passed_over` counts by reason what is no return.
    """

    sources: tuple[Source, ...]
    unread: tuple[Unread, ...]
    passed_over: Mapping[str, int]
    mails: int

    @property
    def covers(self) -> Mapping[str, Cover]:
        """The mail that each file came with."""
        return _covers(self.sources, self.unread)


@dataclass(frozen=True, slots=True)
class UnpackTask:
    """Opens parcels into a folder; whatever goes wrong becomes a row that a person will see."""

    folder: Path

    def __call__(self, parcel: Parcel) -> Unpacked:
        """Open one parcel."""
        try:
            return unpack.unpack(parcel, self.folder)
        except Exception as error:  # noqa: BLE001 - as for a page: a mail that breaks the reader is a result
            return unpack.refused(parcel, WORKER_FAILED, _where(error))


def _covers(sources: Iterable[Source], unread: Iterable[Unread]) -> dict[str, Cover]:
    every = (*sources, *(one.source for one in unread))
    return {source.file: source.cover for source in every if source.cover is not None}


def open_mail(sources: Sequence[Source], folder: Path, executor: Executor) -> Delivery:
    """Take mails and archives apart, into a folder that outlives the run's reading of them."""
    plain, unread, closed = list[Source](), list[Unread](), list[Parcel]()
    for source in sources:
        try:
            found = unpack.parcels(source)
        except UnreadablePageError as error:
            unread.append(Unread(source, error.reason))
            continue
        closed += found
        if not found:
            plain.append(source)
    passed_over: Counter[str] = Counter()
    mails = 0
    for answer in executor.run(UnpackTask(folder), closed) if closed else ():
        opened = unpack.refused(answer.job, WORKER_DIED) if isinstance(answer, Lost) else answer
        plain += opened.sources
        unread += opened.unread
        passed_over += opened.passed_over
        mails += opened.mails
    return Delivery(tuple(plain), tuple(unread), dict(passed_over), mails)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A file with its number of pages, or why not one can be read."""

    source: Source
    pages: int
    reason: str


def run(
    sources: Sequence[Source],
    task: PageTask,
    executor: Executor,
    ledger: Ledger,
    *,
    policy: Policy,
    progress: Callable[[int, int], None],
    unread: Sequence[Unread] = (),
) -> None:
    """Read every page of every file, then settle the slips together.

    `progress` is told how many pages are done, and how many there are. `unread` are inputs that have a row already.
    """
    for one in unread:
        ledger.record(_unreadable(PageRef(one.source.file, 1), one.reason))
    jobs = _census(sources, executor, ledger)
    progress(0, len(jobs))
    for done, answer in enumerate(executor.run(task, jobs), start=1):
        ledger.record(_unreadable(answer.job.ref, WORKER_DIED) if isinstance(answer, Lost) else answer)
        progress(done, len(jobs))
    for page in _without_slip(ledger.pages(), _covers(sources, unread)):
        ledger.record(page)
    ledger.settle(settled([slip for page in ledger.pages() for slip in page.slips], policy, task.roster.children))


def _without_slip(pages: Iterable[PageReading], covers: Mapping[str, Cover]) -> list[PageReading]:
    """The foreign and blank pages of mails that brought no slip at all, with that as their reason.

    Somebody who sends the letter and not the slip means to answer; so their mail is not to be taken for post that has
    nothing to do with it.
    """
    by_mail: dict[str, list[PageReading]] = defaultdict(list)
    for page in pages:
        if page.ref.file in covers:
            by_mail[covers[page.ref.file].file].append(page)
    return [
        replace(page, reasons=(*page.reasons, MAIL_WITHOUT_SLIP))
        for every in by_mail.values()
        if not any(page.kind is PageKind.SLIP for page in every)
        for page in every
        if page.kind in {PageKind.FOREIGN, PageKind.BLANK}
    ]


def _census(sources: Sequence[Source], executor: Executor, ledger: Ledger) -> list[PageJob]:
    """The pages of all files, in order; a file without a readable page is recorded as one unreadable page."""
    counts: dict[str, int] = {}
    for answer in executor.run(_count, sources):
        counted = _Counted(answer.job, 0, WORKER_DIED) if isinstance(answer, Lost) else answer
        counts[counted.source.file] = counted.pages
        if not counted.pages:
            ledger.record(_unreadable(PageRef(counted.source.file, 1), counted.reason))
    return [PageJob(source, page) for source in sources for page in range(1, counts[source.file] + 1)]


def _count(source: Source) -> _Counted:
    """Count the pages of one file."""
    try:
        return _Counted(source, pages.count_pages(source), "")
    except UnreadablePageError as error:
        return _Counted(source, 0, error.reason)


def _unreadable(ref: PageRef, *reasons: str) -> PageReading:
    return PageReading(ref, PageKind.UNREADABLE, (), reasons)


def _where(error: Exception) -> str:
    """What a developer needs to know, in one word and without any content of the page."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}:{PurePath(last.filename).name}:{last.lineno}"


# ---------------------------------------------------------------- what only the whole run can tell


def settled(slips: Sequence[SlipReading], policy: Policy, listed: Sequence[Child] = ()) -> list[SlipResult]:
    """Decide every slip, knowing what else came back for the same child, and who is on the class list.

    The same paper scanned twice is one return with two images: one that was read beyond doubt is enough. If two
    returns of one child do not both say the same beyond doubt, no matter which came first or on which form, a person
    has to look at all of them. A slip of unsure identity may be the return of any child it nearly names, or whose
    guardians it names, and counts against that child's consent just the same; a refusal does not wait for it. So may
    one whose child's line counts as not read, though it names a child. One on which no name is written waits for a
    person, whatever it says, and so do the consents of its guardians' children. A settled slip that says the same as an
    earlier one on the same form is marked as its duplicate. Guardians of another family of the list, and another first
    or whole name of it, tell that an unsure slip is not the child's.

    A slip on which the office's stamp is all that makes doubt, or thanks are, says to the others what it would say
    without; one that only the child itself has not signed yet, what it would say if it had. They go to a person
    themselves.
    """
    named = [(slip, slip.identity.child) for slip in slips if slip.identity.child is not None]
    returned: dict[str, list[SlipReading]] = defaultdict(list)
    for slip, child in named:
        returned[child.id].append(slip)
    possible: dict[str, list[SlipReading]] = defaultdict(list)
    for slip in slips:
        if not _is_surely_named(slip):
            others = (child for child in _possible_children(slip, named, listed) if child != slip.identity.child)
            for child in others:
                possible[child.id].append(_as_if_of(slip, child))
    said_surely = {child: _said_together(every, policy) for child, every in returned.items()}
    said = {child: _said_together([*every, *possible[child]], policy) for child, every in returned.items()}
    firsts: dict[tuple[str, str], SlipName] = {}
    results = []
    for slip in slips:
        whose = slip.identity.child
        if whose is None:
            results.append(_result(slip, Returns.ONLY, "", policy))
            continue
        every = [*returned[whose.id], *possible[whose.id]]
        apart = _as_told(slip) is not slip and Verdict.REVIEW in _said_together(every, policy, as_told=False)
        first = name_of(slip) if apart else firsts.setdefault((whose.id, slip.form_id), name_of(slip))
        refuses = decide(slip, Returns.ONLY, policy).verdict is Verdict.REFUSED
        heard = said_surely[whose.id] if refuses else said[whose.id]
        if len(heard) > 1:
            results.append(_result(slip, Returns.CONTRADICTED, "", policy))
        elif first != name_of(slip) and heard != {Verdict.REVIEW}:
            results.append(_result(slip, Returns.SAME_AGAIN, first, policy))
        else:
            results.append(_result(slip, Returns.ONLY, "", policy))
    return results


def _said_together(returns: Sequence[SlipReading], policy: Policy, *, as_told: bool = True) -> set[Verdict]:
    """What all returns of one child say, each paper once: more than one verdict is a contradiction.

    `as_told` if each counts for what it says to the others, not for what it is decided to say itself.
    """
    papers: list[list[SlipReading]] = []
    for slip in returns:
        again = next((paper for paper in papers if _is_rescan(slip, paper[0])), None)
        if again is None:
            papers.append([slip])
        else:
            again.append(slip)
    together: set[Verdict] = set()
    for paper in papers:
        said = [_as_told(image) for image in paper] if as_told else paper
        verdicts = {decide(image, Returns.ONLY, policy).verdict for image in said}
        objected = any(image.note is not CoverNote.NONE for image in paper)
        together |= verdicts if objected else verdicts - {Verdict.REVIEW} or verdicts
    return together


def _as_told(slip: SlipReading) -> SlipReading:
    """The slip as it counts for the child's other slips; itself where that is no different.

    As if nobody had stamped it, and nobody said thank you, unless it is a filled PDF: that is no stamp of the office,
    and holds what it says. And as if the child had signed that has not: it is its guardians whose second thoughts would
    show so.
    """
    if slip.channel is not Channel.DIGITAL:
        if slip.stray.state in {StrayState.STAMP, StrayState.COURTESY}:
            slip = replace(slip, stray=replace(slip.stray, state=StrayState.NONE))
        if slip.bare is not None:
            slip = replace(slip, marks=slip.bare.marks, signatures=slip.bare.signatures, texts=slip.bare.texts)
    if any(_to_sign_yet(line) for line in slip.signatures):
        lines = (replace(s, state=SignatureState.SIGNED) if _to_sign_yet(s) else s for s in slip.signatures)
        slip = replace(slip, signatures=tuple(lines))
    return slip


def _to_sign_yet(line: SignatureReading) -> bool:
    return line.role is Role.PUPIL_SIGNATURE and line.state is SignatureState.EMPTY


def _is_rescan(slip: SlipReading, other: SlipReading) -> bool:
    """Whether two slips are one paper, on which the boxes say the same both times, as far as they could be read.

    A filled PDF is no paper: two files may show the same and yet hold different things.
    """
    if Channel.DIGITAL in {slip.channel, other.channel}:
        return False
    said = {answer_of(one.rule, one.marks) for one in (slip, other)} - {Answer.UNCLEAR}
    return len(said) <= 1 and slip.form_id == other.form_id and same_paper(slip.written, other.written)


def _is_surely_named(slip: SlipReading) -> bool:
    """Whether a slip can be nobody else's return: not if its name was read from some of the ink only, or is pale, or
    told by the guardians' help.
    """
    if slip.identity.child is None or slip.identity.by is IdentifiedBy.GUARDIANS:
        return False
    read = all(text.state is not TextState.UNREAD for text in slip.texts if text.role is Role.CHILD_NAME)
    return read or slip.identity.by is not IdentifiedBy.NAME


def _possible_children(
    slip: SlipReading, named: Sequence[tuple[SlipReading, Child]], listed: Sequence[Child]
) -> Iterable[Child]:
    """The children whose return a slip may be that names nobody surely: by name, a word of it, or guardians."""
    legible = max((c.likeness for c in slip.identity.candidates), default=0.0) >= LEGIBLE_LIKENESS
    best = max((c.score for c in slip.identity.candidates), default=0.0)
    likely = {
        c.child.id: c.child
        for c in slip.identity.candidates
        if c.likeness >= POSSIBLE_LIKENESS and c.score >= best - POSSIBLE_BEHIND
    }
    guardians = key_of(_guardians(slip))
    for other, child in named:
        known = key_of(_guardians(other))
        enough = min(len(guardians), len(known)) >= GUARDIANS_LETTERS
        same_guardians = enough and fuzz.ratio(guardians, known) >= GUARDIANS_LIKENESS
        if same_guardians or (not legible and _shares_a_word(slip, other, child)):
            likely[child.id] = child
    elsewhere = _of_another_family(slip, listed) | _of_another_first_name(slip, listed) | _of_another_name(slip, listed)
    return [child for child in likely.values() if child.id not in elsewhere]


def _of_another_family(slip: SlipReading, listed: Sequence[Child]) -> set[str]:
    """Whose slip it is not, by id: the line of the guardians names others of the list.

    What is too pale for ink was read there for doubt alone, and rules nobody out.
    """
    line = " ".join(t.text for t in slip.texts if t.role is Role.GUARDIAN_NAMES and t.state is not TextState.EMPTY)
    if len(key_of(line)) < GUARDIANS_LETTERS:
        return set()
    likeness = {child.id: guardians_likeness([line], child.guardians) for child in listed if child.guardians}
    best = max(likeness.values(), default=0.0)
    if best < FAMILY_LIKENESS:
        return set()
    return {child for child, like in likeness.items() if like < max(FAMILY_UNLIKE, best - FAMILY_BEHIND)}


def _of_another_first_name(slip: SlipReading, listed: Sequence[Child]) -> set[str]:
    """Whose slip it is not, by id: the line of the child bears another first name of the list."""
    words = [key_of(word) for word in _text_of(slip, Role.CHILD_NAME).replace("-", " ").split()]
    whole = [word for word in words if len(word) >= FIRST_NAME_LETTERS]
    told = [word for word in whole if any(_like_first_name([word], child) >= FIRST_NAME_LIKE for child in listed)]
    others = [child for child in listed if _like_first_name(words, child) < FIRST_NAME_UNLIKE]
    return {
        child.id
        for child in others
        if told and not any(fuzz.ratio(word, key_of(child.last_name)) >= FIRST_NAME_LIKE for word in told)
    }


def _of_another_name(slip: SlipReading, listed: Sequence[Child]) -> set[str]:
    """Whose slip it is not, by id: the line of the child is clearly more like another name of the list, and has no word
    like its first name.
    """
    line = _text_of(slip, Role.CHILD_NAME)
    text, words = key_of(line), [key_of(word) for word in line.replace("-", " ").split()]
    likeness = {child.id: name_likeness(line, child) for child in listed}
    best = max(likeness.values(), default=0.0)
    if len(text) < NAME_LETTERS or best < NAME_LIKE:
        return set()
    called = {child.id for child in listed if _like_first_name(words, child) >= FIRST_NAME_LIKE}
    return {child for child, like in likeness.items() if like <= best - NAME_BEHIND} - called


def _like_first_name(words: Sequence[str], child: Child) -> float:
    """How like one of the words is to a child's first name, or to one of several, in per cent."""
    names = [key_of(name) for name in (child.first_name, *child.first_name.replace("-", " ").split())]
    return max((fuzz.ratio(word, name) for word in words for name in names), default=0.0)


def _shares_a_word(slip: SlipReading, other: SlipReading, child: Child) -> bool:
    """Whether a word of the child's name on a slip reads as on another of its slips, or as the name itself."""
    words = _words(_text_of(slip, Role.CHILD_NAME))
    return _alike(words, _words(_text_of(other, Role.CHILD_NAME)), SAME_WORD) or _alike(
        words, _words(child.name), NAME_WORD
    )


def _words(text: str) -> list[str]:
    return [key for key in map(key_of, text.replace("-", " ").split()) if len(key) >= WORD_LETTERS]


def _alike(words: Sequence[str], others: Sequence[str], least: float) -> bool:
    return any(fuzz.ratio(word, other) >= least for word in words for other in others)


def _guardians(slip: SlipReading) -> str:
    return _text_of(slip, Role.GUARDIAN_NAMES)


def _text_of(slip: SlipReading, role: Role) -> str:
    return " ".join(text.text for text in slip.texts if text.role is role)


def _as_if_of(slip: SlipReading, child: Child) -> SlipReading:
    """What the slip would say if it were this child's; one that names nobody at all says nothing yet."""
    if slip.identity.state is IdentityState.NO_NAME:
        return slip
    return replace(slip, identity=Identity(IdentityState.IDENTIFIED, child, IdentifiedBy.NAME, ()))


def _result(slip: SlipReading, returns: Returns, duplicate_of: str, policy: Policy) -> SlipResult:
    return SlipResult(slip, returns, duplicate_of, decide(slip, returns, policy))


def name_of(slip: SlipReading) -> SlipName:
    """The slip's name in the tables."""
    return SlipName(f"{slip.ref.file}#{slip.ref.page}#{slip.number}")
