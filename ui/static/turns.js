// What can be done with a question and its answer

const pair = (value) => value.split(" ");

async function edit(turn, read) {
  const question = await call("question_of", { turn, read });
  if (question === null) return;
  const edited = await prompted("Edit the question and ask it again", question, "Ask");
  if (edited !== null) tell("again", { turn, question: edited });
}

Object.assign(deeds, {
  stop: (key) => tell("stop_reading", { key }),
  "once-more": (key) => tell("once_more", { key }),
  drop: (key) => tell("drop", { key }),
  again: (turn) => tell("again", { turn }),
  "any-time": (turn) => tell("again", { turn, any_time: true }),
  edit: (turn) => edit(turn, false),
  "edit-read": (turn) => edit(turn, true),
  version: (value) => tell("version", { turn: pair(value)[0], by: pair(value)[1] }),
  judge: (value) => tell("judge", { turn: pair(value)[0], verdict: pair(value)[1] }),
  unchip: (position) => tell("unchip", { position }),
  about: (article) => tell("ask_about", { article }),
  copy: (address, button) => copied(new URL(address, document.baseURI).href, button, "Link"),
});

async function copied(words, button, what, html = null) {
  try {
    await (html === null ? navigator.clipboard.writeText(words) : writeFormatted(words, html));
  } catch {
    await prompted(`Copy this ${what.toLowerCase()}`, words, "Done"); // where the browser does not let a page write
    return;
  }
  const label = button.firstChild;
  const before = label.textContent;
  label.textContent = `${what} copied`;
  say(`${what} copied`);
  setTimeout(() => (label.textContent = before), 2000);
}

function writeFormatted(words, html) {
  const parts = { "text/plain": words, "text/html": html };
  const blobs = Object.entries(parts).map(([type, part]) => [type, new Blob([part], { type })]);
  return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
}

// How an answer came about, and trying the search

const sheet = element.querySelector("#sheet");
const sheetContent = element.querySelector("#sheet-content");
let sheetTicket = 0;

async function showSheet(title, question, load) {
  const ticket = ++sheetTicket;
  element.querySelector("#sheet-title").textContent = title;
  element.querySelector("#try").hidden = question === null;
  element.querySelector("#check").hidden = true; // whoever wants it shows it
  element.querySelector("#try-question").value = question ?? "";
  sheetContent.innerHTML = "";
  if (!sheet.open) sheet.showModal();
  if (!load) return;
  sheetContent.textContent = "One moment …";
  const html = await load();
  if (ticket === sheetTicket) sheetContent.innerHTML = html ?? "";
}

Object.assign(deeds, {
  how: async (turn) => {
    const question = await call("question_of", { turn, read: true });
    if (question !== null) showSheet("How this answer came about", question, () => call("how", turn));
  },
  compare: (turn) => showSheet("Versions of this answer", null, () => call("compare", turn)),
  retrieval: () => showSheet("Try the search", "", null),
  "close-sheet": () => sheet.close(),
});

element.querySelector("#try").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = element.querySelector("#try-question").value;
  showSheet("Try the search", question, () => call("retrieve", { question, address: location.search }));
});

// Gradio may build a button anew that has the focus: then it goes to the one that took its place

const turnsNow = () => [...document.querySelectorAll(".turn")];
let focused = null; // what the button does, and in which turn: its number may have changed by then

document.addEventListener("focusin", (event) => {
  const { does, value } = event.target.dataset ?? {};
  const isOurs = does && event.target.closest("#transcript, #chips");
  focused = isOurs ? { does, value, at: turnsNow().indexOf(event.target.closest(".turn")) } : null;
});

settled.push(() => {
  if (!focused || document.activeElement !== document.body || find("dialog[open]")) return;
  const { does, value, at } = focused;
  focused = null;
  const turn = turnsNow()[at];
  const same = (part) => part?.querySelector(`[data-does="${does}"]:not(:disabled)`);
  const next =
    find(`[data-does="${does}"][data-value="${CSS.escape(value ?? "")}"]:not(:disabled)`) ??
    same(turn) ?? turn?.querySelector(".turn-tools button") ?? same(find("#chips")) ?? find("#question textarea");
  next?.focus({ preventScroll: true });
});
