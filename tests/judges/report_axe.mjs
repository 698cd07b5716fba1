// Judges a README.html as a browser and a screen reader meet it: nothing requested, nothing on the console, nothing
// that axe-core finds, nothing wider than the screen, the skip link first; wide and phone, light and dark, print.
//
//   npm install --prefix DIR axe-core@4 playwright-core@1        (and Debian's chromium)
//   JUDGES=DIR node tests/judges/report_axe.mjs README.html [FOLDER FOR PICTURES]
//
// Exit status 0: nothing found. 1: findings, one a line. 2: the judge could not work.
import { createRequire } from "node:module";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, pictures] = process.argv.slice(2);
if (!file || !existsSync(file)) {
  console.error("usage: report_axe.mjs README.html [FOLDER FOR PICTURES]");
  process.exit(2);
}
const require = createRequire(join(resolve(process.env.JUDGES ?? "."), "node_modules", "x.js"));
let chromium, axe;
try {
  ({ chromium } = require("playwright-core"));
  axe = require("axe-core");
} catch (error) {
  console.error(`axe-core and playwright-core must be installed in the folder that JUDGES names: ${error.message}`);
  process.exit(2);
}
const page_url = pathToFileURL(resolve(file)).href;
const findings = new Set();

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});

async function look(name, viewport, colorScheme, media) {
  const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor: 1 });
  const page = await context.newPage();
  const find = (what) => findings.add(`${name}: ${what}`);
  page.on("console", (message) => find(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => find(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== page_url) find(`request: ${request.url()}`);
  });
  await page.goto(page_url);
  if (media) await page.emulateMedia({ media });
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement?.getAttribute("href") ?? "");
  if (!first.startsWith("#") && media !== "print") find(`the first Tab goes to ${first || "no link"}, not to a skip link`);
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  if (width[0] > width[1]) find(`the page is ${width[0]} wide on a screen of ${width[1]}`);
  // Closed details are hidden from axe, so it looks at them open.
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  await page.evaluate(axe.source);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations", "incomplete"] }));
  for (const rule of result.violations) {
    for (const node of rule.nodes) find(`axe ${rule.id} (${rule.impact}): ${node.target.join(" ")}: ${rule.help}`);
  }
  for (const rule of result.incomplete) {
    console.log(`${name}: not decided by axe: ${rule.id} at ${rule.nodes.length} places: ${rule.nodes[0].target.join(" ")}`);
  }
  console.log(`${name}: ${result.passes.length} rules passed`);
  await context.close();
}

const wide = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };
try {
  for (const scheme of ["light", "dark"]) {
    await look(`wide-${scheme}`, wide, scheme);
    await look(`phone-${scheme}`, phone, scheme);
  }
  await look("narrow", { width: 320, height: 640 }, "light");
  await look("print", wide, "light", "print");
} finally {
  await browser.close();
}
for (const finding of findings) console.error(finding);
process.exit(findings.size > 0 ? 1 : 0);
