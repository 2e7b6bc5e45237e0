// Runs once, when the page is built: this file, then evidence.js and library.js, as one function. Gradio hands over
// `element` (this component's own part of the page), `trigger` (an event for Python) and `server` (a call to Python).
// All markup that is put in here was escaped by Python.

const find = (selector) => document.querySelector(selector);
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// One listener for the whole page: the parts that are clicked come and go

document.addEventListener("click", (event) => {
  const { ask, tab } = event.target.closest("button")?.dataset ?? {};
  if (ask !== undefined) trigger("example", { question: ask });
  else if (tab !== undefined) [...document.querySelectorAll("[role=tab]")].find((t) => t.textContent.trim() === tab)?.click();
});

// What has to follow whenever Gradio has redrawn a part

const settled = []; // functions, each called after any change of the page

new MutationObserver(() => settled.forEach((follow) => follow())).observe(document.body, {
  childList: true,
  subtree: true,
  characterData: true,
  attributes: true,
  attributeFilter: ["value"],
});

const confirmation = element.querySelector("#confirm");

function confirmed(question) {
  confirmation.querySelector("#confirm-question").textContent = question;
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
