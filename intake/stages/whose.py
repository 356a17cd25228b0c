"""What the codes on a slip say: whether they are genuine, and whose slip it is. A code is never believed unchecked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forms.code import NotOurCodeError, SlipCode, parse, verify
from intake.values import Child, CodeBook, CodeReading, CodeState, Template

FORM_LENGTH = 9
"""So many characters of a code name form and version."""
WORST_FIRST = (CodeState.FOREIGN, CodeState.FORGED, CodeState.UNKNOWN, CodeState.UNCHECKED, CodeState.UNLISTED)
"""Of two copies the one that is less to be believed tells about the slip."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """One code of ours, what it is, and whose."""

    code: SlipCode
    payload: str
    state: CodeState
    child: Child | None


def read_code(payloads: Iterable[str], template: Template, books: Sequence[CodeBook]) -> CodeReading:
    """What the codes that were read on a slip say together.

    Args:
        payloads: Their texts; what is not ours (a sticker of somebody else) says nothing.
        template: The form that the slip is.
        books: What the codes that were handed out stand for.
    """
    copies = [copy for payload in dict.fromkeys(payloads) for copy in _copies(payload, template, books)]
    if not copies:
        return CodeReading(CodeState.NONE, "", ())
    children = tuple(dict.fromkeys(copy.child for copy in copies if copy.child is not None))
    for state in WORST_FIRST:
        bad = next((copy for copy in copies if copy.state is state), None)
        if bad is not None:
            return CodeReading(state, bad.payload, ())
    if len({copy.code.token for copy in copies}) > 1:
        return CodeReading(CodeState.CONTRADICTORY, copies[0].payload, children)
    return CodeReading(copies[0].state, copies[0].payload, children)


def _copies(payload: str, template: Template, books: Sequence[CodeBook]) -> Iterable[_Copy]:
    try:
        code = parse(payload)
    except NotOurCodeError:
        return
    state, child = _checked(code, payload, template, books)
    yield _Copy(code, payload, state, child)


def _checked(
    code: SlipCode, payload: str, template: Template, books: Sequence[CodeBook]
) -> tuple[CodeState, Child | None]:
    """Compare with the blank, then the seal, and only then look up whose it is."""
    printed = [place.payload for place in template.codes]
    if payload in printed:
        return CodeState.FORM_ONLY, None
    if code.is_generic or not any(payload[:FORM_LENGTH] == generic[:FORM_LENGTH] for generic in printed):
        return CodeState.FOREIGN, None
    book = next((b for b in books if (b.form_code, b.version) == (code.form_code, code.version)), None)
    if book is None:
        return CodeState.UNCHECKED, None
    if not verify(code, book.key):
        return CodeState.FORGED, None
    if code.token not in book.children:
        return CodeState.UNKNOWN, None
    child = book.children[code.token]
    return (CodeState.CHILD, child) if child is not None else (CodeState.UNLISTED, None)
