// Order by keyboard: up, down, and to another section. nested-admin numbers the rows when the form is sent.
{
  const $ = window.django.jQuery;
  const form = document.getElementById("issue_form");
  const ROW = ".djn-inline-form:not(.djn-empty-form)";

  const beside = (row, way) => {
    let next = row;
    do {
      next = next[way];
    } while (next && !next.matches(ROW));
    return next;
  };

  const moved = (row, button) => {
    form.dispatchEvent(new Event("input", { bubbles: true }));
    row.classList.add("is-moved");
    button.focus();
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest(".up, .down");
    if (!button) return;
    const row = button.closest(ROW);
    if (button.matches(".up")) beside(row, "previousElementSibling")?.before(row);
    else beside(row, "nextElementSibling")?.after(row);
    moved(row, button);
  });

  // In any field of a row: Alt and an arrow.
  form.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key) || event.target.matches("select")) return;
    const row = event.target.closest(ROW);
    const button = row?.querySelector(`:scope > .line .${event.key === "ArrowUp" ? "up" : "down"}`);
    if (!button) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.target;
    button.click();
    event.target.focus();
    if (typeof selectionStart === "number") event.target.setSelectionRange(selectionStart, selectionEnd);
  });

  // A new row that is taken out again takes the focus with it: it goes to the row beside it, or to the button for more.
  form.addEventListener("click", (event) => {
    const button = event.target.closest(".djn-remove-handler");
    if (!button) return;
    const row = button.closest(ROW);
    const group = row.closest(".djn-group");
    const next = beside(row, "nextElementSibling") ?? beside(row, "previousElementSibling");
    setTimeout(() => {
      const target = next?.isConnected && next.querySelector(":scope > .line :is(.opener, input[type=text], textarea)");
      (target || group.querySelector(":scope > .djn-add-item button"))?.focus();
    }, 0);
  }, { capture: true });

  // What is kept in the browser has the order too.
  form.addEventListener("local-copy:reading", () => {
    for (const list of form.querySelectorAll(".djn-items")) {
      list.querySelectorAll(`:scope > ${ROW}`).forEach((row, number) => {
        const position = form.elements.namedItem(`${row.id}-position`);
        if (position) position.value = number;
      });
    }
  });

  // A row is saved where its names say. nested-admin can put a refused drag back without telling them.
  $(document).on("djnesting:mutate", () => {
    for (const row of form.querySelectorAll(`${ROW}:not(.ui-sortable-placeholder, .ui-sortable-helper)`)) {
      const group = row.closest(".djn-group");
      const prefix = group.id.replace(/-group$/, "");
      if (!row.id || row.closest(".djn-empty-form") || row.id.replace(/-\d+$/, "") === prefix) continue;
      $(group).djangoFormset().spliceInto($(row));
      return; // which says again that something moved
    }
  });

  const sections = () => [...form.querySelectorAll(`.section${ROW.replace(".djn-inline-form", "")}:not(.grp-predelete)`)];

  // The list of sections is made when it is about to be shown: titles change while one writes.
  const fill = (select) => {
    const here = select.closest(".section");
    select.replaceChildren(select.options[0]);
    sections().forEach((section, number) => {
      if (section === here) return;
      const title = section.querySelector("[name$='-title']").value.trim();
      select.add(new Option(`→ ${title || number + 1}`, section.id));
    });
  };
  for (const kind of ["pointerdown", "focusin"]) {
    form.addEventListener(kind, (event) => {
      if (event.target.matches?.("select.to")) fill(event.target);
    });
  }

  form.addEventListener("change", (event) => {
    const select = event.target;
    if (!select.matches("select.to") || !select.value) return;
    const row = select.closest(".item, .brief");
    const kind = row.matches(".item") ? "items" : "briefs";
    const group = document.getElementById(`${select.value}-${kind}-group`);
    const number = group.querySelectorAll(":scope > .djn-items > .djn-item").length - 1;
    select.value = "";
    $(group).djangoFormset().spliceInto($(row), number);
    row.dispatchEvent(new Event("section:unfold", { bubbles: true })); // what has the focus is seen
    moved(row, select);
  });
}
