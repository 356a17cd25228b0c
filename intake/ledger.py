"""What a run remembers: every page that went in, every slip that was settled."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from intake.values import PageReading, PageRef, SlipResult


class Ledger(Protocol):
    """Keeps readings as they arrive and gives them back in order; a database fits behind it as well."""

    def record(self, page: PageReading) -> None:
        """Keep the reading of one page; a page read again replaces its earlier reading."""
        ...

    def settle(self, results: Iterable[SlipResult]) -> None:
        """Keep what became of the slips, in place of what was settled before."""
        ...

    def pages(self) -> Iterator[PageReading]:
        """All pages, by file and page."""
        ...

    def results(self) -> Iterator[SlipResult]:
        """All settled slips, by file, page and place on the page."""
        ...


class MemoryLedger:
    """Forgets everything at the end of the run; for `read` without a campaign, and for tests."""

    def __init__(self) -> None:
        """Start empty."""
        self._pages: dict[PageRef, PageReading] = {}
        self._results: tuple[SlipResult, ...] = ()

    def record(self, page: PageReading) -> None:
        """Keep the reading of one page."""
        self._pages[page.ref] = page

    def settle(self, results: Iterable[SlipResult]) -> None:
        """Keep what became of the slips."""
        self._results = tuple(results)

    def pages(self) -> Iterator[PageReading]:
        """All pages, by file and page."""
        yield from sorted(self._pages.values(), key=lambda page: (page.ref.file, page.ref.page))

    def results(self) -> Iterator[SlipResult]:
        """All settled slips, by file, page and place on the page."""

        def place(result: SlipResult) -> tuple[str, int, int]:
            reading = result.reading
            return reading.ref.file, reading.ref.page, reading.number

        yield from sorted(self._results, key=place)
