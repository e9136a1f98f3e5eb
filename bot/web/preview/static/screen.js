// The screen of the phone: bubbles, cards, buttons, the list that opens.
import {at, make} from "./net.js";

const chat = at("chat");
const sheet = at("sheet");
let onTap = () => {};
let opener = null;
let patience = null;
let words = {};
let language = "en";

export function whenTapped(act) { onTap = act; }

// From now on the phone itself speaks this language.
export function speak(code, own) {
  [language, words] = [code, own];
  chat.setAttribute("aria-label", words.talk);
  at("text").placeholder = words.type;
  at("text").setAttribute("aria-label", words.type);
  at("send").setAttribute("aria-label", words.send);
  for (const name of ["aria-label", "title"]) at("photo").setAttribute(name, words.photo);
  at("sheet-close").textContent = words.close;
}

export function clear() {
  if (sheet.open) sheet.close();
  chat.replaceChildren();
}

// A line as the server tells it: from the bot, mine, a note, or lost on its way.
export function show(line) {
  if (line.kind !== "mine") typing(false);
  const bubble = make("li", {kind: line.kind === "bot" ? `bot ${line.channel}` : line.kind});
  if (line.picture) bubble.append(picture(line));
  if (line.audio) bubble.append(voice(line.audio));
  if (line.body) bubble.append(make("span", {text: line.body, dir: "auto"}));
  if (line.passed) bubble.append(`+${lasting(line.passed)}`);
  if (line.silence) bubble.append(`${words.silence}: ${lasting(line.silence)}`);
  if (line.why) bubble.append(make("small", {text: words.lost}), make("small", {text: line.why, dir: "ltr"}));
  if (line.parts) bubble.append(parts(line));
  const taps = make("div", {kind: "taps"});
  for (const button of line.buttons || []) taps.append(key(button.title, () => onTap(button)));
  if (line.rows) taps.append(key(`☰ ${line.opener}`, (event) => open(line, event.currentTarget)));
  if (taps.children.length) bubble.append(taps);
  bubble.taps = line.buttons || line.rows || [];
  chat.append(bubble);
  down();
}

// Three dots while the bot thinks; they go when it speaks, or when it has nothing to say.
export function typing(is) {
  clearTimeout(patience);
  chat.querySelector(".typing")?.remove();
  if (!is) return;
  chat.append(make("li", {kind: "typing", "aria-hidden": "true"}, make("i"), make("i"), make("i")));
  patience = setTimeout(() => typing(false), 3000);
  down();
}

// A choice of the newest message but one that has any: what a late tap would hit.
export function olderTap() {
  const tappable = [...chat.children].filter((bubble) => bubble.taps?.length);
  const asks = ({taps}) => taps[0].id.replace(/\.[^.]*$/, "");
  const older = tappable.findLast((bubble) => asks(bubble) !== asks(tappable.at(-1)));
  return older ? older.taps.at(0) : null;
}

function voice(address) {
  const sound = new Audio(address);
  const play = make("button", {type: "button"});
  const way = make("progress", {max: 1, value: 0, "aria-label": words.heard});
  const left = make("time", {dir: "ltr"});
  const draw = () => {
    const length = sound.duration || 0;
    const rest = Math.round(length - sound.currentTime);
    way.value = length ? sound.currentTime / length : 0;
    left.textContent = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
    play.textContent = sound.paused ? "▶" : "❚❚";
    play.setAttribute("aria-label", sound.paused ? words.play : words.pause);
  };
  for (const name of ["loadedmetadata", "timeupdate", "play", "pause", "ended"]) sound.addEventListener(name, draw);
  sound.addEventListener("error", () => { left.textContent = words.mute; play.disabled = true; });
  play.addEventListener("click", () => { if (sound.paused) sound.play().catch(() => {}); else sound.pause(); });
  draw();
  return make("div", {kind: "voice"}, play, way, left);
}

function picture(line) {
  const image = new Image();
  image.alt = line.alt || "";
  image.addEventListener("load", down);
  image.src = line.picture;
  return image;
}

function parts(line) {
  const text = `${words.parts}: ${line.parts} · ${words.length}: ${line.length}`;
  return make("small", {text, kind: line.parts > 1 ? "parts many" : "parts"});
}

// How long, as people say it: from two days on in days.
function lasting(hours) {
  const inDays = hours === 24 || hours >= 48;
  const form = {style: "unit", unit: inDays ? "day" : "hour", unitDisplay: "long"};
  return new Intl.NumberFormat(`${language}-u-nu-latn`, form).format(inDays ? Math.round(hours / 24) : hours);
}

function key(title, act) {
  const made = make("button", {type: "button", text: title, dir: "auto"});
  made.addEventListener("click", act);
  return made;
}

function open(line, from) {
  opener = from;
  at("sheet-title").textContent = line.body;
  at("sheet-rows").replaceChildren(
    ...line.rows.map((row) => key(row.title, () => { shut(); onTap(row); })));
  sheet.show();
  at("sheet-rows").firstElementChild.focus();
}

function shut() {
  if (!sheet.open) return;
  sheet.close();
  opener?.focus({preventScroll: true});
}

function down() { chat.scrollTop = chat.scrollHeight; }

// The end stays in sight when there is less room: a banner, a keyboard, a turned phone.
let isAtEnd = true;
chat.addEventListener("scroll", () => { isAtEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 8; });
new ResizeObserver(() => { if (isAtEnd) down(); }).observe(chat);

at("sheet-close").addEventListener("click", shut);
sheet.addEventListener("keydown", (event) => {
  const rows = [...sheet.querySelectorAll("button")];
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (step) {
    event.preventDefault();
    rows[(rows.indexOf(document.activeElement) + step + rows.length) % rows.length].focus();
  }
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(); });
document.querySelector(".phone").addEventListener("pointerdown", (event) => {
  if (sheet.open && !sheet.contains(event.target)) { event.preventDefault(); shut(); }
});
