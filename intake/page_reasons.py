"""Why a page or a mail has no slip that was read, in the office's words, and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """What it is, and what the office does next."""

    what: str
    then: str


AGAIN = "noch einmal scannen oder schicken lassen"
AS_PDF_OR_PHOTO = "als PDF oder als Foto (JPEG) schicken lassen"
BY_HAND = "von Hand ansehen"
OPEN_MAIL = "die Mail im Mailprogramm öffnen und ansehen"

PAGE_REASONS = {
    "empty_file": Advice("leere Datei", AGAIN),
    "not_a_file": Advice("keine Datei, sondern ein Verweis oder Gerät", "den Ordner selbst angeben"),
    "cannot_open": Advice("lässt sich nicht öffnen", "andere Programme schließen, Rechte prüfen"),
    "cannot_store": Advice("kein Platz zum Auspacken", "auf der Festplatte Platz schaffen und noch einmal lesen"),
    "unknown_kind": Advice("unbekannte Art von Datei", AS_PDF_OR_PHOTO),
    "heic_not_read": Advice(
        "HEIC-Foto eines iPhones, dafür fehlt der Zusatz",
        "Zusatz einrichten (samples/setup heic) oder als JPEG schicken lassen: Einstellungen > Kamera > Formate > "
        "Maximale Kompatibilität",
    ),
    "avif_not_read": Advice("AVIF-Bild", "als JPEG schicken lassen"),
    "video": Advice("Film", "als Foto schicken lassen"),
    "animated_picture": Advice("bewegtes Bild", "als einfaches Foto schicken lassen"),
    "office_document": Advice(
        "Dokument eines Textprogramms (Word, LibreOffice, Pages)", "ansehen; unterschrieben als PDF schicken lassen"
    ),
    "outlook_message": Advice("Outlook-Nachricht (.msg)", "in Outlook öffnen und als .eml oder die Anhänge speichern"),
    "winmail_dat": Advice(
        "winmail.dat: von Outlook verpackte Anhänge", "Anhänge einzeln oder als PDF noch einmal schicken lassen"
    ),
    "web_page": Advice("gespeicherte Internetseite", AS_PDF_OR_PHOTO),
    "other_archive": Advice("Archiv, das nicht ausgepackt wird", "auspacken und die Dateien einzeln dazulegen"),
    "damaged_archive": Advice("beschädigtes Zip-Archiv", AGAIN),
    "file_too_large": Advice("Datei zu groß", "den Stapel teilen"),
    "too_many_pages": Advice("zu viele Seiten", "den Stapel teilen"),
    "too_many_pixels": Advice("Bild zu groß", "mit 200 bis 300 dpi scannen"),
    "too_many_images": Advice("zu viele Bilder auf einer Seite", "mit 200 bis 300 dpi scannen"),
    "too_few_pixels": Advice("Bild zu klein", "das Original statt der Vorschau schicken lassen"),
    "no_pages": Advice("ohne Seiten", AGAIN),
    "encrypted": Advice("mit Kennwort geschützt", "ohne Kennwort schicken lassen"),
    "xfa_form": Advice(
        "PDF-Formular, das nur Adobe Reader zeigt (XFA)", "in Adobe Reader öffnen und als PDF drucken, oder ausdrucken"
    ),
    "pdf_portfolio": Advice("PDF-Portfolio, eine Mappe mehrerer Dateien", "die Dateien darin einzeln speichern"),
    "damaged_pdf": Advice("beschädigte PDF-Datei", AGAIN),
    "damaged_page": Advice("beschädigte Seite", AGAIN),
    "damaged_image": Advice("beschädigtes Bild", AGAIN),
    "damaged_jpeg": Advice("beschädigtes Foto", AGAIN),
    "damaged_tiff": Advice("beschädigte TIFF-Datei", AGAIN),
    "damaged_png": Advice("beschädigtes Bild", AGAIN),
    "damaged_webp": Advice("beschädigtes Bild", AGAIN),
    "damaged_gif": Advice("beschädigtes Bild", AGAIN),
    "damaged_bmp": Advice("beschädigtes Bild", AGAIN),
    "damaged_heic": Advice("beschädigtes HEIC-Foto", AGAIN),
    "unusual_colours": Advice("ungewöhnliche Farben", "als gewöhnliches JPEG speichern"),
    "photo_shows_nothing": Advice("Foto zu unscharf, zu dunkel oder zu hell", "um ein neues bitten"),
    "code_without_print": Advice("Code von uns, aber kein Abschnitt darum", BY_HAND),
    "letter_without_slip": Advice("Brief von uns, aber kein lesbarer Abschnitt", BY_HAND),
    "words_without_slip": Advice(
        "ausgebleichte Seite, auf der einzelne Worte von uns stehen", "von Hand ansehen, vom Original neu scannen"
    ),
    "worker_failed": Advice("beim Lesen abgebrochen", BY_HAND),
    "worker_died": Advice("beim Lesen abgestürzt oder hängen geblieben", BY_HAND),
    "mail_without_attachment": Advice("Mail ohne Anhang", "lesen; wer zustimmt, schickt den Abschnitt unterschrieben"),
    "mail_without_slip": Advice(
        "Mail, in der kein Abschnitt ist", "ansehen; vielleicht wurde der Brief statt des Abschnitts geschickt"
    ),
    "damaged_mail": Advice("beschädigte Mail; vielleicht fehlt etwas", OPEN_MAIL),
    "damaged_attachment": Advice("beschädigter oder abgeschnittener Anhang", "um eine neue Mail bitten"),
    "encrypted_mail": Advice(
        "verschlüsselte oder versiegelte Mail", "im Mailprogramm öffnen und die Anhänge speichern"
    ),
    "attachment_elsewhere": Advice("Anhang, der nicht in der Mail steckt", OPEN_MAIL),
    "mail_too_large": Advice("Mail zu groß", OPEN_MAIL),
    "mail_nested_too_deep": Advice("zu oft ineinander verpackt", OPEN_MAIL),
    "too_many_attachments": Advice("zu viele Anhänge", "die Anhänge speichern und als Ordner lesen"),
    "too_many_mails": Advice("zu viele Mails in einem Postfach", "das Postfach teilen"),
    "too_much_inside": Advice("ausgepackt zu groß", "auspacken und die Dateien einzeln dazulegen"),
}
"""Every reason that can stand in pages.csv."""


def advice(reasons: str) -> Advice:
    """Advice for the reasons of a page, in one sentence each; what nobody put into words is shown as it is."""
    known = [PAGE_REASONS[word] for word in reasons.split() if word in PAGE_REASONS]
    if not known:
        return Advice(reasons, BY_HAND)
    return Advice(_together(one.what for one in known), _together(one.then for one in known))


def _together(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))
