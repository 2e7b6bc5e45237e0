// Conversations and the filter, at the left; on a narrower page over it

const side = find("#side");
const sideButton = find("#open-side");
const wide = window.matchMedia("(min-width: 1100px)");
const sideIsOver = () => !wide.matches && frame.dataset.side === "open";
const current = () => new URLSearchParams(location.search).get("c") ?? "";
let listed = 0; // conversations that "Show more" has brought

function openSide() {
  frame.dataset.side = "open";
  sideButton.setAttribute("aria-expanded", "true");
  side.querySelector("button:not([hidden])")?.focus();
}

function closeSide({ focus = false } = {}) {
  if (!sideIsOver()) return;
  delete frame.dataset.side;
  sideButton.setAttribute("aria-expanded", "false");
  if (focus) sideButton.focus();
}

function showCurrentTalk() {
  side.querySelectorAll("[data-talk]").forEach((each) => {
    const link = each.querySelector(".talk");
    if (each.dataset.talk === current()) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
}

let listTicket = 0;
let listShown = null;

async function list() {
  const ticket = ++listTicket;
  const html = await call("conversations", { words: find("#find-talk").value, shown: listed });
  if (html === null || ticket !== listTicket) return;
  if (html !== listShown) {
    const open = find(".menu[open]")?.closest("[data-talk]").dataset.talk;
    const focused = document.activeElement?.closest("[data-talk]")?.dataset.talk;
    find("#talks").innerHTML = html;
    listShown = html;
    find(`[data-talk="${CSS.escape(open ?? "")}"] .menu`)?.setAttribute("open", "");
    find(`[data-talk="${CSS.escape(focused ?? "")}"] .talk`)?.focus({ preventScroll: true });
  }
  showCurrentTalk();
}

async function showFilter() {
  const form = find("#filter-form");
  if (form?.contains(document.activeElement)) return; // it is what is being changed
  const html = await call("filter_form", location.search);
  if (html !== null) find("#filter").innerHTML = html;
}

async function showUncovered() {
  const part = find("#uncovered");
  if (!part?.open) return;
  const html = await call("unanswered", null);
  if (html !== null) part.querySelector(".inside").innerHTML = html;
}

function go(address) {
  tell("open", { to: address });
  closeSide();
  showTab("Chat");
}

// A conversation is left, and the filter stays
function newTalk() {
  const kept = new URLSearchParams(location.search);
  kept.delete("c");
  go(`?${kept}`);
  find("#question textarea")?.focus();
}

const nameOf = (id) => side.querySelector(`[data-talk="${CSS.escape(id)}"] .name`)?.textContent ?? "";

async function rename(id) {
  const name = await prompted("Name of the conversation", nameOf(id), "Rename");
  if (name === null) return;
  const trouble = await call("rename", { id, name });
  await list();
  say(trouble ? "" : "Renamed");
  find(`[data-talk="${CSS.escape(id)}"] .talk`)?.focus();
}

async function pin(id, pinned) {
  await call("pin", { id, pinned });
  find(".menu[open]")?.removeAttribute("open");
  await list();
  say(pinned ? "Pinned" : "Not pinned any more");
  find(`[data-talk="${CSS.escape(id)}"] .talk`)?.focus();
}

async function removeTalk(id) {
  const sure = await confirmed(`Delete “${nameOf(id)}”?`, {
    detail: "Its questions and answers are deleted for good. Articles stay.", remove: "Delete",
  });
  if (!sure) return;
  const trouble = await call("delete", { id });
  if (trouble === null) return;
  if (id === current()) newTalk();
  await list();
  say("Deleted");
  find("#find-talk").focus();
}

Object.assign(deeds, {
  new: newTalk,
  rename,
  pin: (id) => pin(id, true),
  unpin: (id) => pin(id, false),
  delete: removeTalk,
  more: (shown) => {
    listed = +shown;
    list();
  },
  "open-side": () => (sideIsOver() ? closeSide() : openSide()),
  "close-side": () => closeSide({ focus: true }),
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.talk");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(new URL(link.href).search);
});

// Arrow keys go through the list

side.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.matches("a.talk, #find-talk")) return;
  const links = [...side.querySelectorAll("a.talk")];
  const to = links[links.indexOf(event.target) + step] ?? (step < 0 ? find("#find-talk") : null);
  event.preventDefault();
  to?.focus();
});

let typing = 0;
side.addEventListener("input", (event) => {
  if (event.target.id !== "find-talk") return;
  clearTimeout(typing);
  typing = setTimeout(list, 200);
});

side.addEventListener("change", (event) => {
  const form = event.target.closest("#filter-form");
  if (!form) return;
  const values = new FormData(form);
  tell("filter", { from: values.get("from"), to: values.get("to"), sources: values.getAll("source"), tags: values.getAll("tag"), articles: values.getAll("article") });
});

find("#uncovered")?.addEventListener("toggle", showUncovered);

// The page's address follows what is on it, and what is on it follows the address

let shownAddress = null;
let shownTurns = null;
let called = "0";

settled.push(() => {
  const chips = find("#chips .chips");
  if (!chips) return;
  const { address } = chips.dataset;
  const turns = [...document.querySelectorAll(".turn[data-turn]")].map((each) => each.dataset.turn).join();
  if (address !== shownAddress) {
    const isTalk = new URLSearchParams(address).get("c") !== current();
    if (address !== location.search)
      history[isTalk && current() && shownAddress !== null ? "pushState" : "replaceState"](null, "", address || location.pathname);
    shownAddress = address;
    const filled = showFilter();
    // The first time all of this column comes into sight at once, so that no part of it pushes another
    if (frame.dataset.listed === undefined) Promise.all([filled, list()]).finally(() => (frame.dataset.listed = ""));
    showCurrentTalk();
  }
  if (turns !== shownTurns) {
    shownTurns = turns;
    list();
    showUncovered();
  }
  if (chips.dataset.called !== called && chips.dataset.called !== "0") {
    called = chips.dataset.called;
    showTab("Chat");
    if (narrow()) closeArticle({ focus: false });
    find("#question textarea")?.focus();
  }
});

window.addEventListener("popstate", () => tell("open", { to: location.search }));
