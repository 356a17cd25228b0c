"""Places on paper: millimetres from the top-left corner of the page, x to the right, y down."""

from collections.abc import Iterable
from dataclasses import dataclass

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72.0
MM_PER_POINT = MM_PER_INCH / POINTS_PER_INCH


@dataclass(frozen=True, slots=True)
class Point:
    """A place on paper."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle on paper.

    Raises:
        ValueError: The rectangle is empty, which no printed thing can be.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        """Refuse an empty rectangle."""
        if not (self.width > 0 and self.height > 0):
            raise ValueError(f"empty rectangle: {self}")

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        """Top-left, top-right, bottom-right, bottom-left."""
        return (
            Point(self.x, self.y),
            Point(self.right, self.y),
            Point(self.right, self.bottom),
            Point(self.x, self.bottom),
        )

    def grown(self, left: float, top: float, right: float, bottom: float) -> "Rect":
        """Move each edge outwards (a negative number moves it inwards)."""
        return Rect(self.x - left, self.y - top, self.width + left + right, self.height + top + bottom)

    def contains(self, point: Point) -> bool:
        """Whether the point lies inside or on the edge."""
        return self.x <= point.x <= self.right and self.y <= point.y <= self.bottom

    def overlaps(self, other: "Rect") -> bool:
        """Whether the two share more than an edge."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


def bounding(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around all of them.

    Raises:
        ValueError: There is none to go around.
    """
    every = tuple(rects)
    left, top = min(r.x for r in every), min(r.y for r in every)
    right, bottom = max(r.right for r in every), max(r.bottom for r in every)
    return Rect(left, top, right - left, bottom - top)
