from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pytest
import simplejpeg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw

from intake import limits, pages
from intake.errors import UnreadablePageError
from intake.pages import count_pages, read_page, render_blank
from intake.sources import Source
from intake.values import GrayImage, PageImage

A4 = (595.28, 841.89)
FULL = f"q {A4[0]} 0 0 {A4[1]} 0 0 cm /Im0 Do Q"
DPI = 100


def sheet() -> GrayImage:
    """An A4 page at 100 dpi whose four quarters cannot be mistaken for one another."""
    image = Image.new("L", (827, 1169), 245)
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 300, 300), fill=20)
    draw.ellipse((500, 100, 760, 220), fill=90)
    draw.rectangle((80, 800, 140, 1100), fill=150)
    draw.line((100, 600, 700, 560), fill=0, width=9)
    return np.array(image)


def jpeg_of(gray: GrayImage) -> bytes:
    encoded: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(gray[..., None]), 90, "GRAY")
    return encoded


def source(path: Path) -> Source:
    return Source(path.name, path)


def distance(one: GrayImage, other: GrayImage) -> float:
    """Mean difference in grey levels, after bringing both to one size; 1 is nothing, 20 another picture."""
    height, width = other.shape
    fitted = cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA)
    return float(np.abs(fitted.astype(np.float64) - other).mean())


def reason_for(path: Path) -> str:
    with pytest.raises(UnreadablePageError) as caught:
        for number in range(1, count_pages(source(path)) + 1):
            read_page(source(path), number)
    return caught.value.reason


# ---------------------------------------------------------------- PDF: what a viewer shows is what is read


class Scan:
    """A PDF page made by hand."""

    def __init__(self) -> None:
        self.pdf = pikepdf.new()
        self.page = self.pdf.add_blank_page(page_size=A4)

    def image(self, data: bytes, size: tuple[int, int], **more: object) -> pikepdf.Object:
        entries = {"Filter": Name.DCTDecode, "ColorSpace": Name.DeviceGray, "BitsPerComponent": 8, **more}
        stream = self.pdf.make_stream(data, Type=Name.XObject, Subtype=Name.Image, Width=size[0], Height=size[1])
        for key, value in entries.items():
            if value is not None:
                stream[f"/{key}"] = value
        return stream

    def show(self, content: str, **things: Any) -> "Scan":
        self.page.obj.Resources = Dictionary(XObject=Dictionary(**things))
        self.page.obj.Contents = self.pdf.make_stream(content.encode())
        return self

    def save(self, path: Path) -> Path:
        self.pdf.save(path)
        return path


def plain(scan: Scan, *, on_its_side: bool = False, **more: object) -> pikepdf.Object:
    gray = sheet().T if on_its_side else sheet()
    return scan.image(jpeg_of(gray), (gray.shape[1], gray.shape[0]), **more)


def a_plain_scan(scan: Scan) -> None:
    scan.show(FULL, Im0=plain(scan))


def a_scan_turned_by_the_viewer(scan: Scan) -> None:
    a_plain_scan(scan)
    scan.page.obj.Rotate = 90


def a_scan_upside_down_for_the_viewer(scan: Scan) -> None:
    a_plain_scan(scan)
    scan.page.obj.Rotate = 180


def an_image_stored_upside_down(scan: Scan) -> None:
    scan.show(f"q {A4[0]} 0 0 {-A4[1]} 0 {A4[1]} cm /Im0 Do Q", Im0=plain(scan))


def an_image_stored_on_its_side(scan: Scan) -> None:
    scan.show(f"q 0 {A4[1]} {-A4[0]} 0 {A4[0]} 0 cm /Im0 Do Q", Im0=plain(scan, on_its_side=True))


def an_image_stored_on_its_other_side(scan: Scan) -> None:
    scan.show(f"q 0 {-A4[1]} {A4[0]} 0 0 {A4[1]} cm /Im0 Do Q", Im0=plain(scan, on_its_side=True))


def an_image_on_its_side_and_mirrored(scan: Scan) -> None:
    scan.show(f"q 0 {A4[1]} {A4[0]} 0 0 0 cm /Im0 Do Q", Im0=plain(scan, on_its_side=True))
    scan.page.obj.Rotate = 270


def an_inverted_scan(scan: Scan) -> None:
    scan.show(FULL, Im0=plain(scan, Decode=Array([1, 0])))


def a_scan_with_a_text_layer(scan: Scan) -> None:
    scan.show(FULL + " BT /F1 12 Tf 3 Tr 72 700 Td (Einwilligung) Tj ET", Im0=plain(scan))
    scan.page.obj.Resources.Font = Dictionary(
        F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )


def a_scan_with_typed_text_on_it(scan: Scan) -> None:
    a_scan_with_a_text_layer(scan)
    scan.page.obj.Contents = scan.pdf.make_stream(f"{FULL} BT /F1 90 Tf 72 400 Td (NEIN) Tj ET".encode())


def a_scan_in_strips(scan: Scan) -> None:
    gray, content, things = sheet(), "", {}
    for number in range(7):
        top, low = gray.shape[0] * number // 7, gray.shape[0] * (number + 1) // 7
        things[f"Im{number}"] = scan.image(jpeg_of(gray[top:low]), (gray.shape[1], low - top))
        y = A4[1] * (1 - low / gray.shape[0])
        content += f"q {A4[0]} 0 0 {A4[1] * (low - top) / gray.shape[0]} 0 {y} cm /Im{number} Do Q\n"
    scan.show(content, **things)


def a_scan_with_a_stamp_annotation(scan: Scan) -> None:
    a_plain_scan(scan)
    look = scan.pdf.make_stream(
        b"0 g 0 0 250 250 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 250, 250])
    )
    stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([50, 50, 300, 300]), F=4, AP=Dictionary(N=look))
    scan.page.obj.Annots = Array([scan.pdf.make_indirect(stamp)])


def a_scan_painted_over(scan: Scan) -> None:
    scan.show(FULL + " 1 g 50 50 300 500 re f", Im0=plain(scan))


def a_scan_cropped_to_its_lower_half(scan: Scan) -> None:
    a_plain_scan(scan)
    scan.page.obj.CropBox = Array([0, 0, A4[0], A4[1] / 2])


def an_image_inside_a_drawing(scan: Scan) -> None:
    inner = Dictionary(XObject=Dictionary(Im0=plain(scan)))
    box = Array([0, 0, *A4])
    drawing = scan.pdf.make_stream(FULL.encode(), Type=Name.XObject, Subtype=Name.Form, BBox=box, Resources=inner)
    scan.show("/Fm0 Do", Fm0=drawing)


def an_image_with_a_soft_mask(scan: Scan) -> None:
    gray = sheet()
    mask = np.full_like(gray, 255)
    mask[: gray.shape[0] // 2] = 0
    soft = scan.image(jpeg_of(mask), (gray.shape[1], gray.shape[0]))
    scan.show(FULL, Im0=plain(scan, SMask=soft))


def two_scans_one_over_the_other(scan: Scan) -> None:
    white = np.full((200, 300), 250, np.uint8)
    over = scan.image(jpeg_of(white), (300, 200))
    scan.show(f"{FULL} q 300 0 0 200 100 100 cm /Im1 Do Q", Im0=plain(scan), Im1=over)


def a_scan_drawn_small(scan: Scan) -> None:
    scan.show("q 300 0 0 424 100 100 cm /Im0 Do Q", Im0=plain(scan))


def a_scan_seen_through_a_window(scan: Scan) -> None:
    scan.show(f"0 0 300 300 re W n {FULL}", Im0=plain(scan))


def a_lossless_scan(scan: Scan) -> None:
    gray = sheet()
    image = scan.image(gray.tobytes(), (gray.shape[1], gray.shape[0]), Filter=None)
    scan.show(FULL, Im0=image)


def a_photo_with_exif_inside_a_pdf(scan: Scan) -> None:
    gray = sheet()
    scan.show(FULL, Im0=scan.image(with_orientation(jpeg_of(gray), 3), (gray.shape[1], gray.shape[0])))


PAGES = [
    a_plain_scan,
    a_scan_turned_by_the_viewer,
    a_scan_upside_down_for_the_viewer,
    an_image_stored_upside_down,
    an_image_stored_on_its_side,
    an_image_stored_on_its_other_side,
    an_image_on_its_side_and_mirrored,
    an_inverted_scan,
    a_scan_with_a_text_layer,
    a_scan_with_typed_text_on_it,
    a_scan_in_strips,
    a_scan_with_a_stamp_annotation,
    a_scan_painted_over,
    a_scan_cropped_to_its_lower_half,
    an_image_inside_a_drawing,
    an_image_with_a_soft_mask,
    two_scans_one_over_the_other,
    a_scan_drawn_small,
    a_scan_seen_through_a_window,
    a_lossless_scan,
    a_photo_with_exif_inside_a_pdf,
]


@pytest.mark.parametrize("make", PAGES)
def test_what_is_read_is_what_a_viewer_shows(make: Callable[[Scan], None], tmp_path: Path) -> None:
    scan = Scan()
    make(scan)
    path = scan.save(tmp_path / "scan.pdf")
    read = read_page(source(path), 1)
    assert read.gray.dtype == np.uint8
    assert read.gray.flags.c_contiguous
    shown = render_blank(path.read_bytes(), 1, DPI)
    assert abs(read.gray.shape[0] / read.gray.shape[1] - shown.shape[0] / shown.shape[1]) < 0.01
    assert distance(read.gray, shown) < 2.5


@pytest.mark.parametrize("make", PAGES[:7])
def test_a_scan_keeps_its_own_pixels_and_resolution(make: Callable[[Scan], None], tmp_path: Path) -> None:
    scan = Scan()
    make(scan)
    read = read_page(source(scan.save(tmp_path / "scan.pdf")), 1)
    assert sorted(read.gray.shape) == sorted(sheet().shape)
    assert read.dpi == pytest.approx(DPI, abs=0.5)


def test_a_page_in_larger_units_has_its_true_resolution(tmp_path: Path) -> None:
    scan = Scan()
    half = (A4[0] / 2, A4[1] / 2)
    scan.page.obj.MediaBox = Array([0, 0, *half])
    scan.page.obj.UserUnit = 2
    scan.show(f"q {half[0]} 0 0 {half[1]} 0 0 cm /Im0 Do Q", Im0=plain(scan))
    assert read_page(source(scan.save(tmp_path / "units.pdf")), 1).dpi == pytest.approx(DPI, abs=0.5)


def test_a_page_in_larger_units_is_rendered_at_its_true_size(tmp_path: Path) -> None:
    scan = Scan()
    scan.page.obj.MediaBox = Array([0, 0, A4[0] / 2, A4[1] / 2])
    scan.page.obj.UserUnit = 2
    scan.show("0 g 50 50 100 100 re f")
    read = read_page(source(scan.save(tmp_path / "units.pdf")), 1)
    assert read.gray.shape == (2339, 1654)
    assert read.dpi == 200


def test_a_photo_printed_to_pdf_claims_no_resolution(tmp_path: Path) -> None:
    scan = Scan()
    scan.page.obj.MediaBox = Array([0, 0, 827, 1169])
    scan.show("q 827 0 0 1169 0 0 cm /Im0 Do Q", Im0=plain(scan))
    assert read_page(source(scan.save(tmp_path / "photo.pdf")), 1).dpi is None


def test_a_fax_page_gets_square_pixels(tmp_path: Path) -> None:
    flat = np.repeat(sheet(), 2, axis=1)
    scan = Scan()
    scan.show(FULL, Im0=scan.image(jpeg_of(flat), (1654, 1169)))
    read = read_page(source(scan.save(tmp_path / "fax.pdf")), 1)
    assert read.gray.shape == (pytest.approx(2339, abs=2), 1654)
    assert read.dpi == pytest.approx(200, abs=0.5)


def test_a_damaged_scan_is_not_read_half(tmp_path: Path) -> None:
    gray = sheet()
    jpeg = jpeg_of(gray)
    cut = jpeg[: len(jpeg) // 2] + b"\xff\xd9"
    for name, content in (("alone", FULL), ("painted", FULL + " 0 g 0 0 9 9 re f")):
        scan = Scan()
        scan.show(content, Im0=scan.image(cut, (gray.shape[1], gray.shape[0])))
        assert reason_for(scan.save(tmp_path / f"{name}.pdf")) == "damaged_jpeg"


def test_a_locked_pdf_says_that_it_is_locked(tmp_path: Path) -> None:
    scan = Scan()
    a_plain_scan(scan)
    scan.pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    assert reason_for(tmp_path / "locked.pdf") == "encrypted"


def xfa(scan: Scan, text: str = "", **root: Any) -> None:
    scan.show(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET")
    scan.pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=scan.pdf.make_stream(b"<xdp/>"))
    for key, value in root.items():
        scan.pdf.Root[f"/{key}"] = value


def test_a_form_that_only_one_program_shows_is_named(tmp_path: Path) -> None:
    for number, (text, root) in enumerate([("", {"NeedsRendering": True}), ("Please wait... If this", {})]):
        scan = Scan()
        xfa(scan, text, **root)
        assert reason_for(scan.save(tmp_path / f"{number}.pdf")) == "xfa_form"


def test_a_form_with_xfa_beside_its_own_pages_is_read(tmp_path: Path) -> None:
    scan = Scan()
    xfa(scan, "Einwilligung")
    assert count_pages(source(scan.save(tmp_path / "hybrid.pdf"))) == 1


def test_a_folder_of_files_in_a_pdf_is_named(tmp_path: Path) -> None:
    scan = Scan()
    a_plain_scan(scan)
    scan.pdf.Root.Collection = Dictionary(View=Name.D)
    assert reason_for(scan.save(tmp_path / "mappe.pdf")) == "pdf_portfolio"


def test_a_black_and_white_scan_is_known_as_such(tmp_path: Path) -> None:
    scan = Scan()
    bits = np.packbits(sheet() > 128, axis=1)
    image = scan.image(bits.tobytes(), (827, 1169), Filter=None, BitsPerComponent=1)
    scan.show(FULL, Im0=image)
    read = read_page(source(scan.save(tmp_path / "bits.pdf")), 1)
    assert read.bilevel
    assert set(np.unique(read.gray)) == {0, 255}


def test_a_blank_is_rendered_exactly_to_scale() -> None:
    scan = Scan()
    scan.show("0 g 300 400 200 100 re f")
    file = BytesIO()
    scan.pdf.save(file)
    for dpi in (150, 200, 300):
        shown = render_blank(file.getvalue(), 1, dpi)
        dark = np.argwhere(shown < 128)
        top, left = dark.min(axis=0)
        low, right = dark.max(axis=0) + 1
        px = dpi / 72
        wanted = ((A4[1] - 500) * px, 300 * px, (A4[1] - 400) * px, 500 * px)
        assert (top, left, low, right) == pytest.approx(wanted, abs=1)


# ---------------------------------------------------------------- TIFF, JPEG, PNG


def test_a_fax_stack_is_read_page_by_page(tmp_path: Path) -> None:
    bits = [Image.fromarray(turned > 128) for turned in (sheet(), sheet()[::-1], sheet()[:, ::-1])]
    path = tmp_path / "stack.tif"
    bits[0].save(path, save_all=True, append_images=bits[1:], compression="group4", dpi=(200, 200))
    assert count_pages(source(path)) == 3
    third = read_page(source(path), 3)
    assert third.bilevel
    assert third.dpi == pytest.approx(200)
    assert distance(third.gray, np.where(sheet()[:, ::-1] > 128, 255, 0).astype(np.uint8)) == 0


def test_a_fax_file_that_breaks_off_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "cut.tif"
    Image.fromarray(sheet() > 128).save(path, compression="group4", dpi=(200, 200))
    whole = path.read_bytes()
    start = int.from_bytes(whole[4:8], "little")
    if start < len(whole) // 2:
        path.write_bytes(whole[:-200])
        assert reason_for(path) == "damaged_tiff"
    else:
        path.write_bytes(whole[: start - 1])
        assert reason_for(path) == "damaged_tiff"


def test_a_tiff_is_turned_as_its_orientation_says(tmp_path: Path) -> None:
    path = tmp_path / "turned.tif"
    Image.fromarray(sheet()).save(path, tiffinfo={274: 3}, dpi=(200, 200))
    assert distance(read_page(source(path), 1).gray, sheet()[::-1, ::-1]) == 0


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    note = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + b"\0\0\0\0\0\0"
    return jpeg[:2] + b"\xff\xe1" + (len(note) + 2).to_bytes(2, "big") + note + jpeg[2:]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_upright_as_the_phone_says(orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(with_orientation(jpeg_of(sheet()), orientation))
    with Image.open(path) as image:
        transpose = {
            2: Image.Transpose.FLIP_LEFT_RIGHT,
            3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_270,
            7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_90,
        }.get(orientation)
        wanted = np.array(image if transpose is None else image.transpose(transpose))
    read = read_page(source(path), 1)
    assert read.gray.shape == wanted.shape
    assert distance(read.gray, wanted) < 1
    assert read.dpi is None


@pytest.mark.parametrize(("density", "dpi"), [((72, 72), None), ((200, 200), 200), ((300, 300), 300), ((5, 5), None)])
def test_a_jpeg_has_a_resolution_only_if_it_is_believable(
    density: tuple[int, int], dpi: float | None, tmp_path: Path
) -> None:
    path = tmp_path / "scan.jpg"
    Image.fromarray(sheet()).save(path, dpi=density)
    assert read_page(source(path), 1).dpi == dpi


def test_a_transparent_screenshot_is_laid_on_white(tmp_path: Path) -> None:
    path = tmp_path / "shot.png"
    alpha = np.where(sheet() < 240, 255, 0).astype(np.uint8)
    Image.merge("LA", [Image.fromarray(np.zeros_like(alpha)), Image.fromarray(alpha)]).save(path)
    read = read_page(source(path), 1)
    assert read.gray[5, 5] == 255
    assert read.gray[100, 100] == 0


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP", "GIF"])
def test_other_pictures_are_read_like_photos(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "bild"
    Image.fromarray(sheet()).save(path, kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert count_pages(source(path)) == 1
    assert distance(read_page(source(path), 1).gray, sheet()) < 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_kind_is_upright_as_its_exif_says(kind: str, orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / "bild"
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    Image.fromarray(sheet()).save(path, kind, exif=exif, **options)
    turned = tmp_path / "photo.jpg"
    turned.write_bytes(with_orientation(jpeg_of(sheet()), orientation))
    wanted = read_page(source(turned), 1).gray
    assert read_page(source(path), 1).gray.shape == wanted.shape
    assert distance(read_page(source(path), 1).gray, wanted) < 2


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_a_picture_that_moves_is_not_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "bild"
    Image.fromarray(sheet()).save(path, kind, save_all=True, append_images=[Image.fromarray(sheet()[::-1])])
    assert reason_for(path) == "animated_picture"


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "GIF"])
def test_half_a_picture_is_not_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "bild"
    Image.fromarray(sheet()).save(path, kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert reason_for(path) == f"damaged_{kind.lower()}"


def test_a_16_bit_scan_is_read_in_full_range(tmp_path: Path) -> None:
    path = tmp_path / "deep.tif"
    Image.fromarray(sheet().astype(np.uint16) * 256).save(path)
    assert distance(read_page(source(path), 1).gray, sheet()) == 0


# ---------------------------------------------------------------- what cannot be read says why


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("leer.pdf", b"", "empty_file"),
        ("text.pdf", b"Ja, ist ok.\n", "unknown_kind"),
        ("brief.docx", b"PK\x03\x04 word", "unknown_kind"),
        ("nur-kopf.pdf", b"%PDF-1.7\n%%EOF", "damaged_pdf"),
        ("film.heic", b"\0\0\0\x18ftypmp42\0\0\0\0mif1", "video"),
        ("halb.jpg", jpeg_of(sheet())[:9000], "damaged_jpeg"),
        ("halb-mit-ende.jpg", jpeg_of(sheet())[:9000] + b"\xff\xd9", "damaged_jpeg"),
        ("kopf.jpg", b"\xff\xd8\xff\xe0", "damaged_jpeg"),
        ("kopf.png", b"\x89PNG\r\n\x1a\n", "damaged_png"),
        ("kopf.tif", b"II*\0\x08\0\0\0", "damaged_tiff"),
        ("punkt.jpg", jpeg_of(np.zeros((16, 16), np.uint8)), "too_few_pixels"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name: str, content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert reason_for(tmp_path / name) == reason


def test_a_folder_behind_a_link_is_no_file(tmp_path: Path) -> None:
    assert reason_for(tmp_path) == "not_a_file"


def test_a_cut_png_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "cut.png"
    Image.fromarray(sheet()).save(path)
    path.write_bytes(path.read_bytes()[:-400])
    assert reason_for(path) == "damaged_png"


def test_a_picture_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (20000, 20000)).save(path)
    assert reason_for(path) == "too_many_pixels"
    bomb = Scan()
    image = bomb.image(b"\0", (30000, 30000), Filter=None)
    bomb.show(FULL, Im0=image)
    assert reason_for(bomb.save(tmp_path / "bomb.pdf")) == "too_many_pixels"


def test_an_endless_page_is_refused(tmp_path: Path) -> None:
    scan = Scan()
    scan.page.obj.MediaBox = Array([0, 0, 14400, 14400])
    scan.show("0 g 0 0 9 9 re f")
    assert reason_for(scan.save(tmp_path / "huge.pdf")) == "too_many_pixels"


def test_a_large_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.write(jpeg_of(sheet()))
        file.truncate(limits.MAX_IMAGE_BYTES + 1)
    assert reason_for(path) == "file_too_large"


def _specimens() -> Iterator[bytes]:
    yield jpeg_of(sheet()[:200, :200])
    for kind in ("PNG", "TIFF", "WEBP", "GIF", "BMP"):
        file = BytesIO()
        Image.fromarray(sheet()[:200, :200]).save(file, kind)
        yield file.getvalue()
    scan = Scan()
    a_plain_scan(scan)
    pdf = BytesIO()
    scan.pdf.save(pdf)
    yield pdf.getvalue()


SPECIMENS = list(_specimens())


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    specimen=st.sampled_from(SPECIMENS),
    flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=12),
    kept=st.floats(0.01, 1),
)
def test_any_damage_gives_a_page_or_a_reason(
    specimen: bytes, flips: list[tuple[float, int]], kept: float, tmp_path: Path
) -> None:
    content = bytearray(specimen)
    for place, value in flips:
        content[int(place * len(content))] = value
    path = tmp_path / "damaged.bin"
    path.write_bytes(bytes(content[: int(kept * len(content))]))
    try:
        for number in range(1, min(count_pages(source(path)), 3) + 1):
            assert isinstance(read_page(source(path), number), PageImage)
    except UnreadablePageError as error:
        assert error.reason


@pytest.mark.parametrize(
    ("good", "bad"),
    [(b"/DCTDecode", b"/DCTDec\xd2de"), (b"/Count 1", b"/Count 3"), (b"/Kids [", b"/Kids (")],
)
def test_what_once_escaped_as_a_crash_is_a_reason(good: bytes, bad: bytes, tmp_path: Path) -> None:
    scan = Scan()
    a_plain_scan(scan)
    path = tmp_path / "once.pdf"
    scan.pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    whole = path.read_bytes()
    assert good in whole
    path.write_bytes(whole.replace(good, bad))
    assert reason_for(path) in {"damaged_page", "damaged_pdf", "no_pages"}


def test_a_faulty_file_says_nothing_on_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for number, specimen in enumerate(SPECIMENS):
        path = tmp_path / str(number)
        path.write_bytes(specimen[: len(specimen) * 3 // 4])
        with pytest.raises(UnreadablePageError):
            read_page(source(path), 1)
    assert capfd.readouterr() == ("", "")


def test_render_blank_is_offered_where_pages_are_decoded() -> None:
    assert pages.render_blank is render_blank
