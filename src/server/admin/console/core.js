"use strict";
// What the views share: elements, requests to the control API, views by the address's fragment.

const byId = (id) => document.getElementById(id);

/** An element; texts are set as text, so nothing a client sent becomes markup. */
function element(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) {
    if (key in made && typeof value !== "string") made[key] = value;
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

let noticeTimer = 0;
function notice(text, good) {
  const shown = byId("notice");
  shown.textContent = text;
  shown.className = good ? "good" : "";
  shown.hidden = !text;
  clearTimeout(noticeTimer);
  if (good) noticeTimer = setTimeout(() => notice(""), 4000);
}

/** Asks the control API; a refusal is shown and thrown. */
async function api(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = typeof body === "string" ? body : JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch("/__admin" + path, options);
  } catch (error) {
    notice("The shop does not answer; it may have been stopped. Trying again every second.");
    throw error;
  }
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (!answer.ok) {
    notice(`${value.title}: ${value.detail}. ${value.remedy}.`);
    throw new Error(value.title);
  }
  return value;
}

/** Runs `work` when a form is sent or a button pressed; failures are on the screen already. */
function when(id, event, work) {
  byId(id).addEventListener(event, (happened) => {
    if (event === "submit") happened.preventDefault();
    Promise.resolve(work(happened)).catch((error) => console.warn(error));
  });
}

/** Lets rows be chosen with click, Enter and the arrow keys. */
function choosable(body, choose) {
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr[tabindex]");
    if (row) choose(row);
  });
  body.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr[tabindex]");
    if (!row) return;
    const other = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
    if (event.key === "Enter") choose(row);
    if (other) { other.focus(); choose(other, true); }
    if (other || event.key === "Enter") event.preventDefault();
  });
}

const views = {};
let view = "";

function route() {
  const [path, query] = location.hash.slice(1).split("?");
  const [name, ...rest] = path.split("/").map(decodeURIComponent);
  view = name in views ? name : "calls";
  for (const main of document.querySelectorAll("main")) main.hidden = main.id !== view;
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  Promise.resolve(views[view](rest, new URLSearchParams(query || ""))).catch((error) => console.warn(error));
}
