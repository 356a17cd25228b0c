"""A little of the corpus beside the project: no false consent, nothing lost, nothing invented.

The whole of it takes an hour and is run by hand: see docs/accuracy.md.
"""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.accuracy import corpus

pytestmark = [
    pytest.mark.accuracy,
    pytest.mark.skipif(not corpus.CORPUS.is_dir(), reason="the corpus does not lie beside the project"),
    pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="the corpus generator needs poppler's pdftoppm"),
    pytest.mark.skipif(importlib.util.find_spec("img2pdf") is None, reason="the corpus generator needs img2pdf"),
]

FATAL = ("FALSE_CONSENT", "WRONG_CHILD_GIVEN", "SLIP_LOST", "ROW_INVENTED", "PAGE_UNACCOUNTED")


def test_a_few_stacks_of_the_corpus_hold_the_promises(tmp_path: Path) -> None:
    try:
        made = corpus.generate(tmp_path, seed=2026, stacks=["S01", "S03", "S05", "S07", "S10"], scale=0.12)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the corpus generator cannot run here: {error.stderr.decode()[-200:]}")
    results, pages = corpus.read(made, workers=2)
    table = corpus.score(made, results, pages, "stack")
    assert "slips  right" in table
    assert [line for line in table.splitlines() if line.startswith(FATAL)] == []
    assert "unaccounted 0, rows invented 0, files never read 0" in table
