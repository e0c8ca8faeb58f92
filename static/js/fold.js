// Stories are one line each until opened; the line says what the form inside it holds.
{
  const form = document.getElementById("issue_form");
  const own = (row, selector) =>
    [...row.querySelectorAll(selector)].find((found) => found.closest(".djn-inline-form") === row);

  const open = (item, wanted) => {
    item.classList.toggle("is-open", wanted);
    own(item, ".opener").setAttribute("aria-expanded", String(wanted));
  };

  const host = (link) => {
    try {
      return new URL(link.trim()).hostname.replace(/^www\./, "");
    } catch {
      return "";
    }
  };

  // Text is set only where it differs: the observer below would see its own work for ever.
  const say = (place, text) => {
    if (place && place.textContent !== text) place.textContent = text;
  };

  const describe = (item) => {
    const headline = own(item, "[name$='-headline']").value.trim();
    const place = own(item, ".headline");
    say(place, headline || form.dataset.untitled);
    place.classList.toggle("is-missing", !headline);
    say(own(item, ".domain"), host(own(item, "[name$='-link']").value));
  };

  const rows = (group) =>
    group.querySelectorAll(
      ":scope > .djn-items > .djn-inline-form:not(.djn-empty-form, .grp-predelete, .ui-sortable-placeholder, .ui-sortable-helper)",
    );

  const count = () => {
    for (const place of form.querySelectorAll("[data-count]")) {
      const row = place.closest(".djn-inline-form");
      if (row.matches(".djn-empty-form")) continue;
      const kind = place.dataset.count;
      const group = [...row.querySelectorAll(`.djn-group.${kind}`)].find(
        (found) => found.parentElement.closest(".djn-inline-form") === row,
      );
      const number = group ? rows(group).length : 0;
      const [one, many] = form.dataset[kind].split("|");
      say(place, number === 0 ? "" : number === 1 ? one : many.replace("{}", number));
    }
  };

  const items = () => form.querySelectorAll(".item:not(.djn-empty-form)");

  form.addEventListener("click", (event) => {
    const opener = event.target.closest(".opener");
    if (opener) {
      const item = opener.closest(".item");
      open(item, !item.classList.contains("is-open"));
    }
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest(".add-lead");
    if (!button) return;
    const section = button.closest(".section");
    section.classList.add("is-led");
    own(section, "[name$='-lead']").focus();
  });

  form.addEventListener("input", (event) => {
    const item = event.target.closest(".item");
    if (item) describe(item);
  });

  // A new story opens, and the cursor is where its first words go.
  document.addEventListener("formset:added", (event) => {
    const row = event.target;
    if (!(row instanceof Element)) return;
    if (row.matches(".item")) {
      describe(row);
      open(row, true);
    }
    own(row, "input[type=text], textarea")?.focus();
    count();
  });

  new MutationObserver(count).observe(form, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["class"],
  });

  for (const item of items()) {
    describe(item);
    // Who cannot write came to read.
    const read = form.matches(".is-readonly");
    if (read || item.matches(".has-errors") || item.querySelector(".errorlist")) open(item, true);
  }
  // What is folded and filled says so; what has an error is open.
  for (const fold of form.querySelectorAll("[data-fold]")) {
    const filled = [...fold.querySelectorAll("input:not([type=hidden]):not([type=checkbox]):not([type=file]), textarea")].some((one) => one.value);
    fold.classList.toggle("is-filled", filled || fold.querySelector(".file-upload, img[src], a") !== null);
    if (fold.querySelector(".errorlist")) fold.open = true;
  }
  count();
  form.classList.add("is-ready");
}
