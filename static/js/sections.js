// Sections fold to their line, which counts what is in them. The browser remembers which ones, for each issue.
{
  const form = document.getElementById("issue_form");
  const KEY = `folded:${location.pathname}`;
  const all = () => [...form.querySelectorAll(".section:not(.djn-empty-form)")];
  const items = () => [...form.querySelectorAll(".item:not(.djn-empty-form)")];
  const id = (section) => section.querySelector(":scope > [name$='-id']")?.value ?? "";

  const remembered = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? [];
    } catch {
      return []; // a browser that keeps nothing
    }
  };
  const remember = () => {
    const folded = all().filter((section) => section.matches(".is-folded")).map(id).filter(Boolean);
    try {
      if (folded.length) localStorage.setItem(KEY, JSON.stringify(folded));
      else localStorage.removeItem(KEY);
    } catch {
      // Then it is for this page only.
    }
  };

  // Each button says what it would do now.
  const buttons = [...form.querySelectorAll(".folding button")];
  const isOpen = { sections: () => all().some((one) => !one.matches(".is-folded")), items: () => items().some((one) => one.matches(".is-open")) };
  const say = () => {
    for (const button of buttons) {
      const { all: kind, open, close } = button.dataset;
      const text = isOpen[kind]() ? close : open;
      if (button.textContent !== text) button.textContent = text;
    }
  };

  const fold = (section, wanted) => {
    section.classList.toggle("is-folded", wanted);
    section.querySelector(":scope > .line .folder").setAttribute("aria-expanded", String(!wanted));
  };

  form.addEventListener("click", (event) => {
    const folder = event.target.closest(".folder");
    const button = event.target.closest(".folding button");
    if (folder) {
      const section = folder.closest(".section");
      fold(section, !section.matches(".is-folded"));
    } else if (button?.dataset.all === "sections") {
      const wanted = isOpen.sections();
      for (const section of all()) fold(section, wanted);
    } else if (button) {
      const wanted = !isOpen.items();
      for (const item of items()) {
        if (item.matches(".is-open") === wanted) continue;
        item.querySelector(":scope > .line .opener").click();
        if (wanted) fold(item.closest(".section"), false);
      }
      button.focus();
    }
    if (folder || button) remember();
    say();
  });

  // Somebody is led into a section, or adds to it: then it is open.
  const unfold = (event) => {
    const section = event.target.closest?.(".section.is-folded");
    if (section) fold(section, false);
    remember();
    say();
  };
  form.addEventListener("section:unfold", unfold);
  document.addEventListener("formset:added", unfold);

  const folded = new Set(remembered());
  for (const section of all()) fold(section, folded.has(id(section)) && !section.querySelector(".errorlist"));
  say();
}
