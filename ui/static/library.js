// The list of the library: what it shows stands in the page's address behind #library, and survives the other tab

const shelfDefaults = { q: "", sort: "date", desc: "1", source: "", tag: "", from: "", to: "", show: "all", offset: "0", article: "" };
const shelf = { ...shelfDefaults };
const picked = new Set(); // articles chosen, also on other pages of the list
const ids = (list) => list.map((box) => box.value);
const boxes = () => [...document.querySelectorAll("#listing tbody input[type=checkbox]")];
const inLibrary = () => frame.dataset.tab === "Library";

function shelfAddress() {
  const kept = new URLSearchParams(Object.entries(shelf).filter(([name, value]) => value !== shelfDefaults[name]));
  return kept.size ? `#library?${kept}` : "#library";
}

function writeAddress() {
  const hash = inLibrary() ? shelfAddress() : "";
  if (location.hash !== hash && (hash || location.hash.startsWith("#library")))
    history.replaceState(history.state, "", location.pathname + location.search + hash);
}

function readAddress() {
  if (!location.hash.startsWith("#library")) return false;
  const given = new URLSearchParams(location.hash.split("?")[1] ?? "");
  for (const name of Object.keys(shelfDefaults)) shelf[name] = given.get(name) ?? shelfDefaults[name];
  return true;
}

// The fields show the state, and the state follows the fields

function showFields() {
  const form = find("#shelf-tools");
  for (const name of ["q", "show", "source", "tag", "from", "to"])
    if (form.elements[name] !== document.activeElement) form.elements[name].value = shelf[name];
  form.elements.order.value = `${shelf.sort} ${shelf.desc}`;
  for (const name of ["order", "source", "tag", "from", "to"]) form.elements[name].disabled = shelf.show === "failed";
  const count = ["source", "tag", "from", "to"].filter((name) => shelf[name]).length + (shelf.show !== "all");
  find("#filter-count").textContent = count ? ` (${count})` : "";
  if (count) find("#shelf-tools .filters").open = true;
}

function change(values, { focus = false } = {}) {
  Object.assign(shelf, { offset: "0", article: "" }, values);
  showFields();
  return showShelf({ focus });
}

let shelfTicket = 0;

async function showShelf({ focus = false } = {}) {
  const ticket = ++shelfTicket;
  writeAddress();
  const listing = find("#listing");
  const slow = setTimeout(() => ticket === shelfTicket && listing.setAttribute("aria-busy", "true"), 150);
  const html = await call("article_list", { ...shelf });
  clearTimeout(slow);
  if (ticket !== shelfTicket || html === null) return;
  listing.setAttribute("aria-busy", "false");
  listing.innerHTML = html;
  const title = listing.querySelector("[data-title]")?.dataset.title ?? "Articles";
  find("#shelf-title").textContent = title;
  showPicked();
  showDays(ticket);
  if (shelf.q || focus) say(title);
  if (focus) {
    find("#shelf-title").focus({ preventScroll: true });
    find("#shelf").scrollIntoView({ block: "start", behavior: "instant" });
  }
}

// The bars are looked up only where they are seen

async function showDays(ticket = shelfTicket) {
  const days = find("#shelf-days");
  if (shelf.show === "failed" || !days?.closest("details").open) return;
  const html = await call("article_days", { ...shelf });
  if (html === null || ticket !== shelfTicket) return;
  const place = [...days.querySelectorAll("button")].indexOf(document.activeElement);
  days.innerHTML = html;
  if (place >= 0) days.querySelectorAll("button")[place]?.focus();
}

document.addEventListener("toggle", (event) => event.target.matches?.("#shelf-tools .filters") && showDays(), true); // it does not bubble

const showSources = () => Promise.all([showOptions("source", "article_sources"), showOptions("tag", "article_tags")]);

async function showOptions(name, by) {
  const html = await call(by, null);
  if (html === null || !html.startsWith("<option")) return;
  const select = find(`#shelf-${name}`);
  const chosen = shelf[name];
  select.innerHTML = html;
  select.value = chosen;
  if (chosen && select.value !== chosen) {
    select.add(new Option(chosen, chosen));
    select.value = chosen;
  }
}

let words = 0;
document.addEventListener("input", (event) => {
  if (event.target.id !== "shelf-words") return;
  clearTimeout(words);
  words = setTimeout(() => change({ q: event.target.value.trim() }), 200);
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("#shelf-tools select, #shelf-tools input[type=date]")) return;
  const { name, value } = event.target;
  if (name === "order") {
    const [sort, desc] = value.split(" ");
    change({ sort, desc });
  } else change({ [name]: value });
});

// What is chosen

function showPicked() {
  const rows = boxes();
  rows.forEach((box) => (box.checked = picked.has(box.value)));
  const all = find("#listing [data-all]");
  const here = rows.filter((box) => box.checked).length;
  if (all) {
    all.checked = here > 0 && here === rows.length;
    all.indeterminate = here > 0 && here < rows.length;
  }
  const bar = find("#chosen");
  bar.hidden = picked.size === 0;
  bar.innerHTML = picked.size
    ? `<button type="button" class="tool danger" data-does="remove">Remove ${picked.size}</button>` +
      `<button type="button" class="tool" data-does="tag">Tag ${picked.size}</button>` +
      `<button type="button" class="link" data-does="unpick">Choose none</button>`
    : "";
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches("#listing input[type=checkbox]")) return;
  const chosen = box.matches("[data-all]") ? ids(boxes()) : [box.value];
  chosen.forEach((each) => (box.checked ? picked.add(each) : picked.delete(each)));
  showPicked();
});

async function tagArticles(ids) {
  const tags = await prompted("Tags, with commas between; -tag takes one off", "", "Tag");
  if (tags === null) return false;
  const trouble = await call("tag_articles", { ids, tags });
  await Promise.all([showShelf(), showSources(), showFilter()]);
  if (trouble) find("#works").insertAdjacentHTML("afterbegin", trouble);
  else if (trouble !== null) say("Tagged");
  return true;
}

async function removeArticles(name, given) {
  const trouble = await call(name, given);
  picked.clear();
  find("#shelf-title").focus({ preventScroll: true });
  await Promise.all([showShelf(), follow()]);
  if (trouble) find("#works").insertAdjacentHTML("afterbegin", trouble);
}

// An article in the place of the list

let leftAt = 0; // how far the list was scrolled

async function readArticle(id) {
  if (!shelf.article) leftAt = window.scrollY;
  shelf.article = id;
  const html = await call("read_article", id);
  if (html === null || shelf.article !== id) return;
  writeAddress();
  const reading = find("#reading");
  reading.innerHTML = html.startsWith("<div") ? html : `<div class="back"><button type="button" class="tool" data-does="back">Back to the list</button></div>${html}`;
  frame.dataset.reading = "";
  reading.hidden = false;
  window.scrollTo({ top: 0, behavior: "instant" });
  (reading.querySelector("h2") ?? reading.querySelector("button"))?.focus({ preventScroll: true });
}

function backToShelf() {
  const id = shelf.article;
  shelf.article = "";
  find("#reading").hidden = true;
  find("#reading").innerHTML = "";
  delete frame.dataset.reading;
  writeAddress();
  window.scrollTo({ top: leftAt, behavior: "instant" });
  (find(`#listing .title[data-value="${CSS.escape(id)}"]`) ?? find("#shelf-title")).focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && inLibrary() && shelf.article && !find("dialog[open]")) backToShelf();
});

Object.assign(deeds, {
  page: (offset) => {
    shelf.offset = offset;
    showShelf({ focus: true });
  },
  sort: async (value) => {
    const [sort, desc] = value.split(" ");
    await change({ sort, desc });
    find(`#listing .sorter[data-value^="${sort}"]`)?.focus();
  },
  "clear-filters": () => change({ q: "", source: "", tag: "", from: "", to: "", show: "all" }, { focus: true }),
  "show-failed": () => change({ ...shelfDefaults, show: "failed" }, { focus: true }),
  unpick: () => {
    picked.clear();
    showPicked();
    find("#shelf-title").focus({ preventScroll: true });
  },
  remove: () => removeArticles("remove", [...picked]),
  tag: () => tagArticles([...picked]),
  "tag-one": async (id) => {
    if (await tagArticles([id])) await readArticle(id);
  },
  "remove-samples": () => removeArticles("remove_samples", null),
  "remove-one": async (id) => {
    backToShelf();
    await removeArticles("remove", [id]);
  },
  days: (value, button) => {
    const [from, to] = button.getAttribute("aria-pressed") === "true" ? ["", ""] : value.split(" ");
    const form = button.closest("#filter-form");
    if (!form) return change({ from, to });
    for (const each of form.querySelectorAll("[data-does=days]")) each.setAttribute("aria-pressed", String(each === button && from !== ""));
    form.elements.from.value = from;
    form.elements.to.value = to;
    form.elements.from.dispatchEvent(new Event("change", { bubbles: true }));
  },
  read: readArticle,
  back: backToShelf,
});

// What is corrected by hand of the article that is read

async function saveCorrection(form) {
  const html = await call("edit", { article: form.dataset.article, ...Object.fromEntries(new FormData(form)) });
  form.querySelector(".error")?.remove();
  if (html === null) return;
  if (!html.startsWith("<div")) return form.insertAdjacentHTML("beforeend", html);
  find("#reading").innerHTML = html;
  say("Saved");
  find("#reading .correction summary").focus({ preventScroll: true });
  await Promise.all([showShelf(), showSources()]);
}

document.addEventListener("submit", (event) => {
  if (event.target.id === "shelf-tools") event.preventDefault();
  if (event.target.matches(".correction form")) {
    event.preventDefault();
    saveCorrection(event.target);
  }
});
