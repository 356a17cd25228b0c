// mupdf.js FORM.pdf JOBS.json: for each job fills the fields as MuPDF's viewers do, and writes the file.
// Widgets come in the order of the page's annotations, which know their names.
var jobs = JSON.parse(read(scriptArgs[1]));

function isThere(object) {
  return object !== undefined && object !== null && !object.isNull();
}

function nameOf(annotation) {
  var own = annotation.get("T");
  return (isThere(own) ? own : annotation.get("Parent").get("T")).asString();
}

function isOption(annotation, option) {
  var drawn = annotation.get("AP");
  return isThere(drawn) && isThere(drawn.get("N").get(option));
}

jobs.forEach(function (job) {
  var pdf = new PDFDocument(scriptArgs[0]);
  var annotations = pdf.findPage(0).get("Annots");
  pdf.loadPage(0).getWidgets().forEach(function (widget, number) {
    var annotation = annotations[number];
    var name = nameOf(annotation);
    if (job.texts[name] !== undefined) widget.setTextValue(job.texts[name]);
    if (name === job.tick.field && isOption(annotation, job.tick.option)) widget.toggle();
    widget.update();
  });
  pdf.save(job.out, "");
});
