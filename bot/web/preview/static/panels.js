// What lies behind the screen: answers, flow, wire and problems, drawn when they are looked at.
import {at, get, make} from "./net.js";

const view = at("view");
const tabs = [...document.querySelectorAll("[role=tab]")];
const draws = {"tab-answers": answers, "tab-flow": flow, "tab-wire": wire, "tab-problems": problems};
let phone = null;
let asked = 0;

// From now on look behind this phone.
export function follow(address) { phone = address; refresh(); }

// The conversation went on. What is wrong with the files, which takes seconds, stays the same.
export function moved() { if (chosen().id !== "tab-problems") refresh(); }

const chosen = () => tabs.find((one) => one.getAttribute("aria-selected") === "true");

// Draw the open tab again; of two that are asked for, the later one stays.
async function refresh() {
  if (at("panel").hidden || !phone) return;
  const tab = chosen();
  const mine = ++asked;
  let drawn;
  try {
    drawn = await draws[tab.id]();
  } catch (error) {
    drawn = [make("p", {text: error.message, kind: "quiet"})];
  }
  if (mine !== asked) return;
  view.replaceChildren(...drawn);
  view.dataset.shows = tab.id;
  view.querySelector(".current")?.scrollIntoView({block: "nearest"});
}

async function answers() {
  const {cells} = await get("/preview/row", {phone});
  if (!cells.length) return [make("p", {text: "No run yet.", kind: "quiet"})];
  const rows = cells.map(([column, cell]) => make("tr", {},
    make("th", {text: column, scope: "row"}), make("td", {text: cell, dir: "auto"})));
  return [
    make("p", {text: "This run's row, as polsbot export writes it.", kind: "quiet"}),
    make("table", {}, make("tbody", {}, ...rows)),
  ];
}

async function flow() {
  const {steps, status, wave} = await get("/preview/steps", {phone});
  const items = [];
  let section = null;
  for (const step of steps) {
    if (step.section !== section && step.section) items.push(make("li", {kind: "section", text: step.section}));
    section = step.section;
    items.push(stop(step));
  }
  return [make("p", {text: `Wave ${wave}: ${status}`, kind: "quiet"}), make("ol", {kind: "line"}, ...items)];
}

function stop(step) {
  const item = make("li", {kind: `stop ${step.state}`});
  if (step.state === "current") item.setAttribute("aria-current", "step");
  item.append(make("b", {text: step.name}), make("i", {text: step.kind}));
  const state = step.aside ? `${step.state}: ${step.aside}` : step.state;
  if (step.state !== "ahead") item.append(make("em", {text: state}));
  if (step.text) item.append(make("p", {text: step.text, dir: "auto"}));
  if (step.value) item.append(make("p", {text: `= ${step.value}`, kind: "value", dir: "auto"}));
  if (step.when && !step.why) item.append(make("p", {text: step.when, kind: "when"}));
  if (step.why) item.append(make("p", {text: `Skipped: ${step.why}.`, kind: "why"}));
  return item;
}

async function wire() {
  const {messages} = await get("/preview/wire", {phone});
  if (!messages.length) return [make("p", {text: "Nothing was sent yet.", kind: "quiet"})];
  return [
    make("p", {text: "What Twilio would be told, the newest message first.", kind: "quiet"}),
    ...messages.map(call),
  ];
}

function call(message) {
  if (message.error) return make("p", {text: `It would not be sent: ${message.error}`, kind: "why"});
  const fields = message.fields.map(([name, value]) => make("div", {},
    make("dt", {text: name}), make("dd", {}, make("pre", {text: value, dir: value.startsWith("{") ? "ltr" : "auto"}))));
  const call = make("section", {kind: "call"}, make("code", {text: message.request}), make("dl", {}, ...fields));
  if (message.content) call.append(make("p", {text: `ContentSid stands for ${message.content}`, kind: "quiet"}));
  return call;
}

async function problems() {
  view.replaceChildren(make("p", {text: "Checking every file…", kind: "quiet"}));
  const found = (await get("/preview/problems")).problems;
  const errors = found.filter((one) => one.severity === "error").length;
  const summary = found.length
    ? `${errors} to mend, ${found.length - errors} to think about.` : "No problems found.";
  return [make("p", {text: summary, kind: "quiet"}), ...found.map(problem)];
}

function problem(one) {
  const item = make("section", {kind: `problem ${one.severity}`},
    make("p", {}, make("b", {text: one.code}), ` ${one.message}`), make("code", {text: one.place}));
  if (one.excerpt.trim()) {
    const caret = " ".repeat(one.column - 1) + "^".repeat(one.width);
    item.append(make("pre", {text: `${one.excerpt}\n${caret}`}));
  }
  if (one.suggestion) item.append(make("p", {text: one.suggestion, kind: "quiet"}));
  return item;
}

function choose(tab) {
  for (const one of tabs) {
    const is = one === tab;
    one.setAttribute("aria-selected", String(is));
    one.tabIndex = is ? 0 : -1;
  }
  view.setAttribute("aria-labelledby", tab.id);
  refresh();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    next.focus();
    choose(next);
  });
}
at("inspect").addEventListener("click", () => {
  at("panel").hidden = !at("panel").hidden;
  at("inspect").setAttribute("aria-expanded", String(!at("panel").hidden));
  document.body.classList.toggle("inspecting", !at("panel").hidden);
  refresh();
});
