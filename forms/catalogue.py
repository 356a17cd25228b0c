"""The bundled forms, and how a blank is made of one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms import description
from forms.acroform import Input, SignatureInput, TextInput, TickInput, page_count, with_fields
from forms.code import FIRST_COPY, GENERIC_TOKEN, SECOND_COPY, SlipCode, new_code, on_copy
from forms.description import Description, FieldRole, OptionMeaning
from forms.geometry import Rect
from forms.model import Meaning, Role, Rule, SlipArea
from forms.school import School
from forms.typeset import PrintedSlip, TypesettingError, typeset

A4 = Rect(0.0, 0.0, 210.0, 297.0)
PRIMARY_CUT_MM = 193.0


class UnknownFormError(ValueError):
    """No bundled form has this id."""


@dataclass(frozen=True, slots=True)
class TextPlan:
    """A line to write on."""

    name: str
    role: Role
    tooltip: str
    required: bool


@dataclass(frozen=True, slots=True)
class SignaturePlan:
    """A line to sign on."""

    name: str
    role: Role
    tooltip: str
    required: bool


@dataclass(frozen=True, slots=True)
class OptionPlan:
    """One box of a choice."""

    option: str
    meaning: Meaning
    tooltip: str


@dataclass(frozen=True, slots=True)
class ChoicePlan:
    """Boxes of which exactly one is to be ticked."""

    name: str
    role: Role
    tooltip: str
    options: tuple[OptionPlan, ...]


FieldPlan = TextPlan | SignaturePlan | ChoicePlan


@dataclass(frozen=True, slots=True)
class BundledForm:
    """A form whose wording comes with the program; `code` are its four characters in printed codes."""

    id: str
    code: str
    version: int
    title: str
    rule: Rule
    slip: SlipArea
    cut_mm: float | None
    fields: tuple[FieldPlan, ...]


@dataclass(frozen=True, slots=True)
class Personal:
    """The child a slip is made for; the token stands for it in the code, sealed with the key."""

    name: str
    school_class: str
    token: str
    key: bytes


_CHILD_NAME = TextPlan("child_name", Role.CHILD_NAME, "Vor- und Nachname des Kindes", required=True)
_GUARDIANS = TextPlan(
    "guardian_names", Role.GUARDIAN_NAMES, "Namen der Eltern oder Erziehungsberechtigten", required=True
)

SECONDARY = BundledForm(
    id="iserv-sekundar",
    code="ISEK",
    version=1,
    title="Datenschutzrechtliche Einwilligung in die Nutzung des Videokonferenzmoduls unter IServ",
    rule=Rule.SIGNATURES,
    slip=SlipArea(page=1, place=A4),
    cut_mm=None,
    fields=(
        _GUARDIANS,
        _CHILD_NAME,
        SignaturePlan("guardian_signature", Role.GUARDIAN_SIGNATURE, "Unterschrift der Eltern", required=True),
        SignaturePlan(
            "pupil_signature", Role.PUPIL_SIGNATURE, "Unterschrift der Schülerin oder des Schülers", required=True
        ),
    ),
)

PRIMARY = BundledForm(
    id="iserv-primar",
    code="IPRI",
    version=1,
    title="Einwilligung für Videokonferenzen über „IServ“",
    rule=Rule.TICK,
    slip=SlipArea(page=1, place=Rect(0.0, PRIMARY_CUT_MM, A4.width, A4.height - PRIMARY_CUT_MM)),
    cut_mm=PRIMARY_CUT_MM,
    fields=(
        _CHILD_NAME,
        TextPlan("child_class", Role.CHILD_CLASS, "Klasse des Kindes", required=True),
        ChoicePlan(
            "consent",
            Role.CONSENT,
            "Einverstanden mit der Teilnahme an Videokonferenzen: ja oder nein",
            (
                OptionPlan("ja", Meaning.YES, "Ja, mit der Teilnahme einverstanden"),
                OptionPlan("nein", Meaning.NO, "Nein, mit der Teilnahme nicht einverstanden"),
            ),
        ),
        _GUARDIANS,
        TextPlan("place_date", Role.PLACE_DATE, "Ort und Datum", required=True),
        SignaturePlan(
            "guardian_signature", Role.GUARDIAN_SIGNATURE, "Unterschrift der Erziehungsberechtigten", required=True
        ),
    ),
)

BUNDLED = (SECONDARY, PRIMARY)


def bundled(form_id: str) -> BundledForm:
    """The bundled form with this id.

    Raises:
        UnknownFormError: There is none.
    """
    for form in BUNDLED:
        if form.id == form_id:
            return form
    raise UnknownFormError(
        f"Das Formular {form_id!r} gibt es nicht. Mitgeliefert sind: {', '.join(f.id for f in BUNDLED)}."
    )


def build_blank(form_id: str, school: School, child: Personal | None = None) -> bytes:
    """The fillable PDF of a form; with a child, its name and class are filled in and the codes are its own.

    Raises:
        UnknownFormError: There is no such form.
        TypesettingError: The text cannot be set, or the school's data does not fit on the page.
        ValueError: The child's token does not fit the code, or comes without a key.
    """
    form = bundled(form_id)
    return with_fields(_pages(form, school, [child], on_paper=False), _inputs(form, child))


def build_print_run(form_id: str, school: School, children: Sequence[Personal]) -> bytes:
    """One PDF with the slips of all these children in their order, name and class typed in; to be printed.

    It has no form fields: as all slips name them alike, what is typed into one would stand on all.

    Raises:
        UnknownFormError: There is no such form.
        TypesettingError: The text cannot be set, or the school's data does not fit on the page.
        ValueError: There are no children, or a token does not fit the code, or comes without a key.
    """
    if not children:
        raise ValueError("a print run needs children")
    return _pages(bundled(form_id), school, children, on_paper=True)


def _pages(form: BundledForm, school: School, children: Sequence[Personal | None], on_paper: bool) -> bytes:
    """The form set once for each child, None for nobody in particular."""
    pages = typeset(
        form.id,
        title=form.title,
        school=school,
        slips=[PrintedSlip(codes_of(form, child), _typed(form, child)) for child in children],
        cut_mm=form.cut_mm,
        description=description.encode(describe(form)),
        on_paper=on_paper,
    )
    if page_count(pages) != form.slip.page * len(children):
        raise TypesettingError("Name oder Anschrift der Schule sind zu lang für die Seite.")
    return pages


def _typed(form: BundledForm, child: Personal | None) -> dict[str, str]:
    """What stands in the text fields from the start."""
    return {plan.name: _known(plan.role, child) for plan in form.fields if isinstance(plan, TextPlan)}


def codes_of(form: BundledForm, child: Personal | None) -> tuple[SlipCode, SlipCode]:
    """Both copies of the code on the part that comes back."""
    token, key = (child.token, child.key) if child else (GENERIC_TOKEN, b"")
    first = new_code(form.code, form.version, form.slip.page, token, key)
    return on_copy(first, FIRST_COPY, key), on_copy(first, SECOND_COPY, key)


def describe(form: BundledForm) -> Description:
    """What `ruecklauf.json` says of the form."""
    return Description(
        form_id=form.id,
        version=form.version,
        title=form.title,
        language="de",
        rule=form.rule,
        slip=form.slip,
        cut_mm=form.cut_mm,
        fields=tuple(_described(plan) for plan in form.fields),
        options=tuple(
            OptionMeaning(option.option, option.meaning)
            for plan in form.fields
            if isinstance(plan, ChoicePlan)
            for option in plan.options
        ),
    )


def _described(plan: FieldPlan) -> FieldRole:
    match plan:
        case TextPlan():
            return FieldRole(plan.name, plan.role, "text")
        case SignaturePlan():
            return FieldRole(plan.name, plan.role, "signature")
        case ChoicePlan():
            return FieldRole(plan.name, plan.role, "choice")


def _inputs(form: BundledForm, child: Personal | None) -> Sequence[Input]:
    return [entry for plan in form.fields for entry in _inputs_of(plan, child)]


def _inputs_of(plan: FieldPlan, child: Personal | None) -> Iterator[Input]:
    match plan:
        case TextPlan():
            yield TextInput(plan.name, plan.tooltip, plan.required, _known(plan.role, child))
        case SignaturePlan():
            yield SignatureInput(plan.name, plan.tooltip, plan.required)
        case ChoicePlan():
            for option in plan.options:
                yield TickInput(plan.name, option.option, option.tooltip, plan.tooltip, required=True)


def _known(role: Role, child: Personal | None) -> str:
    """What the school knows already and need not be written by hand."""
    if child is None:
        return ""
    return {Role.CHILD_NAME: child.name, Role.CHILD_CLASS: child.school_class}.get(role, "")
