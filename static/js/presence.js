// Says who else is in this issue, what was saved since the page was opened, and that a login is gone before one saves.
{
  const panel = document.getElementById("presence");
  const said = panel.dataset;
  const EVERY = 10_000;

  const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });

  // Said again only when it is new: a screen reader reads all that changes here.
  let last = "";
  const say = (...parts) => {
    const text = JSON.stringify(parts.map((part) => part.outerHTML));
    if (text === last) return;
    last = text;
    panel.replaceChildren(...parts);
  };

  // A story of the form, or of the review screen: there the one that is read, wherever the cursor is.
  const at = () => {
    const story = document.activeElement?.closest(".item[data-uid]") ?? document.querySelector(".entry.is-current[data-uid]");
    return story?.dataset.uid || said.uid || "";
  };

  const mark = (others) => {
    for (const item of document.querySelectorAll(":is(.item, .entry)[data-uid]:not([data-uid=''])")) {
      const names = others.filter((one) => one.uid === item.dataset.uid).map((one) => one.name).join(", ");
      const old = item.querySelector(":scope > :is(.line, .entry-line) > .here");
      if ((old?.textContent ?? "") === names) continue;
      old?.remove();
      const beside = item.querySelector(":scope > .line > .opener, :scope > .entry-line > .to");
      if (names) beside?.after(element("span", names, { className: "here" }));
    }
  };

  const show = ({ others, news, person }) => {
    const parts = [];
    if (person !== said.person) parts.push(element("p", said.otherPerson, { className: "warning" }));
    if (news) {
      const line = element("p", `${news} `, { className: "news" });
      const unsaved = document.querySelector("form.is-unsaved") !== null;
      line.append(element("a", unsaved ? said.loadOrGoOn : said.loadIt, { href: said.issue }));
      parts.push(line);
    }
    if (others.length > 0) {
      const list = element("ul", "");
      list.append(...others.map((one) => element("li", one.said, { className: one.unsaved ? "is-unsaved" : "" })));
      parts.push(element("p", said.hereToo), list);
    }
    say(...parts);
    mark(others);
  };

  const loggedOut = () => {
    const line = element("p", `${said.loggedOut} `, { className: "warning" });
    line.append(element("a", said.logIn, { href: said.login, target: "_blank" }));
    say(line);
  };

  const ask = async () => {
    if (document.hidden) return;
    document.dispatchEvent(new Event("token:needed"));
    const body = new URLSearchParams({
      where: said.where,
      uid: at(),
      unsaved: document.querySelector("form.is-unsaved") ? "1" : "",
      version: said.version,
      csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "",
    });
    try {
      const response = await fetch(said.url, { method: "POST", body, redirect: "error" });
      if (response.ok) show(await response.json());
      else if (response.status === 401) loggedOut();
    } catch {
      say(element("p", said.noConnection, { className: "warning" }));
    }
  };

  let waiting = 0;
  let where = "";
  const soon = () => {
    if (at() === where) return;
    where = at();
    clearTimeout(waiting);
    waiting = setTimeout(ask, 300);
  };
  document.addEventListener("focusin", soon);
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("focus", ask);
  setInterval(ask, EVERY);
  ask();
}
