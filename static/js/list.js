// On a narrow page, filters that are not in use are folded away.
{
  const filters = document.querySelector("details.filters");
  if (window.matchMedia("(max-width: 48rem)").matches && !filters.dataset.active) filters.open = false;
}
