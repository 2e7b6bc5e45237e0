// Runs once, when the page is built: this file, then the other scripts, as one async function. Gradio hands over
// `element` (this component's own part of the page), `trigger` (an event for Python) and `server` (a call to Python).
// All markup that is put in here was escaped by Python.

const find = (selector) => document.querySelector(selector);
const frame = find("#tabs").parentElement; // carries what the style sheets have to know
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const narrow = () => window.matchMedia("(max-width: 699px)").matches; // one pane at a time
const roomy = () => window.matchMedia("(min-width: 1100px)").matches; // the article has its place beside the chat
const say = (words) => (element.querySelector("#told").textContent = words);
const tell = (name, data = {}) => trigger(name, { ...data, address: location.search });

// A call to Python that is told of when nobody answers

async function call(name, given) {
  let html;
  try {
    html = await server[name](given);
  } catch {
    html = null;
  }
  const isThere = typeof html === "string"; // Gradio gives nothing where nobody answers
  element.querySelector("#offline").hidden = isThere;
  return isThere ? html : null;
}

// One listener for the whole page: the parts that are clicked come and go. `data-does` names what a button does.

const deeds = { reconnect: () => location.reload() };

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const { ask, tab, does, value } = button?.dataset ?? {};
  if (ask !== undefined) {
    showTab("Chat");
    closeSide();
    tell("example", { question: ask });
  } else if (tab !== undefined) showTab(tab);
  else if (does !== undefined) deeds[does]?.(value, button);
});

function showTab(name) {
  const tab = [...document.querySelectorAll("[role=tab]")].find((each) => each.textContent.trim() === name);
  if (tab?.ariaSelected !== "true") tab?.click();
}

// What has to follow whenever Gradio has redrawn a part

const settled = []; // functions, each called after any change of the page

new MutationObserver(() => settled.forEach((follow) => follow())).observe(document.body, {
  childList: true,
  subtree: true,
  characterData: true,
  attributes: true,
  attributeFilter: ["value", "aria-selected", "data-address", "data-called"],
});

settled.push(() => {
  const chosen = find("[role=tab][aria-selected=true]")?.textContent.trim() ?? "Chat";
  if (frame.dataset.tab !== chosen) frame.dataset.tab = chosen;
});

const confirmation = element.querySelector("#confirm");

function confirmed(question, { detail = "Original files stay where they are.", keep = "Keep", remove = "Remove" } = {}) {
  confirmation.querySelector("#confirm-question").textContent = question;
  confirmation.querySelector(".detail").textContent = detail;
  confirmation.querySelector("[data-choice=no]").textContent = keep;
  confirmation.querySelector("[data-choice=yes]").textContent = remove;
  confirmation.returnValue = "no";
  confirmation.showModal();
  return new Promise((resolve) =>
    confirmation.addEventListener("close", () => resolve(confirmation.returnValue === "yes"), { once: true }),
  );
}

confirmation.addEventListener("click", (event) => {
  const { choice } = event.target.closest("button")?.dataset ?? {};
  if (choice !== undefined) confirmation.close(choice);
});

// A line of text asked for: the promise is null when it is not given

const asking = element.querySelector("#prompt");

function prompted(label, text, button) {
  const field = asking.querySelector("textarea");
  asking.querySelector("label").textContent = label;
  asking.querySelector("[type=submit]").textContent = button;
  field.value = text;
  asking.returnValue = "no";
  asking.showModal();
  field.select();
  return new Promise((resolve) =>
    asking.addEventListener("close", () => resolve(asking.returnValue === "yes" ? field.value.trim() || null : null), {
      once: true,
    }),
  );
}

asking.addEventListener("click", (event) => {
  if (event.target.closest("[data-prompt]")) asking.close("no");
});

asking.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target.tagName !== "TEXTAREA") return;
  event.preventDefault();
  asking.close("yes");
});

// A question that is sent leaves its box at once; Gradio hears of it as of typing

window.emptyBox = (sent) => {
  const box = find("#question textarea");
  if (!box || box.value.trim() !== String(sent ?? "").trim()) return;
  box.value = "";
  box.dispatchEvent(new Event("input", { bubbles: true }));
};
