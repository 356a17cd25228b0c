"""The registers beside the blanks: which child of the class list each code that was handed out stands for."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from forms.register import Entry, Namesakes, Person, RegisterError, namesakes_of, read_key, read_register, same_child
from intake.errors import UsageError
from intake.values import Child, CodeBook


def read_codebooks(folders: Iterable[Path], children: Sequence[Child]) -> tuple[CodeBook, ...]:
    """A book for each form and version that the registers in these folders know, each folder asked once.

    Raises:
        UsageError: A register cannot be read, has lost its key, or two folders have one for the same form.
    """
    persons = {person_of(child): child for child in children}
    namesakes = namesakes_of(persons)
    books: dict[tuple[str, int], CodeBook] = {}
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        for book in _books_in(folder, persons, namesakes):
            if (book.form_code, book.version) in books:
                raise UsageError(
                    f"In {folder} liegt eine zweite Codeliste für dasselbe Formular. Bitte alle Vorlagen aus dem einen "
                    "Ordner angeben, aus dem die Abschnitte ausgegeben wurden."
                )
            books[book.form_code, book.version] = book
    return tuple(books.values())


def person_of(child: Child) -> Person:
    """The child as a register writes it down."""
    return Person(child.id, child.first_name, child.last_name, child.school_class, child.birth_date)


def _books_in(folder: Path, persons: dict[Person, Child], namesakes: Namesakes) -> Iterable[CodeBook]:
    """The books of one folder; none where no slip was made for a child there."""
    try:
        entries = read_register(folder)
        key = read_key(folder) if entries else b""
    except RegisterError as error:
        raise UsageError(str(error)) from error
    for form, version in dict.fromkeys((entry.form, entry.version) for entry in entries):
        own = [entry for entry in entries if (entry.form, entry.version) == (form, version)]
        yield CodeBook(form, version, key, {entry.token: _listed(entry, persons, namesakes) for entry in own})


def _listed(entry: Entry, persons: dict[Person, Child], namesakes: Namesakes) -> Child | None:
    person = same_child(entry.child, namesakes)
    return None if person is None else persons[person]
