// The phone in the browser: what is chosen above it, what is typed and tapped, and the live feed.
import {at, get, post, tell} from "./net.js";
import {follow as look, moved} from "./panels.js";
import {clear, olderTap, show, speak, typing, whenTapped} from "./screen.js";

const frame = document.querySelector(".phone");
let phone = null;
let feed = null;
let flows = [];
let names = {};
let words = {};
let rightToLeft = [];
let step = "";
let zone = "Europe/Amsterdam";

// Do something; what cannot be done is told in the banner.
async function attempt(work) {
  try {
    tell("");
    const answer = await work();
    if (answer?.told) tell(answer.told);
    return answer;
  } catch (error) {
    tell(error.message);
    return null;
  }
}

const channel = () => document.querySelector("[name=channel]:checked").value;

async function restart(where = "") {
  feed?.close();
  clear();
  turn(at("language").value);
  frame.classList.toggle("sms", channel() === "sms");
  remember(where);
  const begun = await attempt(() => post("/preview/start",
    {flow: at("flow").value, language: at("language").value, channel: channel(), at: where}));
  if (!begun) return;
  at("sender").textContent = begun.sender;
  at("avatar").textContent = begun.sender.split(/\s+/).map((word) => word[0]).slice(0, 2).join("");
  follow(begun.phone);
  if (matchMedia("(hover:hover)").matches) at("text").focus({preventScroll: true});
}

function follow(address) {
  feed?.close();
  phone = address;
  feed = new EventSource(`/preview/feed?phone=${address}`);
  feed.addEventListener("line", (event) => show(JSON.parse(event.data)));
  feed.addEventListener("run", (event) => { stands(JSON.parse(event.data)); moved(); });
  feed.addEventListener("beat", (event) => time(JSON.parse(event.data).now));
  feed.addEventListener("broken", (event) => broken(JSON.parse(event.data).told));
  feed.addEventListener("again", (event) => again(JSON.parse(event.data)));
  feed.onerror = () => { if (feed.readyState === EventSource.CLOSED) tell("Polsbot was stopped or started again. Press Restart."); };
  look(address);
}

// Saved files were read again: the same conversation, up to the step that changed.
async function again(told) {
  feed.close();
  clear();
  await menus(at("language").value);
  follow(told.phone);
  if (told.broken) broken(told.broken); else tell("The files were saved: the conversation goes on with them.");
}

function broken(told) { tell(told ? `A saved file has a fault, so the old one is still used. ${told}` : ""); }

function stands(run) {
  zone = run.zone;
  time(run.now);
  if (run.language) turn(run.language);
  step = run.status === "waiting" ? run.step.replace(/^.*-/, "") : "";
  if (run.status) remember(step === "invite" ? "" : step);
  frame.dataset.step = run.step || "";
  frame.dataset.status = run.status || "";
}

function turn(language) {
  const is = rightToLeft.includes(language) || rightToLeft.includes(language.split("-")[0]);
  frame.dir = is ? "rtl" : "ltr";
  frame.lang = language;
  speak(language, words[language] || {});
}

function time(now) {
  // Everywhere our digits and our months, as in the bot's own words.
  at("clock").textContent = new Date(now).toLocaleString(`${frame.lang}-u-ca-gregory-nu-latn`,
    {weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone});
}

function remember(where) {
  const query = new URLSearchParams({flow: at("flow").value, lang: at("language").value});
  if (channel() === "sms") query.set("channel", "sms");
  if (where) query.set("at", where);
  history.replaceState(null, "", `?${query}`);
}

const name = (code) => names[code] || code;

async function menus(language) {
  const chosen = at("flow").value;
  ({flows, names, rightToLeft, words} = await get("/preview/flows"));
  const studies = new Set(flows.map((flow) => flow.study));
  at("flow").replaceChildren(...flows.map((flow) => new Option(
    studies.size > 1 ? `${flow.study}: ${flow.title}` : flow.title, flow.name)));
  if (flows.some((flow) => flow.name === chosen)) at("flow").value = chosen;
  languages(language);
}

function languages(wanted) {
  const flow = flows.find((one) => one.name === at("flow").value);
  const codes = flow ? flow.languages : [];
  at("language").replaceChildren(...codes.map((code) => new Option(name(code), code)));
  if (codes.includes(wanted)) at("language").value = wanted;
}

async function say(body) {
  if (!phone) return;
  typing(true);
  if (!await attempt(() => post("/preview/say", {phone, ...body}))) typing(false);
}

whenTapped((choice) => say({text: choice.title, payload: choice.id}));
at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value;
  if (!text.trim()) return;
  at("text").value = "";
  say({text});
});
at("photo").addEventListener("click", () => say({attach: true}));
at("restart").addEventListener("click", () => restart());
at("day").addEventListener("click", () => attempt(() => post("/preview/wait", {phone, hours: 24})));
at("silence").addEventListener("click", () => attempt(() => post("/preview/silence", {phone})));
at("fail").addEventListener("click", () => attempt(() => post("/preview/fail", {phone})));
at("old").addEventListener("click", () => {
  const older = olderTap();
  if (older) say({text: older.title, payload: older.id});
  else tell("There is no older message with buttons yet. Answer a question first.");
});
at("keep").addEventListener("click", () => {
  at("keeping-told").textContent = "";
  at("keeping").showModal();
  at("keeping-name").focus();
});
at("keeping-cancel").addEventListener("click", () => at("keeping").close());
at("keeping-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("keeping-told").textContent = "Writing it and playing it once…";
  try {
    const body = {phone, name: at("keeping-name").value, why: at("keeping-why").value};
    const {file} = await post("/preview/keep", body);
    at("keeping").close();
    tell(`Saved as ${file}.`);
  } catch (error) {
    at("keeping-told").textContent = error.message;
  }
});
for (const choice of document.querySelectorAll("[name=channel]")) choice.addEventListener("change", () => restart(step));
at("flow").addEventListener("change", () => { languages(at("language").value); restart(); });
at("language").addEventListener("change", () => restart(step));

const asked = new URLSearchParams(location.search);
await attempt(() => menus(asked.get("lang")));
if (flows.some((flow) => flow.name === asked.get("flow"))) {
  at("flow").value = asked.get("flow");
  languages(asked.get("lang"));
}
if (asked.get("channel") === "sms") document.querySelector("[value=sms]").checked = true;
if (flows.length) restart(asked.get("at") || "");
else tell("There is no flow without faults here. Open Inspect, then Problems.");
