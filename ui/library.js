// The library's list: what is chosen is kept by article, for the rows change while their boxes stay

const picked = new Set();
const boxes = () => [...document.querySelectorAll("#listing tbody input[type=checkbox]")];
const listOffset = () => +(find("#listing .library")?.dataset.offset ?? 0);

function showPicked() {
  const rows = boxes();
  rows.forEach((box) => (box.checked = picked.has(box.value)));
  const all = find("#listing [data-all]");
  if (!all) return;
  const here = rows.filter((box) => box.checked).length;
  all.checked = here > 0 && here === rows.length;
  all.indeterminate = here > 0 && here < rows.length;
  const button = find("#listing [data-remove]");
  const text = picked.size ? `Remove selected (${picked.size})` : "Remove selected";
  button.disabled = picked.size === 0;
  if (button.textContent !== text) button.textContent = text; // writing it always would wake the observer for ever
}

function pick(box) {
  if (box.matches("[data-all]")) boxes().forEach((each) => (box.checked ? picked.add(each.value) : picked.delete(each.value)));
  else if (box.checked) picked.add(box.value);
  else picked.delete(box.value);
  showPicked();
}

async function removePicked() {
  const what = picked.size === 1 ? "this article" : `these ${picked.size} articles`;
  if (!(await confirmed(`Remove ${what} from the library?`))) return;
  trigger("remove", { ids: [...picked], offset: listOffset() });
  picked.clear();
}

async function removeSamples() {
  if (!(await confirmed("Remove the sample articles from the library?"))) return;
  trigger("remove_samples", {});
  picked.clear();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.offset !== undefined) trigger("turn_page", { offset: +button.dataset.offset });
  else if (button?.matches("[data-remove]")) removePicked();
  else if (button?.matches("[data-remove-samples]")) removeSamples();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("#listing input[type=checkbox]")) pick(event.target);
});

settled.push(showPicked);
