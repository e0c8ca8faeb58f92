// Pictures that are dropped, pasted or chosen are stored at once: a text names them, the cover shows them.
{
  const form = document.getElementById("issue_form");
  const dialog = document.getElementById("describe");
  const TEXTS = "textarea[name$='-body'], textarea[name$='-lead'], textarea[name='intro']";

  const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const pictures = (data) => [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  const carries = (event) => event.dataTransfer?.types.includes("Files");

  // What is happening is said beside the field that it happens to.
  const sayAt = (place) => {
    let line = place.querySelector(":scope > .progress");
    if (!line) {
      line = document.createElement("p");
      line.className = "progress";
      line.setAttribute("role", "status");
      place.append(line);
    }
    return (sentence, isBad = false) => {
      line.textContent = sentence;
      line.classList.toggle("is-bad", isBad);
    };
  };

  const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;

  const upload = (file, say, alt = "") =>
    new Promise((resolve, reject) => {
      const { upload: address, uploading, working, failed } = dialog.dataset;
      const request = new XMLHttpRequest();
      const named = { name: file.name };
      request.upload.addEventListener("progress", (event) => {
        const percent = Math.floor((100 * event.loaded) / (event.total || 1));
        say(percent < 100 ? filled(uploading, { ...named, percent }) : filled(working, named));
      });
      request.addEventListener("loadend", () => {
        const answer = request.response ?? {};
        if (request.status === 200 && answer.url) return resolve(answer);
        say(answer.problem ?? filled(failed, named), true);
        reject(new Error(String(request.status)));
      });
      const data = new FormData();
      data.append("picture", file);
      data.append("alt", alt);
      request.open("POST", address);
      request.responseType = "json";
      request.setRequestHeader("X-CSRFToken", token());
      say(filled(uploading, { ...named, percent: 0 }));
      request.send(data);
    });

  // --- In a text ---

  const words = dialog?.querySelector("textarea");
  const decorative = dialog?.querySelector("[name=decorative]");
  const decide = () => {
    words.disabled = decorative.checked;
    words.required = !decorative.checked;
  };

  const describe = (stored) =>
    new Promise((resolve) => {
      dialog.querySelector("img").src = stored.url;
      words.value = stored.alt;
      decorative.checked = false;
      decide();
      dialog.returnValue = "";
      dialog.addEventListener(
        "close",
        () => {
          const alt = decorative.checked ? "-" : words.value.trim().replace(/\s+/g, " ");
          resolve(dialog.returnValue === "insert" && alt ? alt : null);
        },
        { once: true },
      );
      dialog.showModal();
      words.focus();
    });

  // So that nobody is asked anew where it is used next. The text has it anyway, whether or not this arrives.
  const remember = ({ name }, alt) => {
    const body = new URLSearchParams({ name, alt, csrfmiddlewaretoken: token() });
    fetch(dialog.dataset.describe, { method: "POST", body, redirect: "error" }).catch(() => {});
  };

  const insert = (area, markdown, start, end) => {
    const [before, after] = [area.value.slice(0, start), area.value.slice(end)];
    const gap = (text, edge) => (text.trim() === "" || edge.test(text) ? "" : "\n\n");
    area.setRangeText(gap(before, /\n\s*\n$/) + markdown + gap(after, /^\n\s*\n/), start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const put = async (area, files) => {
    const say = sayAt(area.parentElement);
    for (const file of files) {
      let stored;
      try {
        stored = await upload(file, say);
      } catch {
        return; // it was said why
      }
      say(filled(dialog.dataset.stored, { name: file.name }));
      const cursor = [area.selectionStart, area.selectionEnd]; // an open dialog takes it away
      const alt = await describe(stored);
      if (alt !== null && alt !== "-" && !stored.alt) remember(stored, alt);
      if (alt !== null) insert(area, `![${alt.replace(/[[\]\\]/g, "\\$&")}](${stored.url})`, ...cursor);
      say(filled(alt === null ? dialog.dataset.leftOut : dialog.dataset.inserted, { name: file.name }));
      area.focus();
      if (alt === null) area.setSelectionRange(...cursor);
    }
  };

  const choose = (area) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = "image/*";
    input.multiple = true;
    input.addEventListener("change", () => put(area, [...input.files]));
    input.click();
  };

  // --- The cover ---

  const cover = form.querySelector(".cover-field");
  const part = (name) => cover.querySelector(`[name='${name}']`);

  const show = ({ name = "", url = "", focus = { x: "", y: "" } }) => {
    cover.classList.toggle("is-empty", !name);
    part("cover_file").value = name;
    part("cover_seen").value = `${focus.x} ${focus.y}`;
    part("cover_x").value = focus.x;
    part("cover_y").value = focus.y;
    part("cover-clear").checked = false;
    part("cover").value = "";
    for (const image of cover.querySelectorAll("img")) {
      if (url) image.src = url;
      else image.removeAttribute("src");
    }
    part("cover_file").dispatchEvent(new Event("input", { bubbles: true }));
  };

  const cover_with = async (file) => {
    const say = sayAt(cover);
    const alt = form.elements.cover_alt;
    try {
      const stored = await upload(file, say, alt.value);
      show(stored);
      alt.value ||= stored.alt;
      say(filled(dialog.dataset.stored, { name: file.name }));
      if (!alt.value) alt.focus();
    } catch {
      // It was said why. What was chosen stays chosen: saving sends it, and says it again.
    }
  };

  if (dialog && cover) {
    decorative.addEventListener("change", decide);
    form.addEventListener("click", (event) => {
      const button = event.target.closest(".add-picture");
      if (button) choose(button.parentElement.querySelector("textarea"));
      if (event.target.closest(".cover-remover")) {
        show({});
        part("cover").focus();
      }
    });
    part("cover").addEventListener("change", (event) => {
      if (event.target.files.length) cover_with(event.target.files[0]);
    });
    form.addEventListener("paste", (event) => {
      // A cell or a paragraph is pasted with a picture of itself: then its words are meant.
      const [files, area] = [pictures(event.clipboardData), event.target.closest(TEXTS)];
      if (!files.length || event.clipboardData.types.includes("text/plain")) return;
      if (area) put(area, files);
      else if (event.target.closest(".cover-field, .is-cover_alt")) cover_with(files[0]);
      else return;
      event.preventDefault();
    });
    for (const kind of ["dragover", "dragleave", "drop"]) {
      form.addEventListener(kind, (event) => {
        const place = event.target.closest?.(`${TEXTS}, .cover-field`);
        if (!place || !carries(event)) return;
        event.preventDefault();
        place.classList.toggle("is-dropped-on", kind === "dragover");
        const files = kind === "drop" ? pictures(event.dataTransfer) : [];
        if (files.length === 0) return;
        if (place === cover) cover_with(files[0]);
        else put(place, files);
      });
    }
    cover.classList.add("is-ready");
  }
}
