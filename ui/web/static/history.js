// The history view, and the buttons under an answer. Runs once, in gr.HTML's js_on_load, which provides `element` (the
// view), `trigger` (an event for the server: a conversation is opened, earlier turns are shown) and `server`.
// It holds no words: every text and label is rendered by conversations/view.py and turn_bar.py.

const STORE = "citeline-talk"; // name of this window's conversation, so that a reload finds it again
const NAME = /^[0-9a-f]{24}$/;
const wide = matchMedia("(min-width: 801px)");
const lang = () => document.documentElement.lang;
const go = (view) => document.dispatchEvent(new CustomEvent("citeline:view", { detail: view }));
const place = element.querySelector(".cl-talk-place") ?? element;
const judged = new Map(); // turn -> {as, note}: what was said since the page was rendered
let talk = ""; // the conversation on the page
let left = ""; // the one that was just left, while its turns are still on the page
let resumed = false;
let landing = false; // a conversation was opened: its last turn is to come into sight
let sure = null; // what the question before a deletion is about: {talk} or {all: true}
let back = null; // where the focus was before it
let ticket = 0;

// --- the view ---

async function draw() {
  const mine = ++ticket;
  const query = place.querySelector(".cl-talk-search")?.value ?? "";
  const html = await server.listing({ lang: lang(), query, talk });
  if (mine !== ticket || html === undefined) return false; // the server is away: away.js says so
  place.innerHTML = html; // rendered by conversations/view.py, which escapes every word of a question
  return true;
}

async function list(more = 0) {
  const mine = ++ticket;
  const query = place.querySelector(".cl-talk-search")?.value ?? "";
  const html = await server.listing({ lang: lang(), query, talk, more, list: true });
  const rows = place.querySelector(".cl-talk-list");
  if (mine !== ticket || !rows || html === undefined) return;
  rows.innerHTML = html;
  if (more) rows.querySelectorAll(".cl-talk-open")[more]?.focus();
}

const isOpen = () => document.body.dataset.view === "history" && !document.body.classList.contains("cl-closed");

document.addEventListener("citeline:away", ({ detail }) => detail || (isOpen() && draw()));

document.addEventListener("citeline:view", async ({ detail }) => {
  if (detail === "history" && (await draw())) place.querySelector("h2")?.focus({ preventScroll: true });
});
document.addEventListener("citeline:library", () => isOpen() && list());
document.addEventListener("citeline:language", () => isOpen() && draw());

let typed = 0;
element.addEventListener("input", (event) => {
  if (!event.target.matches(".cl-talk-search")) return;
  clearTimeout(typed);
  typed = setTimeout(list, 150);
});

// --- a conversation ---

function open(name) {
  left = "";
  resumed = landing = true;
  judged.clear();
  sessionStorage.setItem(STORE, name);
  if (!wide.matches) document.body.classList.add("cl-closed"); // the conversation is under the history there
  bring(name);
}

const bring = (name) =>
  document.dispatchEvent(new CustomEvent("citeline:leave", { detail: () => trigger("select", { talk: name }) }));

// Once the models are there, the conversation that this window had before it was loaded again.
function resume() {
  const box = document.querySelector("#cl-box textarea");
  if (resumed || !box || box.disabled) return;
  resumed = true;
  const name = sessionStorage.getItem(STORE) ?? "";
  if (!NAME.test(name) || document.querySelector("#cl-live .cl-turn")) return;
  landing = true;
  bring(name);
}

function land() {
  const turn = document.querySelector("#cl-live .cl-turn");
  if (!landing || turn?.querySelector(".cl-turn-bar")?.dataset.talk !== sessionStorage.getItem(STORE)) return;
  landing = false;
  turn.scrollIntoView({ block: "start" });
}

// The name of the conversation stands under its answers.
function note() {
  const name = document.querySelector("#cl-live .cl-turn-bar")?.dataset.talk ?? "";
  if (!name && !document.querySelector(".cl-turn")) left = "";
  if (!NAME.test(name) || name === talk || name === left) return;
  talk = name;
  sessionStorage.setItem(STORE, name);
}

function leave() {
  left = talk;
  talk = "";
  sessionStorage.removeItem(STORE);
}

// Earlier turns go above those on the page, which stay where they are.
function earlier() {
  const log = document.querySelector("#cl-log");
  const past = document.querySelector("#cl-past");
  const turns = () => [...past.querySelectorAll(".cl-turn")];
  const n = turns().length;
  if (!n) return;
  const top = turns()[0].getBoundingClientRect().top;
  const grown = new MutationObserver(async () => {
    if (turns().length <= n) return;
    grown.disconnect();
    const before = turns().at(-n - 1);
    before.tabIndex = -1;
    before.focus({ preventScroll: true });
    // Several times: a turn gets its true height when it comes near the screen.
    for (let times = 0; times < 4; times++) {
      log.scrollTop += turns().at(-n).getBoundingClientRect().top - top;
      await new Promise((done) => requestAnimationFrame(done));
    }
  });
  grown.observe(past, { childList: true, subtree: true });
  setTimeout(() => grown.disconnect(), 10_000);
  trigger("expand", { more: n });
}

async function save(button) {
  const { talk: name } = button.closest("[data-talk]").dataset;
  const file = await server.exported({ talk: name, format: button.dataset.format, lang: lang() });
  if (!file?.text) return void draw();
  const url = URL.createObjectURL(new Blob([file.text], { type: `${file.type};charset=utf-8` }));
  const link = Object.assign(document.createElement("a"), { href: url, download: file.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// --- deleting: asked about first ---

function ask(what, title) {
  const window = place.querySelector(".cl-sure");
  const text = window.querySelector("p");
  text.textContent = what.all ? text.dataset.all : text.dataset.one;
  window.querySelector(".cl-sure-title").textContent = title;
  sure = what;
  back = document.activeElement;
  window.showModal();
  window.querySelector("[data-do=cancel]").focus();
}

async function deleteConversations() {
  const what = sure;
  place.querySelector(".cl-sure").close();
  const { deleted } = (await server.delete_conversation({ ...what, lang: lang() })) ?? {};
  if (deleted && (what.all || what.talk === talk)) {
    leave();
    document.querySelector("#cl-new")?.click();
    go("history");
    return;
  }
  if (await draw()) place.querySelector("h2")?.focus({ preventScroll: true });
}

// --- under an answer ---

const barOf = (button) => button.closest(".cl-turn-bar");
const say = (bar, words) => {
  const said = bar.querySelector(".cl-said");
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = words));
};

async function copy(bar, button) {
  const text = await server.copied({ talk: bar.dataset.talk, turn: bar.dataset.turn, lang: lang() });
  if (text !== undefined) say(bar, !text ? button.dataset.lost : (await toClipboard(text)) ? button.dataset.copied : button.dataset.failed);
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = Object.assign(document.createElement("textarea"), { value: text, className: "cl-offstage" });
    const focused = document.activeElement;
    document.body.append(box);
    box.select();
    const copied = document.execCommand("copy");
    box.remove();
    focused?.focus();
    return copied;
  }
}

async function judge(bar, as, text, noting) {
  const { talk: name, turn } = bar.dataset;
  const told = await server.judge({ talk: name, turn, as, note: text, noting, lang: lang() });
  if (!told) return;
  if (told.as !== undefined) judged.set(turn, { as: told.as, note: told.note });
  apply();
  const now = document.querySelector(`.cl-turn-bar[data-turn="${turn}"]`);
  if (now) say(now, told.said);
}

// A turn is rendered anew when the next question moves it up: what was said of it since is put on it again.
function apply() {
  for (const bar of document.querySelectorAll(".cl-turn-bar[data-turn]")) {
    const known = judged.get(bar.dataset.turn);
    if (!known) continue;
    for (const button of bar.querySelectorAll("[data-as]")) {
      const pressed = String(button.dataset.as === known.as);
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
    const remark = bar.querySelector(".cl-remark");
    if (remark && remark.hidden !== !known.as) remark.hidden = !known.as;
    const box = remark?.querySelector("input");
    if (box && bar.dataset.noted !== known.note && document.activeElement !== box) box.value = known.note;
    bar.dataset.noted = known.note;
  }
}

const pressed = (bar) => bar.querySelector('[data-as][aria-pressed="true"]')?.dataset.as ?? "";
const remark = (bar) => bar.querySelector(".cl-note-box")?.value ?? "";

// --- one ear for all of it ---

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.id === "cl-new") leave();
  const bar = barOf(button);
  const row = button.closest("[data-talk]");
  const what = button.dataset.do;
  if (bar && what === "copy") copy(bar, button);
  else if (bar && what === "judge") judge(bar, button.dataset.as === pressed(bar) ? "" : button.dataset.as, remark(bar), false);
  else if (bar && what === "note") judge(bar, pressed(bar), remark(bar), true);
  else if (what === "earlier") earlier();
  else if (!element.contains(button)) return;
  else if (what === "open") open(row.dataset.talk);
  else if (what === "export") save(button);
  else if (what === "more") list(+button.dataset.more);
  else if (what === "delete") ask({ talk: row.dataset.talk }, row.querySelector(".cl-title").textContent);
  else if (what === "delete-all") ask({ all: true }, "");
  else if (what === "sure") deleteConversations();
  else if (what === "cancel") {
    place.querySelector(".cl-sure").close();
    back?.focus();
  } else if (what === "close") {
    if (wide.matches) go("article");
    else document.body.classList.add("cl-closed");
    document.querySelector('.cl-bar [data-view="history"]')?.focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.(".cl-note-box") && !event.isComposing) {
    event.preventDefault();
    judge(barOf(event.target), pressed(barOf(event.target)), remark(barOf(event.target)), true);
  }
});

document.addEventListener("citeline:changed", () => {
  resume();
  land();
  note();
  apply();
});
