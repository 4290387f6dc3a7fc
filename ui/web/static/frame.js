// What frames the page: which view the right column shows, language, theme, keyboard help. Runs once, in the top bar's
// gr.HTML. It holds no words: every text and label is rendered by render_frame.py.

const root = document.documentElement;
const wide = matchMedia("(min-width: 801px)");
const YEAR = 60 * 60 * 24 * 365;
const say = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");

// Cookies and not localStorage: the server renders the first page in the right language and theme, so nothing flashes.
const keep = (name, value) => {
  document.cookie = `citeline_${name}=${value}; path=/; samesite=strict; max-age=${value ? YEAR : 0}`;
};

// However often the page is patched, its scripts look at it once a frame: those that follow it hear citeline:changed.
let due = false;
new MutationObserver(() => {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    say("citeline:changed");
  });
}).observe(document.body, { childList: true, subtree: true, attributeFilter: ["class", "data-status", "disabled"] });

// --- views: article, shelf, history ---

document.body.dataset.view ||= "article";

document.addEventListener("citeline:view", ({ detail: view }) => {
  if (view !== "article" && !document.getElementById(`cl-${view}`)) return;
  document.body.dataset.view = view;
  document.body.classList.remove("cl-closed");
  mark();
});

// A button of the bar opens its view, and pressed again gives the place back: to the article, on a phone to the answer.
function toggle(button) {
  const { view } = button.dataset;
  if (button.getAttribute("aria-pressed") !== "true") say("citeline:view", view);
  else if (!wide.matches) document.body.classList.add("cl-closed");
  else if (document.querySelector("#cl-pane .cl-article")) say("citeline:view", "article");
}

function mark() {
  const open = document.body.classList.contains("cl-closed") ? "" : document.body.dataset.view;
  for (const button of document.querySelectorAll(".cl-bar [data-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === open));
  }
}

// --- language and theme ---

// Gradio says that the page speaks the browser's language; it speaks the one that the server has rendered it in.
const settle = () => {
  if (root.dataset.lang && root.lang !== root.dataset.lang) root.lang = root.dataset.lang;
};
new MutationObserver(settle).observe(root, { attributes: true, attributeFilter: ["lang"] });
settle();

let behind = false;
const isLive = () => document.querySelector('#cl-live .cl-turn[data-status="live"]') !== null;

function speak(lang) {
  behind = isLive();
  keep("lang", lang);
  root.lang = root.dataset.lang = lang;
  document.getElementById("cl-speak")?.click();
  say("citeline:language");
}

function theme() {
  const next = { undefined: "light", light: "dark", dark: "" }[root.dataset.theme];
  keep("theme", next);
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
}

// A turn that was being written while the reader switched is still in the old language when it ends.
document.addEventListener("citeline:changed", () => {
  mark();
  if (!behind || isLive()) return;
  behind = false;
  document.getElementById("cl-speak")?.click();
});

// Another generation of the library: its articles are counted again, titles and dates of the turns looked up again.
document.addEventListener("citeline:library", () => document.getElementById("cl-speak")?.click());

// --- keyboard ---

const box = () => document.querySelector("#cl-box textarea");
const help = () => document.getElementById("cl-keys");
const single = () => localStorage.getItem("citeline_single") !== "off"; // keys of one letter can be switched off

function explain() {
  help().querySelector("[role=switch]").setAttribute("aria-checked", String(single()));
  help().showModal();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) {
    if (event.target === help()) help().close(); // beside the window
    return;
  }
  const { view, speak: lang, go } = button.dataset;
  if (view) toggle(button);
  else if (lang) speak(lang);
  else if (go === "theme") theme();
  else if (go === "keys") explain();
  else if (go === "read") help().close();
  else if (go === "single") {
    localStorage.setItem("citeline_single", single() ? "off" : "on");
    button.setAttribute("aria-checked", String(single()));
  } else if (go === "box") box()?.focus();
  else if (go === "pane") document.querySelector("#cl-right .cl-lines, #cl-right [tabindex]")?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (!single() || help()?.open) return;
  if (event.key === "?" && help()) explain();
  else if (event.key === "/") box()?.focus();
  else return;
  event.preventDefault();
});
