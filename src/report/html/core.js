"use strict";
// What the views share: elements, data, theme.

const byId = (id) => document.getElementById(id);

/** An element; texts are set as text, so nothing a shop holds becomes markup. */
function element(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const run = JSON.parse(byId("run").textContent);
const wall = JSON.parse(byId("wall").textContent);

function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

const unpacked = new Map();
/** The data of a pack; it is unpacked when somebody looks at it for the first time. */
function unpack(id) {
  if (!unpacked.has(id)) unpacked.set(id, inflate(byId(id).textContent));
  return unpacked.get(id);
}
async function inflate(text) {
  if (typeof DecompressionStream === "undefined") {
    notice("This browser is too old to open what is packed here: it takes Chrome 80, Firefox 113 or Safari 16.4, or later.");
    throw new Error("no DecompressionStream");
  }
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const gzip = new DecompressionStream("gzip");
  const writer = gzip.writable.getWriter();
  writer.write(bytes).then(() => writer.close()).catch(() => notice("This page is damaged: what is packed in it cannot be read."));
  const decoder = new TextDecoder();
  let json = "";
  for (const reader = gzip.readable.getReader();;) {
    const { done, value } = await reader.read();
    if (done) return JSON.parse(json + decoder.decode());
    json += decoder.decode(value, { stream: true });
  }
}

const plural = (number, one, many) => `${number} ${number === 1 ? one : many || one + "s"}`;
const seconds = (ms) => ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
const SIGNS = { passed: "✓", failed: "✗", error: "!", skipped: "–" };
const WORDS = { passed: "passed", failed: "failed", error: "error", skipped: "skipped" };
const isBad = (scenario) => scenario.status !== "passed" && scenario.status !== "skipped";

/** A status that reads without its colour. */
const badge = (status) => element("span", { class: `badge ${status}` }, `${SIGNS[status]} ${WORDS[status]}`);
const sign = (status) => element("span", { class: `sign ${status}`, role: "img", "aria-label": WORDS[status] }, SIGNS[status]);

/** A difference, line by line; the signs stay in the text. */
function difference(text) {
  const kind = (line) => line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "";
  return element("pre", { class: "diff", tabindex: "0" },
    text.replace(/\n$/, "").split("\n").map((line) => element("span", { class: kind(line) }, line + "\n")));
}

/** XML with its tags set back, so that values stand out. */
function xml(text) {
  const parts = text.split(/(<[^>]*>)/).filter((part) => part);
  return element("pre", { tabindex: "0" },
    parts.map((part) => part.startsWith("<") ? element("span", { class: "tag" }, part) : part));
}

const THEMES = ["auto", "light", "dark"];
function setTheme(name) {
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  byId("theme").textContent = { auto: "◐ Auto", light: "○ Light", dark: "● Dark" }[name];
  byId("theme").setAttribute("aria-label", `Theme: ${name}`);
  byId("theme").dataset.now = name;
  // A page from a disk may have no storage.
  try { localStorage.setItem("mockgento-theme", name); } catch { /* it is forgotten then */ }
}
const nextTheme = () => setTheme(THEMES[(THEMES.indexOf(byId("theme").dataset.now) + 1) % THEMES.length]);
byId("theme").addEventListener("click", nextTheme);
let kept = "auto";
try { kept = localStorage.getItem("mockgento-theme") || "auto"; } catch { /* as the system has it */ }
setTheme(THEMES.includes(kept) ? kept : "auto");
