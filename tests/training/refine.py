"""Teaches the second recogniser with real hands, when `whole.py` has taught it with fonts.

`python -m tests.training.refine --fonts DIR --words DIR --known FILE --out FILE` shows as many lines of real words as
of fonts. The shipped one was taught with words of the "Deutscher Handschriften-Datensatz" (DHSD, CC BY 4.0; Riaz,
Saifullah, Agne, Dengel and Ahmed: StylusAI, ICDAR 2024, pp. 429-444), names of towns and streets by its writers of odd
numbers. Needs what `whole.py` needs.
"""

import argparse
import copy
import random
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

import cv2
import torch

from intake.engines import pp_ocr
from tests.training.hands import Word, draw_in_hand, read_hands
from tests.training.head import Head
from tests.training.lines import Line, draw
from tests.training.whole import Whole, as_shown, batches, teach, write

FIRST_LINE = 400_000
"""Lines from this number on: `head.py` and `whole.py` have seen none of them."""
LINES = 28_800
"""Lines that are shown: each of 2,985 words about eight times, never alike. No other number was tried."""
NEW = 1.0
"""All of what was learned counts. With 0.6 and 0.8 parts of it .056 and .053 of the letters of writers left out were
wrong instead of .051, and of 266 lines in fonts .191 and .194 instead of .195."""


@lru_cache(maxsize=1)
def _hands(folder: Path, writers: frozenset[str]) -> tuple[tuple[Word, ...], ...]:
    return read_hands(folder, writers)


def drawn(numbers: Sequence[int], fonts: Sequence[Path], folder: Path, writers: frozenset[str]) -> list[Line]:
    """The lines of these numbers: every other one in a real hand, the rest in fonts."""
    cv2.setNumThreads(1)
    hands = _hands(folder, writers)
    return as_shown(draw_in_hand(n, hands) if n % 2 else draw(n, fonts) for n in numbers)


def main() -> None:
    """Teach, write down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fonts", type=Path, required=True, help="a folder of TrueType fonts")
    parser.add_argument("--words", type=Path, required=True, help="a folder of words and labels.csv")
    parser.add_argument("--writers", default="", help="such as 1,3,5; all where nothing is said")
    parser.add_argument("--known", type=Path, required=True, help="what whole.py has written down beside the ONNX")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=LINES)
    chosen = parser.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    characters = len(pp_ocr.load().folding.columns)
    untaught = Whole(Head(torch.zeros(characters), torch.ones(characters)))
    whole = copy.deepcopy(untaught)
    whole.load_state_dict(torch.load(chosen.known))
    writers = frozenset(filter(None, chosen.writers.split(",")))
    fonts = sorted(chosen.fonts.glob("*.ttf"))
    shown = batches(partial(drawn, fonts=fonts, folder=chosen.words, writers=writers), FIRST_LINE)
    taught = teach(whole, shown, chosen.lines, chosen.lines, NEW)
    torch.save(taught.state_dict(), chosen.out.with_suffix(".pt"))
    write(taught, untaught, chosen.out)


if __name__ == "__main__":
    main()
