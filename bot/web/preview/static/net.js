// Asks the server; what goes wrong is told in its own sentence.
export const at = (id) => document.getElementById(id);

export async function get(path, query = {}) {
  return ask(`${path}?${new URLSearchParams(query)}`);
}

export async function post(path, body) {
  return ask(path, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)});
}

// A banner that stays until something else is told.
export function tell(words) {
  at("banner").textContent = words;
  at("banner").hidden = !words;
}

export function make(tag, {text, kind, ...rest} = {}, ...children) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(rest)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("Polsbot does not answer. Is it still running in the terminal?");
  }
  if (answer.ok) return answer.json();
  const words = await answer.text();
  throw new Error(answer.status < 500 ? words : "Something went wrong; the terminal says more.");
}
