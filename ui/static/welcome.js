// The page before the first question: what the articles answer is found out behind it

const GUIDE_AFTER = 4000; // milliseconds until it is asked for, and between two looks whether it is there
let guideTimer = 0;

async function fetchGuide() {
  guideTimer = 0;
  if (!find(".welcome .awaited")) return;
  if (inLibrary() || document.hidden) {
    guideTimer = setTimeout(fetchGuide, GUIDE_AFTER);
    return;
  }
  const html = await call("welcome_guide", null);
  const place = find("#guide");
  if (html === null || !place?.querySelector(".awaited")) return;
  place.innerHTML = html;
}

settled.push(() => {
  if (!guideTimer && find(".welcome .awaited")) guideTimer = setTimeout(fetchGuide, GUIDE_AFTER);
});
