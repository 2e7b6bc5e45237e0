// Many questions at once: a table is sent, and its answers are watched, stopped and saved

const WATCHED = 900; // milliseconds between two looks at questions that are being asked
let watching = 0;
let saidOfBatches = null;

async function showBatches() {
  clearTimeout(watching);
  const html = await call("batches_now", null);
  const place = find("#batches");
  if (html === null || !place) return;
  if (place.innerHTML !== html) putKeepingFocus(place, html);
  const { busy, told } = place.firstElementChild?.dataset ?? {};
  if (saidOfBatches !== null && told && told !== saidOfBatches) say(told);
  saidOfBatches = told ?? "";
  if (busy === "1") watching = setTimeout(showBatches, WATCHED);
}

const batchDeed = (name) => async (key) => {
  await call(name, key);
  await showBatches();
};

Object.assign(deeds, {
  "choose-questions": () => find("#choose-questions").click(),
  "stop-batch": batchDeed("stop_batch"),
  "close-batch": batchDeed("close_batch"),
});

async function sendQuestions(file) {
  let sent = null;
  try {
    const answer = await fetch(`library/files?${new URLSearchParams({ name: file.name })}`, {
      method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" },
    });
    sent = { ok: answer.ok, text: await answer.text() };
  } catch {
    sent = { ok: false, text: "It could not be sent. Is it still there, and the chat still running?" };
  }
  const place = find("#batch-trouble");
  place.replaceChildren();
  if (sent.ok) place.innerHTML = (await call("ask_batch", { file: sent.text })) ?? "";
  else place.append(Object.assign(document.createElement("p"), { className: "error", textContent: sent.text }));
  await showBatches();
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("#choose-questions") || !event.target.files.length) return;
  sendQuestions(event.target.files[0]);
  event.target.value = "";
});
