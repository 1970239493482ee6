// A Chromium that tells what went wrong in a page.
import { chromium } from "playwright-core";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

export const start = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** Opens a report; `faults` fills with errors, messages of the console, and requests for anything but the file. */
export const open = async (browser, folder, { width = 1280, height = 900, scheme = "light", view = "", media = null } = {}) => {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const faults = [];
  const address = pathToFileURL(join(folder, "report.html")).href;
  page.on("console", (message) => faults.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { faults.push("dialog"); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url().split("#")[0] !== address) faults.push(`request: ${request.url()}`); });
  if (media) await page.emulateMedia({ media });
  await page.goto(`${address}#/${view}`);
  await page.waitForSelector("h1");
  return { page, faults, close: () => context.close() };
};

/** Another view of the same page. */
export const go = async (page, view) => {
  await page.evaluate((view) => { location.hash = `#/${view}`; }, view);
  await page.waitForFunction((view) => document.querySelector("main").dataset.view === view, view);
};
