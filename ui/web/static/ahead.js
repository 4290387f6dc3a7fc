// Reading ahead: what stands in the box goes to the server while it is being typed, so that the models have read the
// likely lines when it is asked. Runs once, in a gr.HTML of its own, whose `trigger` is an event for the server.

const PAUSE_MS = 250;
const WHOLE = /[?？؟!.…]\s*$/u; // what ends so, and what is pasted, is whole: no pause to wait for
const LEAST_WORDS = 3;
const MOST_CHARS = 1000; // longer questions are refused
const box = () => document.querySelector("#cl-box textarea");
const isLive = () => document.querySelector('#cl-live .cl-turn[data-status="live"]') !== null;
let sent = "";
let pause = 0;
let composing = false;

const words = (text) => text.split(/[^\p{L}\p{N}’'-]+/u).filter(Boolean).length;

function send() {
  const text = box()?.value.trim() ?? "";
  if (composing || isLive() || text === sent || text.length > MOST_CHARS || words(text) < LEAST_WORDS) return;
  sent = text;
  trigger("input", { text });
}

function later(isWhole = false) {
  clearTimeout(pause);
  pause = setTimeout(send, isWhole || WHOLE.test(box()?.value ?? "") ? 0 : PAUSE_MS);
}

for (const name of ["input", "compositionstart", "compositionend"]) {
  document.addEventListener(name, (event) => {
    if (event.target !== box()) return;
    composing = name === "compositionstart" || (name === "input" && event.isComposing);
    later(event.inputType === "insertFromPaste");
  });
}

// What was typed while the answer grew may lean on it.
document.addEventListener("citeline:answered", () => {
  sent = "";
  later();
});
