"""Whose name is it: a reading is matched against the class list, never taken for a name by itself.

Two opinions are asked about every child: how like the text read is to the name (edit similarity, which forgives
missing ink), and how well the name explains the frames of the recogniser (CTC forward score, which knows what else
each letter might have been). Only if both name the same child, well and well before the next one, and neither its
first nor its last name is unlike what was read, is it identified.
"""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel, Levenshtein
from rapidfuzz.process import cdist

from intake.first_names import FIRST_NAMES
from intake.last_names import LAST_NAMES
from intake.values import (
    Candidate,
    Child,
    IdentifiedBy,
    Identity,
    IdentityState,
    Mask,
    Posteriors,
    TextGuess,
    TextState,
)

Scores = npt.NDArray[np.float64]
"""Shape (children,)."""

SHOWN = 3
"""How many candidates a person is offered."""

LEAST_CHANCE = 3e-5
"""Floor of a letter's chance in a frame; between 3e-5 and 2e-2 it made no difference on real names."""

RATIO_FLOOR = -8.0
"""A log-ratio below this says "not this name", no matter how far below."""

RATIO_WEIGHT = 0.1
"""Likeness and log-ratio are ranked as likeness + 0.1 * log-ratio: the best top-1 on 800 names (.973)."""

OWN_LETTER = str.maketrans(
    {"ı": "i", "İ": "I", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "þ": "th"}
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)
"""Letters that Unicode does not take apart."""

TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "AE", "Ö": "OE", "Ü": "UE"})

SHARP_S = ("ss", "b", "p", "s")
"""What ß is written or read as; on 1,200 German words the recogniser's commonest slip was ß for B."""

ASKED = 60
"""The CTC score is asked for this many likest children: with 800 names it would cost as much as the recogniser."""

STRANGER_LIKENESS = 0.5
STRANGER_RATIO = -3.0
LEGIBLE_SCORE = 0.8
LEGIBLE_LETTERS = 8
"""So many letters well read, and unlike every name of the list, are a name not listed; anything else is only unsure."""
NEAR_NAME, NEAR_SCORE, SURE_SCORE, VARIED_LEAD = 0.6, 0.55, 0.9, 0.15
"""A name that variations of a line tell has to be so like a reading of the line itself that is so sure of its letters,
and no reading as sure as the third; and so far before the next: twelve right ones were 0.62 like and 0.61 sure, or
more, 0.88 at the most, and 0.21 before the next. A photo that showed nobody's name had named a child: 0.57 like a
reading that was 0.36 sure, and 0.09 before the next. Of four children taken off their lists whose line had named
another two had been read as surely as that."""

LETTER_FOR_DIGIT = str.maketrans("015689", "OISGBG")


@dataclass(frozen=True, slots=True, eq=False)
class Spellings:
    """Ways to write names: `keys[i]` is a way to write the name of child number `owners[i]`."""

    keys: tuple[str, ...]
    owners: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The names that may stand on a slip, prepared once for a roster."""

    children: tuple[Child, ...]
    whole: Spellings
    first_only: Spellings

    @property
    def of_class(self) -> bool:
        """Whether there are no more than a class has."""
        return len(self.children) <= CLASS_SIZE


@dataclass(frozen=True, slots=True)
class Bar:
    """What a match has to reach; see `docs/names.md` for the measurement.

    `likeness` and `log_ratio` ask whether this is the name at all; the others, whether it is not somebody else's. Both
    opinions must put the child first, by `likeness_margin` and `log_ratio_margin`, and both together by `lead`, in
    likeness + 0.1 * log-ratio: the one may make up for the other there.
    """

    likeness: float
    likeness_margin: float
    log_ratio: float
    log_ratio_margin: float
    lead: float


WHOLE_BAR = Bar(likeness=0.45, likeness_margin=0.05, log_ratio=-1.3, log_ratio_margin=0.5, lead=0.20)
"""For first and last name, in either order, on the list of a class. Of 877 names .948 were identified, none wrongly;
with the child taken off the list, 7 of 908 slips were taken for another. On the seeds that chose it, a log-ratio down
to -1.5 identified no more, but took a sibling put in the child's place 404 times of 3,030 (263 at -1.3)."""

CLASS_SIZE = 60
SCHOOL_BAR = Bar(likeness=0.60, likeness_margin=0.05, log_ratio=-0.8, log_ratio_margin=0.5, lead=0.20)
"""For a list longer than that. With 1,049 names 742 of 877 were identified, none wrongly; with the child taken off the
list 26 of 908 slips were taken for another: 20 with the same two names the other way round, others one letter apart."""

TOGETHER_LEAD = 0.1
"""By all readings together nobody else may be nearly as likely as the child that one of them names. Of 1,493 children
named one led by less (0.09), none wrongly; of four later series one was named that led by 0.01: another's."""

WORD_LIKENESS = 0.4
"""A last name alone is shared by many: the less like of first and last name must be this like its part of some reading.
Where it was less, only one of the two names could be read; without this test, 10 of 908 slips whose child was taken off
the list were taken for another, and 153 of 28,148 on the lists of other classes, with it 7 and 118."""

FIRST_BAR = Bar(likeness=0.90, likeness_margin=0.30, log_ratio=-0.5, log_ratio_margin=1.0, lead=0.40)
"""For a slip that bears the first name only: hardly anything may be misread, and nobody may have a like name."""

LONGER = 1.3
"""And no crop shows so many times its letters, and one: else a word is missing from the crop that reads like it."""

AGREES_LIKENESS, AGREES_LOG_RATIO, AGREES_WORD = 0.75, -1.3, 0.6
"""What is printed as the name of a code's child must read like it, in both of its names."""

TEXT_ONLY_BAR = Bar(likeness=0.97, likeness_margin=0.15, log_ratio=-np.inf, log_ratio_margin=-np.inf, lead=0.15)
"""For text without posteriors (typed, or from an engine that tells no more): one opinion only, so nearly exact."""


SIBLING_BEHIND, POOR_RATIO = 0.10, -0.8
"""A name is not believed if the same last name with a frequent first name, or one of the list, fits better by more than
this in likeness + 0.1 * log-ratio. Of 776 children named rightly 7 lie below; Lena and Leo, who are not listed, are not
taken for Lea who is. Where the name explains the frames worse than the second, nothing may fit better: "Melrne
Hoffmann", Mehmet's, who was not listed, was Amelie's 0.09 behind Melina's."""

SCHOOL_SECOND_RATIO = -0.25
"""What the second recogniser names on the list of a school has to explain the frames so well: of 242 slips each of two
series, by writers that it had not seen, it named eight more, of which four had less (-0.76 to -0.42). With the
children taken off the list, which is full of children who share a name with them, it named six, of which five had
-0.76 to -0.42; the sixth, with -0.21, bears the two names the other way round, beside other guardians."""

DOUBT_BAR = Bar(likeness=0.45, likeness_margin=0.0, log_ratio=POOR_RATIO, log_ratio_margin=-np.inf, lead=0.30)
"""For a name that did not reach the others but stands alone: far before everybody on the list, and before every name
that shares a word with it (`DECOY_LEAD`). With a log-ratio down to -2.4 one of 820 children taken off their lists was
named, and one of 40 on no list; none so."""

FAMILY_BAR = Bar(likeness=0.45, likeness_margin=0.0, log_ratio=POOR_RATIO, log_ratio_margin=-np.inf, lead=0.08)
"""The same where the guardians' line names the guardians of this child and of nobody else (but siblings)."""

GUARDIANS_LIKENESS, GUARDIANS_LEAD = 0.55, 0.10
"""A line names a family if it is so like its guardians' names, and by so much less like all others: on two seeds the
right family came first on 493 of 500 lines."""

OWN_GUARDIANS, OTHER_GUARDIANS = 0.65, 0.25
"""The line is so like the guardians of the child, and by so much less like those of another, that the other is none of
theirs: among namesakes, and the same two names the other way round, the guardians decide."""

BESIDE_GUARDIANS, BESIDE_LIKENESS, BESIDE_LEAD, BESIDE_DECOYS = 0.9, 0.7, 0.20, 0.10
"""Beside guardians who are so like its own a name, or a first name alone, is a child's if it is so like what was read,
and so far before other children of such guardians, and before frequent first names and those of the list. On 1,644
slips of six series 1,308 children are told so, none wrongly, nine of them that had been left unsure; of 3,288 siblings
put in their places none. A likeness of 0.6 takes one of these for another, a lead of 0.05 before first names another,
and neither tells more that are unsure. With the children taken off their lists nobody is told on the lists of their
classes, nor on those of others; on lists of 800 nobody, one with 0.85, three with 0.8 and eleven with 0.65."""

TURNED_LEAD, TURNED_GUARDIANS = 0.15, 0.8
"""On the list of a school a name without a comma that reads by so much more like the last name before the first is
believed only if the guardians' line, in some rendering, is so like the listed ones: if Martin Paul is on the list, and
Paul Martin not, it may be either. Of 20 children of one series who were on no list one had been named so on a list of
800, and of 40 later ones another beside guardians of whom one name is the listed one's (0.69 like them). Of 52
children of six series who wrote their names so seven are in doubt for it, five with 0.45 and the first rendering."""

BOTH_LIKENESS = 0.6
"""A reading that is so like both words shows more than a first name. Of 48 first names written alone, in ten series, no
reading was so like the last name of anybody of their class (0.5 at most), and five were like a frequent one."""

FIRST_NAME_SUPPORT, OTHER_LAST_NAME = 0.55, 0.15
"""A first name alone is believed only if the guardians' line, where anything was read on it, bears the last name of the
child or its listed guardians, so like, and no frequent last name, nor one of the list, is by so much more like it. Of
278 lines of two series 262 bear their own child's, and 1 in 70 another's. A child on no list had named the one who
bears its first name."""

PLAIN_LIKENESS = 0.9
"""On the list of a class, so like a reading is a name that is believed beside any guardians. Of 40 children on no list
one, whose two names a listed child bears the other way round, had been named for it (0.75), beside its own guardians,
plainly read; of 20 more another one on the list of a school, read as well as that: its last name stood first."""
OTHERS_RATIO = -2.5
"""Guardians whose names explain the frames of their line so well are not others, however it was read: of 362 lines of
two series six seemed to be, of which three had -1.2 to -2.2 and three hold notes; of the names of 11,375 other
guardians of the same class none had as much, and 4 in 10,000 more than -3."""
SCHOOL_GUARDIANS = 0.65
"""On the list of a school plainly read guardians have to be so like the listed ones: that child's were 0.60 like those
of the other. Of 1,392 lines 64 in 1,000 are less like their own, and bear no name of the child, plainly read or not."""

SIBLING_LEAD = 0.20
DECOY_LEAD = 0.10
HINTED_LEAD = 0.05
"""How far a doubtful name has to be before siblings on the list, before names that might be meant instead, and, where
only one hint says the class, before the next child of the school."""


def vocabulary_of(children: Sequence[Child]) -> Vocabulary:
    """Prepare the roster, or the class of it that the slip must come from."""
    every = tuple(children)
    return Vocabulary(every, _spellings([_whole_names(c) for c in every]), _spellings([[c.first_name] for c in every]))


def identify(
    state: TextState, guesses: Sequence[TextGuess], vocabulary: Vocabulary, *, complete: bool = True
) -> Identity:
    """Say whose name the line bears, if it is beyond doubt, and who else it may be.

    Args:
        state: What the line shows; only an empty line is NO_NAME.
        guesses: Readings of one line (several crops, several engines); for each child the best one counts.
        vocabulary: The names that may stand there.
        complete: Whether these are all readings of the line; only then may a first name stand there alone, for a crop
            may lack a word.
    """
    if not vocabulary.children:
        return _nobody(IdentityState.NO_ROSTER)
    if state is TextState.EMPTY:
        return _nobody(IdentityState.NO_NAME)
    if not guesses or state is TextState.UNREAD:
        return _nobody(IdentityState.UNSURE)
    count = len(vocabulary.children)
    whole = [_opinions(guess, vocabulary.whole, count) for guess in guesses]
    named = {
        child
        for child in _named(guesses, whole, WHOLE_BAR if vocabulary.of_class else SCHOOL_BAR)
        if _both_words_read(guesses, vocabulary.children[child]) and _is_no_sibling(guesses, whole, child, vocabulary)
    }
    if len(named) == 1:
        identified = _identified(_best_of(whole), next(iter(named)), vocabulary.children)
        if _lead_of(identified) >= TOGETHER_LEAD:
            return identified
    asked = guesses if complete and not named else ()
    first = [_opinions(guess, vocabulary.first_only, count) for guess in asked]
    by_first = {child for child in _named(asked, first, FIRST_BAR) if _one_word(guesses, vocabulary.children[child])}
    if len(by_first) == 1:
        return _identified(_best_of(first), next(iter(by_first)), vocabulary.children)
    candidates = _candidates(_best_of(whole), vocabulary.children)
    unlike = candidates[0].likeness < STRANGER_LIKENESS and candidates[0].log_ratio < STRANGER_RATIO
    legible = any(is_legible(guess, LEGIBLE_SCORE) for guess in guesses)
    doubt = IdentityState.NOT_LISTED if unlike and legible else IdentityState.UNSURE
    return Identity(doubt, None, IdentifiedBy.NOTHING, candidates)


def named_by_code(
    child: Child, guesses: Sequence[TextGuess], vocabulary: Vocabulary, *, written_over: bool
) -> Identity:
    """The child of a genuine code, unless something else than its name stands on the line.

    The name is printed there, so that every reading is like it: one that is not is another name, or was written over.
    A line of which nothing was read does not speak against the code. `written_over` says that there is ink beside the
    printed letters: what was read may then be theirs, and says nothing about that ink.
    """
    first = Candidate(child, 1.0, 1.0, 0.0)
    if not guesses:
        state = IdentityState.CONTRADICTED if written_over else IdentityState.IDENTIFIED
        return _coded(state, child, (first,))
    opinions = _best_of([_opinions(guess, vocabulary.whole, len(vocabulary.children)) for guess in guesses])
    others = [c for c in _candidates(opinions, vocabulary.children) if c.child != child]
    first = replace(first, score=max([1.0, *(c.score for c in others)]))
    agrees = not written_over and _reads_as(child, guesses, opinions, vocabulary)
    return _coded(IdentityState.IDENTIFIED if agrees else IdentityState.CONTRADICTED, child, (first, *others))


def _coded(state: IdentityState, child: Child, candidates: tuple[Candidate, ...]) -> Identity:
    if state is IdentityState.IDENTIFIED:
        return Identity(state, child, IdentifiedBy.CODE, candidates)
    return Identity(state, None, IdentifiedBy.NOTHING, candidates)


def _reads_as(child: Child, guesses: Sequence[TextGuess], opinions: "_Opinions", vocabulary: Vocabulary) -> bool:
    """Whether both opinions find the child's name on the line; text without posteriors has one opinion only."""
    own = vocabulary.children.index(child)
    doubted = any(guess.posteriors is not None for guess in guesses)
    return bool(
        opinions.likeness[own] >= AGREES_LIKENESS
        and (opinions.log_ratio[own] >= AGREES_LOG_RATIO or not doubted)
        and any(_worse_word(guess.text, child) >= AGREES_WORD for guess in guesses)
    )


def unsure_between(children: Sequence[Child], named: Identity) -> Identity:
    """Nobody for certain: the slip may be that of each child whose code is on it, and of whoever the writing names."""
    coded = tuple(Candidate(child, 1.0, 1.0, 0.0) for child in children)
    others = tuple(c for c in named.candidates if c.child not in children)
    return Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, (*coded, *others))


def _named(guesses: Sequence[TextGuess], opinions: Sequence["_Opinions"], bar: Bar) -> set[int]:
    """The children that a guess, or the best of all, names beyond doubt; more than one is a contradiction."""
    found: set[int] = set()
    if not guesses:
        return found
    for guess, opinion in zip(guesses, opinions, strict=True):
        if opinion.clears(bar if guess.posteriors is not None else TEXT_ONLY_BAR):
            found.add(opinion.best)
    together = _best_of(opinions)
    if all(guess.posteriors is not None for guess in guesses) and together.clears(bar):
        found.add(together.best)
    return found


# ---------------------------------------------------------------- a name that nobody else can have


def identify_alone(
    identity: Identity, guesses: Sequence[TextGuess], vocabulary: Vocabulary, guardians: Sequence[TextGuess]
) -> Identity:
    """What `identify` left unsure after all crops: a doubtful name that can be nobody else's, by its own lead or with
    the help of the guardians' line.

    The guardians say the family, never which child of it: the name itself has to say that, also before siblings who
    are not on the list. Nobody is named because everybody else is not.
    """
    if identity.state is not IdentityState.UNSURE or not guesses or any(guess.posteriors is None for guess in guesses):
        return identity
    children = vocabulary.children
    opinions = [_opinions(guess, vocabulary.whole, len(children)) for guess in guesses]
    likeness = np.array([_guardians_likeness(guardians, child.guardians) for child in children])
    together = _best_of(opinions)
    best = int(np.lexsort((likeness, together.score))[-1])
    contradicted = _named(guesses, opinions, WHOLE_BAR) - {best}
    said, family = _family_of(best, likeness, children)
    if contradicted or not _both_words_read(guesses, children[best]):
        return identity
    others = _of_other_guardians(best, likeness, children)
    siblings_behind = _lead_in(together.score, best, family & ~others) >= SIBLING_LEAD
    by_family = said is _Family.NAMED and siblings_behind and together.without(others).clears(FAMILY_BAR)
    lasts = frozenset() if by_family else LAST_NAMES | {other.last_name for other in children}
    decoys = _decoys_of(children[best], vocabulary, lasts)
    unlike = _are_others(guardians, children[best])
    clear = by_family or (said is not _Family.ANOTHER and not unlike and together.clears(DOUBT_BAR))
    if clear and _ahead_of(guesses, float(together.score[best]), decoys) >= DECOY_LEAD:
        return _identified(together, best, children)
    return identity


def named_beside(
    identity: Identity, guesses: Sequence[TextGuess], vocabulary: Vocabulary, guardians: Sequence[TextGuess]
) -> Identity:
    """What is left unsure after all: a child whose first name, or whole name, was read beside its own guardians.

    They say the family, also among children who share a first name; which child of it, listed or not, the child's line
    has to say. Neither is enough alone, so that a person is asked to confirm it; and the candidates stay as likely by
    their whole names as they were, for the slip may still be another's.

    Args:
        identity: What is known without the guardians.
        guesses: All readings of the child's line.
        vocabulary: The names that may stand there.
        guardians: All readings of the guardians' line that do not object.
    """
    children = vocabulary.children
    if identity.state not in {IdentityState.UNSURE, IdentityState.NOT_LISTED} or not guesses:
        return identity
    likeness = np.array([_guardians_likeness(guardians, child.guardians) for child in children])
    if likeness.max(initial=0.0) < BESIDE_GUARDIANS:
        return identity
    asked = np.flatnonzero(likeness > likeness.max() - OTHER_GUARDIANS)
    family = [children[i] for i in asked]
    names = _spellings([[child.first_name, *_whole_names(child)] for child in family])
    together = _best_of([_opinions(guess, names, len(family)) for guess in guesses])
    best, child = together.best, family[together.best]
    if (
        likeness[asked[best]] < BESIDE_GUARDIANS
        or together.likeness[best] < BESIDE_LIKENESS
        or _lead(together.score, best) < BESIDE_LEAD
        or _ahead_of(guesses, float(together.score[best]), _first_decoys_of(child, vocabulary)) < BESIDE_DECOYS
    ):
        return identity
    whole = _best_of([_opinions(guess, vocabulary.whole, len(children)) for guess in guesses])
    likely = [candidate for candidate in identity.candidates if candidate.child == child]
    others = [candidate for candidate in identity.candidates if candidate.child != child]
    shown = (*(likely or [_candidate(whole, int(asked[best]), children)]), *others)[:SHOWN]
    return Identity(IdentityState.IDENTIFIED, child, IdentifiedBy.GUARDIANS, shown)


def unless_turned_around(
    identity: Identity, guesses: Sequence[TextGuess], vocabulary: Vocabulary, guardians: Sequence[TextGuess]
) -> Identity:
    """The identity, but unsure if on a long list the name is written the other way round, and of other guardians."""
    child = identity.child
    if child is None or not child.guardians or vocabulary.of_class:
        return identity
    texts = [key_of(guess.text) for guess in guesses]
    as_listed, turned = (
        max((Indel.normalized_similarity(text, key_of(name)) for text in texts), default=0.0)
        for name in (f"{child.first_name} {child.last_name}", f"{child.last_name} {child.first_name}")
    )
    said = any("," in guess.text for guess in guesses)
    if said or turned < as_listed + TURNED_LEAD or _guardians_likeness(guardians, child.guardians) >= TURNED_GUARDIANS:
        return identity
    return Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, identity.candidates)


def unless_of_others(
    identity: Identity, guesses: Sequence[TextGuess], vocabulary: Vocabulary, guardians: Sequence[TextGuess]
) -> Identity:
    """The identity, but unsure if only a first name is written, and the line of the guardians bears other names."""
    child = identity.child
    texts = [guess.text for guess in guardians if key_of(guess.text)]
    if child is None or not texts or not bears_first_name_only(guesses, child):
        return identity
    likeness = {
        name: max(_likeness_of_words(text, name) for text in texts)
        for name in LAST_NAMES | {other.last_name for other in vocabulary.children}
    }
    own = max(likeness[child.last_name], guardians_likeness(texts, child.guardians))
    if own >= FIRST_NAME_SUPPORT and max(likeness.values()) <= own + OTHER_LAST_NAME:
        return identity
    return Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, identity.candidates)


def unless_plainly_of_others(identity: Identity, guardians: Sequence[TextGuess], vocabulary: Vocabulary) -> Identity:
    """The identity, but unsure if a name that is not plainly read stands beside plainly read guardians who are neither
    listed with the child nor bear its last name; on the list of a school, which has many names, however it is read.
    """
    child = identity.child
    if child is None:
        return identity
    others = _are_others if vocabulary.of_class else partial(_are_unlike, least=SCHOOL_GUARDIANS)
    if not others(guardians, child):
        return identity
    likeness = [candidate.likeness for candidate in identity.candidates if candidate.child == child]
    bears = max((_likeness_of_words(guess.text, child.last_name) for guess in guardians), default=0.0)
    plain = vocabulary.of_class and max(likeness, default=1.0) >= PLAIN_LIKENESS
    if plain or bears >= FIRST_NAME_SUPPORT:
        return identity
    return Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, identity.candidates)


def unless_of_another_class(identity: Identity, classes: Collection[str], vocabulary: Vocabulary) -> Identity:
    """The identity, but unsure if the slip or its folder says `classes`, none of them the child's, and the name is not
    plainly read: on the list of a school somebody else may have nearly this name. A class says nothing on its own list.

    Of 40 children on no list Jößnitzer Dößeler, of 3a, whose guardians' line is empty, had been named for Gößnitzer
    Dößeler of 10a.
    """
    child = identity.child
    if child is None or vocabulary.of_class or not classes or child.school_class in classes:
        return identity
    likeness = [candidate.likeness for candidate in identity.candidates if candidate.child == child]
    if max(likeness, default=1.0) >= PLAIN_LIKENESS:
        return identity
    return Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, identity.candidates)


def is_well_explained(identity: Identity, vocabulary: Vocabulary) -> bool:
    """Whether the frames of the line, as some recogniser saw them, are well explained by the name of the child: on the
    list of a school very well, for there somebody else may have nearly this name.
    """
    least = POOR_RATIO if vocabulary.of_class else SCHOOL_SECOND_RATIO
    ratios = [candidate.log_ratio for candidate in identity.candidates if candidate.child == identity.child]
    return any(ratio >= least for ratio in ratios)


def stands_out(identity: Identity, guardians: Sequence[TextGuess]) -> bool:
    """Whether the child is as far before all others as a name has to be that stands alone; but for those whose
    guardians the line clearly does not name, as it does the child's own.

    Of two children with nearly the same two names, the other way round, one had been left unsure beside its own
    guardians, plainly read.
    """
    child = identity.child
    if child is None:
        return False
    everybody = [candidate.child for candidate in identity.candidates]
    likeness = np.array([_guardians_likeness(guardians, other.guardians) for other in everybody])
    if child not in everybody:
        return False
    others = _of_other_guardians(everybody.index(child), likeness, everybody)
    if len(everybody) == SHOWN:
        others[-1] = False  # of those behind it nobody knows whose they are
    left = tuple(one for one, other in zip(identity.candidates, others, strict=True) if not other)
    return _lead_of(replace(identity, candidates=left)) >= DOUBT_BAR.lead


def still_leads(child: Child, together: Identity) -> bool:
    """Whether by all readings of a line together, whoever they name, nobody else is as likely as the child."""
    return _lead_of(replace(together, child=child)) >= TOGETHER_LEAD


def may_be(named: Identity, guesses: Sequence[TextGuess], identity: Identity) -> bool:
    """Whether a line may bear a child's name that only variations of its crops named: by these, its other readings, no
    other three children are likelier, none shows many more letters than the name has, and one is sure enough of letters
    like the name's. A line that could plainly be read, and yet named nobody, is about somebody who is not listed.

    The more pictures a line is shown in, the more names it looks like in one of them; so nobody else may be as likely
    by all of them together either.
    """
    child = named.child
    if child is None or _lead_of(named) < VARIED_LEAD:
        return False
    names = {key for name in (*_whole_names(child), child.first_name) for key in keys_of(name)}
    longest = max(map(len, names), default=0)
    most = max((len(key_of(guess.text)) for guess in guesses), default=0)
    likely = [candidate.child for candidate in identity.candidates]
    if most > LONGER * longest + 1 or (likely and child not in likely):
        return False
    if any(is_legible(guess, SURE_SCORE) for guess in guesses):
        return False
    read = [key_of(guess.text) for guess in guesses if guess.score >= NEAR_SCORE]
    return any(Indel.normalized_similarity(text, name) >= NEAR_NAME for text in read for name in names)


def _lead_of(identity: Identity) -> float:
    """How much likelier than every other candidate the child is; not at all, where it is no candidate."""
    own = [candidate.score for candidate in identity.candidates if candidate.child == identity.child]
    others = [candidate.score for candidate in identity.candidates if candidate.child != identity.child]
    return own[0] - max(others, default=-np.inf) if own else -np.inf


def is_legible(guess: TextGuess, score: float) -> bool:
    """Whether a reading is so sure of letters enough for a name."""
    return guess.score >= score and len(key_of(guess.text)) >= LEGIBLE_LETTERS


def narrowed(
    identity: Identity, guesses: Sequence[TextGuess], school: Vocabulary, of_class: Vocabulary, hints: int
) -> Identity:
    """What is left unsure on the list of a school, where the folder or the slip says the class.

    The child has to be known on the list of that class, and its name has to fit better than that of anybody else in the
    school: a wrong hint names nobody. Namesakes in other classes take two hints that agree.
    """
    if identity.state is not IdentityState.UNSURE or not guesses or not hints:
        return identity
    found = identify(TextState.WRITTEN, guesses, of_class)
    together = _best_of([_opinions(guess, school.whole, len(school.children)) for guess in guesses])
    lead = _lead(together.score, together.best)
    best = np.flatnonzero(together.score >= together.score.max())
    first = found.child is not None and any(school.children[i] == found.child for i in best)
    return found if first and lead >= (HINTED_LEAD if hints == 1 else 0.0) else identity


def _one_word(guesses: Sequence[TextGuess], child: Child) -> bool:
    """Whether no crop shows more letters than a first name has."""
    most = max((len(key_of(guess.text)) for guess in guesses), default=0)
    return most <= LONGER * len(key_of(child.first_name)) + 1


def bears_first_name_only(guesses: Sequence[TextGuess], child: Child) -> bool:
    """Whether what was read is more like the first name than like the whole one, and no reading is like both its words.

    "Grönngen" is a first name misread; but "GRONINGENJURSCHEN" is Gröningen Jünchen.
    """
    if any(_worse_word(guess.text, child) >= BOTH_LIKENESS for guess in guesses):
        return False
    texts = [key_of(guess.text) for guess in guesses]
    first, whole = (
        [Levenshtein.normalized_similarity(text, key) for text in texts for name in names for key in keys_of(name)]
        for names in ([child.first_name], _whole_names(child))
    )
    return max(first, default=0.0) > max(whole, default=0.0)


def _likeness_of_words(text: str, name: str) -> float:
    """How like a name is to those words of a text, side by side, that are most like it."""
    words = [key_of(word) for word in text.split()]
    runs = ["".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
    return max((Indel.normalized_similarity(run, key) for run in runs for key in keys_of(name)), default=0.0)


def _both_words_read(guesses: Sequence[TextGuess], child: Child) -> bool:
    return any(_worse_word(guess.text, child) >= WORD_LIKENESS for guess in guesses)


class _Family(Enum):
    """What the guardians' line says of the child's family."""

    NAMED = auto()
    ANOTHER = auto()
    UNKNOWN = auto()


def _family_of(best: int, like: Scores, children: Sequence[Child]) -> tuple[_Family, Mask]:
    """Whether the line, which is so like everybody's guardians, names the child's and nobody else's; and who may belong
    to them.
    """
    child = children[best]
    shared = [bool(set(child.guardians) & set(c.guardians)) or c.last_name == child.last_name for c in children]
    family = np.array(shared, bool)
    here, elsewhere = float(like[family].max(initial=0.0)), float(like[~family].max(initial=0.0))
    if float(like[best]) >= max(GUARDIANS_LIKENESS, elsewhere + GUARDIANS_LEAD):
        return _Family.NAMED, family
    another = elsewhere >= max(GUARDIANS_LIKENESS, here + GUARDIANS_LEAD)
    return _Family.ANOTHER if another else _Family.UNKNOWN, family


def _of_other_guardians(best: int, like: Scores, children: Sequence[Child]) -> Mask:
    """Who is a child of others than the line names, as it does the child's own guardians: a namesake, for instance."""
    own, sure = set(children[best].guardians), like[best] >= OWN_GUARDIANS
    listed = [bool(child.guardians) and not own & set(child.guardians) for child in children]
    return np.asarray(np.array(listed, bool) & sure & (like <= like[best] - OTHER_GUARDIANS))


def guardians_likeness(texts: Sequence[str], names: Sequence[str]) -> float:
    """How like a line is, as any of these readings has it, to the guardians' names: one of them, or all together."""
    forms = [key for form in {*names, " ".join(names)} - {""} for key in keys_of(form)]
    return max((Indel.normalized_similarity(key_of(text), form) for text in texts for form in forms), default=0.0)


def name_likeness(text: str, child: Child) -> float:
    """How like a line is to the child's name, in either order."""
    keys = (key for name in _whole_names(child) for key in keys_of(name))
    return max((Indel.normalized_similarity(key_of(text), key) for key in keys), default=0.0)


def _guardians_likeness(guesses: Sequence[TextGuess], names: Sequence[str]) -> float:
    return guardians_likeness([guess.text for guess in guesses], names)


def _are_unlike(guesses: Sequence[TextGuess], child: Child, least: float) -> bool:
    """Whether the guardians' line is plainly read, and is not so like those that are listed with the child."""
    legible = [guess for guess in guesses if is_legible(guess, LEGIBLE_SCORE)]
    return bool(legible and child.guardians) and _guardians_likeness(legible, child.guardians) < least


def _are_others(guesses: Sequence[TextGuess], child: Child) -> bool:
    """Whether the guardians' line is plainly read, and nobody on it is listed with the child, however it is misread."""
    return _are_unlike(guesses, child, GUARDIANS_LIKENESS) and not _may_be_of(guesses, child)


def _may_be_of(guesses: Sequence[TextGuess], child: Child) -> bool:
    """Whether those that are listed with the child explain what stands on the guardians' line."""
    keys = sorted({key for name in {*child.guardians, " ".join(child.guardians)} for key in keys_of(name)})
    frames = [guess.posteriors for guess in guesses if guess.posteriors is not None and guess.posteriors.size]
    return any(keys and float(log_ratios(chances, keys).max()) >= OTHERS_RATIO for chances in frames)


def _lead_in(scores: Scores, best: int, among: npt.NDArray[np.bool_]) -> float:
    """How far the child is before the others of a group."""
    others = scores[among & (np.arange(len(scores)) != best)]
    return float(scores[best] - others.max()) if others.size else float("inf")


def _ahead_of(guesses: Sequence[TextGuess], score: float, decoys: Spellings) -> float:
    """How far before the likest of these names."""
    best = _best_of([_opinions(guess, decoys, len(decoys.keys)) for guess in guesses])
    return score - float(best.score.max())


def _is_no_sibling(
    guesses: Sequence[TextGuess], opinions: Sequence["_Opinions"], child: int, vocabulary: Vocabulary
) -> bool:
    """Whether no frequent first name, or another of the list, with the child's last name fits clearly better; nor its
    first name with a frequent last name.
    """
    decoys = _decoys_of(vocabulary.children[child], vocabulary, LAST_NAMES)
    best = _best_of(opinions)
    behind = SIBLING_BEHIND if best.log_ratio[child] >= POOR_RATIO else 0.0
    return _ahead_of(guesses, float(best.score[child]), decoys) >= -behind


@lru_cache(maxsize=64)
def _decoys_of(child: Child, vocabulary: Vocabulary, lasts: frozenset[str]) -> Spellings:
    """Names that it might be instead, of siblings and namesakes who are not listed: frequent and listed first names
    with the child's last name, and its first name with these last names.
    """
    pairs = {(first, child.last_name) for first in _first_names_of(vocabulary)} | {
        (child.first_name, last) for last in lasts
    }
    keys = {key_of(f"{one} {other}") for pair in pairs for one, other in (pair, pair[::-1])}
    own = {key for form in _whole_names(child) for key in keys_of(form)}
    listed = sorted(keys - own)
    return Spellings(tuple(listed), np.arange(len(listed)))


def _first_names_of(vocabulary: Vocabulary) -> frozenset[str]:
    """Frequent first names, and those of the list."""
    return FIRST_NAMES | {other.first_name for other in vocabulary.children}


@lru_cache(maxsize=64)
def _first_decoys_of(child: Child, vocabulary: Vocabulary) -> Spellings:
    """Whom a sibling's name might read like: frequent and listed first names, alone or with the child's last name."""
    own = {key for form in (child.first_name, *_whole_names(child)) for key in keys_of(form)}
    listed = sorted({*map(key_of, _first_names_of(vocabulary)), *_decoys_of(child, vocabulary, frozenset()).keys} - own)
    return Spellings(tuple(listed), np.arange(len(listed)))


def _nobody(state: IdentityState) -> Identity:
    return Identity(state, None, IdentifiedBy.NOTHING, ())


def _identified(opinions: "_Opinions", child: int, children: Sequence[Child]) -> Identity:
    return Identity(IdentityState.IDENTIFIED, children[child], IdentifiedBy.NAME, _candidates(opinions, children))


def _candidates(opinions: "_Opinions", children: Sequence[Child]) -> tuple[Candidate, ...]:
    """The likeliest children, best first."""
    order = np.argsort(-opinions.score, kind="stable")[:SHOWN]
    return tuple(_candidate(opinions, int(number), children) for number in order)


def _candidate(opinions: "_Opinions", number: int, children: Sequence[Child]) -> Candidate:
    opinion = opinions.score[number], opinions.likeness[number], opinions.log_ratio[number]
    return Candidate(children[number], *map(float, opinion))


# ---------------------------------------------------------------- spellings


def key_of(text: str) -> str:
    """The letters A to Z of a text, without case, marks, spaces and signs; a digit is the letter it looks like."""
    bare = unicodedata.normalize("NFD", text.replace("ß", "ss").replace("ẞ", "SS").translate(OWN_LETTER))
    return "".join(c for c in bare.upper().translate(LETTER_FOR_DIGIT) if "A" <= c <= "Z")


def _word_pairs(child: Child) -> list[tuple[str, str]]:
    """First and last name in both orders; of several first names also the first alone with the last name."""
    firsts = {child.first_name, child.first_name.replace("-", " ").split(" ")[0]}
    return [pair for first in firsts for pair in ((first, child.last_name), (child.last_name, first))]


def _whole_names(child: Child) -> list[str]:
    """The ways to write the whole name."""
    return [" ".join(pair) for pair in _word_pairs(child)]


def keys_of(name: str) -> set[str]:
    """The spellings of a name: ü as u and ue, ß as ss, s and b."""
    sharp = [name.replace("ß", instead) for instead in SHARP_S] if "ß" in name else [name]
    return {key_of(form) for bare in sharp for form in (bare, bare.translate(TWO_LETTERS))} - {""}


def _spellings(names: Iterable[Sequence[str]]) -> Spellings:
    """All spellings of each child's names, with the child's number."""
    pairs = [
        (key, owner)
        for owner, forms in enumerate(names)
        for key in sorted(set().union(*(keys_of(form) for form in forms)))
    ]
    return Spellings(tuple(key for key, _ in pairs), np.array([owner for _, owner in pairs], np.intp))


# ---------------------------------------------------------------- the two opinions


@dataclass(frozen=True, slots=True, eq=False)
class _Opinions:
    """What is thought of each child; all of shape (children,)."""

    likeness: Scores
    log_ratio: Scores
    score: Scores

    @property
    def best(self) -> int:
        """The number of the likeliest child."""
        return int(self.score.argmax())

    def without(self, those: Mask) -> "_Opinions":
        """The opinions of all the others."""
        return _Opinions(self.likeness[~those], self.log_ratio[~those], self.score[~those])

    def clears(self, bar: Bar) -> bool:
        """Whether both opinions name the same child, well enough, and well before anybody else."""
        best = self.best
        return (
            self.likeness[best] >= bar.likeness
            and self.log_ratio[best] >= bar.log_ratio
            and _lead(self.score, best) >= bar.lead
            and _lead(self.likeness, best) >= bar.likeness_margin
            and _lead(self.log_ratio, best) >= bar.log_ratio_margin
        )


def _lead(scores: Scores, best: int) -> float:
    """How far the child is before the next; as far as from nothing at all where it is alone on the list."""
    others = np.delete(scores, best)
    return float(scores[best] - others.max()) if others.size else float("inf")


def _best_of(opinions: Sequence[_Opinions]) -> _Opinions:
    """For each child the best of several opinions."""
    return _ranked(
        np.max([opinion.likeness for opinion in opinions], axis=0),
        np.max([opinion.log_ratio for opinion in opinions], axis=0),
    )


def _ranked(likeness: Scores, log_ratio: Scores) -> _Opinions:
    return _Opinions(likeness, log_ratio, likeness + RATIO_WEIGHT * log_ratio)


@lru_cache(maxsize=256)
def _opinions(guess: TextGuess, spellings: Spellings, children: int) -> _Opinions:
    """What both opinions think of every child; the best spelling counts. Of one line, each crop is asked again and
    again with those that were read after it.
    """
    likeness = np.zeros(children)
    log_ratio = np.full(children, RATIO_FLOOR)
    if spellings.keys:
        text = key_of(guess.text)
        similar: Scores = cdist([text], spellings.keys, scorer=Levenshtein.normalized_similarity)[0]
        np.maximum.at(likeness, spellings.owners, similar)
        if guess.posteriors is not None and guess.posteriors.size:
            near = np.flatnonzero(np.isin(spellings.owners, np.argsort(-likeness, kind="stable")[:ASKED]))
            keys = [spellings.keys[i] for i in near]
            np.maximum.at(log_ratio, spellings.owners[near], log_ratios(guess.posteriors, keys))
    return _ranked(likeness, log_ratio)


def _worse_word(text: str, child: Child) -> float:
    """How like the less like of first and last name is to its part of a text, as the name fits best."""
    read = key_of(text)
    pairs = [(one, other) for pair in _word_pairs(child) for one in keys_of(pair[0]) for other in keys_of(pair[1])]
    return max((_fit(read, one, other) for one, other in pairs), default=(0.0, 0.0))[1]


def _fit(read: str, one: str, other: str) -> tuple[float, float]:
    """The likeness of two words to a text, as a whole and of the less like word alone."""
    changes = Levenshtein.editops(read, one + other)
    in_one = sum(change.dest_pos < len(one) for change in changes)
    whole = 1 - len(changes) / max(len(read), len(one + other))
    return whole, min(1 - in_one / len(one), 1 - (len(changes) - in_one) / len(other))


def log_ratios(posteriors: Posteriors, keys: Sequence[str]) -> Scores:
    """How well each name explains the frames: log-likelihood against the best free path, per letter, shape (names,).

    The CTC forward sum (Graves et al. 2006, equations 5 to 8), for all names at once, kept in range by dividing each
    name's row by its largest entry in every frame.
    """
    chances = np.maximum(posteriors.astype(np.float64), LEAST_CHANCE)
    lengths = np.array([len(key) for key in keys])
    states = np.zeros((len(keys), 2 * int(lengths.max()) + 1), np.intp)
    for row, key in zip(states, keys, strict=True):
        row[1 : 2 * len(key) : 2] = np.frombuffer(key.encode("ascii"), np.uint8) - 64
    log_likelihood = _forward(chances, states, lengths)
    free = float(np.log(chances.max(axis=1)).sum())
    ratios: Scores = np.maximum((log_likelihood - free) / np.maximum(lengths, 4), RATIO_FLOOR)
    return ratios


def _forward(chances: Scores, states: npt.NDArray[np.intp], lengths: npt.NDArray[np.intp]) -> Scores:
    """The log-likelihood of each row of states; `chances` has shape (frames, 27)."""
    leap = np.zeros(states.shape)
    leap[:, 2:] = (states[:, 2:] != 0) & (states[:, 2:] != states[:, :-2])
    alpha = np.zeros(states.shape)
    alpha[:, :2] = chances[0][states[:, :2]]
    log_scale = np.zeros(len(states))
    for frame in chances[1:]:
        before = alpha
        alpha = before.copy()
        alpha[:, 1:] += before[:, :-1]
        alpha[:, 2:] += before[:, :-2] * leap[:, 2:]
        alpha *= frame[states]
        largest = alpha.max(axis=1)
        alpha /= largest[:, None]
        log_scale += np.log(largest)
    row = np.arange(len(states))
    ends = alpha[row, 2 * lengths] + alpha[row, 2 * lengths - 1]
    return np.log(np.maximum(ends, np.finfo(float).tiny)) + log_scale
