// Keeps a local copy of what is typed and not saved, and offers it back to the same person after a crash, a closed tab or
// an expired login. For each form with data-keep; unsaved.js says when it is unsaved.
{
  const said = document.getElementById("local-copy").dataset;
  const DAYS = 30;
  const MOST = 20; // texts in one browser

  const store = {
    all() {
      try {
        return Object.keys(localStorage)
          .filter((name) => name.startsWith("kept:"))
          .map((name) => JSON.parse(localStorage.getItem(name)))
          .sort((one, other) => other.at - one.at);
      } catch {
        return []; // a browser that keeps nothing
      }
    },
    place: (text) => `kept:${text.person}:${text.key}:${text.id}`,
    // If there is no room, the oldest copies go first.
    put(text) {
      const others = store.all().filter((one) => one.id !== text.id);
      for (;;) {
        try {
          localStorage.setItem(store.place(text), JSON.stringify(text));
          return true;
        } catch {
          if (others.length === 0) return false;
          store.drop(others.pop());
        }
      }
    },
    drop(text) {
      try {
        localStorage.removeItem(store.place(text));
      } catch {
        // as above
      }
    },
    prune() {
      const oldest = Date.now() - DAYS * 24 * 3600 * 1000;
      store.all().forEach((text, number) => {
        if (number >= MOST || text.at < oldest) store.drop(text);
      });
    },
  };

  const fresh = () =>
    [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const hour = (at) => {
    const then = new Date(at);
    const today = then.toDateString() === new Date().toDateString();
    const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(today ? {} : { month: "numeric", day: "numeric" }) };
    return new Intl.DateTimeFormat(document.documentElement.lang, shape).format(then);
  };

  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };

  // The address of the page after a save has the name of the copy that is no longer needed.
  const address = new URL(location.href);
  const safe = address.searchParams.get("kept");
  if (safe !== null) {
    store.all().filter((text) => text.id === safe).forEach(store.drop);
    address.searchParams.delete("kept");
    history.replaceState(history.state, "", address);
  }
  store.prune();

  const entries = (form) => {
    form.dispatchEvent(new Event("local-copy:reading")); // rows are numbered by whoever knows their order
    return [...new FormData(form)].filter(
      ([name, value]) =>
        typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "kept" && !name.includes("__prefix__"),
    );
  };

  const keep = (form) => {
    const { keep: key, person } = form.dataset;
    const name = form.elements.namedItem("kept") ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "kept" }));
    name.value ||= fresh();
    const own = () => name.value;
    let last = "";
    let waiting = 0;

    // Other windows do not offer what is being written in this one.
    const hold = () => navigator.locks?.request(own(), () => new Promise(() => {}));

    const write = () => {
      clearTimeout(waiting);
      waiting = 0;
      const text = { id: own(), key, person, entries: entries(form) };
      if (!form.matches(".is-unsaved")) {
        if (last) store.drop(text);
        last = "";
        return;
      }
      const now = JSON.stringify(text.entries);
      if (now === last) return;
      last = now;
      const kept = store.put({ ...text, at: Date.now() });
      const note = form.querySelector("[data-local-copy-note]");
      if (note) note.textContent = kept ? said.keptAt.replace("{time}", hour(Date.now())) : said.noRoom;
    };
    form.addEventListener("unsaved:looked", () => {
      waiting ||= setTimeout(write, 800);
    });
    const atOnce = () => {
      if (waiting) write();
    };
    form.addEventListener("submit", atOnce);
    window.addEventListener("beforeunload", atOnce);
    window.addEventListener("pagehide", atOnce);
    document.addEventListener("visibilitychange", atOnce);

    const bringBack = (text) => {
      if (form.dataset.restore) {
        // Rows are made by the server, out of what it would have been sent.
        const bringing = document.createElement("form");
        Object.assign(bringing, { className: "bringing", method: "post", action: form.dataset.restore, hidden: true });
        const token = form.elements.namedItem("csrfmiddlewaretoken").value;
        for (const [entry, value] of [...text.entries, ["kept", text.id], ["csrfmiddlewaretoken", token]]) {
          const field = document.createElement("textarea");
          Object.assign(field, { name: entry, value });
          bringing.append(field);
        }
        atOnce();
        document.body.append(bringing);
        bringing.requestSubmit();
        return;
      }
      name.value = text.id;
      hold();
      for (const [entry, value] of text.entries) {
        for (const field of form.querySelectorAll(`[name="${CSS.escape(entry)}"]`)) {
          if (field.type === "hidden" || field.hidden) continue;
          if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value || field.checked;
          else field.value = value;
          field.dispatchEvent(new Event("input", { bubbles: true }));
          field.dispatchEvent(new Event("local-copy:restored", { bubbles: true }));
        }
      }
    };

    const offer = (text) => {
      const sent = new Map(text.entries);
      const line = document.createElement("p");
      const banner = document.createElement("div");
      banner.className = "local-copy";
      banner.setAttribute("role", "status");
      const say = (...parts) => banner.replaceChildren(line, ...parts);
      const ask = () => {
        const begun = sent.get("revision") ? said.begunOn.replace("{revision}", sent.get("revision")) : "";
        const moved = sent.has("version") && sent.get("version") !== form.elements.namedItem("version")?.value ? said.movedOn : "";
        line.textContent = [said.unsavedOf.replace("{time}", hour(text.at)), begun, moved].filter(Boolean).join(" ");
        const bring = button(said.bringBack, () => {
          bringBack(text);
          banner.remove();
        });
        bring.className = "primary";
        const toss = button(said.throwAway, () => {
          store.drop(text);
          line.textContent = said.thrownAway;
          const undo = button(said.undo, () => {
            store.put(text);
            ask();
          });
          say(undo);
          undo.focus();
        });
        say(bring, toss);
      };
      ask();
      form.prepend(banner);
      const fold = form.closest("details");
      if (fold) fold.open = true;
    };

    const offerAll = async () => {
      const { held = [] } = (await navigator.locks?.query()) ?? {};
      const elsewhere = new Set([own(), ...held.map((lock) => lock.name)]);
      store.all()
        .filter((text) => text.person === person && text.key === key && !elsewhere.has(text.id))
        .slice(0, 3)
        .reverse()
        .forEach(offer);
    };
    hold();
    offerAll();
  };

  document.querySelectorAll("form[data-keep]").forEach(keep);
}
