// What is not saved is marked, is not lost by leaving, and is not mistaken for what a button acts on.
{
  const form = document.querySelector("#issue_form, #text_form");
  let sending = false;

  const changed = (field) =>
    field.type === "checkbox" || field.type === "radio"
      ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT"
        ? [...field.options].some((option) => option.selected !== option.defaultSelected) && !field.matches(".to")
        : field.value !== field.defaultValue;

  // Order, additions and deletions have no field of their own to compare.
  const shape = () => [...form.querySelectorAll(".djn-inline-form:not(.djn-empty-form)")].map(
    (row) => `${row.dataset.uid || row.querySelector("[name$='-id']")?.value || row.id}${row.matches(".grp-predelete") ? "-" : ""}`,
  ).join(" ");

  const visible = (field) => field.matches("input, select, textarea") && field.name && field.type !== "hidden" && !field.name.includes("__prefix__");
  let before = null;

  const look = () => {
    before ??= shape();
    // A form that was refused holds what is saved nowhere.
    let any = shape() !== before || form.querySelector(".refused") !== null;
    for (const row of form.querySelectorAll(".item, .brief, .section > .line")) row.classList.remove("is-changed");
    for (const field of form.elements) {
      if (!visible(field) || !changed(field)) continue;
      any = true;
      field.closest(".item, .brief, .line")?.classList.add("is-changed");
    }
    form.classList.toggle("is-unsaved", any);
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
  document.addEventListener("formset:added", soon);
  new MutationObserver(soon).observe(form, { childList: true, subtree: true });

  form.addEventListener("submit", () => {
    sending = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && look()) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".choice")) return;
    if (look() && !window.confirm(form.dataset.unsaved)) event.preventDefault();
    else sending = true;
  });
  // Going over to the other way of writing takes along what is not saved: by saving it.
  document.addEventListener("click", (event) => {
    const way = event.target.closest(".ways a[data-way]");
    if (!way || event.ctrlKey || event.metaKey || event.shiftKey || !form.querySelector("[name=_save]") || !look()) return;
    event.preventDefault();
    form.querySelector("[name=then]")?.remove();
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "then", value: way.dataset.way }));
    form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.querySelector("[name=_save]")?.click();
    }
  });

  // The browser may have kept what was typed over a reload; what the server sent is what counts as saved.
  requestAnimationFrame(look);
}
