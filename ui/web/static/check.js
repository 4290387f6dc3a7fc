// The view that checks a text. Runs once, in gr.HTML's js_on_load, which provides `element` (the view) and `server`.
// It holds no words: every text and label is rendered by checking/view.py.

const BUSY_MS = 700; // how long a sentence waits that finds the queue full
const place = element.querySelector(".cl-check-place") ?? element;
const lang = () => document.documentElement.lang;
const part = (name) => place.querySelector(`.cl-check-${name}`);
const list = () => place.querySelector(".cl-checks");
const go = (view) => document.dispatchEvent(new CustomEvent("citeline:view", { detail: view }));
const wide = matchMedia("(min-width: 801px)");
let run = 0; // the check that goes on; an older one stops when it sees that it is not this one

async function draw() {
  const html = await server.frame({ lang: lang(), text: part("text")?.value ?? "" });
  if (html === undefined) return false; // the server is away: away.js says so
  run++;
  place.innerHTML = html; // rendered by view.py, which escapes every word of the text
  return true;
}

function say(text) {
  part("said").textContent = text ?? "";
}

function working(is) {
  part("go").hidden = is;
  part("stop").hidden = !is;
}

async function check() {
  const mine = ++run;
  const text = part("text").value;
  const begun = await server.begin({ text, lang: lang() });
  if (mine !== run) return;
  list().innerHTML = begun?.html ?? "";
  say(begun?.said);
  if (!begun?.html) return;
  working(true);
  const counts = { carried: 0, contradicted: 0, not_said: 0 };
  const rows = [...list().querySelectorAll("li:not([data-verdict])")];
  for (const [at, row] of rows.entries()) {
    say(`${at + 1} / ${rows.length}`);
    row.classList.add("cl-check-now");
    const found = await checked(text, +row.dataset.n, mine);
    if (mine !== run) return;
    row.classList.remove("cl-check-now");
    if (!found?.html) {
      working(false);
      return void say(found?.said);
    }
    row.innerHTML = found.html;
    row.dataset.verdict = found.verdict;
    if (found.verdict in counts) counts[found.verdict]++;
  }
  const told = await server.summary({ ...counts, lang: lang() });
  if (mine !== run) return;
  working(false);
  say(told);
}

// One sentence, asked for again while others have the models.
async function checked(text, n, mine) {
  for (;;) {
    const found = await server.check({ text, n, lang: lang() });
    if (mine !== run || !found?.wait) return found;
    await new Promise((done) => setTimeout(done, BUSY_MS));
  }
}

function stop() {
  run++;
  for (const row of list().querySelectorAll(".cl-check-now")) row.classList.remove("cl-check-now");
  working(false);
  say(part("said").dataset.stopped);
}

function close() {
  if (wide.matches) go("article");
  else document.body.classList.add("cl-closed");
  document.querySelector('.cl-bar [data-view="check"]')?.focus();
}

element.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button[data-do]");
  if (!button) return;
  const { do: act, article, first, last } = button.dataset;
  if (act === "check") check();
  else if (act === "stop") stop();
  else if (act === "close") close();
  else if (act === "open") {
    document.dispatchEvent(new CustomEvent("citeline:open", { detail: { article, first: +first, last: +last } }));
  }
});

element.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches(".cl-check-text")) check();
});

// What was checked stays while the reader looks at a line of an article and comes back.
document.addEventListener("citeline:view", async ({ detail }) => {
  if (detail !== "check") return;
  if (!part("text") && !(await draw())) return;
  (list().children.length ? place.querySelector("h2") : part("text")).focus({ preventScroll: true });
});
document.addEventListener("citeline:language", () => part("text") && draw());
