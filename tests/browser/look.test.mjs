// What a reader meets: every view, in light and dark, wide and narrow, with mouse and with keys.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { go, open, start } from "./browser.mjs";

// `node --test` hands on no arguments.
const pages = process.env.BREAKTHROUGH_PAGES;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const at = (name) => join(pages, name);
const VIEWS = ["clients", "client/0", "client/5", "sessions", "session/0", "session/3/1", "corpus", "about", "session/9999", "nowhere"];

let browser;
before(async () => { browser = await start(); });
after(() => browser.close());

for (const [name, views] of [["small", VIEWS], ["silent", VIEWS], ["older", VIEWS], ["sample", VIEWS], ["nasty", VIEWS], ["empty", VIEWS]]) {
  test(`${name}: every view loads without an error or a request, and fits its width`, async () => {
    for (const [width, scheme] of [[1280, "light"], [390, "dark"]]) {
      const { page, faults, close } = await open(browser, at(name), { width, scheme });
      for (const view of views) {
        await go(page, view);
        for (const button of await page.locator(".moment button").all()) await button.click();
        for (const summary of await page.locator("summary").all()) await summary.click();
        const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
        assert.ok(wide <= room, `${view} is ${wide} wide in ${room}`);
        assert.equal(await page.locator("h1").count(), 1, view);
      }
      assert.deepEqual(faults, []);
      await close();
    }
  });
}

test("axe-core finds nothing serious, in light and dark", async () => {
  for (const scheme of ["light", "dark"]) {
    for (const [name, views] of [["small", VIEWS.slice(0, 8)], ["silent", ["session/0"]], ["older", ["clients", "client/0"]], ["empty", ["sessions"]]]) {
      const { page, close } = await open(browser, at(name), { scheme });
      for (const view of views) {
        await go(page, view);
        for (const button of await page.locator(".moment button").all()) await button.click();
        for (const summary of await page.locator("summary").all()) await summary.click();
        await page.evaluate(axe);
        const found = await page.evaluate(() => globalThis.axe.run());
        const bad = found.violations
          .filter((violation) => ["serious", "critical", "moderate"].includes(violation.impact))
          .map((violation) => `${violation.id}: ${violation.nodes[0].html.slice(0, 160)} ${violation.nodes[0].failureSummary}`);
        assert.deepEqual(bad, [], `${name} ${view} ${scheme}`);
      }
      await close();
    }
  }
});

test("the caseload sorts and filters", async () => {
  const { page, faults, close } = await open(browser, at("small"), { view: "clients" });
  const first = () => page.locator("#caseload tbody th").first().innerText();
  const rows = () => page.locator("#caseload tbody tr").count();
  assert.deepEqual([await first(), await rows()], ["K-000", 7]);
  const client = page.getByRole("button", { name: "Client" });
  await client.click();
  await client.click();
  assert.equal(await first(), "K-006");
  assert.equal(await page.locator("#caseload th[aria-sort=descending]").innerText(), await page.locator("#caseload thead th").first().innerText());
  await page.getByRole("button", { name: "Resistance : breakthrough" }).click();
  const balances = (await page.locator("#caseload td:last-child .n").allInnerTexts()).map((text) => text.split(" : ").map(Number));
  assert.ok(balances.every(([r, b]) => r + b > 0), `${balances}`);
  const shares = balances.map(([r, b]) => r / (r + b));
  assert.deepEqual(shares, [...shares].sort((a, b) => b - a));
  await page.getByRole("button", { name: /^No clear change/ }).click();
  assert.equal(await rows(), 2);
  assert.match(await page.getByRole("status").innerText(), /2 of 7 clients/);
  await page.getByRole("button", { name: /^All/ }).click();
  await page.getByRole("searchbox").fill("k-003");
  assert.deepEqual([await first(), await rows()], ["K-003", 1]);
  await page.getByRole("searchbox").fill("");
  await page.getByRole("combobox").selectOption("T2");
  assert.equal(await rows(), 1);
  assert.deepEqual(faults, []);
  await close();
});

test("from client to session to moment to the turns around, and back", async () => {
  const { page, faults, close } = await open(browser, at("small"), { view: "clients" });
  await page.getByRole("link", { name: "K-000" }).click();
  await page.getByRole("heading", { level: 1, name: "Client K-000" }).waitFor();
  assert.match(await page.locator(".lead").innerText(), /sudden turning point at session 5, lasting/i);
  assert.equal(await page.locator(".panel .turn").count(), 2);
  // Words beside the verdict, from around the turning point, lead to their moment.
  const quotes = page.locator(".quotes li");
  assert.equal(await quotes.count(), 3);
  for (const text of await quotes.allInnerTexts()) assert.match(text, /^Session [456], .+ \S/);
  await quotes.first().getByRole("link").click();
  await page.waitForFunction(() => document.activeElement?.id.startsWith("moment-"));
  await page.goBack();
  await page.getByRole("link", { name: "Read session 5" }).click();
  await page.getByRole("heading", { level: 1, name: "Session 5" }).waitFor();
  const moment = page.locator(".moment").nth(2);
  assert.ok((await moment.locator("mark").innerText()).length > 0);
  assert.match(await moment.locator(".meta").innerText(), /(likely|likely as not|likely than not) \(0\.\d\d\) · units? /);
  const turns = await moment.locator(".turns li").count();
  await moment.getByRole("button", { name: "Show what stands around" }).click();
  assert.ok((await moment.locator(".turns li").count()) >= turns + 4);
  assert.equal(await moment.getByRole("button").getAttribute("aria-expanded"), "true");
  await page.locator(".lane a").first().click({ force: true });
  await page.waitForFunction(() => document.activeElement?.id.startsWith("moment-"));
  await page.goBack();
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Client K-000" }).waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test("words and ids of a session stay words", async () => {
  const { page, faults, close } = await open(browser, at("nasty"), { view: "session/0" });
  for (const button of await page.locator(".moment button").all()) await button.click();
  assert.equal(await page.locator("main img, main script, main b i, main .said b").count(), 0);
  assert.match(await page.locator(".moment").first().innerText(), /<\/script><script>document\.title='taken'<\/script>/);
  assert.match(await page.locator(".moment").nth(1).innerText(), /<img src=x onerror=/);
  assert.match(await page.title(), /Breakthrough report$/);
  // What turns the text around ends where it ends.
  assert.equal(await page.locator(".moment").nth(2).locator(".said").first().evaluate((said) => getComputedStyle(said).unicodeBidi), "isolate");
  assert.deepEqual(faults, []);
  await close();
});

test("without text there is no word, and an older folder says what it lacks", async () => {
  const silent = await open(browser, at("silent"), { view: "session/0" });
  for (const button of await silent.page.locator(".moment button").all()) await button.click();
  assert.equal(await silent.page.locator(".said, mark").count(), 0);
  assert.match(await silent.page.locator("main").innerText(), /holds no words/);
  assert.match(await silent.page.locator(".turns").first().innerText(), /Therapist|Client/);
  await go(silent.page, "client/0");
  assert.equal(await silent.page.locator(".quotes, .said").count(), 0);
  await silent.close();
  const older = await open(browser, at("older"));
  assert.match(await older.page.locator(".foot").innerText(), /There is no clients\.csv: an older version/);
  await go(older.page, "session/0");
  assert.ok((await older.page.locator("mark").count()) > 0, "the words of the evidence");
  await older.close();
});

test("the page says what it is", async () => {
  const { page, close } = await open(browser, at("small"), { view: "corpus" });
  assert.match(await page.locator("body").innerText(), /suggestions by a model, not findings about a person/);
  assert.match(await page.locator("main").innerText(), /Associations, never causes/);
  assert.match(await page.locator(".foot").innerText(), /coded by a language model, not by clinicians/);
  await go(page, "about");
  assert.match(await page.locator("main").innerText(), /Who coded what the model learned from/);
  await close();
});

/** Goes through the page with the Tab key until `wanted` is in focus. */
const tabTo = async (page, wanted) => {
  for (let i = 0; i < 200; i += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), wanted)) return;
  }
  assert.fail(`${wanted} cannot be reached with the keyboard`);
};

test("keys reach everything, and what has the focus shows it", async () => {
  const { page, faults, close } = await open(browser, at("small"));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await tabTo(page, ".chip[value=stuck]");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  await page.keyboard.press("Space");
  assert.equal(await page.locator("#caseload tbody tr").count(), 1);
  await page.keyboard.press("Space");
  await tabTo(page, "thead button");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#caseload th[aria-sort=ascending]").count(), 1);
  await tabTo(page, "tbody a");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.tagName === "H1" && document.activeElement.textContent.startsWith("Client"));
  await tabTo(page, ".panel a");
  await tabTo(page, "summary");
  await page.keyboard.press("Enter");
  await tabTo(page, ".scroll");
  await tabTo(page, ".strips a");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.textContent.startsWith("Session"));
  await tabTo(page, ".moment button");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".moment button[aria-expanded=true]").count(), 1);
  assert.deepEqual(faults, []);
  await close();
});

test("it prints in the colours of light, without what one clicks", async () => {
  const { page, close } = await open(browser, at("small"), { scheme: "dark", view: "clients", media: "print" });
  assert.equal(await page.locator(".tools").isVisible(), false);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  const pdf = await page.pdf();
  assert.ok(pdf.length > 10_000);
  await close();
});

test("200 clients and 3,000 sessions open in under two seconds", async (t) => {
  const times = [];
  for (let i = 0; i < 5; i += 1) {
    const began = performance.now();
    const { page, faults, close } = await open(browser, at("large"));
    assert.equal(await page.locator("#caseload tbody tr").count(), 200);
    times.push(performance.now() - began);
    assert.deepEqual(faults, []);
    const words = await page.evaluate(() => performance.now());
    await go(page, "session/2000");
    t.diagnostic(`opened in ${times.at(-1).toFixed(0)} ms; first session ${((await page.evaluate(() => performance.now())) - words).toFixed(0)} ms`);
    await go(page, "corpus");
    await close();
  }
  const middle = [...times].sort((a, b) => a - b)[2];
  t.diagnostic(`median of 5: ${middle.toFixed(0)} ms`);
  // The promise is two seconds; a machine that is busy with other things gets twice that.
  assert.ok(middle < 4000, `${middle} ms`);
});
