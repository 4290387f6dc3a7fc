// Questions on their way: what is sent, what waits, what got no answer. Runs once, in a gr.HTML between conversation and
// box, which provides `element` and `trigger` (a question is asked). Only this script clears the box, and only
// of what it keeps: here, and over a reload in the window's own store. It holds no words: asking.py has them.

const STORE = `citeline-asked:${location.pathname}`;
const DRAFT = `citeline-draft:${location.pathname}`;
const ANSWERED = ["grounded", "quoted", "abstained", "greeting"];
const LEFT_MS = 10_000;
const wide = matchMedia("(min-width: 801px)");
const box = () => document.querySelector("#cl-box textarea");
const live = () => document.querySelector("#cl-live .cl-turn");
const section = element.querySelector(".cl-asking");
const said = element.querySelector(".cl-said-here");
const told = element.querySelector(".cl-hidden");

// {text, state, late}; state: "waiting", "asked" (it has the live turn), "open" (its turn says why it has no answer),
// "lost" (it has no turn), "aside" (it stood in the box when another was put there)
let questions = remembered();
const draft = drafted(); // what stood in the box
let flying = null; // the one that is asked
let after = null; // what is done when that one has ended: the conversation is left
let leaving = 0; // until another conversation is there nothing is asked
let away = false; // the server is gone
let drawn = "";
let ready = false;

const words = () =>
  element.querySelector(`template[lang="${document.documentElement.lang}"]`) ?? element.querySelector("template");
const limit = (name) => +words().dataset[name];
const inWords = (name, n, most) => {
  const [count, limit] = [n, most].map((each) => each.toLocaleString(document.documentElement.lang));
  return words().dataset[name].replace("{n}", count).replace("{most}", limit);
};

// --- what a reload finds again ---

function remembered() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
    return kept
      .filter((each) => typeof each?.text === "string" && each.text.trim())
      .map(({ text, state }) => ({ text, state: state === "aside" ? state : "lost", wasAsked: state === "asked" }));
  } catch {
    return [];
  }
}

function drafted() {
  try {
    return sessionStorage.getItem(DRAFT) ?? "";
  } catch {
    return "";
  }
}

function remember() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(questions.map(({ text, state }) => ({ text, state }))));
    if (ready) sessionStorage.setItem(DRAFT, box().value);
  } catch {} // a browser that keeps nothing
}

function lose(question) {
  question.wasAsked = question.state === "asked";
  question.state = "lost";
}

function forget(question) {
  questions = questions.filter((each) => each !== question);
}

// --- the box ---

function put(text) {
  const area = box();
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// Another text takes the box: what stands there is kept.
function edit(text) {
  const area = box();
  if (!area || area.disabled) return false;
  const draft = area.value.trim();
  if (draft && draft !== text.trim()) questions.push({ text: draft, state: "aside" });
  put(text);
  if (!wide.matches) document.body.classList.add("cl-closed"); // the box is under the article there
  area.focus();
  area.setSelectionRange(text.length, text.length);
  return true;
}

function refusal(text) {
  const n = [...text].length;
  if (n > limit("chars")) return inWords("long", n, limit("chars"));
  if (!/[\p{L}\p{N}]/u.test(text)) return words().dataset.empty;
  if (away) return words().dataset.kept;
  if (waiting().length >= limit("most")) return inWords("full", 0, limit("most"));
  return "";
}

// Ask a question, in its turn. False, and said why, when it cannot be.
function ask(text) {
  const why = refusal(text);
  said.textContent = why;
  if (why) return false;
  questions.push({ text, state: "waiting", late: flying !== null });
  next();
  if (flying?.text !== text) told.textContent = inWords("queued", waiting().length, 0);
  return true;
}

function send() {
  const area = box();
  const text = area?.value.trim();
  if (text && !area.disabled && ask(text)) put("");
}

// --- one after the other ---

const waiting = () => questions.filter((each) => each.state === "waiting");

function next() {
  const [first] = waiting();
  if (first && !flying && !leaving && !away && ready) {
    flying = first;
    first.state = "asked";
    document.dispatchEvent(new CustomEvent("citeline:asked", { detail: { late: first.late } }));
    trigger("submit", { question: first.text });
  }
  remember();
  draw();
}

// Gradio has done with the one that was asked; what it shows may come a moment later.
document.addEventListener("citeline:idle", async ({ detail }) => {
  const mine = flying;
  for (let times = 0; mine && times < 40 && live()?.dataset.status === "live"; times++) {
    await new Promise((done) => setTimeout(done, 50));
  }
  if (!mine || flying !== mine) return;
  flying = null;
  const status = live()?.dataset.status;
  if (detail !== "refused" && ANSWERED.includes(status)) forget(mine);
  else if (detail !== "refused" && status && status !== "live" && !after) mine.state = "open";
  else lose(mine);
  const go = after;
  after = null;
  if (go) leave(go);
  else next();
});

// Another conversation: what waits is not asked there by itself; what is asked is stopped first, and then comes `go`.
function leave(go) {
  for (const each of waiting()) lose(each);
  questions = questions.filter((each) => each.state !== "open");
  remember();
  draw();
  if (flying) {
    after = go;
    document.getElementById("cl-stop")?.click();
    return;
  }
  clearTimeout(leaving);
  leaving = setTimeout(left, LEFT_MS);
  go();
}
document.addEventListener("citeline:leave", ({ detail: go }) => leave(go));

function left() {
  clearTimeout(leaving);
  leaving = 0;
  next();
}
document.addEventListener("citeline:left", left);

document.addEventListener("citeline:away", ({ detail }) => {
  away = detail;
  if (away) {
    for (const each of waiting()) lose(each);
    if (flying) lose(flying);
    flying = after = null;
    left();
  }
  said.textContent = "";
});

// A question that was asked when the page was loaded again, or the server could not be reached, may have been answered.
function reconcile() {
  const turn = live();
  if (!turn || !ANSWERED.includes(turn.dataset.status)) return;
  const onOneLine = (text) => text.trim().replace(/\s+/g, " ");
  const asked = onOneLine(turn.querySelector(".cl-question").textContent);
  const answered = questions.find((each) => each.state === "lost" && each.wasAsked && onOneLine(each.text) === asked);
  if (!answered) return;
  forget(answered);
  next();
}

// --- what is shown ---

function draw() {
  const lang = document.documentElement.lang;
  const shown = questions.filter((each) => each.state !== "asked" && each.state !== "open");
  const look = JSON.stringify([lang, shown]);
  if (look === drawn) return;
  drawn = look;
  const focused = [...section.querySelectorAll("button")].indexOf(document.activeElement);
  section.lang = lang;
  section.hidden = !shown.length;
  section.setAttribute("aria-label", words().dataset.label);
  let n = 0;
  const rows = shown.map((each) => {
    const row = words().content.querySelector(`[data-state="${each.state}"]`).cloneNode(true);
    const state = row.querySelector(".cl-kept-state");
    if (each.state === "waiting") state.textContent = state.textContent.replace("{n}", ++n);
    row.querySelector(".cl-kept-question").textContent = each.text;
    row.question = each;
    return row;
  });
  section.querySelector("ol").replaceChildren(...rows);
  if (focused < 0) return;
  const buttons = section.querySelectorAll("button");
  (buttons[Math.min(focused, buttons.length - 1)] ?? box())?.focus();
}

// --- what is pressed ---

const text = (hex) =>
  new TextDecoder().decode(Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16)));

// Press a button of a question that got no answer: ask it again, put it into the box, forget it.
function press(what, question, asked) {
  const done = what === "again" ? ask(asked) : what === "drop" || edit(asked);
  if (done) forget(question);
  next();
  if (done && what === "again") box()?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  const { again, edit: amended, kept, question } = button.dataset;
  const open = (asked) => questions.find((each) => each.state === "open" && each.text === asked);
  if (kept) press(kept, button.closest("li").question, button.closest("li").question.text);
  else if (again) press("again", open(text(again)), text(again));
  else if (amended) press("edit", open(text(amended)), text(amended));
  else if (button.matches(".cl-edit[data-question]")) edit(question);
  else if (button.matches(".cl-example")) ask(button.textContent);
  else if (button.matches(".cl-everywhere")) ask(question);
  else if (button.id === "cl-send") send();
});

// Both before Gradio hears of it.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.("#cl-new");
    if (!button) return;
    if (flying) event.stopImmediatePropagation();
    leave(flying ? () => button.click() : () => {});
  },
  true,
);

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || event.target !== box() || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    send();
  },
  true,
);

document.addEventListener("input", (event) => {
  if (event.target !== box()) return;
  if (event.target.value) said.textContent = "";
  remember();
});

document.addEventListener("citeline:language", () => {
  said.textContent = "";
  draw();
});

// The box can be typed in once the models are there: what stood in it when the page was loaded again comes back.
document.addEventListener("citeline:changed", () => {
  reconcile();
  const area = box();
  if (ready || !area || area.disabled) return;
  ready = true;
  if (draft && !area.value) put(draft);
  next();
});
