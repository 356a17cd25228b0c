"""The nouns of a reading: frozen values that carry their own evidence.

Places on paper are millimetres in the page of the blank; pixels live only inside a worker.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto

import numpy as np
import numpy.typing as npt

from forms.geometry import Point, Rect
from forms.model import Form, Meaning, Role, Rule

GrayImage = npt.NDArray[np.uint8]
"""Shape (height, width), 0 is black, 255 is white."""

Mask = npt.NDArray[np.bool_]
"""Shape (height, width)."""

FloatImage = npt.NDArray[np.float32]
"""Shape (height, width)."""

Labels = npt.NDArray[np.int32]
"""Shape (height, width), 0 is background."""

Homography = npt.NDArray[np.float64]
"""Shape (3, 3); says in its name what it maps to what."""


# ---------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class PageRef:
    """Which page of which input: `file` as given on the command line, pages count from 1."""

    file: str
    page: int


class Channel(StrEnum):
    """How a slip came back."""

    SCAN = auto()
    PHOTO = auto()
    DIGITAL = auto()


@dataclass(frozen=True, slots=True, eq=False)
class PageImage:
    """A decoded page, upright as the file says; `dpi` is None where the file does not tell (photos)."""

    ref: PageRef
    gray: GrayImage
    dpi: float | None
    bilevel: bool


class PageKind(StrEnum):
    """What a page turned out to be."""

    SLIP = auto()
    BLANK = auto()
    FOREIGN = auto()
    UNREADABLE = auto()


# ---------------------------------------------------------------- the blank, prepared for comparison


@dataclass(frozen=True, slots=True)
class CodePlace:
    """Where a printed code lies on the blank: corners in the code's own order, millimetres."""

    payload: str
    corners: tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Tile:
    """A printed patch of the blank outside all fields, by which pages are registered and compared."""

    place: Rect


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """ORB features of the slip area: `points` shape (n, 2) in millimetres, `descriptors` shape (n, 32)."""

    points: npt.NDArray[np.float32]
    descriptors: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A blank as the reader uses it.

    `area` is the part of the blank's page that comes back, `gray` its picture, `px_per_mm` the resolution; pixel (0, 0)
    lies at the top-left corner of `area`. `tiles` serve registration, `words` the comparison of what is printed.
    `letter` is what the blank prints above the cut line, as a template of its own; None without one.
    """

    form: Form
    area: Rect
    gray: GrayImage
    px_per_mm: float
    tiles: tuple[Tile, ...]
    words: tuple[Rect, ...]
    codes: tuple[CodePlace, ...]
    features: Features
    letter: "Template | None"


# ---------------------------------------------------------------- where a slip lies on a page


@dataclass(frozen=True, slots=True)
class SeenCode:
    """A code found on a page: corners in pixels, in the code's own order."""

    payload: str
    corners: tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A first guess where a slip lies: good to some millimetres, to be refined on the print."""

    template: Template
    mm_to_px: Homography
    code: str
    """What the codes say that gave the pose; empty where it came from the print alone."""
    close: bool
    """Good to a millimetre all over the slip, as from two codes."""


@dataclass(frozen=True, slots=True, eq=False)
class Bend:
    """A smooth deformation of the paper: a thin-plate spline of shifts, in millimetres of the blank.

    `centres` has shape (n, 2), `weights` (n, 2), and `plane` (3, 2): constant, x and y.
    """

    centres: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    plane: npt.NDArray[np.float64]

    def shift(self, mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Shifts at places of the blank, shape (n, 2)."""
        flat = np.concatenate([np.ones((len(mm), 1)), mm], axis=1) @ self.plane
        return np.asarray(flat + self.kernel(mm, self.centres) @ self.weights, dtype=np.float64)

    @staticmethod
    def kernel(some: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The spline's kernel r² log r between two sets of places, r in decimetres."""
        squared = ((some[:, None, :] - others[None, :, :]) ** 2).sum(axis=2) / 1e4
        return np.asarray(0.5 * squared * np.log(np.maximum(squared, 1e-12)), dtype=np.float64)


# ---------------------------------------------------------------- one slip laid flat


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a page agrees with the blank after registration.

    `ncc_median` is the median correlation of the printed tiles (1 is perfect), `found_share` the share of
    tiles found where they belong, `residual_mm` the median distance of the tiles from the fitted map. `blur_mm` says
    how much the picture is blurred: the standard deviation of the bell by which the blank becomes most like it.
    """

    ncc_median: float
    found_share: float
    residual_mm: float
    blur_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """Where a slip lies on its page, to a tenth of a millimetre where the print is sharp."""

    pose: Pose
    bend: Bend | None
    fit: Fit

    def pixels_of(self, mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Where places of the blank (shape (n, 2), millimetres) lie on the page, in pixels."""
        flat = mm if self.bend is None else mm + self.bend.shift(mm)
        seen = np.concatenate([flat, np.ones((len(flat), 1))], axis=1) @ self.pose.mm_to_px.T
        return np.asarray(seen[:, :2] / seen[:, 2:], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class FlatImage:
    """A part of a page laid flat over its blank, pixel by pixel.

    All pictures have one shape; pixel (0, 0) lies at `origin` millimetres on the page of the blank, `px_per_mm`
    converts. `darkness` is 0 for the paper around and 255 for black, whatever the lighting; `outside` marks what is no
    paper: a lid, a desk, a missing corner. A field that lies there was not read. `blur_mm` is that of the fit.
    `raw` is the darkness before streaks and folds were taken out of it.
    """

    gray: GrayImage
    blank: GrayImage
    darkness: GrayImage
    raw: GrayImage
    outside: Mask
    origin: Point
    px_per_mm: float
    bilevel: bool
    photo: bool
    blur_mm: float

    def slices(self, place: Rect) -> tuple[slice, slice]:
        """Rows and columns of the pixels in `place`, clipped to the image."""
        height, width = self.gray.shape

        def px(value: float, limit: int) -> int:
            return min(max(round(value * self.px_per_mm), 0), limit)

        return (
            slice(px(place.y - self.origin.y, height), px(place.bottom - self.origin.y, height)),
            slice(px(place.x - self.origin.x, width), px(place.right - self.origin.x, width)),
        )


@dataclass(frozen=True, slots=True)
class Fold:
    """A fold through the whole slip, in millimetres on the page of the blank.

    A nearly upright line `x = across + lean * y`, or a level one `y = across + lean * x`.
    """

    upright: bool
    across: float
    lean: float


@dataclass(frozen=True, slots=True, eq=False)
class SlipImage(FlatImage):
    """A slip laid flat, and what was written on it.

    `ink` labels the written ink, that is what is darker than `ink_threshold` (in steps of `darkness`) where the blank
    prints nothing: one number for each connected piece, 0 elsewhere. `near_print` marks what the blank prints, with a
    rim. `folds` are those whose shadow was taken out of the darkness.
    """

    ink: Labels
    near_print: Mask
    folds: tuple[Fold, ...]
    ink_threshold: int

    def part(self, place: Rect) -> "SlipImage":
        """The same slip cut down to `place`."""
        rows, columns = self.slices(place)
        return replace(
            self,
            gray=self.gray[rows, columns],
            blank=self.blank[rows, columns],
            darkness=self.darkness[rows, columns],
            raw=self.raw[rows, columns],
            outside=self.outside[rows, columns],
            origin=Point(self.origin.x + columns.start / self.px_per_mm, self.origin.y + rows.start / self.px_per_mm),
            ink=self.ink[rows, columns],
            near_print=self.near_print[rows, columns],
        )


# ---------------------------------------------------------------- readings


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person needs to check a reading: the place on paper and the numbers behind the word.

    The crop is cut again from the page when it is shown: pixels do not travel.
    """

    place: Rect
    measures: Mapping[str, float]


class MarkState(StrEnum):
    """What a box shows. There is no default: a box that was not read is UNREAD."""

    EMPTY = auto()
    TICKED = auto()
    CORRECTED = auto()
    UNCLEAR = auto()
    UNREAD = auto()


class SignatureState(StrEnum):
    """What a signature line shows; presence only, never whose.

    The last three are told by a filled PDF alone: a name typed in, a certificate that could not be verified or that
    nobody vouches for, and a certificate on a file that is no longer what was signed.
    """

    EMPTY = auto()
    SIGNED = auto()
    UNCLEAR = auto()
    UNREAD = auto()
    TYPED = auto()
    UNVERIFIED = auto()
    CHANGED = auto()


@dataclass(frozen=True, slots=True)
class Mark:
    """One box and what it shows."""

    field: str
    meaning: Meaning
    state: MarkState
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class SignatureReading:
    """One signature line and what it shows."""

    field: str
    role: Role
    state: SignatureState
    evidence: Evidence


class TextState(StrEnum):
    """What a text line shows; OBJECTION are words that are no name and no date."""

    EMPTY = auto()
    WRITTEN = auto()
    STRUCK = auto()
    OBJECTION = auto()
    UNREAD = auto()


@dataclass(frozen=True, slots=True)
class TextReading:
    """One text line and what an engine made of it; `text` is a reading, never a fact."""

    field: str
    role: Role
    state: TextState
    text: str
    evidence: Evidence


LineInk = Mapping[str, Collection[int]]
"""The labels of the slip's ink that an engine was shown, for each line by its field's name."""


class Wholeness(StrEnum):
    """Whether the print of the slip is that of the blank."""

    INTACT = auto()
    ALTERED = auto()
    DAMAGED = auto()
    UNREAD = auto()


@dataclass(frozen=True, slots=True)
class Integrity:
    """The comparison of all printed tiles with the blank; `faults` are the places that differ."""

    state: Wholeness
    faults: tuple[Rect, ...]
    measures: Mapping[str, float]


class StrayState(StrEnum):
    """Whether there is ink on the slip that no field explains."""

    NONE = auto()
    STAMP = auto()
    """One framed stamp and nothing else: for a person on this slip, but no word against another one."""
    COURTESY = auto()
    """Thanks, a greeting or a telephone number, plainly legible, and nothing else: the same."""
    FOUND = auto()
    UNREAD = auto()


@dataclass(frozen=True, slots=True)
class Stamp:
    """The frame of a stamp: turned by `turn` (radians, clockwise) around the page's origin; its sides are places along
    that direction and across it, in millimetres.
    """

    turn: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class StrayInk:
    """Ink outside the fields; `places` are the pieces, `stamp` is the one that they all belong to."""

    state: StrayState
    places: tuple[Rect, ...]
    measures: Mapping[str, float]
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Bare:
    """What the boxes, the signature lines and the other lines of a slip show but for the office's stamp."""

    marks: tuple[Mark, ...]
    signatures: tuple[SignatureReading, ...]
    texts: tuple[TextReading, ...]


@dataclass(frozen=True, slots=True)
class InkMap:
    """Where ink was written on a slip, in cells of a millimetre, `width` to a row, a bit for each cell."""

    width: int
    bits: bytes


class CodeState(StrEnum):
    """What the printed codes of a slip say together; only CHILD names one."""

    NONE = auto()
    FORM_ONLY = auto()
    CHILD = auto()
    """Sealed with our key, handed out by us for this form, to a child of the class list."""
    FOREIGN = auto()
    FORGED = auto()
    """The seal does not fit: made up, or sealed with another key."""
    UNKNOWN = auto()
    """Sealed with our key, but never handed out."""
    UNLISTED = auto()
    """Handed out to a child who is not on the class list."""
    UNCHECKED = auto()
    """A child's, but there is no register to look it up in."""
    CONTRADICTORY = auto()
    """The copies on the slip do not say the same."""


@dataclass(frozen=True, slots=True)
class CodeReading:
    """The code on the slip: `payload` is empty where none was read.

    `children` are those whose genuine codes were seen: the one it names if the state is CHILD; more than one
    where the copies contradict each other, none otherwise.
    """

    state: CodeState
    payload: str
    children: "tuple[Child, ...]"


# ---------------------------------------------------------------- what a filled PDF says beside its picture


class FieldsState(StrEnum):
    """Whether the form fields of a file say what its picture shows; a scan, a photo and a flattened file have none."""

    NONE = auto()
    AGREE = auto()
    DISAGREE = auto()
    UNREAD = auto()


class HiddenState(StrEnum):
    """Whether a file holds anything that its picture does not show: a note, a layer, a script, an attachment."""

    NONE = auto()
    FOUND = auto()
    UNREAD = auto()


class SignatureKind(StrEnum):
    """How a signature came into a filled PDF. DRAWN are strokes in the page itself, as in a flattened file."""

    DRAWN = auto()
    INK = auto()
    STAMP = auto()
    IMAGE = auto()
    TYPED = auto()
    CERTIFICATE = auto()
    OTHER = auto()


class Trust(StrEnum):
    """What is known of a certificate: UNTRUSTED has no known root, UNCHECKED could not be verified here, BROKEN does
    not belong to these bytes.
    """

    TRUSTED = auto()
    UNTRUSTED = auto()
    UNCHECKED = auto()
    CHANGED = auto()
    BROKEN = auto()
    NO_CERTIFICATE = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """How one line of a filled PDF was signed; `changes` names what is other than it was when it was signed."""

    field: str
    kind: SignatureKind
    trust: Trust
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file says beside its picture; `details` name the fields, annotations and parts that make the doubt."""

    fields: FieldsState
    hidden: HiddenState
    signings: tuple[Signing, ...]
    details: tuple[str, ...]


PICTURE_ONLY = FileReading(FieldsState.NONE, HiddenState.NONE, (), ())
"""A scan or a photo: there is nothing beside the picture."""


# ---------------------------------------------------------------- reading text

Posteriors = npt.NDArray[np.float32]
"""Shape (frames, 27): the chance of nothing (column 0) and of the letters A to Z, whatever case or diacritics."""


@dataclass(frozen=True, slots=True, eq=False)
class TextGuess:
    """What an engine made of one crop: `score` is its own confidence (0 to 1), never to be taken for a chance.

    `posteriors` is None for an engine that only hands out finished text; `crop` is what it was made of, None where
    nobody is to look at it again.
    """

    text: str
    score: float
    posteriors: Posteriors | None
    crop: GrayImage | None = None


# ---------------------------------------------------------------- the child


@dataclass(frozen=True, slots=True)
class Child:
    """One line of the roster."""

    id: str
    first_name: str
    last_name: str
    school_class: str
    birth_date: str
    guardians: tuple[str, ...]

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, eq=False)
class CodeBook:
    """What the children's codes of one form and version stand for.

    `key` seals them. `children` has every token that was handed out, with None for a child who is not on the list.
    """

    form_code: str
    version: int
    key: bytes = field(repr=False)
    children: "Mapping[str, Child | None]" = field(repr=False)


@dataclass(frozen=True, slots=True)
class Roster:
    """The class lists, and whose the codes are that were handed out to them."""

    children: tuple[Child, ...]
    codes: tuple[CodeBook, ...] = ()


class IdentityState(StrEnum):
    """How sure it is who the slip is about."""

    IDENTIFIED = auto()
    CONTRADICTED = auto()
    """The code names one child and the writing somebody else."""
    UNSURE = auto()
    NOT_LISTED = auto()
    NO_NAME = auto()
    NO_ROSTER = auto()


class IdentifiedBy(StrEnum):
    """What named the child; the guardians do so only together with its first name."""

    CODE = auto()
    NAME = auto()
    GUARDIANS = auto()
    RULING = auto()
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A child that the writing may name. `likeness` is an edit similarity (0 to 1), `log_ratio` the CTC
    log-likelihood per letter against the best free reading (0 is as good), `score` ranks.
    """

    child: Child
    score: float
    likeness: float
    log_ratio: float


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the slip is about; `child` is set only where the state is IDENTIFIED. Best candidates first."""

    state: IdentityState
    child: Child | None
    by: IdentifiedBy
    candidates: tuple[Candidate, ...]


# ---------------------------------------------------------------- facts, decisions, results


class Answer(StrEnum):
    """What the boxes say, before anybody asks who signed."""

    YES = auto()
    NO = auto()
    NONE = auto()
    BOTH = auto()
    CORRECTED = auto()
    UNCLEAR = auto()
    NOT_ASKED = ""
    """The form has no boxes: signing is the answer."""


class Returns(StrEnum):
    """What else came back for the same child in this run."""

    ONLY = auto()
    SAME_AGAIN = auto()
    CONTRADICTED = auto()


class CoverNote(StrEnum):
    """What the mail that a slip came with says; NONE if nothing against it, or if it came by itself."""

    NONE = auto()
    OBJECTS = auto()


class FormState(StrEnum):
    """Whether it is certain which form the slip is."""

    RECOGNISED = auto()
    DOUBTFUL = auto()


class Verdict(StrEnum):
    """What the office may record."""

    GIVEN = auto()
    REFUSED = auto()
    REVIEW = auto()


class Reason(StrEnum):
    """Why a person has to look, or what is missing."""

    FORM_DOUBTFUL = auto()
    PRINT_ALTERED = auto()
    PRINT_DAMAGED = auto()
    PRINT_UNREAD = auto()
    BOX_NONE = auto()
    BOX_BOTH = auto()
    BOX_CORRECTED = auto()
    BOX_UNCLEAR = auto()
    BOX_UNREAD = auto()
    SIGNATURE_MISSING = auto()
    SIGNATURE_UNCLEAR = auto()
    SIGNATURE_UNREAD = auto()
    INK_UNEXPLAINED = auto()
    WORDS_OBJECT = auto()
    REMARK_WRITTEN = auto()
    INK_UNREAD = auto()
    LINE_UNREAD = auto()
    CODE_FOREIGN = auto()
    CODE_FORGED = auto()
    CODE_UNKNOWN = auto()
    CODE_UNLISTED = auto()
    CODE_UNCHECKED = auto()
    CODES_CONTRADICT = auto()
    CHILD_UNSURE = auto()
    CHILD_BY_GUARDIANS = auto()
    CHILD_NOT_LISTED = auto()
    CHILD_NO_NAME = auto()
    CHILD_NO_ROSTER = auto()
    NAME_STRUCK = auto()
    NAME_CONTRADICTS_CODE = auto()
    CONTRADICTING_RETURNS = auto()
    MAIL_OBJECTS = auto()
    WORKER_FAILED = auto()
    FIELD_DISAGREES = auto()
    CONTENT_HIDDEN = auto()
    FILE_UNREAD = auto()
    CHANGED_AFTER_SIGNING = auto()
    SIGNATURE_TYPED = auto()
    SIGNATURE_UNVERIFIED = auto()


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, the answer of the boxes, and each reason against recording it unseen."""

    verdict: Verdict
    answer: Answer
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class SlipReading:
    """All that was seen on one slip. `outline` are the slip's corners in pixels of the page."""

    ref: PageRef
    number: int
    form: Form
    channel: Channel
    outline: tuple[Point, Point, Point, Point]
    form_state: FormState
    fit: Fit
    integrity: Integrity
    code: CodeReading
    marks: tuple[Mark, ...]
    signatures: tuple[SignatureReading, ...]
    texts: tuple[TextReading, ...]
    stray: StrayInk
    written: InkMap
    identity: Identity
    file: FileReading
    note: CoverNote
    """Set for what came with a mail, once the page was read: the reader sees pages, not mails."""
    bare: Bare | None = None
    """Set where the office's stamp was found."""

    @property
    def form_id(self) -> str:
        """The form, by its name."""
        return self.form.id

    @property
    def form_version(self) -> int:
        """Which wording of it."""
        return self.form.version

    @property
    def rule(self) -> Rule:
        """What makes this slip a consent."""
        return self.form.rule


@dataclass(frozen=True, slots=True)
class SlipResult:
    """A slip as the run leaves it; `duplicate_of` names the first image of the same answer."""

    reading: SlipReading
    returns: Returns
    duplicate_of: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page of an input and the slips on it; always exactly one for a page that went in."""

    ref: PageRef
    kind: PageKind
    slips: tuple[SlipReading, ...]
    reasons: tuple[str, ...]
