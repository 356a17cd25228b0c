"""poppler.py FORM.pdf JOBS.json: fills the form with Poppler, as Evince and Okular do; run by the system's Python."""

import json
import sys
from pathlib import Path

import gi

gi.require_version("Poppler", "0.18")
from gi.repository import Poppler  # noqa: E402 - the version has to be asked for first

form, jobs = sys.argv[1:]
for job in json.loads(Path(jobs).read_text(encoding="utf-8")):
    pdf = Poppler.Document.new_from_file(Path(form).resolve().as_uri(), None)
    for mapping in pdf.get_page(0).get_form_field_mapping():
        field = mapping.field
        if field.get_field_type() == Poppler.FormFieldType.TEXT and field.get_name() in job["texts"]:
            field.text_set_text(job["texts"][field.get_name()])
        if field.get_field_type() == Poppler.FormFieldType.BUTTON and abs(mapping.area.y1 - job["tick"]["low"]) < 1:
            field.button_set_state(True)
    pdf.save(Path(job["out"]).resolve().as_uri())
