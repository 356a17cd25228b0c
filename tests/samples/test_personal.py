"""Stacks of slips that were printed for one child each: the same seed, the same slips, and a truth of their own."""

from pathlib import Path

import numpy as np
import zxingcpp

from forms.catalogue import PRIMARY
from forms.code import parse, verify
from forms.register import read_key, read_register
from samples.personal import CONDITIONS, OtherName, entries_of, returned, school_of, write_stacks

BY_NAME = {condition.name: condition for condition in CONDITIONS}


def test_the_same_seed_gives_the_same_school_and_register() -> None:
    made = [(school_of(80, rng), entries_of(school_of(80, rng), rng)) for rng in map(np.random.default_rng, (3, 3, 4))]
    assert made[0] == made[1]
    assert made[0] != made[2]
    assert len({pupil.name for pupil in made[0][0]}) == 80


def test_a_folder_holds_what_the_office_has_and_the_truth(tmp_path: Path) -> None:
    (row,) = write_stacks(tmp_path, 1, 5, [BY_NAME["name-daneben"]])
    entries, key = read_register(tmp_path), read_key(tmp_path)
    assert row.verdicts == "review"
    assert (tmp_path / row.file).stat().st_size > 0
    assert {path.name for path in tmp_path.glob("*.pdf")} == {"iserv-primar.pdf", "iserv-sekundar.pdf"}
    assert len(key) == 32
    assert row.child_id in {entry.child.id for entry in entries}


def test_a_pen_line_crosses_one_code_and_leaves_the_other() -> None:
    rng = np.random.default_rng(1)
    pupils = school_of(60, rng)
    plain, crossed = (
        returned(PRIMARY, pupils[0], pupils[1], "ABCDEFGH2", b"key", BY_NAME[name], 7).picture.pixels
        for name in ("grau-200", "strich-1")
    )
    codes = [parse(code.text) for code in zxingcpp.read_barcodes(plain)]
    assert len(codes) == 2
    assert all(verify(code, b"key") for code in codes)
    assert 1 <= len(zxingcpp.read_barcodes(crossed)) <= 2


def test_each_way_to_change_a_name_has_its_condition() -> None:
    assert {condition.other for condition in CONDITIONS} == set(OtherName)
