"""PP-OCRv6 small, the recogniser for handwriting: weights from the `rapidocr` package, run by ONNX Runtime.

Of all engines with their weights in a package it read German handwriting best (exact on real names .793, the
next .386). Only the model file is used: importing `rapidocr` would bring its downloader along.
"""

import importlib.util
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from intake.engines import ALPHABET, likeliest
from intake.errors import DependencyMissingError
from intake.values import GrayImage, Posteriors, TextGuess

MODEL_FILE = "models/PP-OCRv6_rec_small.onnx"

HANDS_FILE = "hands.onnx"
"""The second recogniser: PP-OCRv6 again, taught what hurried hands, hard pencils and bad scanners make of the letters
of German names, by lines drawn in handwriting fonts and lines of real words; it knows A to Z only (`tests/training/`;
`docs/names.md` has what it is worth)."""

LINE_HEIGHT = 48
"""Height in pixels of the lines that the model was trained on."""

WIDTH_STEP = 8
"""The model puts out one frame for each 8 pixels of width."""

LEAST_WIDTH = 16

MOST_WIDTH = 1600
"""A wider line (33 times as wide as high) is squeezed: it is no name, and the time grows with the width."""

SILENT = " -'.,’`´"
"""Read as nothing: a space or hyphen inside a name says nothing about whose name it is."""

LOOK_ALIKE = {"0": "O", "1": "I", "5": "S", "6": "G", "8": "B", "9": "G"}
"""A digit in a name is a letter misread."""

OWN_LETTER = {"ß": "S", "ẞ": "S", "ı": "I", "ł": "L", "Ł": "L", "ø": "O", "Ø": "O", "đ": "D", "Đ": "D"}
OWN_LETTER |= {"æ": "A", "Æ": "A", "œ": "O", "Œ": "O", "ð": "D", "þ": "T"}
"""Letters that Unicode does not take apart into a base letter and a mark."""


Frames = npt.NDArray[np.float32]
"""The chances, or their logarithms, of characters in each frame of a line, shape (frames, characters)."""


@dataclass(frozen=True, slots=True)
class PPOCR:
    """The engine; make one with `load`, once for each process."""

    session: onnxruntime.InferenceSession
    characters: tuple[str, ...]
    folding: "Folding"
    second: "Hands"

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        """Read each crop; batching brings nothing on one thread (measured), so one by one."""
        return [self._read(crop) for crop in crops]

    def _read(self, crop: GrayImage) -> TextGuess:
        frames = frames_of(self.session, crop)
        text, score = likeliest(frames, self.characters)
        return TextGuess(text.strip(), score, self.folding.fold(frames), crop)


@dataclass(frozen=True, slots=True)
class Hands:
    """The second recogniser, which spells without case, marks and spaces."""

    session: onnxruntime.InferenceSession

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        """Read each crop."""
        return [self._read(crop) for crop in crops]

    def _read(self, crop: GrayImage) -> TextGuess:
        frames = frames_of(self.session, crop)
        return TextGuess(*likeliest(frames, ("", *ALPHABET)), frames)


def frames_of(session: onnxruntime.InferenceSession, crop: GrayImage) -> Frames:
    """The chances of all characters in every frame of a line."""
    frames: Frames = session.run(None, {session.get_inputs()[0].name: input_of(crop)})[0][0]
    return frames


@dataclass(frozen=True, slots=True, eq=False)
class Folding:
    """How the model's 18,708 characters become no letter and A to Z.

    `columns` are the characters that become something, sorted by what they become; `starts` is where each of
    the 27 begins among them.
    """

    columns: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]

    def fold(self, frames: Frames) -> Posteriors:
        """Add up the chances of all characters that become the same letter; shape (frames, 27)."""
        return np.add.reduceat(frames[:, self.columns], self.starts, axis=1).astype(np.float32)


def folding_of(characters: Sequence[str]) -> Folding:
    """The folding for a model with these characters, of which the first is the blank."""
    targets = np.array([0] + [column_of(character) for character in characters[1:]])
    kept = np.flatnonzero(targets >= 0)
    order = kept[np.argsort(targets[kept], kind="stable")]
    return Folding(order, np.searchsorted(targets[order], np.arange(len(ALPHABET) + 1)))


def column_of(character: str) -> int:
    """What a character becomes: 0 for nothing, 1 to 26 for a letter, -1 for what no name holds."""
    if character in SILENT:
        return 0
    plain = LOOK_ALIKE.get(character) or OWN_LETTER.get(character) or unicodedata.normalize("NFD", character)[:1]
    return string.ascii_uppercase.find(plain.upper()) + 1 if plain.isascii() and plain.isalpha() else -1


def input_of(crop: GrayImage) -> npt.NDArray[np.float32]:
    """The crop as the model takes it: shape (1, 3, 48, width), -1 is black, 1 is white, 0 beyond the end."""
    height, width = crop.shape
    drawn = min(max(-(-LINE_HEIGHT * width // height), 1), MOST_WIDTH)
    padded = max(-(-drawn // WIDTH_STEP) * WIDTH_STEP, LEAST_WIDTH)
    way = cv2.INTER_LINEAR if height < LINE_HEIGHT else cv2.INTER_AREA
    line = np.zeros((LINE_HEIGHT, padded), np.float32)
    line[:, :drawn] = cv2.resize(crop, (drawn, LINE_HEIGHT), interpolation=way) / 127.5 - 1.0
    return np.broadcast_to(line, (1, 3, LINE_HEIGHT, padded)).copy()


def model_path() -> Path:
    """Where the weights lie.

    Raises:
        DependencyMissingError: The package is not installed, or without the file.
    """
    found = importlib.util.find_spec("rapidocr")
    for folder in found.submodule_search_locations or () if found else ():
        path = Path(folder) / MODEL_FILE
        if path.is_file():
            return path
    raise DependencyMissingError(
        "Die Handschrifterkennung fehlt (Paket „rapidocr“ mit PP-OCRv6). Bitte das Programm neu installieren."
    )


@lru_cache(maxsize=1)
def load() -> PPOCR:
    """Load both models, each on one thread: a process reads one page at a time.

    Raises:
        DependencyMissingError: The weights are not on this machine.
    """
    session = _session(model_path())
    listed = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    while listed and not listed[-1]:
        listed.pop()
    wanted = session.get_outputs()[0].shape[-1]
    characters = ["", *listed]
    characters += [" "] * (wanted - len(characters) if isinstance(wanted, int) else 1)
    hands = Hands(_session(Path(__file__).with_name(HANDS_FILE)))
    return PPOCR(session, tuple(characters), folding_of(characters), hands)


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
