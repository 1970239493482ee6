// The picture of a report for the README: node picture.mjs FOLDER WHERE
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { go, open, start } from "./browser.mjs";

const [folder, where] = process.argv.slice(2);
mkdirSync(where, { recursive: true });
const browser = await start();
const { page, close } = await open(browser, folder, { scheme: "light", width: 1120, height: 860 });
await go(page, "clients");
await page.evaluate(() => document.activeElement?.blur());
const path = join(where, "report-caseload.png");
await page.screenshot({ path });
console.log(`${path}: ${Math.round(statSync(path).size / 1000)} KB`);
await close();
await browser.close();
