// pdf_lib.mjs FORM.pdf JOBS.json: for each job sets its values with pdf-lib and writes the file. pdf-lib can draw no
// letters beyond Windows-1252, so that it leaves the drawing to the next viewer, as its users have to.
import { readFile, writeFile } from "node:fs/promises";
import { PDFDocument, PDFName, PDFBool } from "pdf-lib";

const [form, jobsFile] = process.argv.slice(2);
for (const job of JSON.parse(await readFile(jobsFile, "utf8"))) {
  const pdf = await PDFDocument.load(await readFile(form));
  const fields = pdf.getForm();
  for (const [name, value] of Object.entries(job.texts)) fields.getTextField(name).setText(value);
  if (job.tick) fields.getRadioGroup(job.tick.field).select(job.tick.option);
  fields.acroForm.dict.set(PDFName.of("NeedAppearances"), PDFBool.True);
  await writeFile(job.out, await pdf.save({ updateFieldAppearances: false }));
}
