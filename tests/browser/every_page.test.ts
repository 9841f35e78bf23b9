// Every page of the filter in every language as Chromium lays it out: nothing is cut off, everything can be read and reached, and nothing moves.

import { LANGUAGES, LOGGED_OUT, pageOf, REFUSED, type Language } from "../host/every_page";
import type { LocalReply } from "../host/host";
import { newProfile, type Page } from "./support/browser";

const ORIGIN = "https://app.example";
const NAMES = [...REFUSED, ...LOGGED_OUT];
const LOOK = { name: "Example Shop", help_uri: "https://help.example.com/", color: "#0b6b3a", show_version: true };

const answers = new Map<string, LocalReply>();

/** What the filter answers. Each conversation is held once. */
function answerOf(name: string, language: Language): LocalReply {
  const key = `${name} ${language}`, known = answers.get(key) ?? pageOf(name, language, LOOK);
  answers.set(key, known);
  return known;
}

/** A browser's page that shows what the filter answers, with its security policy. */
async function gallery(colorScheme: "light" | "dark", viewport: { width: number; height: number }) {
  const context = await (await newProfile()).browser()!.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
  const page = await context.newPage(), blocked: string[] = [];
  page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("the server responded")) blocked.push(message.text()); });
  let reply = answerOf("denied", "en");
  await page.route(`${ORIGIN}/**`, (route) => route.fulfill({ status: reply.status, headers: Object.fromEntries(reply.headers.list), body: reply.body }));
  const show = async (name: string, language: Language): Promise<Page> => {
    reply = answerOf(name, language);
    await page.goto(`${ORIGIN}/page`);
    return page;
  };
  return { show, blocked, close: () => context.close() };
}

/** In the page: each text, button and link that has too little contrast (WCAG 2.2, 1.4.3), or whose words do not fit. */
function faults(): string[] {
  const found: string[] = [], html = document.documentElement;
  const rgba = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]: number[]): number => [r!, g!, b!].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i]!, 0);
  const behind = (from: Element | null): number[] => {
    for (let element = from; element !== null; element = element.parentElement) {
      const back = rgba(getComputedStyle(element).backgroundColor);
      if (back.length === 3) return back;
    }
    return [255, 255, 255];
  };
  const contrast = (one: number[], other: number[]): number => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light! + 0.05) / (dark! + 0.05);
  };
  if (html.scrollWidth > html.clientWidth) found.push(`${html.scrollWidth - html.clientWidth} pixels stick out`);
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element), said = `<${element.localName}> ${element.textContent!.trim().slice(0, 30)}`;
    if (element.localName === "style") continue;
    if (style.animationName !== "none" || style.transitionDuration !== "0s") found.push(`${said} moves`);
    if (element.scrollWidth > element.clientWidth && style.display !== "inline") found.push(`${said} is cut off`);
    if (![...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent!.trim() !== "")) continue;
    const seen = contrast(rgba(style.color), behind(element));
    if (seen < 4.5) found.push(`${said}: contrast ${seen.toFixed(2)}`);
    if (parseFloat(style.fontSize) < 13) found.push(`${said} is in ${style.fontSize}`);
  }
  for (const element of document.querySelectorAll<HTMLElement>("a, button")) {
    element.focus();
    const style = getComputedStyle(element), said = `<${element.localName}> ${element.textContent!}`;
    if (style.outlineStyle !== "solid" || parseFloat(style.outlineWidth) < 2) found.push(`${said}: no ring around it with the focus`);
    // WCAG 2.2, 1.4.11
    if (contrast(rgba(style.outlineColor), behind(document.querySelector("main"))) < 3) found.push(`${said}: its ring cannot be seen`);
    if (element.className === "o" && (style.borderTopWidth === "0px" || contrast(rgba(style.borderTopColor), behind(document.querySelector("main"))) < 3)) found.push(`${said} has no edge`);
    const { height, width } = element.getBoundingClientRect();
    if (height < 24 && element.className !== "" || width < 24) found.push(`${said} is ${width} by ${height}`);
  }
  return found;
}

test("the check finds each kind of fault", async () => {
  const page = await (await newProfile()).newPage();
  await page.setViewportSize({ width: 320, height: 400 });
  await page.setContent(`<!doctype html><style>body{background:#fff}</style><main><p style="color:#999">faint</p><p style="font-size:9px">tiny</p><p style="width:400px">wide</p>
    <p style="width:20px;white-space:nowrap">cut</p><p style="transition:all 1s">moving</p><a class="o" href="/" style="outline:none;color:#000">bare</a><a class="b" href="/" style="outline:3px solid #eee;color:#000">dim</a></main>`);
  const found = (await page.evaluate(faults)).join("\n");
  for (const fault of [/pixels stick out/, /<p> faint: contrast 2\.8/, /<p> tiny is in 9px/, /<p> cut is cut off/, /<p> moving moves/, /<a> bare: no ring around it/, /<a> dim: its ring cannot be seen/, /<a> bare has no edge/, /<a> bare is [\d.]+ by \d/]) expect(found).toMatch(fault);
});

// 320 by 400 is also a window of 640 by 800 at 200 %.
test.each([["light", 320, 400], ["dark", 320, 400], ["light", 1280, 800], ["dark", 1280, 800]] as const)("%s, %i by %i: all pages in all languages", async (colorScheme, width, height) => {
  const { show, blocked, close } = await gallery(colorScheme, { width, height }), found: string[] = [];
  for (const name of NAMES) {
    for (const language of LANGUAGES) {
      const page = await show(name, language);
      found.push(...(await page.evaluate(faults)).map((fault) => `${name}, ${language}: ${fault}`));
    }
  }
  expect(found).toEqual([]);
  expect(blocked).toEqual([]);
  await close();
}, 180_000);

test("the keyboard reaches the first button first, and everything else after it", async () => {
  const { show, close } = await gallery("light", { width: 1000, height: 760 });
  const order = async (name: string): Promise<string[]> => {
    const page = await show(name, "en"), out: string[] = [];
    for (let i = await page.locator("a, button").count(); i > 0; i--) {
      await page.keyboard.press("Tab");
      out.push(await page.evaluate(() => document.activeElement!.textContent!));
    }
    return out;
  };
  expect(await order("claim_missing")).toEqual(["Go to the start page", "Log out", "Help"]);
  expect(await order("log out?")).toEqual(["Cancel", "Log out"]);
  expect(await order("login_failed")).toEqual(["Try again", "Help"]);
  await close();
});
