// Who is signed in, and what the page offers to them. What it does not offer the server refuses as well.

call("who", null).then((html) => {
  if (html === null) return;
  find("#who").innerHTML = html;
  const { role } = find("#who [data-role]")?.dataset ?? {};
  if (role) frame.dataset.role = role;
  if (find("#who a")) frame.dataset.signedIn = "";
});

deeds.share = async (id, button) => {
  const address = await call("share", { id });
  if (address === null) return;
  if (address.startsWith("<")) button.closest("li").insertAdjacentHTML("beforeend", address);
  else copied(new URL(address, document.baseURI).href, button, "Share with those who sign in here");
};

deeds.unshare = async (id, button) => {
  if ((await call("unshare", { id })) !== null) say("Nobody else can read this conversation any more.");
};
