
"use strict";
// Checks every quote of this page against the texts that it carries. Offsets count code points, as Python does.

async function sha256(bytes) {
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return sha256InScript(bytes); // a page that did not come over a secure way has no crypto.subtle
}

// FIPS 180-4
function sha256InScript(bytes) {
  const primes = [];
  for (let number = 2; primes.length < 64; number++) if (primes.every((prime) => number % prime)) primes.push(number);
  const fraction = (value) => Math.floor((value - Math.floor(value)) * 2 ** 32);
  const constants = primes.map((prime) => fraction(Math.cbrt(prime)));
  const state = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length * 8);
  const turned = (word, by) => (word >>> by) | (word << (32 - by));
  const words = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let at = 0; at < 16; at++) words[at] = view.getUint32(block + 4 * at);
    for (let at = 16; at < 64; at++) {
      const first = turned(words[at - 15], 7) ^ turned(words[at - 15], 18) ^ (words[at - 15] >>> 3);
      const second = turned(words[at - 2], 17) ^ turned(words[at - 2], 19) ^ (words[at - 2] >>> 10);
      words[at] = words[at - 16] + first + words[at - 7] + second;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at++) {
      const one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + constants[at] + words[at];
      const two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] = (state[at] + word) | 0));
  }
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

const saved = JSON.parse(document.getElementById("evidence").textContent);
const placesOf = (citations) => citations.flatMap((each) => [each, ...placesOf(each.repeats)]);
const places = saved.filter((each) => "citations" in each).flatMap((answer) => placesOf([...answer.citations, ...answer.possible]));
const shown = [...document.querySelectorAll(".place")];
const articles = new Map(); // by id: the text in code points, and its hash

async function readArticles() {
  for (const { id, text } of saved.filter((each) => "text" in each && !("citations" in each)))
    articles.set(id, { text: Array.from(text), hash: await sha256(new TextEncoder().encode(text)) });
}

function problem(place, part) {
  const words = (selector) => part.querySelector(selector)?.textContent ?? "";
  if (words(".sentence") !== place.context || words("mark") !== place.quote) return "the words shown are not those that were saved";
  if (words("h3") !== (place.title || "(no title)") || words(".id") !== place.article_id) return "the article shown is not the one that was saved";
  if ((part.querySelector("time")?.dateTime ?? null) !== place.published) return "the date shown is not the one that was saved";
  const link = part.querySelector("a")?.getAttribute("href");
  if (link && !link.startsWith((place.url ?? place.source).split("#")[0])) return "the address shown is not the one that was saved";
  if (words(".offsets") !== `${place.start}–${place.end}`) return "the place shown is not the one that was saved";
  const article = articles.get(place.article_id);
  if (!article) return "the text of its article is not in this file";
  if (words(".hash") !== article.hash || !article.hash.startsWith(place.article_id)) return "the text is not the one that its hash names";
  const { start, end, context_start: from } = place;
  const { text } = article;
  if (!(from >= 0 && from <= start && start < end && end <= text.length)) return "its place lies outside of the text";
  if (text.slice(start, end).join("") !== place.quote) return "the article has other words at this place";
  if (text.slice(from, from + Array.from(place.context).length).join("") !== place.context) return "the article has another sentence around this place";
  return null;
}

function rule(part, found) {
  const told = document.createElement("p");
  told.className = "checked";
  told.textContent = found ? `Does not hold: ${found}.` : "Holds, word for word.";
  part.classList.add(found ? "fails" : "holds");
  part.append(told);
}

function showWhole(part, place) {
  const article = articles.get(place.article_id);
  if (!article) return;
  const details = document.createElement("details");
  details.innerHTML = "<summary>The whole text</summary>"; // no word of an article in here
  const whole = document.createElement("p");
  whole.className = "whole";
  const mark = document.createElement("mark");
  const { text } = article;
  mark.textContent = text.slice(place.start, place.end).join("");
  whole.append(text.slice(0, place.start).join(""), mark, text.slice(place.end).join(""));
  details.append(whole);
  part.append(details);
}

(async () => {
  await readArticles();
  let failed = 0;
  places.forEach((place, at) => {
    if (!shown[at]) return;
    const found = problem(place, shown[at]);
    failed += found !== null;
    rule(shown[at], found);
    showWhole(shown[at], place);
  });
  const missing = Math.abs(places.length - shown.length);
  const ruling = document.getElementById("ruling");
  const holds = !failed && !missing && places.length > 0;
  ruling.className = holds ? "holds" : "fails";
  if (holds) ruling.textContent = `Checked just now, here: all ${places.length} quotes stand in their articles, word for word.`.replace("all 1 quotes stand in their articles", "the quote stands in its article");
  else if (!places.length) ruling.textContent = "There is no quote on this sheet.";
  else if (missing) ruling.textContent = "Checked just now, here: quotes were added to this page, or taken from it.";
  else ruling.textContent = `Checked just now, here: ${failed} of ${places.length} quotes do not hold. They say why.`;
})();
