// The review screen: the page and the column beside it in step, sign-offs saved at once, all of it by keyboard.
{
  const column = document.querySelector(".judge");
  const frame = document.querySelector(".page iframe");
  const entries = [...document.querySelectorAll(".entry")];
  const stories = entries.filter((entry) => entry.matches(".is-item"));
  let current = null;
  let jumped = 0; // when the page was last scrolled from here: that scroll says nothing about the reader

  const mark = (entry) => {
    if (entry === current) return;
    current?.classList.remove("is-current");
    current?.querySelector(".to").removeAttribute("aria-current");
    current = entry;
    current?.classList.add("is-current");
    current?.querySelector(".to").setAttribute("aria-current", "true");
  };

  const place = (entry) => frame?.contentDocument?.getElementById(entry.dataset.anchor);

  const show = (entry) => {
    mark(entry);
    jumped = Date.now();
    // The frame alone: scrollIntoView would move the page that it stands in too.
    const spot = place(entry)?.getBoundingClientRect();
    if (spot) frame.contentWindow.scrollTo({ top: frame.contentWindow.scrollY + spot.top - 24 });
  };

  const follow = () => {
    if (Date.now() - jumped < 300) return;
    const line = frame.contentWindow.innerHeight / 3;
    const above = entries.filter((entry) => place(entry)?.getBoundingClientRect().top <= line);
    // The order of the column is that of the page.
    const entry = above.at(-1) ?? entries[0];
    if (entry === current) return;
    mark(entry);
    if (!column.contains(document.activeElement)) entry.scrollIntoView({ block: "nearest" });
  };

  const ready = () => {
    const inside = frame.contentDocument;
    if (!inside?.body) return;
    // Links of the page open beside it; those to its own parts stay.
    for (const link of inside.querySelectorAll("a[href^='#']")) link.target = "_self";
    let waiting = 0;
    inside.addEventListener("scroll", () => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(follow);
    });
    inside.addEventListener("keydown", press);
    const target = document.getElementById(location.hash.slice(1))?.closest(".entry");
    show(target || current || entries[0]);
  };

  const save = async (form) => {
    const box = form.elements.read;
    const status = column.querySelector(".status");
    status.textContent = "";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "fetch" },
      });
      if (answer.redirected) throw new Error(column.dataset.gone);
      if (answer.status === 409) throw new Error(await answer.text());
      if (!answer.ok) throw new Error(column.dataset.lost);
      column.querySelector(".verdict").innerHTML = await answer.text();
    } catch (error) {
      box.checked = !box.checked;
      status.textContent = error instanceof TypeError ? column.dataset.lost : error.message;
    }
  };

  // One after the other, so that the last answer is about the last sign-off.
  let saving = Promise.resolve();
  column.addEventListener("change", (event) => {
    const form = event.target.closest(".sign-off");
    if (form) saving = saving.then(() => save(form));
  });

  column.addEventListener("click", (event) => {
    const link = event.target.closest(".to");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !frame?.contentDocument) return;
    event.preventDefault();
    show(link.closest(".entry"));
  });

  column.addEventListener("focusin", (event) => {
    const entry = event.target.closest(".entry");
    if (entry && entry !== current) show(entry);
  });

  const step = (by) => {
    const here = entries.indexOf(current);
    const next = by > 0 ? stories.find((story) => entries.indexOf(story) > here) : stories.findLast((story) => entries.indexOf(story) < here);
    if (!next) return;
    show(next);
    next.querySelector(".to").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  const keys = {
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    x: () => current?.querySelector(".sign-off [name=read]")?.click(),
    c: () => {
      const talk = current?.querySelector(":scope > .say");
      if (!talk) return;
      talk.open = true;
      talk.querySelector("textarea").focus();
    },
  };
  keys[" "] = keys.x;

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest?.("textarea, select, input:not([type=checkbox])")) return;
    // Space presses what has the focus, if that can be pressed.
    if (event.key === " " && event.target.closest?.("button, summary, input")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
  document.addEventListener("keydown", press);

  if (frame) {
    frame.addEventListener("load", ready);
    if (frame.contentDocument?.readyState === "complete") ready();
  }
}
