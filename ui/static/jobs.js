// Adding to the library, what became of it, and the change between the tabs

const FOLLOWED = 700; // milliseconds between two looks at work that is going on
let sending = null; // ends what is being sent
let libraryVersion = null;
let following = 0;
let saidOfWorks = null;

// Work that goes on in the chat's own process, whatever page has begun it

async function follow() {
  clearTimeout(following);
  const html = await call("jobs_now", null);
  const place = find("#works");
  if (html === null) return;
  if (place.innerHTML !== html) putKeepingFocus(place, html);
  const { busy, version, told } = place.firstElementChild?.dataset ?? {};
  if (saidOfWorks !== null && told && told !== saidOfWorks) say(told);
  saidOfWorks = told ?? "";
  if (libraryVersion !== null && version !== undefined && version !== libraryVersion) {
    trigger("library_changed", {});
    lookAgain();
    if (inLibrary()) {
      showShelf();
      showSources();
    }
  }
  libraryVersion = version ?? libraryVersion;
  if (busy === "1") following = setTimeout(follow, FOLLOWED);
}

function putKeepingFocus(place, html) {
  const { does, value } = place.contains(document.activeElement) ? document.activeElement.dataset : {};
  place.innerHTML = html;
  if (!does) return;
  const same = [...place.querySelectorAll(`[data-does="${does}"]`)].find((each) => each.dataset.value === value);
  (same ?? find("#intake-title, #shelf-title"))?.focus({ preventScroll: true });
}

const worksDeed = (name) => async (value) => {
  const trouble = await call(name, value);
  await follow();
  if (trouble) find("#works").insertAdjacentHTML("afterbegin", trouble);
};

Object.assign(deeds, {
  "stop-work": worksDeed("stop_job"),
  "close-work": worksDeed("close_job"),
  retry: worksDeed("retry"),
  dismiss: worksDeed("dismiss"),
  erase: worksDeed("compact"),
  undo: worksDeed("undo"),
  "choose-files": () => find("#choose-files").click(),
  "choose-folder": () => find("#choose-folder").click(),
  "stop-sending": () => sending?.abort(),
  "close-sending": () => (find("#sending").innerHTML = ""),
});

// The time does not run while the mouse or the keyboard is where a removal is undone

for (const [name, held] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]])
  document.addEventListener(name, (event) => {
    const notice = event.target.closest?.("[data-removal]");
    if (!notice || notice.contains(event.relatedTarget)) return;
    if (!held && (notice.matches(":hover") || notice.contains(document.activeElement))) return;
    call("hold", { key: notice.dataset.removal, held });
  });

// An address, a feed or a path

document.addEventListener("submit", async (event) => {
  if (event.target.id !== "add-form") return;
  event.preventDefault();
  const field = find("#address");
  const trouble = await call("take_in", { address: field.value });
  if (trouble === null) return;
  find("#add-trouble").innerHTML = trouble;
  field.setAttribute("aria-invalid", String(trouble !== ""));
  if (trouble) field.focus();
  else {
    field.value = "";
    await follow();
  }
});

// Files, chosen or dropped: they are sent one by one, then taken in together

async function sendFiles(files) {
  if (!files.length || sending) return;
  const most = +find("#intake").dataset.most;
  const keys = [];
  const troubles = [];
  sending = new AbortController();
  for (const [at, { file, name }] of files.entries()) {
    showSending(at, files.length, name);
    if (file.size > most) {
      troubles.push([name, `It is larger than ${Math.floor(most / 1e6)} MB. Split it into smaller files.`]);
      continue;
    }
    try {
      const answer = await fetch(`library/files?${new URLSearchParams({ name })}`, {
        method: "POST", body: file, signal: sending.signal, headers: { "Content-Type": "application/octet-stream" },
      });
      const text = await answer.text();
      if (answer.ok) keys.push(text);
      else troubles.push([name, text]);
    } catch {
      if (sending.signal.aborted) break;
      troubles.push([name, "It could not be sent. Is it still there, and the chat still running?"]);
    }
  }
  const stopped = sending.signal.aborted;
  sending = null;
  showSent(troubles, stopped);
  if (!stopped && keys.length) await call("take_in", { files: keys });
  await follow();
}

function showSending(done, total, name) {
  const place = find("#sending");
  if (!place.querySelector("progress")) {
    place.innerHTML =
      '<div class="work"><div class="did"><p class="doing">Sending files</p><progress aria-label="Sending files"></progress>' +
      '<p class="how-far"></p></div><button type="button" class="tool" data-does="stop-sending">Stop</button></div>';
    say("Sending files");
  }
  Object.assign(place.querySelector("progress"), { max: total, value: done });
  place.querySelector(".how-far").textContent = `${done + 1} of ${total}: ${name}`;
}

function showSent(troubles, stopped) {
  const place = find("#sending");
  place.innerHTML = "";
  if (!troubles.length && !stopped) return;
  const box = document.createElement("div");
  box.className = "work ended";
  box.innerHTML = '<div class="did"><p class="failed"></p><ul class="failures"></ul></div><button type="button" class="link" data-does="close-sending">Close</button>';
  box.querySelector(".failed").textContent = stopped
    ? "Stopped. None of these files was added."
    : `Could not be sent: ${troubles.length}`;
  for (const [name, words] of troubles.slice(0, 20)) {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("strong"), { textContent: name }), ` ${words}`);
    box.querySelector("ul").append(item);
  }
  place.append(box);
  say(box.querySelector(".failed").textContent);
}

const isWanted = (name) => {
  const hidden = name.split("/").some((part) => part.startsWith("."));
  const suffixes = find("#intake").dataset.suffixes.split(" ");
  return !hidden && suffixes.some((suffix) => name.toLowerCase().endsWith(suffix));
};

document.addEventListener("change", (event) => {
  if (!event.target.matches("#choose-files, #choose-folder")) return;
  const files = [...event.target.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
  sendFiles(event.target.id === "choose-folder" ? files.filter(({ name }) => isWanted(name)) : files);
  event.target.value = "";
});

async function filesOf(entry, below = "") {
  const name = below + entry.name;
  if (entry.isFile) {
    if (below && !isWanted(name)) return [];
    return [{ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), name }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // at most a hundred at once
    if (!some.length) return found;
    for (const each of some) found.push(...(await filesOf(each, `${name}/`)));
  }
}

const bringsFiles = (event) => inLibrary() && [...(event.dataTransfer?.types ?? [])].includes("Files");
let dragged = 0; // how many parts of the page the files are over: each tells of its own

document.addEventListener("dragenter", (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  dragged += 1;
  frame.dataset.dropping = "";
});
document.addEventListener("dragover", (event) => bringsFiles(event) && event.preventDefault());
document.addEventListener("dragleave", (event) => {
  if (bringsFiles(event) && --dragged <= 0) delete frame.dataset.dropping;
});
document.addEventListener("drop", async (event) => {
  dragged = 0;
  delete frame.dataset.dropping;
  if (!bringsFiles(event)) return;
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plainFiles = [...event.dataTransfer.files].map((file) => ({ file, name: file.name }));
  try {
    const found = entries.length ? (await Promise.all(entries.map((entry) => filesOf(entry)))).flat() : plainFiles;
    sendFiles(found);
  } catch {
    showSent([["", "What was dropped cannot be read. Choose it with the buttons instead."]], false);
  }
});

// Coming to the tab, and leaving it

let wasInLibrary = false;

settled.push(() => {
  if (inLibrary() === wasInLibrary || !find("#shelf")) return;
  wasInLibrary = inLibrary();
  writeAddress();
  if (wasInLibrary) enterLibrary();
  else leaveLibrary();
});

async function enterLibrary() {
  showFields();
  await Promise.all([showShelf(), showSources(), follow(), showBatches()]);
  if (shelf.article && find("#reading").hidden) readArticle(shelf.article);
}

async function leaveLibrary() {
  if (!find("#works [data-removal]")) return;
  await call("settle", null);
  follow();
}

if (readAddress()) showTab("Library");
window.addEventListener("hashchange", () => readAddress() && (inLibrary() ? enterLibrary() : showTab("Library")));

settled.forEach((each) => each()); // the visitor may have been quicker than the script
