// What is not saved is marked, is not lost by leaving, and is not mistaken for what a button acts on.
// For each form with data-unsaved; it hears `unsaved:looked` after each change, while there is one.
{
  let sending = false;

  const changed = (field) =>
    field.type === "checkbox" || field.type === "radio"
      ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT"
        ? [...field.options].some((option) => option.selected !== option.defaultSelected) && !field.matches(".to")
        : field.value !== field.defaultValue;

  // Order, additions and deletions have no field of their own to compare.
  const shape = (form) => [...form.querySelectorAll(".djn-inline-form:not(.djn-empty-form)")].map(
    (row) => `${row.dataset.uid || row.querySelector("[name$='-id']")?.value || row.id}${row.matches(".grp-predelete") ? "-" : ""}`,
  ).join(" ");

  const visible = (field) => field.matches("input, select, textarea") && field.name && field.type !== "hidden" && !field.name.includes("__prefix__");

  const watch = (form) => {
    let before = null;

    const look = () => {
      before ??= shape(form);
      // A form that was refused or brought back holds what is saved nowhere.
      let any = shape(form) !== before || form.querySelector(".refused, .restored") !== null;
      for (const row of form.querySelectorAll(".item, .brief, .section > .line")) row.classList.remove("is-changed");
      for (const field of form.elements) {
        if (!visible(field) || !changed(field)) continue;
        any = true;
        field.closest(".item, .brief, .line")?.classList.add("is-changed");
      }
      const was = form.classList.contains("is-unsaved");
      form.classList.toggle("is-unsaved", any);
      if (any || was) form.dispatchEvent(new Event("unsaved:looked"));
      return any;
    };

    let waiting = 0;
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(look, 150);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("click", soon);
    form.addEventListener("submit", look);
    document.addEventListener("formset:added", soon);
    new MutationObserver(soon).observe(form, { childList: true, subtree: true });
    // The browser may have kept what was typed over a reload; what the server sent is what counts as saved.
    requestAnimationFrame(look);
    return look;
  };

  const looks = new Map([...document.querySelectorAll("form[data-unsaved]")].map((form) => [form, watch(form)]));
  const unsaved = () => [...looks].filter(([, look]) => look()).map(([form]) => form);

  window.addEventListener("beforeunload", (event) => {
    if (unsaved().length > 0 && !sending) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (event.target.matches(".choice")) {
      const question = unsaved().map((form) => form.dataset.unsaved).find(Boolean);
      if (question && !window.confirm(question)) return event.preventDefault();
    }
    sending = looks.has(event.target) || event.target.matches(".choice, .bringing");
  });
  // Going over to the other way of writing takes along what is not saved: by saving it.
  document.addEventListener("click", (event) => {
    const way = event.target.closest(".ways a[data-way]");
    const [form] = unsaved();
    if (!way || event.ctrlKey || event.metaKey || event.shiftKey || !form?.querySelector("[name=_save]")) return;
    event.preventDefault();
    form.querySelector("[name=then]")?.remove();
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "then", value: way.dataset.way }));
    form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    if (!((event.ctrlKey || event.metaKey) && event.key === "s")) return;
    event.preventDefault();
    const form = document.activeElement?.closest("form[data-unsaved]") ?? [...looks.keys()][0];
    form?.querySelector("[type=submit]")?.click();
  });
}
