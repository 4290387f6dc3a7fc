// The preview of a citation: its lines in a small card beside the marker, while the pointer or the keyboard is on it.
// Runs once, in a gr.HTML of its own whose `server.peek` renders the card. WCAG 1.4.13: the card stays while the pointer
// is on it, Escape closes it, it never covers its marker.

const OPEN_MS = 140; // long enough not to flicker under a passing pointer
const CLOSE_MS = 260; // long enough to get from the marker into the card
const GAP = 8;
const MAX_KEPT = 200;
const kept = new Map(); // what was shown already, by what was asked for
let marker = null;
let timer = 0;

const card = document.createElement("div");
card.id = "cl-peek-card";
card.hidden = true;
document.body.append(card);

const isChip = (target) => target.closest?.(".cl-chip");

async function html(chip) {
  const { article, n, first, last, start, end, check } = chip.dataset;
  const wanted = { article, mark: { n: +n, first: +first, last: +last, start: +start, end: +end, check }, lang: document.documentElement.lang };
  const key = JSON.stringify(wanted);
  if (!kept.has(key)) {
    if (kept.size >= MAX_KEPT) kept.clear();
    const found = await server.peek(wanted);
    if (found === undefined) return ""; // the server is away: the next look asks again
    kept.set(key, found);
  }
  return kept.get(key);
}

async function open(chip) {
  marker = chip;
  const found = await html(chip);
  if (marker !== chip || !chip.isConnected || !found) return;
  card.innerHTML = found;
  card.hidden = false;
  place(chip.getBoundingClientRect());
  chip.setAttribute("aria-describedby", "cl-peek-said");
}

// Under the marker, or above it where there is more room; within the window.
function place(at) {
  const below = innerHeight - at.bottom - 2 * GAP;
  const above = at.top - 2 * GAP;
  card.style.maxHeight = "";
  const under = card.offsetHeight <= below || below >= above;
  card.style.maxHeight = `${under ? below : above}px`;
  card.style.top = `${under ? at.bottom + GAP : at.top - GAP - card.offsetHeight}px`;
  card.style.left = `${Math.max(GAP, Math.min(at.left - 24, innerWidth - card.offsetWidth - GAP))}px`;
}

function close() {
  clearTimeout(timer);
  marker?.removeAttribute("aria-describedby");
  marker = null;
  card.hidden = true;
}

function soon(what, ms) {
  clearTimeout(timer);
  timer = setTimeout(what, ms);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const chip = isChip(event.target);
  if (chip && chip !== marker) soon(() => (close(), open(chip)), OPEN_MS);
  else if (chip || card.contains(event.target)) clearTimeout(timer);
  else if (!card.hidden || marker) soon(close, CLOSE_MS);
  else clearTimeout(timer);
});

document.addEventListener("focusin", (event) => {
  const chip = isChip(event.target);
  if (chip?.matches(":focus-visible")) soon(() => (close(), open(chip)), OPEN_MS);
  else if (!card.contains(event.target)) close();
});

document.addEventListener("focusout", (event) => {
  if (event.target === marker && !card.matches(":hover")) close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || card.hidden) return;
  close();
  event.stopImmediatePropagation();
  event.preventDefault();
}, true);

document.addEventListener("click", (event) => {
  if (!card.contains(event.target)) close();
});
document.addEventListener("scroll", (event) => {
  if (event.target !== card && !card.contains(event.target)) close();
}, true);
addEventListener("resize", close);
document.addEventListener("citeline:changed", () => {
  if (marker && !marker.isConnected) close();
});
