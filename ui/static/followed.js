// Questions that stay: asked again when articles have come in

const followedPart = find("#followed");
const followedCount = () => +(followedPart.querySelector("[data-count]")?.dataset.count ?? 0);

async function showFollowed(by = "followed") {
  const html = await call(by, null);
  if (html === null) return;
  followedPart.querySelector(".inside").innerHTML = html;
  find("#followed-count").textContent = followedCount() ? ` (${followedCount()})` : "";
  followedPart.querySelector("[data-does=look-again]").hidden = !followedCount();
}

// After articles have come in: whoever follows nothing asks for nothing
async function lookAgain() {
  if (!followedCount()) return;
  const fresh = () => followedPart.querySelectorAll(".fresh li").length;
  const before = fresh();
  say("Looking for new answers");
  await showFollowed("look_again");
  if (fresh() > before) followedPart.open = true;
  say(fresh() > before ? "There are new answers to questions you follow" : "No new answers");
}

Object.assign(deeds, {
  follow: async (turn, button) => {
    const trouble = await call("follow", turn);
    if (trouble === null) return;
    const words = trouble ? "Could not be followed" : "Followed";
    button.firstChild.textContent = words;
    say(words);
    await showFollowed();
  },
  unfollow: async (id) => {
    await call("unfollow", id);
    await showFollowed();
    say("Not followed any more");
    followedPart.querySelector("summary").focus();
  },
  "look-again": lookAgain,
});

showFollowed();
