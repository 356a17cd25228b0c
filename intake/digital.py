"""A filled PDF: what its picture shows, completed by what the file says beside it.

The picture was read like a scan, with the archived blank as the template. The file may settle what a picture leaves
open (which letters were typed, whether a signature is a typed name, a photo or a certificate), and wherever file and
picture disagree, or the file holds something that the picture does not show, a person has to look. No field makes a
tick that cannot be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from forms.geometry import MM_PER_INCH, Rect, bounding
from forms.model import ChoiceBox, Form, Role, SignatureLine, TextLine
from intake.agreement import (
    Line,
    is_covered,
    letters_of,
    said_by,
    shared,
    shows,
    state_of_text,
    together,
    unless_words,
)
from intake.filled import Annotation, FieldKind, FileUnreadError, Filled, Widget, is_filled, read_filled, texts_at
from intake.naming import holds_more
from intake.pades import Certificate, verify
from intake.revisions import changes_after
from intake.sources import Source
from intake.typed import identify_typed
from intake.values import (
    Channel,
    CodeState,
    FieldsState,
    FileReading,
    HiddenState,
    IdentifiedBy,
    Identity,
    IdentityState,
    Mark,
    MarkState,
    PageImage,
    PageKind,
    PageReading,
    Roster,
    SignatureKind,
    SignatureReading,
    SignatureState,
    Signing,
    SlipReading,
    StrayInk,
    StrayState,
    Template,
    TextReading,
    TextState,
    Trust,
)

FORM_NOT_SHOWN = "form_not_shown"
"""The file says that it is one of our forms, but its page does not show it: a person has to find out why."""

AS_HANDED_OUT_MM = 1.0
"""The slip lies where the blank has it, and so do its fields; the picture tells to a tenth of that."""
MOVED_MM = 0.5
"""A field is where the blank has it up to this much: viewers round to hundredths of a point."""
OVER_SHARE = 0.2
"""Of the smaller of two places; what shares less lies beside the field."""
SIGNATURE_AROUND = (1.0, 4.0, 1.0, 2.0)
"""Left, top, right, bottom in mm: signatures are laid over the line by hand."""
TYPED_AROUND = (1.0, 4.0, 1.0, 2.0)
"""The letters of a note laid over a line of text may float above it by so much."""
WITHIN_MM = 0.3
"""Text of the page counts as a field's if it lies inside it by this much: captions stand close by."""
BACKGROUND_SHARE = 0.5
"""A picture that covers so much of the slip is its paper, not a signature."""
MACHINE_WORDS = frozenset({"", "image stamp"})
"""What programs write into an annotation where nobody wrote anything."""
NOTES = frozenset({"Text", "Popup", "FileAttachment", "Sound", "Movie", "Screen", "RichMedia", "3D", "Caret", "Redact"})
"""Annotations whose words no picture shows."""
KINDS = {"Ink": SignatureKind.INK, "Stamp": SignatureKind.STAMP, "FreeText": SignatureKind.TYPED}
DRAWN_BY_HAND = (SignatureKind.INK, SignatureKind.STAMP, SignatureKind.IMAGE)


def completed(
    reading: PageReading,
    page: PageImage,
    source: Source,
    *,
    templates: Sequence[Template],
    roster: Roster,
    roots: Sequence[bytes],
) -> PageReading:
    """The reading of a page's picture, completed if the page is more than a picture.

    Args:
        reading: What the picture says, read with the archived blanks.
        page: That picture.
        source: The file it is from.
        templates: The archived blanks; nothing else says what a field means.
        roster: The class lists.
        roots: Certificates, as DER, whose holders may vouch for others.
    """
    number = reading.ref.page
    if not is_filled(source.path, number):
        return reading
    try:
        filled = read_filled(source.path, number)
        if not reading.slips:
            return _without_slip(reading, filled, templates)
        slips = tuple(
            _Slip(slip, page, filled, source.path, alone=len(reading.slips) == 1).completed(roster, roots)
            for slip in reading.slips
        )
    except FileUnreadError:
        slips = tuple(_unread(slip) for slip in reading.slips)
    return replace(reading, slips=slips)


def _unread(slip: SlipReading) -> SlipReading:
    """A slip of which only the picture could be read, though there is more."""
    return replace(
        slip, channel=Channel.DIGITAL, file=FileReading(FieldsState.UNREAD, HiddenState.UNREAD, (), ("file",))
    )


def _without_slip(reading: PageReading, filled: Filled, templates: Sequence[Template]) -> PageReading:
    """A page without a slip in its picture; if it holds our fields all the same, it must not pass for a foreign one."""
    known = {name.field for name in filled.widgets}
    ours = any(known & {field.name for field in template.form.fields} for template in templates)
    ids = {template.form.id for template in templates}
    if filled.widgets and (ours or (filled.form is not None and filled.form.id in ids)):
        return replace(reading, kind=PageKind.UNREADABLE, reasons=(FORM_NOT_SHOWN,))
    return reading


# ---------------------------------------------------------------- one slip


@dataclass(frozen=True, slots=True)
class _Seen:
    """One part of the slip with what speaks against it: disagreements with the picture, and things it hides."""

    disagree: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Slip:
    """One slip of a page, as the picture and the file have it."""

    picture: SlipReading
    page: PageImage
    filled: Filled
    path: Path
    alone: bool

    @property
    def form(self) -> Form:
        return self.picture.form

    def completed(self, roster: Roster, roots: Sequence[bytes]) -> SlipReading:
        """The slip with what the file adds."""
        places = self._places()
        if places is None:
            return self._unplaced()
        lines = self._lines(places)
        structure = self._structure(places)
        marks, boxes = self._marks(lines)
        texts, typed = self._texts(lines, places)
        identity = self._identity(texts, lines, roster)
        texts = tuple(
            replace(text, state=TextState.OBJECTION) if holds_more(text.text, text.role, identity) else text
            for text in texts
        )
        signatures, signings = self._signatures(lines, roots)
        seen = [structure, boxes, typed, self._same_child(identity, roster), self._annotations()]
        disagree = [what for one in seen for what in one.disagree]
        hidden = [*self.filled.odd, *(what for one in seen for what in one.hidden)]
        return replace(
            self.picture,
            channel=Channel.DIGITAL,
            marks=marks,
            texts=texts,
            signatures=signatures,
            identity=identity,
            stray=self._stray(lines, places),
            file=FileReading(
                fields=_fields_state(self.filled, disagree),
                hidden=HiddenState.FOUND if hidden else HiddenState.NONE,
                signings=signings,
                details=tuple(dict.fromkeys([*disagree, *hidden])),
            ),
        )

    # -------------------------------------------------- where the fields are

    def _places(self) -> dict[str, Rect] | None:
        """The place of each field on the page of the file, by the picture; None where that cannot be told."""
        if self.filled.turned or self.page.dpi is None:
            return None
        corners = np.array([(p.x, p.y) for p in self.form.slip.place.corners], np.float32)
        seen = np.array([(p.x, p.y) for p in self.picture.outline], np.float32) * MM_PER_INCH / self.page.dpi
        if np.abs(seen - corners).max() <= AS_HANDED_OUT_MM:
            return {field.key: field.place for field in self.form.fields}
        on_page = cv2.getPerspectiveTransform(corners, seen)
        return {field.key: _moved(field.place, on_page) for field in self.form.fields}

    def _unplaced(self) -> SlipReading:
        """A page that lies otherwise than the blank: what is laid over it cannot be told from what was there."""
        more = bool(self.filled.widgets or self.filled.annotations)
        doubtful = tuple(
            replace(line, state=SignatureState.UNCLEAR) if line.state is SignatureState.SIGNED else line
            for line in self.picture.signatures
        )
        fields = FieldsState.DISAGREE if more else FieldsState.NONE
        hidden = HiddenState.FOUND if self.filled.odd else HiddenState.NONE
        details = (*(("page",) if more else ()), *self.filled.odd)
        return replace(
            self.picture,
            channel=Channel.DIGITAL,
            signatures=doubtful,
            file=FileReading(fields, hidden, (), details),
        )

    def _lines(self, places: dict[str, Rect]) -> dict[str, Line]:
        """What lies over each field."""
        keys = list(places)
        inside = [places[key].grown(*[-WITHIN_MM] * 4) for key in keys]
        texts = texts_at(self.path, self.picture.ref.page, inside)
        around = {field.key: _around(field, places[field.key]) for field in self.form.fields}
        owners = {number: _owner(one, around) for number, one in enumerate(self.filled.annotations)}
        slip = bounding(places.values())
        return {
            key: Line(
                laid_over=tuple(
                    one
                    for number, one in enumerate(self.filled.annotations)
                    if not one.hidden and (owners[number] == key if one.kind == "FreeText" else _over(one, around[key]))
                ),
                page_text=text if any(letter.isalnum() for letter in text) else "",
                images=sum(
                    shared(image, around[key]) > 0 and not _is_paper(image, slip) for image in self.filled.images
                ),
            )
            for key, text in zip(keys, texts, strict=True)
        }

    # -------------------------------------------------- fields as the blank has them

    def _widgets(self, name: str) -> tuple[Widget, ...]:
        return tuple(one for one in self.filled.widgets if one.field == name)

    def _structure(self, places: dict[str, Rect]) -> _Seen:
        """Whether the fields of the file are those of the blank, once each, where it has them, and to be seen."""
        if not self.filled.widgets:
            return _Seen()
        wrong = [] if self.alone else ["page:several_slips"]
        named = self.filled.form
        if named is not None and (named.id, named.version) != (self.form.id, self.form.version):
            wrong.append(f"form:{named.id}")
        for field in self.form.fields:
            option = field.option if isinstance(field, ChoiceBox) else ""
            same = [one for one in self._widgets(field.name) if one.option == option]
            if len(same) != 1:
                wrong.append(f"missing:{field.key}" if not same else f"twice:{field.key}")
            elif same[0].hidden or same[0].kind is not _KIND_OF[type(field)]:
                wrong.append(f"hidden:{field.key}")
            elif not _same_place(same[0].place, places[field.key]):
                wrong.append(f"moved:{field.key}")
        known = {field.name for field in self.form.fields}
        strange = [one for one in self.filled.widgets if one.field not in known]
        return _Seen(tuple(wrong), tuple(f"unknown:{one.field}" for one in strange))

    # -------------------------------------------------- boxes

    def _marks(self, lines: dict[str, Line]) -> tuple[tuple[Mark, ...], _Seen]:
        """The boxes: a tick must be seen, and be in the field if the field is used at all."""
        boxes = {box.key: box for box in self.form.boxes}
        marks, wrong = [], []
        for seen in self.picture.marks:
            box, line = boxes[seen.field], lines[seen.field]
            widgets = self._widgets(box.name)
            mark = unless_words(seen, line)
            state = together(mark, box, said_by(widgets), line) if widgets else mark.state
            if state is None:
                wrong.append(f"box:{seen.field}")
            marks.append(replace(mark, state=MarkState.UNCLEAR if state is None else state))
        return tuple(marks), _Seen(tuple(wrong))

    # -------------------------------------------------- texts

    def _texts(self, lines: dict[str, Line], places: dict[str, Rect]) -> tuple[tuple[TextReading, ...], _Seen]:
        """The lines: letters from the file where it has them, and only if the picture shows the like."""
        roles = {line.name: line for line in self.form.texts}
        texts, wrong = [], []
        for read in self.picture.texts:
            line = lines[roles[read.field].key]
            held = tuple(dict.fromkeys(value for one in self._widgets(read.field) for value in one.values))
            typed = dict.fromkeys(text for text in (*held, line.note, line.page_text) if text)
            text = next(iter(typed), "")
            unexplained = self._widgets(read.field) and not line.anything and not text
            doubts = (
                text and not shows(text, read),
                unexplained and read.state is not TextState.EMPTY,
                len({letters_of(one) for one in typed}) > 1,
                held and is_covered(places[roles[read.field].key], line),
            )
            if any(doubts):
                wrong.append(f"text:{read.field}")
            texts.append(replace(read, text=text or read.text, state=state_of_text(read, text)))
        return tuple(texts), _Seen(tuple(wrong))

    def _identity(self, texts: Sequence[TextReading], lines: dict[str, Line], roster: Roster) -> Identity:
        """Whose name was typed; where none was, what the picture says. A code is not overruled by a name."""
        before = self.picture.identity
        names = [text for text in texts if text.role is Role.CHILD_NAME]
        if len(names) != 1 or not self._is_typed(names[0].field, lines):
            return before
        school_class = " ".join(text.text for text in texts if text.role is Role.CHILD_CLASS)
        typed = identify_typed(names[0].text, school_class, roster)
        if self.picture.code.state not in {CodeState.CHILD, CodeState.CONTRADICTORY}:
            return typed
        if before.child is not None and typed.child not in {None, before.child}:
            return replace(
                typed,
                state=IdentityState.CONTRADICTED,
                child=None,
                by=IdentifiedBy.NOTHING,
                candidates=(*before.candidates, *typed.candidates),
            )
        return before

    def _same_child(self, identity: Identity, roster: Roster) -> _Seen:
        """Whether the letters that are seen name nobody else: two children may be called nearly alike."""
        read = [text.text for text in self.picture.texts if text.role is Role.CHILD_NAME]
        seen = {self.picture.identity.child, *(identify_typed(text, "", roster).child for text in read)} - {None}
        return _Seen(("child",)) if identity.child is not None and seen - {identity.child} else _Seen()

    def _is_typed(self, name: str, lines: dict[str, Line]) -> bool:
        line = lines[name]
        return bool(line.note or line.page_text or any(one.values for one in self._widgets(name)))

    # -------------------------------------------------- signatures

    def _signatures(
        self, lines: dict[str, Line], roots: Sequence[bytes]
    ) -> tuple[tuple[SignatureReading, ...], tuple[Signing, ...]]:
        """The lines to sign on, each with how it was signed."""
        certificates = self._certificates(roots)
        read, how = [], []
        for line in self.picture.signatures:
            state, signing = self._signed(line, lines[line.field], certificates)
            read.append(replace(line, state=state))
            if signing is not None:
                how.append(signing)
        return tuple(read), tuple(how)

    def _signed(
        self, line: SignatureReading, over: Line, certificates: Sequence[Certificate]
    ) -> tuple[SignatureState, Signing | None]:
        """What one line is worth: a certificate before ink, ink before type; a mixture is for a person."""
        certificate = next((one for one in certificates if one.field == line.field), None)
        kinds = _kinds_of(over)
        if certificate is not None:
            state, signing = self._certified(certificate)
            words = not all(kind in DRAWN_BY_HAND for kind in kinds)
            return (SignatureState.UNCLEAR if words and state is SignatureState.SIGNED else state), signing
        if any(one.drawn for one in self._widgets(line.field)):
            kinds.append(SignatureKind.OTHER)  # an appearance, and nothing signed: nobody knows where it comes from
        if not kinds:
            if line.state is SignatureState.EMPTY:
                return line.state, None
            return line.state, Signing(line.field, SignatureKind.DRAWN, Trust.NO_CERTIFICATE, ())
        signing = Signing(line.field, kinds[0], Trust.NO_CERTIFICATE, ())
        if all(kind in DRAWN_BY_HAND for kind in kinds):
            return line.state, signing
        if all(kind is SignatureKind.TYPED for kind in kinds):
            return SignatureState.TYPED, signing
        return SignatureState.UNCLEAR, signing

    def _certificates(self, roots: Sequence[bytes]) -> tuple[Certificate, ...]:
        lines = {line.name for line in self.form.signatures}
        signed = [one.field for one in self.filled.widgets if one.kind is FieldKind.SIGNATURE and one.values]
        fields = [field for field in dict.fromkeys(signed) if field in lines]
        return verify(self.path.read_bytes(), fields, roots) if fields else ()

    def _certified(self, certificate: Certificate) -> tuple[SignatureState, Signing]:
        """What a certificate is worth: whole and vouched for, or a person has to look."""
        changes = self._changes_since(certificate)
        trust = Trust.CHANGED if changes and certificate.trust is not Trust.BROKEN else certificate.trust
        signing = Signing(certificate.field, SignatureKind.CERTIFICATE, trust, changes)
        match trust:
            case Trust.TRUSTED:
                return SignatureState.SIGNED, signing
            case Trust.CHANGED | Trust.BROKEN:
                return SignatureState.CHANGED, signing
            case Trust.UNTRUSTED | Trust.UNCHECKED | Trust.NO_CERTIFICATE:
                return SignatureState.UNVERIFIED, signing

    def _changes_since(self, certificate: Certificate) -> tuple[str, ...]:
        if certificate.whole or certificate.trust in {Trust.BROKEN, Trust.UNCHECKED}:
            return ()
        return changes_after(self.path.read_bytes(), certificate.covered, self.picture.ref.page)

    # -------------------------------------------------- what else lies on the page

    def _annotations(self) -> _Seen:
        """What annotations hold that no picture shows."""
        hidden = [
            f"annotation:{one.kind}"
            for one in self.filled.annotations
            if one.hidden or one.kind in NOTES or (one.kind != "FreeText" and one.text.casefold() not in MACHINE_WORDS)
        ]
        return _Seen((), tuple(hidden))

    def _stray(self, lines: dict[str, Line], places: dict[str, Rect]) -> StrayInk:
        """Ink beside the fields; a typed note that belongs to no field is some, seen or not.

        What a note sets into a line of text is compared there, and is no ink that nobody explains.
        """
        explained = {id(one) for line in lines.values() for one in line.laid_over}
        notes = tuple(
            one.place
            for one in self.filled.annotations
            if one.kind == "FreeText" and not one.hidden and id(one) not in explained
        )
        before = self.picture.stray
        if before.state in {StrayState.STAMP, StrayState.COURTESY}:
            # The office stamps paper: in a filled PDF it is a box with a note in it. Its notes the file tells.
            before = replace(before, state=StrayState.FOUND)
        typed = [
            (places[line.key].grown(*TYPED_AROUND), one.place)
            for line in self.form.texts
            for one in lines[line.key].laid_over
            if one.kind == "FreeText"
        ]
        left = [p for p in before.places if not any(a.contains(p.centre) and b.contains(p.centre) for a, b in typed)]
        if before.state is StrayState.FOUND and before.places and not left and not notes:
            return replace(before, state=StrayState.NONE, places=())
        if not notes:
            return before
        return replace(before, state=StrayState.FOUND, places=(*left, *notes))


_KIND_OF = {ChoiceBox: FieldKind.CHOICE, TextLine: FieldKind.TEXT, SignatureLine: FieldKind.SIGNATURE}


def _fields_state(filled: Filled, disagree: Sequence[str]) -> FieldsState:
    if disagree:
        return FieldsState.DISAGREE
    return FieldsState.AGREE if filled.widgets else FieldsState.NONE


# ---------------------------------------------------------------- places


def _moved(place: Rect, on_page: np.ndarray) -> Rect:
    corners = np.array([[(p.x, p.y) for p in place.corners]], np.float32)
    seen = cv2.perspectiveTransform(corners, on_page)[0]
    (left, top), (right, bottom) = seen.min(axis=0), seen.max(axis=0)
    return Rect(float(left), float(top), float(right - left), float(bottom - top))


def _around(field: ChoiceBox | SignatureLine | TextLine, place: Rect) -> Rect:
    return place.grown(*SIGNATURE_AROUND) if isinstance(field, SignatureLine) else place


def _over(annotation: Annotation, place: Rect) -> bool:
    return shared(annotation.place, place) >= OVER_SHARE


def _owner(annotation: Annotation, around: dict[str, Rect]) -> str:
    """The field that a note was laid over most; none if it lies beside all of them."""
    shares = {key: shared(annotation.place, place) for key, place in around.items()}
    best = max(shares, key=lambda key: shares[key], default="")
    return best if best and shares[best] >= OVER_SHARE else ""


def _is_paper(image: Rect, slip: Rect) -> bool:
    return image.width * image.height >= BACKGROUND_SHARE * slip.width * slip.height


def _same_place(one: Rect, other: Rect) -> bool:
    off = (one.x - other.x, one.y - other.y, one.right - other.right, one.bottom - other.bottom)
    return max(abs(distance) for distance in off) <= MOVED_MM


# ---------------------------------------------------------------- signatures


def _kinds_of(over: Line) -> list[SignatureKind]:
    """How the line was signed; a stamp that sets letters is typed."""
    kinds = [
        SignatureKind.TYPED if one.sets_text and one.kind in KINDS else KINDS.get(one.kind, SignatureKind.OTHER)
        for one in over.laid_over
    ]
    kinds += [SignatureKind.IMAGE] * bool(over.images) + [SignatureKind.TYPED] * bool(over.page_text)
    return list(dict.fromkeys(kinds))
