"""The committed slips that were printed for one child each, read with the register beside their blanks."""

import shutil
from pathlib import Path

import pytest

from tests.accuracy.personal import Row, read, rows_of, score

STACKS = Path(__file__).parents[2] / "samples" / "stacks" / "eigene"
TRUTH = rows_of(STACKS / "truth.csv")
CONDITIONS = tuple(dict.fromkeys(row["condition"] for row in TRUTH))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    """results.csv of each condition."""
    folder = tmp_path_factory.mktemp("own") / "slips"
    shutil.copytree(STACKS, folder)
    return {condition: read(folder, condition) for condition in CONDITIONS}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_nothing_is_lost_nobody_is_taken_for_another_and_no_verdict_says_too_much(
    condition: str, results: dict[str, list[Row]]
) -> None:
    own = [row for row in TRUTH if row["condition"] == condition]
    scored = score(condition, own, results[condition])
    assert (scored.slips, scored.lost, scored.wrong, scored.not_true) == (2, 0, 0, 0)
    if condition.startswith("name"):
        assert all("name_contradicts_code" in row["reasons"].split() for row in results[condition])
    else:
        assert scored.by_code == scored.slips


def test_plain_slips_need_nobody(results: dict[str, list[Row]]) -> None:
    assert all(row["verdict"] != "review" for row in results["schwarzweiss-200"])
