// pdf_js.mjs FORM.pdf JOBS.json CHROMIUM: for each job types its values into the form, in pdf.js in a real browser,
// draws a signature if it has strokes, and writes what pdf.js saves.
import { readFile, writeFile, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const [form, jobsFile, executablePath] = process.argv.slice(2);
const jobs = JSON.parse(await readFile(jobsFile, "utf8"));
const here = import.meta.dirname;
const KINDS = { ".html": "text/html", ".mjs": "text/javascript", ".css": "text/css", ".pdf": "application/pdf" };

const server = createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  try {
    const content = await readFile(path === "/form.pdf" ? form : join(here, path));
    response.writeHead(200, { "content-type": KINDS[extname(path)] ?? "application/octet-stream" }).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const address = `http://127.0.0.1:${server.address().port}/viewer.html`;

const profile = await mkdtemp(join(tmpdir(), "clients-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  viewport: { width: 1000, height: 1400 },
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
try {
  for (const job of jobs) {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(error.message));
    await page.goto(address);
    await page.waitForFunction(() => globalThis.ready);
    await page.evaluate(() => globalThis.openForm());
    for (const [name, value] of Object.entries(job.texts)) {
      await page.locator(`input[name="${name}"], textarea[name="${name}"]`).first().click();
      await page.keyboard.insertText(value.slice(0, 1));
      await page.keyboard.type(value.slice(1));
      await page.keyboard.press("Tab");
    }
    if (job.tick) await page.locator(".buttonWidgetAnnotation.radioButton input").nth(job.tick.index).click();
    if (job.strokes) await sign(page, job.strokes);
    await writeFile(job.out, Buffer.from(await page.evaluate(() => globalThis.save()), "base64"));
    await page.close();
  }
} finally {
  await browser.close();
  server.close();
  await rm(profile, { recursive: true, force: true });
}

// Strokes are points in parts of the page's width and height.
async function sign(page, strokes) {
  await page.evaluate(() => globalThis.drawWithInk());
  await page.waitForSelector(".annotationEditorLayer.inkEditing");
  const sheet = await page.locator(".page .canvasWrapper").first().boundingBox();
  const at = ([x, y]) => [sheet.x + x * sheet.width, sheet.y + y * sheet.height];
  for (const stroke of strokes) {
    await page.mouse.move(...at(stroke[0]));
    await page.mouse.down();
    for (const point of stroke.slice(1)) await page.mouse.move(...at(point));
    await page.mouse.up();
  }
  await page.keyboard.press("Escape");
  await page.evaluate(() => globalThis.stopDrawing());
}
