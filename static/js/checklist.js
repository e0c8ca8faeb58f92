// What is still to do follows what is typed, as the server sees it; a click on it leads to its field.
{
  const form = document.getElementById("issue_form");
  const panel = document.querySelector(".problems");
  const list = panel?.querySelector(".checklist");
  const own = (row, selector) =>
    [...row.querySelectorAll(selector)].find((found) => found.closest(".djn-inline-form") === row);

  // A row is known by its uid; a new one by the name of its fields; a section of a saved list by its number.
  const rowOf = ({ uid, row, section }) => {
    if (row) return document.getElementById(row);
    if (uid) return form.querySelector(`[data-uid="${CSS.escape(uid)}"]`);
    return section === undefined ? form : form.querySelectorAll(".section:not(.djn-empty-form)")[section];
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".problems a[data-field]");
    const row = link && rowOf(link.dataset);
    if (!row) return;
    event.preventDefault();
    const { field } = link.dataset;
    const opener = row.closest?.(".item")?.querySelector(".opener[aria-expanded=false]");
    opener?.click();
    row.closest?.(".section")?.dispatchEvent(new Event("section:unfold", { bubbles: true }));
    const target =
      [row === form ? form.elements[field] : own(row, `[name$='-${field}']`)].find((found) => found && !found.hidden) ??
      (field === "follows" ? own(row, ".unfollow") : null) ??
      row.querySelector(`.${field || "none"} textarea`) ??
      row.querySelector("textarea, input:not([type=hidden], [hidden])") ??
      row;
    target.closest("details")?.setAttribute("open", "");
    if (field === "lead") target.closest(".section")?.classList.add("is-led");
    target.scrollIntoView({ block: "center" });
    target.focus();
  });

  const mark = () => {
    const worst = new Map();
    for (const link of list.querySelectorAll("a[data-field]")) {
      const row = rowOf(link.dataset)?.closest?.(".item, .brief");
      const stops = link.closest(".is-blocker") !== null;
      if (row) worst.set(row, worst.get(row) || stops);
    }
    for (const dot of form.querySelectorAll(".djn-inline-form:not(.djn-empty-form) .dot")) {
      const row = dot.closest(".item, .brief");
      dot.hidden = !worst.has(row);
      dot.className = `dot is-${worst.get(row) ? "blocker" : "warning"}`;
    }
  };

  // As it would be sent, without files, and in the order that is seen: nested-admin numbers rows only on sending.
  const typed = () => {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    for (const rows of form.querySelectorAll(".djn-items")) {
      [...rows.children].forEach((row, number) => {
        if (data.has(`${row.id}-position`)) data.set(`${row.id}-position`, number);
      });
    }
    return data;
  };

  if (panel?.dataset.check) {
    let asked = "";
    let waiting = 0;
    let asking = null;

    const ask = async () => {
      // Nobody's place in the list is taken from under them.
      if (list.contains(document.activeElement)) return soon();
      const data = typed();
      const text = JSON.stringify([...data]);
      if (text === asked) return;
      asked = text;
      asking?.abort();
      asking = new AbortController();
      try {
        const answer = await fetch(panel.dataset.check, { method: "POST", body: data, signal: asking.signal });
        if (!answer.ok || answer.redirected) return;
        const open = list.querySelector(".passed")?.open;
        list.innerHTML = await answer.text();
        list.querySelector(".passed").open = open;
        mark();
        say(list.querySelector(".state").textContent.replace(/\s+/g, " ").trim());
      } catch {
        asked = ""; // another one is under way, or the network is gone: the next word asks again
      }
    };

    const said = panel.querySelector("[role=status]");
    const say = (text) => {
      if (said.textContent !== text) said.textContent = text;
    };

    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 600);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("click", (event) => {
      if (event.target.closest(".delete")) soon();
    });
    document.addEventListener("formset:added", soon);
    document.addEventListener("formset:removed", soon);
    window.django.jQuery(document).on("djnesting:mutate", soon);
  }
}
