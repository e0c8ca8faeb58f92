// Shows earlier stories with the same link or a near headline while one types; a click makes the story an update to one.
{
  const form = document.getElementById("issue_form");
  const waiting = new WeakMap();
  const asking = new WeakMap();
  const field = (item, name) => item.querySelector(`[name$='-${name}']`);

  const ask = async (item) => {
    const place = item.querySelector(".duplicates");
    asking.get(item)?.abort();
    const asked = new AbortController();
    asking.set(item, asked);
    const query = new URLSearchParams({
      headline: field(item, "headline").value,
      link: field(item, "link").value,
      uid: item.dataset.uid,
      follows: field(item, "follows").value,
    });
    try {
      const answer = await fetch(`${form.dataset.duplicates}?${query}`, { signal: asked.signal });
      if (!answer.ok || answer.redirected) return;
      const found = (await answer.text()).trim();
      // Set only where it differs: a screen reader says what changes.
      if (place.dataset.found !== found) place.innerHTML = place.dataset.found = found;
    } catch {
      // Another question is under way, or the network is gone: the next word asks again.
    }
  };

  form.addEventListener("input", (event) => {
    const item = event.target.closest(".item");
    if (!item?.querySelector(".duplicates") || !event.target.matches("[name$='-headline'], [name$='-link']")) return;
    clearTimeout(waiting.get(item));
    waiting.set(item, setTimeout(ask, 350, item));
  });

  const follow = (item, uid, named = "", address = "") => {
    const line = item.querySelector(".following");
    const link = line.querySelector(".followed");
    link.textContent = named;
    link.href = address;
    line.hidden = !uid;
    field(item, "follows").value = uid;
    field(item, "follows").dispatchEvent(new Event("input", { bubbles: true }));
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest(".follow, .unfollow");
    if (!button) return;
    const item = button.closest(".item");
    if (button.matches(".follow")) {
      const address = button.closest("li").querySelector("a").href;
      follow(item, button.dataset.uid, button.dataset.named, address);
      const place = item.querySelector(".duplicates");
      place.innerHTML = place.dataset.found = "";
      item.querySelector(".unfollow").focus();
    } else {
      follow(item, "");
      field(item, "headline").focus();
      ask(item);
    }
  });
}
