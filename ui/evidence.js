// The article beside the chat

const pane = element.querySelector("#pane");
const paneBody = element.querySelector("#pane-body");
let opener = null; // what was clicked to open the article: focus goes back to it
let opened = 0; // counts the articles asked for: a slow answer must not replace a later one

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

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.article !== undefined) openArticle(button);
  else if (button?.id === "close-pane") closeArticle();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !confirmation.open) closeArticle();
});

// A new question comes into view, and an open article follows its answer

let turnsSeen = 0;
let turnsDone = 0;

settled.push(() => {
  const turns = [...document.querySelectorAll(".turn")];
  const done = turns.filter((turn) => !turn.matches(".reading"));
  if (turns.length > turnsSeen) turns.at(-1).scrollIntoView({ block: "start", behavior: calm() ? "instant" : "smooth" });
  if (done.length > turnsDone) followAnswer(done.at(-1));
  turnsSeen = turns.length;
  turnsDone = done.length;
  if (!pane.hidden && opener?.ariaCurrent !== "true") opener?.setAttribute("aria-current", "true"); // redrawn without it
});
