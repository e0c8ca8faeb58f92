// Text areas grow with their text where CSS alone cannot do it yet.
if (!CSS.supports("field-sizing", "content")) {
  const grow = (area) => {
    if (!area.offsetParent) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  const all = () => document.querySelectorAll("textarea").forEach(grow);
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) grow(event.target);
  });
  // A story that opens shows areas that had no height before.
  document.addEventListener("click", () => requestAnimationFrame(all));
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea")) grow(event.target);
  });
  all();
}
