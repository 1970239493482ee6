// Pictures of a report for the README: node pictures.mjs FOLDER WHERE
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { go, open, start } from "./browser.mjs";

const [folder, where] = process.argv.slice(2);
mkdirSync(where, { recursive: true });
const browser = await start();
const shoot = async (name, view, scheme, height, prepare = async () => {}) => {
  const { page, close } = await open(browser, folder, { scheme, width: 1120, height });
  await go(page, view);
  await prepare(page);
  await page.evaluate(() => document.activeElement?.blur());
  const path = join(where, name);
  await page.screenshot({ path });
  console.log(`${path}: ${Math.round(statSync(path).size / 1000)} KB`);
  await close();
};
/** Scrolls so that an element stands near the top. */
const to = (selector) => async (page) => {
  await page.locator(selector).first().evaluate((element) => window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 24));
};
const view = process.env.VIEW_CLIENT ?? "client/0";
await shoot("report-caseload.png", "clients", "light", 860);
await shoot("report-client.png", view, "light", 1000);
await shoot("report-session.png", process.env.VIEW_SESSION ?? "session/0", "light", 1000, async (page) => {
  await page.locator(".moment button").first().click();
  await to("main section:last-of-type")(page);
});
await shoot("report-dark.png", view, "dark", 1000);
await shoot("report-corpus.png", "corpus", "light", 900);
await browser.close();
