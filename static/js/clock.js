// How far away an instant is stays true while the page is open; the server said it first.
{
  const sizes = [24 * 60, 60, 1];

  const length = (minutes, units) => {
    const counts = sizes.map((size) => {
      const count = Math.floor(minutes / size);
      minutes -= count * size;
      return count;
    });
    const first = counts.findIndex(Boolean);
    return counts
      .map((count, place) => (count && place >= first && place < first + 2 ? `${count} ${units[place]}` : ""))
      .filter(Boolean)
      .join(" ");
  };

  const tell = () => {
    for (const clock of document.querySelectorAll("time.clock")) {
      const away = new Date(clock.dateTime) - Date.now();
      const minutes = Math.floor(Math.abs(away) / 60_000);
      const { ahead, behind, now, units } = clock.dataset;
      const said = minutes === 0 ? now : away > 0 ? ahead : behind;
      clock.textContent = said.replace("{time}", length(minutes, units.split(" ")));
    }
  };

  setInterval(tell, 15_000);
  // A computer that slept has missed its minutes.
  document.addEventListener("visibilitychange", tell);
}
