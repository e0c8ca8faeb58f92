// The manuscript's editor: EasyMDE over the plain text area, which stays the form's own field.
{
  const form = document.getElementById("text_form");
  const area = document.getElementById("text");
  const say = form.dataset;
  const writes = !area.readOnly;

  // A new part begins on a line of its own, with one blank line above it, and what is to be written selected.
  const begin = (text, chosen) => (editor) => {
    const cm = editor.codemirror;
    const { line } = cm.getCursor("to");
    const gap = cm.getLine(line).trim() ? "\n\n" : line && cm.getLine(line - 1).trim() ? "\n" : "";
    const end = { line, ch: cm.getLine(line).length };
    const below = line + 1 < cm.lineCount() && cm.getLine(line + 1).trim() ? "\n" : "";
    cm.replaceRange(gap + text + below, end, end, "+part");
    const from = cm.indexFromPos(end) + gap.length + text.indexOf(chosen);
    cm.setSelection(cm.posFromIndex(from), cm.posFromIndex(from + chosen.length));
    cm.focus();
  };

  const send = async (file, done, failed) => {
    const body = new FormData();
    body.append("picture", file);
    try {
      const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
      const response = await fetch(say.upload, { method: "POST", body, headers });
      const answer = await response.json();
      if (!response.ok) failed(answer.problem);
      else if (answer.markdown) editor.codemirror.replaceSelection(answer.markdown);
      else done(answer.url);
    } catch (error) {
      failed(String(error));
    }
  };

  const button = (name, text, title, action) => ({ name, text, title, action, className: `is-${name}` });
  const toolbar = [
    button("bold", "B", say.bold, EasyMDE.toggleBold),
    button("italic", "I", say.italic, EasyMDE.toggleItalic),
    button("link", say.link, say.link, EasyMDE.drawLink),
    button("quote", "❝", say.quote, EasyMDE.toggleBlockquote),
    button("list", "•", say.list, EasyMDE.toggleUnorderedList),
    ...(say.upload ? [button("upload-image", say.picture, say.picture, EasyMDE.drawUploadedImage)] : []),
    "|",
    button("part", `＋ ${say.section}`, "## …", begin(`## ${say.section}`, say.section)),
    button("part", `＋ ${say.story}`, "### [ … ](https:// … )", begin(`### [${say.story}](https://)`, say.story)),
    button("part", `＋ ${say.insight}`, `**${say.label}：**`, begin(`**${say.label}：**\n- ${say.insight}`, say.insight)),
    "|",
    button("undo", "↶", say.undo, EasyMDE.undo),
    button("redo", "↷", say.redo, EasyMDE.redo),
  ];

  const editor = new EasyMDE({
    element: area,
    autoDownloadFontAwesome: false,
    spellChecker: false,
    nativeSpellcheck: false,
    forceSync: true,
    status: false,
    lineNumbers: true,
    tabSize: 2,
    toolbar: writes ? toolbar : false,
    shortcuts: { togglePreview: null, toggleSideBySide: null, toggleFullScreen: null, drawImage: null },
    uploadImage: Boolean(say.upload),
    imageUploadFunction: send,
    errorCallback: (problem) => window.alert(problem),
  });
  const cm = editor.codemirror;
  cm.getScrollerElement().tabIndex = 0; // whoever only reads scrolls it by keyboard too

  // What is in braces is for machines, and the head is no Markdown.
  cm.addOverlay({
    token(stream) {
      if (stream.match(/^ \{[^{}]*\}$/)) return "attributes";
      stream.next();
      while (!stream.eol() && stream.peek() !== " ") stream.next();
      return null;
    },
  });
  // A name in braces ends its line: the cursor stops before it, and what is typed there stays before it.
  const NAMED = / \{#[^{}]*\}$/;
  const guard = (first, last) => {
    for (let line = first; line <= last; line++) {
      const from = { line, ch: cm.getLine(line).search(NAMED) };
      const to = { line, ch: cm.getLine(line).length };
      for (const mark of cm.findMarks({ line, ch: 0 }, to)) if (mark.atomic) mark.clear();
      if (from.ch > 0) cm.markText(from, to, { atomic: true, inclusiveRight: true });
    }
  };
  guard(0, cm.lastLine());
  cm.on("change", (_, { from, text }) => guard(from.line, from.line + text.length - 1));
  cm.on("beforeChange", (_, change) => {
    const { from, to, text } = change;
    const words = cm.getLine(from.line);
    const at = words.search(NAMED);
    const end = { line: from.line, ch: words.length };
    if (!change.update || at < 1 || from.ch < at) return;
    if (from.line === to.line && from.ch === to.ch) {
      // A new line begins below the name, not before it.
      if (text.length > 1) change.update({ ...end, ch: at }, end, [text[0] + words.slice(at), ...text.slice(1)]);
      else change.update({ ...end, ch: at }, { ...end, ch: at });
    } else if (change.origin === "+delete" && to.line === from.line + 1 && to.ch === 0 && !cm.getLine(to.line).trim()) {
      change.update(end, to); // an empty line goes without taking the name above it along
    }
  });

  let head = [];
  const dim = () => {
    for (const line of head) cm.removeLineClass(line, "text", "head");
    head = [];
    if (cm.getLine(0).trim() !== "---") return;
    for (let line = 0; line < Math.min(cm.lineCount(), 40); line++) {
      head.push(cm.addLineClass(line, "text", "head"));
      if (line && cm.getLine(line).trim() === "---") return;
    }
  };
  dim();
  cm.on("change", (_, change) => {
    if (change.from.line <= head.length) cm.operation(dim);
  });

  cm.setOption("readOnly", !writes);
  // Tab leaves the editor, as it leaves every field; Ctrl-] and Ctrl-[ indent.
  cm.setOption("extraKeys", { ...cm.getOption("extraKeys"), Tab: false, "Shift-Tab": false });
  cm.getInputField().setAttribute("aria-label", form.querySelector("label[for=text]").textContent);
  for (const one of form.querySelectorAll(".editor-toolbar button")) one.tabIndex = 0;

  cm.on("change", () => area.dispatchEvent(new Event("input", { bubbles: true })));
  cm.on("cursorActivity", () => {
    area.dispatchEvent(new CustomEvent("text:at", { detail: cm.getCursor().line + 1 }));
  });

  area.addEventListener("text:go", (event) => {
    const line = Math.min(event.detail, cm.lineCount()) - 1;
    cm.setCursor({ line, ch: cm.getLine(line).replace(/ \{[^{}]*\}$/, "").length });
    cm.scrollIntoView({ line, ch: 0 }, cm.getScrollInfo().clientHeight / 3);
    cm.focus();
  });

  // Others may put words into the area: what was kept here while one wrote, or the browser itself.
  const take = () => {
    if (area.value !== cm.getValue()) cm.setValue(area.value);
  };
  area.addEventListener("local-copy:restored", take);
  window.addEventListener("pageshow", take);
}
