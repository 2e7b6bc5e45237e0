// Keyboard shortcuts. Those of a single letter can be switched off: speech input may send letters that nobody means

const KEYS_OFF = "article-qa-keys-off";
const keysAreOn = () => localStorage.getItem(KEYS_OFF) === null;
const questionBox = () => find("#question textarea");
const isTyping = (target) => target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
const isCovered = () => Boolean(find("dialog[open], [popover]:popover-open"));

async function toQuestion() {
  showTab("Chat");
  closeSide();
  for (let frames = 0; frames < 30 && document.activeElement !== questionBox(); frames++) {
    questionBox()?.focus(); // it cannot have it before the tab is there
    await new Promise(requestAnimationFrame);
  }
}

// The last question comes back into the empty box, to be changed
async function recallQuestion(box) {
  const turn = turnsNow().at(-1);
  if (!turn) return;
  const known = turn.dataset.turn && (await call("question_of", { turn: turn.dataset.turn, read: false }));
  if (box.value) return;
  box.value = known || turn.querySelector(".question").textContent;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// Through the evidence of the answer that is looked at, or the last one
function toEvidence(step) {
  const turn = find(".turn:has([aria-current])") ?? turnsNow().at(-1);
  const places = [...(turn?.querySelectorAll(".cite, .near, .repeats .place") ?? [])];
  if (!places.length) return;
  const focused = places.indexOf(document.activeElement); // its article may still be on its way
  const at = focused >= 0 ? focused : places.findIndex((each) => each.getAttribute("aria-current") === "true");
  const next = places[at < 0 ? (step > 0 ? 0 : places.length - 1) : (at + step + places.length) % places.length];
  next.focus();
  openArticle(next, { focus: false });
}

const copyOfEvidence = () =>
  find(".turn :is(li, .evidence):has(> .cite[aria-current]) [data-does=copy-quote]") ?? turnsNow().at(-1)?.querySelector("[data-does=copy-quote]");

function showKeys() {
  showSheet("Keyboard shortcuts", null, null);
  sheetContent.replaceChildren(element.querySelector("#keys").content.cloneNode(true));
  const box = sheetContent.querySelector("#keys-on");
  box.checked = keysAreOn();
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "1")));
}

deeds.keys = showKeys;

const keys = {
  "/": toQuestion,
  "?": showKeys,
  n: () => toEvidence(1),
  p: () => toEvidence(-1),
  c: () => copyOfEvidence()?.click(),
  1: () => showTab("Chat"),
  2: () => showTab("Library"),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || isCovered()) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    toQuestion();
  }
  if (event.ctrlKey || event.metaKey) return;
  const box = questionBox();
  if (event.key === "ArrowUp" && event.target === box && !box.value) recallQuestion(box);
  if (isTyping(event.target) || !keysAreOn() || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});

// Before the article hears of it: Esc closes that first, and stops reading when there is nothing to close
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Escape" && !isCovered() && pane.hidden && !sideIsOver()) find(".turn.reading [data-does=stop]")?.click();
  },
  true,
);
