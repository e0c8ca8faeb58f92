// The focal point of a picture: a click on it, or arrow keys on its mark, move it; two number fields keep it.
{
  const SHAPE = 1200 / 630;
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const within = (value, most) => Math.min(Math.max(value, 0), most);

  // Where CSS has to cut a picture of this length so that the point is as near the middle of `part` as can be.
  const cut = (length, part, point) =>
    length - part < 1 ? 50 : (100 * within(point * length - part / 2, length - part)) / (length - part);

  for (const box of document.querySelectorAll(".focal")) {
    const picture = box.querySelector("img");
    const fields = [document.getElementById(box.dataset.x), document.getElementById(box.dataset.y)];
    if (fields.includes(null)) continue;
    const crop = box.parentElement.querySelector(".focal-crop img");
    const mark = document.createElement("button");
    mark.type = "button";
    mark.className = "focal-mark";
    box.append(mark);

    const show = () => {
      const [x, y] = fields.map((field) => within(Number(field.value), 100));
      mark.style.left = `${x}%`;
      mark.style.top = `${y}%`;
      mark.setAttribute("aria-label", box.dataset.label.replace("{x}", x).replace("{y}", y));
      const { naturalWidth: width, naturalHeight: height } = picture;
      if (!crop || !width) return;
      const across = cut(width, Math.min(width, height * SHAPE), x / 100);
      const down = cut(height, Math.min(height, width / SHAPE), y / 100);
      crop.style.objectPosition = `${across}% ${down}%`;
    };

    const move = (...point) => {
      fields.forEach((field, axis) => {
        field.value = Math.round(within(point[axis], 100));
      });
      fields[1].dispatchEvent(new Event("input", { bubbles: true }));
    };

    picture.addEventListener("click", (event) => {
      const place = picture.getBoundingClientRect();
      move((100 * (event.clientX - place.left)) / place.width, (100 * (event.clientY - place.top)) / place.height);
      mark.focus();
    });
    mark.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 2;
      move(...fields.map((field, axis) => Number(field.value) + far * step[axis]));
    });
    picture.addEventListener("load", show);
    for (const field of fields) field.addEventListener("input", show);
    show();
  }
}
