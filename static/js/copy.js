// A button that copies the text of a field; without it, the field's text can be selected.
{
  const copy = async (field) => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // over plain http, browsers keep the clipboard from scripts
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await copy(document.getElementById(button.dataset.copy));
    const label = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });

  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".address input")) event.target.select();
  });
}
