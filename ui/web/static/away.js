// Is the server there? Runs once, in a gr.HTML above the box, which provides `element`. When it has gone, the page says
// so and what to do; when it is back, the page is loaded again, and what was typed is found again by asking.js.
// It holds no words: asking.py has them.

const EVERY_MS = 3000;
const AGAIN_MS = 700; // one request may fail for many reasons
const PATIENCE_MS = 20_000; // a busy machine answers late
const STILL_MS = 1500; // nobody is typing
const place = element.querySelector(".cl-away");
const where = new URL("gradio_api/app_id", location.href);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
let process = window.gradio_config?.app_id; // a number of the server's process
let away = false;
let typed = 0;
let looking = false;

async function look() {
  try {
    const reply = await fetch(where, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!reply.ok) return "gone";
    const { app_id: id } = await reply.json();
    process ??= id;
    return id === process ? "here" : "another";
  } catch {
    return "gone";
  }
}

function draw() {
  const lang = document.documentElement.lang;
  const words = element.querySelector(`template[lang="${lang}"]`) ?? element.querySelector("template");
  place.lang = lang;
  place.replaceChildren(...(away ? [words.content.cloneNode(true)] : []));
  return words.dataset;
}

// The answer that was growing grows no more.
function cut(words) {
  const turn = document.querySelector('#cl-live .cl-turn[data-status="live"]');
  if (!turn) return;
  turn.dataset.status = "failed";
  turn.setAttribute("aria-busy", "false");
  for (const each of turn.querySelectorAll(".cl-draft, .cl-detail")) each.remove();
  const note = Object.assign(document.createElement("p"), { className: "cl-note", textContent: words });
  turn.querySelector(".cl-state")?.replaceWith(note);
}

function say(isAway) {
  if (away === isAway) return;
  away = isAway;
  const words = draw();
  if (away) cut(words.cut);
  document.dispatchEvent(new CustomEvent("citeline:away", { detail: away }));
}

async function check() {
  if (looking) return;
  looking = true;
  let found = await look();
  if (found === "gone" && !away) {
    await wait(AGAIN_MS);
    found = await look();
  }
  say(found !== "here");
  while (found === "another" && Date.now() - typed < STILL_MS) await wait(STILL_MS);
  if (found === "another") location.reload();
  looking = false;
}

document.addEventListener("input", () => (typed = Date.now()));
document.addEventListener("citeline:language", draw);
document.addEventListener("citeline:unreached", check);
document.addEventListener("visibilitychange", () => document.hidden || check());
setInterval(() => document.hidden || check(), EVERY_MS);
