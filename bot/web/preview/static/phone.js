// The phone: draws what the bot sends, sends what is typed or tapped. No library.
const at = (id) => document.getElementById(id);
const chat = at("chat");
const rightToLeft = new Set(["ar", "fa"]);
let phone = null;
let channel = "local";
let feed = null;

const post = async (path, body) => {
  const answer = await fetch(path, {method: "POST", body: JSON.stringify(body)});
  if (!answer.ok) note(await answer.text());
  return answer.ok ? answer.json() : null;
};

const note = (text) => add("note", text);

function add(kind, text) {
  const bubble = document.createElement("li");
  if (kind) bubble.className = kind;
  const words = document.createElement("span");
  words.textContent = text;
  bubble.append(words);
  chat.append(bubble);
  chat.scrollTop = chat.scrollHeight;
  return bubble;
}

function tap(choice) {
  add("mine", choice.title);
  post("/preview/say", {phone, channel, text: choice.title, payload: choice.id}).then(refresh);
}

function show(message) {
  const bubble = add("", message.body);
  if (message.picture) {
    const picture = new Image();
    picture.src = message.picture;
    picture.alt = message.alt || "";
    bubble.prepend(picture);
  }
  const taps = document.createElement("div");
  taps.className = "taps";
  for (const button of message.buttons || []) taps.append(key(button.title, () => tap(button)));
  if (message.rows) taps.append(key(`☰ ${message.opener}`, () => open(message)));
  if (taps.children.length) bubble.append(taps);
  chat.scrollTop = chat.scrollHeight;
}

function key(title, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = title;
  made.addEventListener("click", act);
  return made;
}

function open(message) {
  at("sheet-title").textContent = message.body;
  at("sheet-rows").replaceChildren(
    ...message.rows.map((row) => key(row.title, () => { at("sheet").close(); tap(row); })));
  at("sheet").show();
  at("sheet-rows").firstElementChild.focus();
}

async function restart() {
  const language = at("language").value;
  const chosen = document.querySelector("[name=channel]:checked").value;
  if (feed) feed.close();
  chat.replaceChildren();
  document.querySelector(".phone").dir = rightToLeft.has(language) ? "rtl" : "ltr";
  document.querySelector(".phone").lang = language;
  document.querySelector(".phone").classList.toggle("sms", chosen === "sms");
  const query = new URLSearchParams({flow: at("flow").value, lang: language, channel: chosen});
  history.replaceState(null, "", `?${query}`);
  const begun = await post("/preview/start", {flow: at("flow").value, language, channel: chosen});
  if (!begun) return;
  ({phone, channel} = begun);
  feed = new EventSource(`/preview/feed?phone=${phone}`);
  feed.onmessage = (event) => { show(JSON.parse(event.data)); refresh(); };
  at("text").focus();
}

async function refresh() {
  if (at("panel").hidden || !phone) return;
  const found = await (await fetch(`/preview/answers?phone=${phone}&channel=${channel}`)).json();
  at("answers").replaceChildren(...found.answers.map((answer) => {
    const row = document.createElement("tr");
    for (const value of [answer.step, JSON.stringify(answer.value), answer.reason]) {
      const cell = document.createElement("td");
      cell.textContent = value;
      row.append(cell);
    }
    return row;
  }));
  at("run").textContent = `${found.status}${found.step ? ", waits at " + found.step : ""}`;
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value;
  if (!text.trim() || !phone) return;
  at("text").value = "";
  add("mine", text);
  post("/preview/say", {phone, channel, text}).then(refresh);
});
at("restart").addEventListener("click", restart);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") at("sheet").close(); });
at("sheet-close").addEventListener("click", () => at("sheet").close());
at("day").addEventListener("click", async () => { note("+1 day"); await post("/preview/wait", {hours: 24}); refresh(); });
at("inspect").addEventListener("click", () => {
  at("panel").hidden = !at("panel").hidden;
  at("inspect").setAttribute("aria-pressed", String(!at("panel").hidden));
  refresh();
});
for (const choice of document.querySelectorAll("[name=channel]")) choice.addEventListener("change", restart);

const {flows, names} = await (await fetch("/preview/flows")).json();
const asked = new URLSearchParams(location.search);
at("flow").replaceChildren(...flows.map((flow) => new Option(flow.title, flow.name)));
if (flows.some((flow) => flow.name === asked.get("flow"))) at("flow").value = asked.get("flow");
function languages(wanted) {
  const flow = flows.find((one) => one.name === at("flow").value);
  at("language").replaceChildren(...flow.languages.map((code) => new Option(names[code] || code, code)));
  if (flow.languages.includes(wanted)) at("language").value = wanted;
}
languages(asked.get("lang"));
if (asked.get("channel") === "sms") document.querySelector("[value=sms]").checked = true;
at("flow").addEventListener("change", () => { languages(at("language").value); restart(); });
at("language").addEventListener("change", restart);
restart();
