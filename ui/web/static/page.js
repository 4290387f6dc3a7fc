// The page's behaviour: a chip opens its article at its line. Runs once, in gr.HTML's js_on_load, which provides
// `element` (the article pane), `props` (props.value is its HTML) and `server` (server.article asks for that HTML).
// It holds no words: every text and label is rendered by render.py.

const wide = matchMedia("(min-width: 801px)");
const closed = "cl-closed";
let place = null; // where the reader is: {turn, kind, n, article}
let shown = ""; // what the pane holds: article, marks and language
let last = ["", [], 0]; // the same, as it was asked for
const MAX_FETCHED = 6;
const fetched = new Map();
let compared = null; // the two articles whose differences it holds instead
let ticket = 0; // the last request for an article; an older one that comes late is dropped
let chosen = false; // the reader has opened something since the question: do not turn the page under their eyes
let question = null; // the live turn's question and status, as last seen
let late = false; // the question waited for another, which is being read: its turn comes without a move
let ready = false;

const say = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const nextFrame = () => new Promise((done) => requestAnimationFrame(() => done()));
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");

// One button per citation number (or per hit), in order: a citation may have a chip and a row among the sources.
function sequence(turn, kind) {
  const byNumber = new Map();
  for (const button of turn.querySelectorAll(`.cl-open[data-kind="${kind}"]`)) {
    if (!byNumber.has(button.dataset.n)) byNumber.set(button.dataset.n, button);
  }
  return [...byNumber.values()].sort((a, b) => a.dataset.n - b.dataset.n);
}

const mark = ({ dataset: d }) => ({
  n: +d.n, first: +d.first, last: +d.last, start: +d.start, end: +d.end, check: d.check,
});

async function open(button) {
  const turn = button.closest(".cl-turn");
  const { kind, n, article } = button.dataset;
  const here = { turn, kind, n, article };
  place = here;
  const all = sequence(turn, kind);
  const marks = all.filter((other) => other.dataset.article === article).map(mark);
  if (!(await show(article, marks, +n)) || place !== here) return;
  element.dataset.kind = kind;
  light(all.findIndex((other) => other.dataset.n === n), all);
}

// The last articles are kept as they came, so that going back and forth between two of them asks for neither again.
function keep(wanted, html) {
  fetched.delete(wanted);
  fetched.set(wanted, html);
  if (fetched.size > MAX_FETCHED) fetched.delete(fetched.keys().next().value);
}

// Put an article in the pane, if it is not there already. False if another was asked for since. Behind another view
// it is only made ready.
async function show(article, marks, current, behind = false) {
  const mine = ++ticket;
  const lang = document.documentElement.lang;
  const wanted = JSON.stringify([article, marks, lang]);
  const isShown = document.body.dataset.view === "article" && !document.body.classList.contains(closed);
  const before = [document.body.dataset.view, document.body.classList.contains(closed)];
  if (!behind && !isShown) say("citeline:view", "article");
  if (wanted !== shown) {
    last = [article, marks, current];
    const asked = { article, marks, current, lang };
    const html = fetched.get(wanted) ?? (await server.article(asked).catch(() => undefined));
    if (mine !== ticket) return false;
    if (typeof html !== "string") {
      if (!behind && !isShown) {
        say("citeline:view", before[0]);
        document.body.classList.toggle(closed, before[1]);
      }
      say("citeline:unreached");
      return false;
    }
    keep(wanted, html);
    shown = wanted;
    compared = null;
    props.value = html;
    await nextFrame();
    element.querySelector(".cl-lines")?.scrollTo(0, 0);
  }
  return true;
}

// What one article says otherwise than another, in the pane; the focus is at its head, where the button was.
async function differ(article, other, takesFocus = true) {
  const mine = ++ticket;
  const html = await server.compare({ article, other, lang: document.documentElement.lang }).catch(() => undefined);
  if (mine !== ticket) return;
  if (!html) {
    say("citeline:unreached");
    return;
  }
  chosen = true;
  place = null;
  compared = [article, other];
  shown = "";
  say("citeline:view", "article");
  for (const button of document.querySelectorAll(".cl-open[aria-current]")) button.removeAttribute("aria-current");
  props.value = html;
  await nextFrame();
  element.querySelector(".cl-lines")?.scrollTo(0, 0);
  if (takesFocus) element.querySelector(".cl-compared h2")?.focus();
}

// An article that no citation leads to; lines `first` to `last` of it, if they are given, lit and in sight.
async function browse(article, first = 0, end = first) {
  chosen = true;
  place = null;
  for (const button of document.querySelectorAll(".cl-open[aria-current]")) button.removeAttribute("aria-current");
  if (await show(article, first ? [{ n: 1, first, last: end }] : [], 1)) reveal();
}

// Mark the buttons of the citation that is open.
function point(turn, kind, n) {
  for (const button of document.querySelectorAll(".cl-open[aria-current]")) button.removeAttribute("aria-current");
  for (const button of turn.querySelectorAll(`.cl-open[data-kind="${kind}"][data-n="${n}"]`)) {
    button.setAttribute("aria-current", "true");
  }
}

function light(at, all) {
  const { turn, kind, n } = place;
  for (const stretch of element.querySelectorAll("mark")) {
    stretch.classList.toggle("cl-now", stretch.dataset.n.split(" ").includes(n));
  }
  point(turn, kind, n);
  const counter = element.querySelector(".cl-count");
  if (counter) counter.textContent = `${at + 1} / ${all.length}`;
  for (const button of element.querySelectorAll(".cl-nav [data-go]")) {
    button.disabled = all.length < 2 && button.dataset.go !== "close";
  }
  reveal();
}

// Bring the lit words into sight, unless they are. Twice: blocks get their true height when they come near the screen.
async function reveal() {
  for (let times = 0; times < 2; times++) {
    const stretch = element.querySelector("mark.cl-now")?.getBoundingClientRect();
    const lines = element.querySelector(".cl-lines");
    const view = lines?.getBoundingClientRect();
    if (!stretch || !view) return;
    if (stretch.top < view.top + 8 || stretch.bottom > view.top + view.height * 0.8) {
      lines.scrollTop += stretch.top - view.top - view.height * 0.3;
    }
    await nextFrame();
  }
}

function step(by) {
  if (!place?.turn.isConnected) return;
  const all = sequence(place.turn, place.kind);
  const at = all.findIndex((button) => button.dataset.n === place.n);
  if (at < 0) return;
  chosen = true;
  const button = all[(at + by + all.length) % all.length];
  open(button);
  if (wide.matches) button.scrollIntoView({ block: "nearest" });
}

function close() {
  document.body.classList.add(closed);
  place?.turn.querySelector(`.cl-open[data-kind="${place.kind}"][data-n="${place.n}"]`)?.focus();
}

// A new conversation: the shelf again, and the box to type in.
function restart() {
  if (wide.matches) say("citeline:view", "shelf");
  else document.body.classList.add(closed);
  place = null;
  chosen = false;
  document.querySelector("#cl-box textarea")?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.matches(".cl-open")) {
    chosen = true;
    open(button);
  } else if (button.matches(".cl-differ")) differ(button.dataset.one, button.dataset.other);
  else if (button.matches(".cl-whole")) browse(button.dataset.article);
  else if (button.id === "cl-new") restart();
  else if (button.dataset.go === "next") step(1);
  else if (button.dataset.go === "previous") step(-1);
  else if (button.dataset.go === "close") close();
});

document.addEventListener("citeline:open", ({ detail: { article, first, last: end } }) => browse(article, first, end));

document.addEventListener("citeline:asked", ({ detail }) => (late = detail.late));

document.addEventListener("citeline:view", ({ detail: view }) => {
  chosen ||= view !== "article";
});

// The library has changed: what is open is asked for again, to say so if its lines are not those any more.
document.addEventListener("citeline:library", () => {
  shown = "";
  fetched.clear();
  again();
});

document.addEventListener("citeline:language", again);

async function again() {
  if (compared && element.querySelector(".cl-compared")) {
    await differ(...compared, false);
    return;
  }
  const at = place;
  if (!element.querySelector(".cl-article") || !(await show(...last, true)) || place !== at || !at) return;
  const all = sequence(at.turn, at.kind);
  light(all.findIndex((button) => button.dataset.n === at.n), all);
}

document.addEventListener("keydown", (event) => {
  if (localStorage.getItem("citeline_single") === "off" && event.key.length === 1) return;
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "n") step(1);
  else if (event.key === "p") step(-1);
  else if (event.key === "Escape" && !wide.matches) close();
  else return;
  event.preventDefault();
});

// For a screen reader: each new state of the turn, and the whole answer once it is checked; never word by word.
const spoken = document.createElement("div");
spoken.className = "cl-hidden";
spoken.setAttribute("role", "status");
document.body.append(spoken);

function speak(turn) {
  const said = [...(turn?.querySelectorAll(".cl-status, .cl-note") ?? [])].map((each) => each.textContent);
  if (turn && turn.dataset.status !== "live") {
    for (const each of turn.querySelectorAll(".cl-claim, .cl-quote > p:first-child, .cl-text:not(:has(.cl-claim))")) {
      const copy = each.cloneNode(true);
      for (const chip of copy.querySelectorAll(".cl-chip")) chip.remove();
      said.push(copy.textContent);
    }
  }
  const text = said.join(" ");
  if (text !== spoken.textContent) spoken.textContent = text;
}

// What the pane shows by itself while a turn grows: the best passage, then where the reader found the answer, then
// citation 1.
const KINDS = ["hit", "found", "cite"];

// The live turn grows: bring a new question to the top, and on a wide screen open what it leads to.
function follow() {
  const turn = document.querySelector("#cl-live .cl-turn");
  const asked = turn?.querySelector(".cl-question")?.textContent ?? null;
  const status = turn?.dataset.status ?? "";
  const fresh = status === "live" && (question?.status !== "live" || question.asked !== asked);
  const ended = status !== "live" && question?.status === "live";
  question = { asked, status };
  speak(turn);
  if (ended) say("citeline:answered");
  if (fresh && late) {
    chosen = true;
    const above = document.querySelector("#cl-past .cl-turn:last-child");
    if (place && above && !place.turn.isConnected) place.turn = above;
  } else if (fresh) {
    chosen = false;
    fetched.clear();
    place = null;
    if (!wide.matches) document.body.classList.add(closed);
    turn.scrollIntoView({ block: "start" });
  }
  if (place?.turn.isConnected && !place.turn.querySelector("[aria-current]")) {
    point(place.turn, place.kind, place.n); // rendered again: as it grows, or in another language
  } else if (place && turn && !place.turn.isConnected) {
    const same = sequence(turn, place.kind).find(({ dataset: d }) => d.n === place.n && d.article === place.article);
    if (same) point((place.turn = turn), place.kind, place.n);
  }
  if (!turn || !wide.matches || chosen || !(status === "live" || ended)) return;
  const kind = KINDS.findLast((each) => turn.querySelector(`.cl-open[data-kind="${each}"]`));
  // from a passage on to a citation, never back, whatever order the updates come in; but what the reader found and no
  // citation bears out is not lit any longer
  const isGone = ended && place?.kind === "found";
  if (kind && (isGone ? kind !== "found" : KINDS.indexOf(kind) > KINDS.indexOf(place?.kind))) {
    open(sequence(turn, kind)[0]);
  }
}

// The box can be typed in as soon as the models are there.
function welcome() {
  const box = document.querySelector("#cl-box textarea");
  if (ready || !box || box.disabled) return;
  ready = true;
  if (wide.matches && document.activeElement === document.body) box.focus();
}

if (!wide.matches) document.body.classList.add(closed);
document.addEventListener("citeline:changed", () => {
  follow();
  welcome();
});
