"""Typed access to the entries of a PDF dictionary: absent is empty, another type is an error."""

from pypdf.generic import ArrayObject, DictionaryObject, NullObject, PdfObject


def entry(node: DictionaryObject, key: str) -> PdfObject | None:
    """The entry itself where a reference stands in its place, or None where there is none."""
    if key not in node:
        return None
    value = node[key].get_object()
    return None if isinstance(value, NullObject) else value


def dictionary_at(node: DictionaryObject, key: str) -> DictionaryObject:
    """The dictionary under this key.

    Raises:
        TypeError: Something else stands there.
    """
    value = entry(node, key)
    return DictionaryObject() if value is None else as_dictionary(value)


def array_at(node: DictionaryObject, key: str) -> ArrayObject:
    """The array under this key.

    Raises:
        TypeError: Something else stands there.
    """
    value = entry(node, key)
    if value is None:
        return ArrayObject()
    if not isinstance(value, ArrayObject):
        raise TypeError(f"{key} is no array")
    return value


def as_dictionary(value: PdfObject | None) -> DictionaryObject:
    """The dictionary that this is, or that it refers to.

    Raises:
        TypeError: It is none.
    """
    found = None if value is None else value.get_object()
    if not isinstance(found, DictionaryObject):
        raise TypeError("no dictionary")
    return found


def numbers_at(node: DictionaryObject, key: str) -> tuple[float, ...]:
    """The numbers of the array under this key."""
    return tuple(float(str(value.get_object())) for value in array_at(node, key))
