// Runs once, when the page is built. Gradio hands over `element` (this component's own part of the page), `trigger`
// (an event for Python) and `server` (a call to Python). All markup that is put in here was escaped by Python.

const pane = element.querySelector("#pane");
const paneBody = element.querySelector("#pane-body");
const confirmation = element.querySelector("#confirm");
const find = (selector) => document.querySelector(selector);
let opener = null; // what was clicked to open the article: focus goes back to it
let opened = 0; // counts the articles asked for: a slow answer must not replace a later one

// The article beside the chat

async function openArticle(button, { focus = true } = {}) {
  const { article, start, end, exact } = button.dataset;
  const ticket = ++opened;
  const shown = paneBody.querySelector("article")?.dataset.id === article && !pane.hidden;
  opener?.removeAttribute("aria-current");
  opener = button;
  opener.setAttribute("aria-current", "true");
  const html = await server.open_article({ article, start: +start, end: +end, exact: exact === "1" });
  if (ticket !== opened) return;
  paneBody.innerHTML = html;
  element.querySelector("#pane-title").textContent = paneBody.querySelector("h2")?.textContent ?? "";
  pane.hidden = false;
  const mark = paneBody.querySelector("mark, .passage");
  if (mark) mark.scrollIntoView({ block: "center", behavior: shown && !calm() ? "smooth" : "instant" });
  else paneBody.scrollTop = 0;
  if (focus) paneBody.focus({ preventScroll: true });
}

function closeArticle({ focus = true } = {}) {
  if (pane.hidden) return;
  opened++;
  pane.hidden = true;
  opener?.removeAttribute("aria-current");
  if (focus) opener?.focus();
}

// An open article never stands beside an answer it is not the evidence of
function followAnswer(turn) {
  if (pane.hidden) return;
  const best = turn.querySelector(".evidence .cite");
  if (best) openArticle(best, { focus: false });
  else closeArticle({ focus: false });
}

const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// The library's list: what is chosen is kept by article, for the rows change while their boxes stay

const picked = new Set();
const boxes = () => [...document.querySelectorAll("#listing tbody input[type=checkbox]")];
const listOffset = () => +(find("#listing .library")?.dataset.offset ?? 0);

function showPicked() {
  const rows = boxes();
  rows.forEach((box) => (box.checked = picked.has(box.value)));
  const all = find("#listing [data-all]");
  if (!all) return;
  const here = rows.filter((box) => box.checked).length;
  all.checked = here > 0 && here === rows.length;
  all.indeterminate = here > 0 && here < rows.length;
  const button = find("#listing [data-remove]");
  const text = picked.size ? `Remove selected (${picked.size})` : "Remove selected";
  button.disabled = picked.size === 0;
  if (button.textContent !== text) button.textContent = text; // writing it always would wake the observer for ever
}

function pick(box) {
  if (box.matches("[data-all]")) boxes().forEach((each) => (box.checked ? picked.add(each.value) : picked.delete(each.value)));
  else if (box.checked) picked.add(box.value);
  else picked.delete(box.value);
  showPicked();
}

function confirmed(question) {
  confirmation.querySelector("#confirm-question").textContent = question;
  confirmation.returnValue = "no";
  confirmation.showModal();
  return new Promise((resolve) =>
    confirmation.addEventListener("close", () => resolve(confirmation.returnValue === "yes"), { once: true }),
  );
}

async function removePicked() {
  const what = picked.size === 1 ? "this article" : `these ${picked.size} articles`;
  if (!(await confirmed(`Remove ${what} from the library?`))) return;
  trigger("remove", { ids: [...picked], offset: listOffset() });
  picked.clear();
}

async function removeSamples() {
  if (!(await confirmed("Remove the sample articles from the library?"))) return;
  trigger("remove_samples", {});
  picked.clear();
}

// One listener each for the whole page: the parts that are clicked come and go

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { article, ask, tab, choice, offset } = button.dataset;
  if (article !== undefined) openArticle(button);
  else if (ask !== undefined) trigger("example", { question: ask });
  else if (tab !== undefined) [...document.querySelectorAll("[role=tab]")].find((t) => t.textContent.trim() === tab)?.click();
  else if (choice !== undefined) confirmation.close(choice);
  else if (offset !== undefined) trigger("turn_page", { offset: +offset });
  else if (button.matches("[data-remove]")) removePicked();
  else if (button.matches("[data-remove-samples]")) removeSamples();
  else if (button.id === "close-pane") closeArticle();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("#listing input[type=checkbox]")) pick(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !confirmation.open) closeArticle();
});

// A new question comes into view, an open article follows its answer, boxes follow what is chosen

let turnsSeen = 0;
let turnsDone = 0;

function settle() {
  const turns = [...document.querySelectorAll(".turn")];
  const done = turns.filter((turn) => !turn.matches(".reading"));
  if (turns.length > turnsSeen) turns.at(-1).scrollIntoView({ block: "start", behavior: calm() ? "instant" : "smooth" });
  if (done.length > turnsDone) followAnswer(done.at(-1));
  turnsSeen = turns.length;
  turnsDone = done.length;
  if (!pane.hidden && opener?.ariaCurrent !== "true") opener?.setAttribute("aria-current", "true"); // redrawn without it
  showPicked();
}

new MutationObserver(settle).observe(document.body, {
  childList: true,
  subtree: true,
  characterData: true,
  attributes: true,
  attributeFilter: ["value"],
});
