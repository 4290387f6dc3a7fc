// The shelf: what the library holds, and what changes it. Runs once, in gr.HTML's js_on_load, which provides `element`
// (the view) and `server`. It holds no words: every text and label is rendered by shelf_html.py.

const place = element.querySelector(".cl-stack-place") ?? element;
const $ = (selector) => place.querySelector(selector);
const lang = () => document.documentElement.lang;
const say = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const rest = (ms) => new Promise((done) => setTimeout(done, ms));
const wide = matchMedia("(min-width: 801px)");

const list = { query: "", sort: "date", down: true, page: 0 };
let ticket = 0;
let seen = 0; // number of the last job whose outcome was shown
let generation = 0; // of the library, as last listed
let wasEmpty = false; // the panel for adding stands open while there is no article
let watching = false;
let troubles = 0; // how often what keeps changes from being seen was another, as last shown
let passed = ""; // what of the last upload was refused, and why
let copying = false; // files are on their way: the progress shown is theirs
let uploads = Promise.resolve(); // the last of them

const isOpen = () => document.body.dataset.view === "shelf" && !document.body.classList.contains("cl-closed");

// --- the list ---

async function frame() {
  const html = await server.shelf_frame({ lang: lang() });
  if (html === undefined) return; // the server is away: away.js says so
  place.innerHTML = html;
  const search = $(".cl-stack-search");
  if (search) search.value = list.query;
  wasEmpty = false;
}

// Every word of an article or a file name is escaped by shelf_html.py.
async function draw(look = false) {
  const mine = ++ticket;
  if (!$(".cl-stacks")) await frame();
  let reply = await server.shelf_rows({ lang: lang(), ...list, look });
  if (mine !== ticket || !reply || !$(".cl-stacks")) return;
  while (reply.loading || reply.checking) {
    fill(reply);
    await rest(1500);
    if (mine !== ticket || !isOpen()) return;
    reply = await server.shelf_rows({ lang: lang(), ...list });
    if (mine !== ticket || !reply) return;
  }
  fill(reply);
}

function fill(reply) {
  const held = document.activeElement?.dataset;
  const focus = place.contains(document.activeElement) && (held.sort ? `[data-sort="${held.sort}"]` : held.page && "[data-page]:enabled");
  const folds = [...place.querySelectorAll(".cl-stack-side details")].map((fold) => fold.open);
  $(".cl-stack-list").innerHTML = reply.list;
  $(".cl-stack-side").innerHTML = reply.side ?? "";
  place.querySelectorAll(".cl-stack-side details").forEach((fold, n) => (fold.open = folds[n] ?? false));
  if (reply.empty !== undefined && $(".cl-stacks").toggleAttribute("data-empty", reply.empty) !== wasEmpty) {
    wasEmpty = reply.empty;
    adding(wasEmpty); // the welcome of an empty library is the open panel
  }
  list.page = reply.page ?? 0;
  generation = reply.generation ?? generation;
  if (focus) $(focus)?.focus();
}

document.addEventListener("citeline:away", ({ detail }) => detail || (isOpen() && draw()));

let typed = 0;
element.addEventListener("input", (event) => {
  if (!event.target.matches(".cl-stack-search")) return;
  clearTimeout(typed);
  typed = setTimeout(() => {
    list.query = event.target.value;
    list.page = 0;
    draw();
  }, 150);
});

function sort(key) {
  list.down = list.sort === key ? !list.down : ["date", "lines", "indexed", "state"].includes(key);
  list.sort = key;
  list.page = 0;
  draw();
}

// --- what changes it ---

const dialog = () => $(".cl-stack-asking");

async function sure({ sure: text, yes, no }) {
  if (!text) return true;
  $(".cl-stack-ask").textContent = text;
  $(".cl-stack-yes").textContent = yes;
  $(".cl-stack-no").textContent = no ?? $(".cl-stack-no").dataset.keep;
  dialog().returnValue = "";
  dialog().showModal();
  await new Promise((done) => dialog().addEventListener("close", done, { once: true }));
  return dialog().returnValue === "yes";
}

async function act(wish, what = "") {
  const reply = await server.shelf_act({ lang: lang(), do: wish, what });
  if (!reply) return false;
  if (reply.sure) return (await sure(reply)) && act("read", what); // a large folder, counted
  const { error, go } = reply;
  if (go) location.assign(go);
  if (error) report([`<p class="cl-stack-said" data-state="failed">${error}</p>`]);
  else watch();
  return !error;
}

function report(parts) {
  const box = $(".cl-stack-report");
  if (!box || !parts.length) return;
  box.innerHTML = parts.join("");
  box.hidden = false;
}

// Follow the job until it has ended, then show what it did.
async function watch() {
  if (watching) return;
  watching = true;
  try {
    for (;;) {
      const told = await server.shelf_job({ lang: lang(), since: seen });
      if (!told) return;
      if (told.ended?.length) {
        seen = told.number;
        report([...told.ended, passed]); // with what was refused before the job began
        passed = "";
        await changed(told);
      }
      show(told);
      if (told.state !== "running") return;
      seen = told.number - 1;
      await rest(400);
    }
  } finally {
    watching = false;
  }
}

function show(told) {
  const box = $(".cl-stack-job");
  if (!box || copying) return;
  box.hidden = told.state !== "running";
  if (box.hidden) {
    if (box.contains(document.activeElement)) $(".cl-stack-head h2").focus();
    box.innerHTML = "";
    return;
  }
  if (!box.firstElementChild || box.dataset.lang !== lang()) box.innerHTML = told.html;
  box.dataset.lang = lang();
  bar(box, told.text, told.done, told.total);
}

function bar(box, text, done, total) {
  const progress = box.querySelector("progress");
  box.querySelector(".cl-stack-phase").textContent = text;
  if (total > 1) {
    progress.max = total;
    progress.value = done;
  } else progress.removeAttribute("value");
}

// The library is another one than the page shows: whoever shows something of it asks again.
async function changed(told) {
  if (told.generation === generation) return;
  generation = told.generation;
  say("citeline:library", { generation });
  document.getElementById("cl-speak")?.click(); // the counts in the bar above
  if (isOpen()) await draw();
}

// What another process publishes, such as `citeline watch`, or another tab.
setInterval(async () => {
  if (watching || document.hidden || !generation) return;
  const told = await server.shelf_job({ lang: lang(), since: 1e9 });
  if (!told) return;
  if ((told.troubles ?? 0) !== troubles) {
    if (troubles && told.watched) report([told.watched]);
    troubles = told.troubles;
    if (isOpen()) await draw(); // what is wrong stands above the list
  }
  if (told.state === "running") watch();
  else if (told.generation && told.generation !== generation) {
    report([`<p class="cl-stack-said" data-state="done">${told.published}</p>`]);
    await changed(told);
  }
}, 5000);

// --- files that are dropped or chosen ---

// What is dropped while others are copied waits for them.
function upload(files) {
  if (files.length) uploads = uploads.then(() => copy(files)).finally(() => (copying = false));
  return uploads;
}

async function copy(files) {
  if (!$(".cl-stacks")) return;
  const { dataset } = $(".cl-stacks");
  copying = true;
  const box = $(".cl-stack-job");
  const refused = [];
  let kept = 0;
  box.innerHTML = '<p class="cl-stack-phase"></p><progress class="cl-stack-progress"></progress>';
  box.hidden = false;
  for (const [n, file] of files.entries()) {
    bar(box, dataset.upload.replace("{done}", n).replace("{total}", files.length), n, files.length);
    const reply = await send(file);
    if (reply.refused) refused.push([file.name, reply.refused]);
    if (reply.kept || reply.known) kept += 1;
  }
  box.innerHTML = "";
  box.hidden = true;
  copying = false;
  passed = refused.length ? refusals(refused, dataset.refused) : "";
  if (passed) report([passed]);
  else $(".cl-stack-report").hidden = true;
  if (kept) await act("uploaded");
}

async function send(file) {
  const query = new URLSearchParams({ name: file.name, lang: lang() });
  try {
    const reply = await fetch(`./shelf/upload?${query}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: file,
    });
    const told = await reply.json();
    return reply.ok ? told : { refused: told.error ?? String(reply.status) };
  } catch (error) {
    return { refused: error.message };
  }
}

function refusals(refused, title) {
  const box = document.createElement("div");
  const items = refused.slice(0, 100).map(([name, reason]) => {
    const item = document.createElement("li");
    const why = document.createElement("span");
    why.className = "cl-reason";
    why.textContent = reason;
    item.append(name, why);
    return item;
  });
  const all = document.createElement("ul");
  all.className = "cl-stack-refused";
  all.append(...items);
  const head = document.createElement("p");
  head.className = "cl-stack-said";
  head.dataset.state = "failed";
  head.textContent = `${title} (${refused.length})`;
  box.append(head, all);
  return box.outerHTML;
}

// Files of a drop, those inside a dropped folder too; what begins with a dot is left out.
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const files = [];
  const walk = async (entry) => {
    if (entry.name.startsWith(".")) return;
    if (entry.isFile) return files.push(await new Promise((done, fail) => entry.file(done, fail)));
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return;
      for (const each of some) await walk(each);
    }
  };
  for (const entry of entries) await walk(entry);
  return files;
}

const brings = (event) => isOpen() && [...(event.dataTransfer?.types ?? [])].includes("Files");
const lift = (on) => $(".cl-stacks")?.classList.toggle("cl-stack-over", on);

document.addEventListener("dragover", (event) => {
  if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
  event.preventDefault(); // a file dropped beside the shelf must not replace the page
  event.dataTransfer.dropEffect = brings(event) && element.contains(event.target) ? "copy" : "none";
  lift(brings(event) && element.contains(event.target));
});
document.addEventListener("dragleave", (event) => !event.relatedTarget && lift(false));
document.addEventListener("drop", async (event) => {
  if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
  event.preventDefault();
  lift(false);
  if (brings(event) && element.contains(event.target)) upload(await dropped(event.dataTransfer));
});

element.addEventListener("change", (event) => {
  if (!event.target.matches(".cl-stack-files, .cl-stack-folder")) return;
  const files = [...event.target.files].filter((file) => !file.name.startsWith("."));
  event.target.value = "";
  upload(files);
});

// --- clicks and keys ---

element.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button");
  if (button?.dataset.dating === "close") $(".cl-stack-dating").close();
  if (button?.dataset.dating === "reset") correct("undate");
  if (!button || button.disabled || button.closest("dialog")) return;
  const { sort: key, page, do: wish, what } = button.dataset;
  if (button.matches(".cl-stack-open")) say("citeline:open", { article: button.dataset.article, first: 0, last: 0 });
  else if (button.dataset.dated) date(button);
  else if (key) sort(key);
  else if (page !== undefined) {
    list.page = +page;
    await draw();
    $(".cl-stack-list").scrollIntoView({ block: "start" });
  } else if (button.matches(".cl-stack-add")) adding($(".cl-stack-adding").hidden);
  else if (button.matches(".cl-stack-choose")) $(button.dataset.folder === undefined ? ".cl-stack-files" : ".cl-stack-folder").click();
  else if (wish && (await sure(button.dataset))) act(wish, what);
});

element.addEventListener("submit", async (event) => {
  if (event.target.matches(".cl-stack-dated")) {
    event.preventDefault();
    correct("date");
  }
  if (!event.target.matches(".cl-stack-form")) return;
  event.preventDefault();
  const text = event.target.querySelector("input");
  if (event.target.dataset.do === "add") report([`<p class="cl-stack-said">${$(".cl-stacks").dataset.counting}</p>`]);
  if (await act(event.target.dataset.do, text.value)) text.value = "";
  if ($(".cl-stack-report .cl-stack-said:not([data-state])")) $(".cl-stack-report").hidden = true;
});

// --- the date of an article, corrected by hand ---

let dated = null; // the article whose date is being corrected

function date({ dataset: d }) {
  const form = $(".cl-stack-dating");
  dated = d.dated;
  form.querySelector(".cl-dating-what").textContent = d.title;
  form.querySelector("#cl-dating-read").textContent = d.read;
  form.querySelector(".cl-stack-said").hidden = true;
  form.querySelector('[data-dating="reset"]').hidden = !d.read;
  form.querySelector(".cl-stack-day").value = d.iso;
  form.showModal();
  form.querySelector(".cl-stack-day").select();
}

// Saved, or the reason why not beside the field; the focus goes back to the article's date.
async function correct(wish) {
  const form = $(".cl-stack-dating");
  const what = dated;
  const text = form.querySelector(".cl-stack-day");
  const reply = await server.shelf_act({ lang: lang(), do: wish, what, date: text.value });
  if (!reply) return;
  if (reply.error) {
    const said = form.querySelector(".cl-stack-said");
    said.innerHTML = reply.error; // escaped by the shelf
    said.hidden = false;
    text.focus();
    return;
  }
  form.close();
  report([reply.said]);
  await changed(reply);
  [...place.querySelectorAll(`[data-dated="${what}"]`)].find((button) => button.offsetParent)?.focus();
}

function adding(open) {
  $(".cl-stack-adding").hidden = !open;
  $(".cl-stack-add").setAttribute("aria-expanded", String(open));
}

// --- with the rest of the page ---

document.addEventListener("citeline:view", async ({ detail }) => {
  if (detail !== "shelf") return;
  await draw(true);
  watch();
  if (document.activeElement?.closest("button[data-view]")) $(".cl-stack-head h2")?.focus({ preventScroll: true });
});
document.addEventListener("citeline:language", async () => {
  if (!$(".cl-stacks")) return;
  await frame();
  if (isOpen()) await draw();
  watch();
});

// The first thing to be seen beside the conversation, where there is room beside it.
if (wide.matches && !document.querySelector("#cl-live .cl-turn")) {
  document.body.dataset.view = "shelf";
  say("citeline:view", "shelf");
}
