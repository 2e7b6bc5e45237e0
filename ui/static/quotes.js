// A quote with its source is copied in the form that a menu offers

const copyMenu = element.querySelector("#copy-menu");
let copying = null; // the button whose menu is open

function openCopyMenu(button) {
  copying = button;
  const at = button.getBoundingClientRect();
  copyMenu.showPopover();
  const { offsetWidth: width, offsetHeight: height } = copyMenu;
  copyMenu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  copyMenu.style.top = `${at.bottom + height + 8 > innerHeight ? Math.max(8, at.top - height - 4) : at.bottom + 4}px`;
  copyMenu.querySelector("button").focus();
}

async function citedAs(form) {
  const [article, start, end] = copying.dataset.value.split(" ");
  const turn = copying.closest(".turn")?.dataset.turn ?? null;
  const told = await call("cite", { form, article, start: +start, end: +end, turn });
  try {
    return JSON.parse(told).text;
  } catch {
    say("The quote could not be copied"); // what was told is a sentence about it
    return null;
  }
}

async function copyAs(form) {
  const button = copying;
  copyMenu.hidePopover();
  button.focus();
  const words = await citedAs(form === "rich" ? "plain" : form);
  const html = form === "rich" ? await citedAs("html") : null;
  if (words !== null) await copied(words, button, "Quote", html);
}

Object.assign(deeds, { "copy-quote": (_, button) => openCopyMenu(button), "copy-as": copyAs });

copyMenu.addEventListener("keydown", (event) => {
  const items = [...copyMenu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape") {
    event.stopPropagation(); // the article beside it stays open
    copyMenu.hidePopover();
    copying.focus();
  } else if (to !== undefined) {
    event.preventDefault();
    items.at(to % items.length).focus();
  } else if (event.key === "Tab") copyMenu.hidePopover();
});

// Quotes of a pasted text, checked against the articles

const checkForm = element.querySelector("#check");
const checkText = element.querySelector("#check-text");

Object.assign(deeds, {
  "check-quotes": () => {
    showSheet("Check quotes", null, null);
    checkForm.hidden = false;
    checkText.focus();
  },
});

checkForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  const ticket = ++sheetTicket;
  sheetContent.textContent = "One moment …";
  const html = await call("check_quotes", { text: checkText.value, address: location.search });
  if (ticket === sheetTicket) sheetContent.innerHTML = html ?? "";
});
