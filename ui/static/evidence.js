// The article beside the chat

const pane = element.querySelector("#pane");
const paneBody = element.querySelector("#pane-body");
const HOVER = 350; // milliseconds that the mouse, or the keyboard, stays on a citation before its article opens
let opener = null; // what was clicked to open the article: focus goes back to it
let opened = 0; // counts the articles asked for: a slow answer must not replace a later one
let lingering = 0; // the timer of a citation that is hovered

const place = (button) => `${button.dataset.article} ${button.dataset.start} ${button.dataset.end}`;

// The same place can be opened from several buttons of a turn: all of them are the current one
function showCurrent() {
  const here = opener && !pane.hidden ? place(opener) : null;
  const turn = opener?.closest("[data-key]")?.dataset.key;
  document.querySelectorAll("[data-article]").forEach((each) => {
    const is = here !== null && place(each) === here && each.closest("[data-key]")?.dataset.key === turn;
    if (is !== (each.getAttribute("aria-current") === "true")) {
      if (is) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
  });
}

// What else of the same article the turn cites, under the numbers that stand in the answer
function marksBeside(button) {
  const cited = button.closest(".turn")?.querySelectorAll("[data-article][data-number]") ?? [];
  return [...cited]
    .filter((each) => each.dataset.article === button.dataset.article && place(each) !== place(button))
    .map((each) => [+each.dataset.start, +each.dataset.end, +each.dataset.number]);
}

async function openArticle(button, { focus = true } = {}) {
  const { article, start, end, exact, number } = button.dataset;
  const ticket = ++opened;
  const shown = paneBody.querySelector("article")?.dataset.id === article && !pane.hidden;
  const turn = button.closest(".turn")?.dataset.turn;
  const html = await call("open_article", {
    article, start: +start, end: +end, exact: exact === "1", number: number ? +number : null, turn: turn ?? null,
    marks: marksBeside(button),
  });
  if (ticket !== opened || html === null) return;
  opener = button;
  paneBody.innerHTML = html;
  element.querySelector("#pane-title").textContent = paneBody.querySelector("h2")?.textContent ?? "";
  pane.hidden = false;
  showCurrent();
  const mark = paneBody.querySelector("#mark") ?? paneBody.querySelector("mark");
  if (mark) mark.scrollIntoView({ block: "center", behavior: shown && !calm() ? "smooth" : "instant" });
  else paneBody.scrollTop = 0;
  if (focus) paneBody.focus({ preventScroll: true });
}

let returned = null; // what has the focus again since the article was closed

function closeArticle({ focus = true } = {}) {
  opened++;
  if (pane.hidden) return;
  pane.hidden = true;
  const back = opener?.isConnected ? opener : null;
  showCurrent();
  returned = back;
  if (focus) (back ?? find("#question textarea"))?.focus();
}

// An open article never stands beside an answer it is not the evidence of
function followAnswer(turn) {
  const best = turn.querySelector(".evidence .cite");
  if (best && roomy()) openArticle(best, { focus: false });
  else closeArticle({ focus: false });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  clearTimeout(lingering);
  if (button?.dataset.article !== undefined) openArticle(button);
  else if (button?.id === "close-pane") closeArticle();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || find("dialog[open]")) return;
  if (sideIsOver()) closeSide({ focus: true });
  else closeArticle();
});

// The article follows the citation under the mouse or the keyboard, and takes the focus from neither

function linger(event) {
  clearTimeout(lingering);
  const button = event.target.closest?.(".turn [data-number]");
  if (!button || !(roomy() || (!narrow() && !pane.hidden)) || button.getAttribute("aria-current") === "true") return;
  lingering = setTimeout(() => button.isConnected && openArticle(button, { focus: false }), HOVER);
}

document.addEventListener("mouseover", linger);
document.addEventListener("focusin", (event) => {
  const isReturned = event.target === returned; // whoever closed the article does not want it open again
  returned = null;
  if (!isReturned && event.target.matches?.(":focus-visible")) linger(event);
});

// A new question comes into view, and an open article follows its answer

let turnsSeen = null; // the keys of the turns on the page
let answersSeen = null;

settled.push(() => {
  if (!find("#transcript [role=status], #transcript .welcome")) return;
  const turns = [...document.querySelectorAll(".turn")];
  const keys = turns.map((turn) => turn.dataset.key);
  const answers = turns.filter((turn) => turn.matches(".found, .possible, .not-found"));
  const last = turns.at(-1);
  const isNew = last && !turnsSeen?.includes(last.dataset.key);
  const isOther = isNew && !keys.some((key) => turnsSeen?.includes(key)); // another conversation, or a reload
  if (isNew && last.matches(".reading") && !roomy()) closeArticle({ focus: false }); // now, not when the answer comes
  if (isNew && (last.matches(".reading") || (isOther && turns.length > 1)))
    last.scrollIntoView({ block: "start", behavior: calm() || isOther ? "instant" : "smooth" });
  const newest = answers.at(-1)?.dataset.key ?? null;
  if (last?.matches(".reading")) answersSeen = null; // whatever comes is new
  else if (newest !== answersSeen) {
    answersSeen = newest;
    if (newest && last === answers.at(-1)) followAnswer(last);
    else closeArticle({ focus: false });
  }
  turnsSeen = keys;
  if (opener && !opener.isConnected && !pane.hidden) {
    const same = [...document.querySelectorAll("[data-article]")].find((each) => place(each) === place(opener));
    if (same) opener = same;
  }
  showCurrent();
});

// How wide the lines of an article are, as it was chosen last

const NARROWEST = 40; // characters
const WIDEST = 96;
let measure = +(localStorage.getItem("measure") ?? 64) || 64;

function showMeasure() {
  pane.style.setProperty("--measure", `${measure}ch`);
  pane.querySelector("[data-does=measure][data-value^='-']").disabled = measure <= NARROWEST;
  pane.querySelector("[data-does=measure][data-value='8']").disabled = measure >= WIDEST;
}

deeds.measure = (by) => {
  measure = Math.min(WIDEST, Math.max(NARROWEST, measure + Number(by)));
  localStorage.setItem("measure", measure);
  showMeasure();
  say(`About ${measure} characters a line`);
};

showMeasure();
