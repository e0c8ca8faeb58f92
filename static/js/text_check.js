// While one writes: the page as readers would see it, and what is wrong at which line. The newest answer counts.
{
  const form = document.getElementById("text_form");
  const area = document.getElementById("text");
  const seen = form.querySelector(".seen");
  const frame = seen.querySelector("iframe");
  const list = form.querySelector(".problems ol");
  const row = form.querySelector(".problems template").content.firstElementChild;

  const go = (line) => area.dispatchEvent(new CustomEvent("text:go", { detail: line }));

  // The page

  let stories = []; // the line of each
  let at = -1; // the story that was led to last
  let line = 1;

  const main = () => frame.contentDocument?.querySelector("main");

  const follow = () => {
    const number = stories.findLastIndex((first) => first <= line);
    if (number === at || !main()) return;
    at = number;
    const story = number < 0 ? main() : main().querySelectorAll("article.story")[number];
    const { scrollY, innerHeight } = frame.contentWindow;
    const top = story?.getBoundingClientRect().top ?? 0;
    if (top < 0 || top > innerHeight / 2) frame.contentWindow.scrollTo({ top: top + scrollY - 16 });
  };

  // Only what differs is put anew: pictures do not blink, and the page stays where it was scrolled.
  const renew = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    const [mine, theirs] = [[...old.childNodes], [...fresh.childNodes]];
    const alike = old.nodeType === Node.ELEMENT_NODE && old.cloneNode(false).isEqualNode(fresh.cloneNode(false));
    if (alike && mine.length === theirs.length) mine.forEach((child, number) => renew(child, theirs[number]));
    else old.replaceWith(fresh);
  };

  const show = (html) => {
    seen.hidden = false;
    const fresh = new DOMParser().parseFromString(html, "text/html");
    if (main()) renew(main(), fresh.querySelector("main"));
    else frame.srcdoc = html;
    follow();
  };

  // Links open beside the desk; a story leads to its line.
  frame.addEventListener("load", () => {
    frame.contentDocument.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (link) {
        event.preventDefault();
        const place = link.getAttribute("href");
        if (place.startsWith("#")) {
          const target = frame.contentDocument.getElementById(decodeURIComponent(place.slice(1)));
          if (target) frame.contentWindow.scrollBy({ top: target.getBoundingClientRect().top - 16 });
        } else window.open(link.href, "_blank", "noopener");
        return;
      }
      const number = [...main().querySelectorAll("article.story")].indexOf(event.target.closest("article.story"));
      if (number < 0 || String(frame.contentDocument.getSelection())) return;
      at = number;
      go(stories[number]);
    });
    follow();
  });

  area.addEventListener("text:at", (event) => {
    line = event.detail;
    follow();
  });

  // The problems

  const tell = (problems) => {
    form.querySelector(".problems .count").textContent = problems.length;
    form.querySelector(".problems .none").hidden = problems.length > 0;
    const fresh = problems.map((problem) => {
      const item = row.cloneNode(true);
      const number = item.querySelector("b");
      item.className = `is-${problem.severity}`;
      item.querySelector("a").dataset.line = problem.line;
      number.textContent = number.textContent.replace("{}", problem.line);
      item.querySelector(".message").textContent = problem.message;
      item.querySelector(".fix").textContent = problem.fix;
      return item;
    });
    const focused = [...list.children].indexOf(document.activeElement.closest?.(".problems li"));
    list.replaceChildren(...fresh);
    list.children[focused]?.querySelector("a").focus();
  };

  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    go(Number(link.dataset.line));
  });

  // Asking

  let asking = null;

  const check = async () => {
    asking?.abort();
    const mine = (asking = new AbortController());
    const body = new FormData();
    body.append("text", area.value);
    const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
    let answer = null;
    try {
      const response = await fetch(form.dataset.check, { method: "POST", body, headers, signal: mine.signal });
      if (response.ok) answer = await response.json();
    } catch {
      // Another question came meanwhile, or nobody answers.
    }
    if (mine.signal.aborted) return;
    seen.querySelector(".silent").hidden = answer !== null;
    seen.querySelector(".unreadable").hidden = answer === null || answer.html !== null;
    if (answer === null) return;
    tell(answer.problems);
    if (answer.html === null) return;
    stories = answer.stories;
    show(answer.html);
  };

  let waiting = 0;
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(check, 250);
  });
  check();
}
