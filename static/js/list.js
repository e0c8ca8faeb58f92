// On a narrow page, the filters are folded away: a dot says that some are set.
if (window.matchMedia("(max-width: 48rem)").matches) document.querySelector("details.filters").open = false;
