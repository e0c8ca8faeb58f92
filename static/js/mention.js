// While somebody types a name after an @, the people whom it may become are offered.
{
  const list = document.createElement("ul");
  list.className = "names";
  list.id = "names";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  let area = null;
  let chosen = 0;

  const people = [...(document.getElementById("people")?.options ?? [])].map((one) => ({ name: one.value, called: one.textContent }));

  // What stands between the last @ and the cursor, if nothing before the @ runs into it.
  const typed = () => /(?<![A-Za-z0-9_.+@-])@([^\s@]*)$/.exec(area.value.slice(0, area.selectionStart))?.[1];

  const fitting = (begun) => {
    const wanted = begun.toLowerCase();
    return people.filter((one) => one.name.toLowerCase().startsWith(wanted) || (wanted && one.called.toLowerCase().startsWith(wanted))).slice(0, 8);
  };

  const close = () => {
    list.hidden = true;
    area?.removeAttribute("aria-activedescendant");
  };

  const choose = (number) => {
    const all = [...list.children];
    chosen = (number + all.length) % all.length;
    all.forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
    area.setAttribute("aria-activedescendant", all[chosen].id);
  };

  const offer = () => {
    const begun = typed();
    const found = begun === undefined ? [] : fitting(begun);
    if (!found.length) return close();
    list.replaceChildren(
      ...found.map((one, at) => {
        const line = document.createElement("li");
        line.id = `name-${at}`;
        line.dataset.name = one.name;
        line.setAttribute("role", "option");
        const called = document.createElement("small");
        called.textContent = ` ${one.called}`;
        line.append(`@${one.name}`, called);
        return line;
      }),
    );
    area.setAttribute("aria-controls", list.id);
    area.after(list);
    list.hidden = false;
    list.style.top = `${area.offsetTop + area.offsetHeight}px`;
    list.style.left = `${area.offsetLeft}px`;
    choose(0);
  };

  const take = (line) => {
    const end = area.selectionStart;
    const start = end - typed().length;
    area.setRangeText(`${line.dataset.name} `, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-mentions]")) return;
    area = event.target;
    offer();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== area) return;
    if (list.hidden) {
      // As everywhere: what one writes is sent by the one chord.
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) area.form.requestSubmit();
      return;
    }
    const act = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Enter: () => take(list.children[chosen]),
      Tab: () => take(list.children[chosen]),
      Escape: close,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const line = event.target.closest("li");
    if (line) take(line);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === area) close();
  });
}
