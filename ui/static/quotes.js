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
