"""Prove the readers' pages on a newsroom of its own, run as in production: bin/check-site [CHECK…].

    axe         nothing found on any kind of page, light and dark, 320 and 1280 pixels wide; no page scrolls sideways
    requests    no page asks another host for anything, or says an error in the browser's console
    html        the W3C's validator finds no error
    lighthouse  at least 95 in each category on an issue, a tag, a story and a search
    weight      an issue of 15 stories is at most 20 KB with its CSS, and reads without JavaScript
    keyboard    an issue, a search and the subscriptions by the keyboard alone

Exit status 1 if anything fails. What is from npm is in var/check, where bin/check-site puts it.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

os.environ["DATABASE_URL"] = ""  # what is filled here must be nobody's own
import tests.settings  # noqa: F401 - the environment that tests know, whatever is in .env
from tests.browser.conftest import FLAGS, ROOT, Newsroom, running
from tests.site import walk

FROM_NPM = ROOT / "var" / "check" / "node_modules"
# What the site will have; said aloud while it has not.
PROMISED = ("front", "digest", "month", "issue", "story", "tags", "tag", "sources", "source", "corrections", "search",
            "subscribe")  # fmt: skip
SIZES = ((320, "light", "zh-CN"), (320, "dark", "en-US"), (1280, "light", "en-US"), (1280, "dark", "zh-CN"))
SCORED = ("issue", "tag", "story", "search")
LEAST_SCORE = 95
TRIES = 3
MOST_WEIGHT = 20_000  # bytes


@dataclass(frozen=True)
class Result:
    """What one check says of one page."""

    check: str
    page: str
    wrong: str = ""
    said: str = ""


@dataclass(frozen=True)
class Site:
    """A newsroom with something of everything, a browser, and an address of each kind of page."""

    newsroom: Newsroom
    browser: Browser
    addresses: dict[str, str]

    def visit(self, width: int = 1280, colours: str = "light", language: str = "zh-CN", **options: Any) -> Page:
        return self.browser.new_page(
            base_url=self.newsroom.url,
            viewport={"width": width, "height": 900},
            color_scheme=colours,  # type: ignore[arg-type]
            locale=language,
            **options,
        )

    def fetch(self, address: str) -> tuple[bytes, http.client.HTTPMessage]:
        """Return an answer as it comes over the wire to who takes gzip."""
        connection = http.client.HTTPConnection(urlsplit(self.newsroom.url).netloc, timeout=30)
        connection.request("GET", quote(address, safe="/?=&%"), headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        return answer.read(), answer.headers

    def read(self, address: str) -> bytes:
        body, headers = self.fetch(address)
        return gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body


def axe(site: Site) -> Iterator[Result]:
    wrong: dict[str, list[str]] = {kind: [] for kind in site.addresses}
    for size in SIZES:
        page = site.visit(*size, bypass_csp=True)  # axe styles what it measures
        for kind, address in site.addresses.items():
            page.goto(address)
            for one in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]:
                targets = [node["target"] for node in one["nodes"]]
                wrong[kind].append(f"{size}: {one['id']} ({one['impact']}) at {targets[:3]}")
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong[kind].append(f"{size}: scrolls sideways")
        page.context.close()
    for kind, found in wrong.items():
        yield Result("axe", kind, "\n".join(found), f"{len(SIZES)} ways")


def requests(site: Site) -> Iterator[Result]:
    for kind, address in site.addresses.items():
        page = site.visit()
        asked: list[str] = []
        errors: list[str] = []

        def on_request(request: Request, asked: list[str] = asked) -> None:
            asked.append(request.url)

        def on_console(said: ConsoleMessage, errors: list[str] = errors) -> None:
            # That a page is not there, or no more, is what it says itself.
            if said.type == "error" and not re.search("status of (404|410)", said.text):
                errors.append(said.text)

        page.on("request", on_request)
        page.on("console", on_console)
        page.goto(address, wait_until="networkidle")
        elsewhere = [url for url in asked if not url.startswith(f"{site.newsroom.url}/")]
        yield Result("requests", kind, "\n".join(elsewhere + errors), f"{len(asked)} of them")
        page.context.close()


def html(site: Site) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number, (kind, address) in enumerate(site.addresses.items()):
            file = Path(folder, f"{number}.html")
            file.write_bytes(site.read(address))
            files[file.as_uri().replace("file:///", "file:/")] = kind
        vnu = FROM_NPM / "vnu-jar" / "build" / "dist" / "vnu.jar"
        command = ["java", "-jar", str(vnu), "--format", "json", "--exit-zero-always", "--asciiquotes", folder]
        said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stderr)["messages"]
    for url, kind in files.items():
        messages = [one for one in said if one["url"] == url]
        errors = [f"{one.get('lastLine')}: {one['message']}" for one in messages if one["type"] != "info"]
        warnings = [one for one in messages if one["type"] == "info"]
        yield Result("html", kind, "\n".join(errors), f"{len(warnings)} warnings" if warnings else "")


def lighthouse(site: Site) -> Iterator[Result]:
    for kind in SCORED:
        if kind not in site.addresses:
            continue
        best: dict[str, int] = {}
        lost: dict[str, list[str]] = {}
        # What else a machine does only ever takes away from a score.
        for _ in range(TRIES):
            scores, lacks = scored(site.newsroom.url + site.addresses[kind])
            for category, score in scores.items():
                if score >= best.get(category, 0):
                    best[category], lost[category] = score, lacks[category]
            if min(best.values()) >= LEAST_SCORE:
                break
        wrong = [f"{name} {score}: {'; '.join(lost[name])}" for name, score in best.items() if score < LEAST_SCORE]
        yield Result("lighthouse", kind, "\n".join(wrong), " · ".join(f"{name} {best[name]}" for name in best))


def scored(url: str) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return the scores of a page, and what it lost points by."""
    command = ["node", str(FROM_NPM / "lighthouse" / "cli" / "index.js"), url, "--quiet", "--output=json"]
    flags = ["--no-enable-error-reporting", f"--chrome-flags=--headless=new {' '.join(FLAGS)}"]
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    done = subprocess.run([*command, *flags], capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(f"Lighthouse failed on {url}:\n{done.stderr}")
    report = json.loads(done.stdout)
    lacks = {
        name: [
            f"{audit['id']} {audit['score']} ({audit.get('displayValue', '')})"
            for reference in category["auditRefs"]
            if reference["weight"]
            and (audit := report["audits"][reference["id"]])["score"] is not None
            and audit["score"] < 1
        ]
        for name, category in report["categories"].items()
    }
    return {name: round(category["score"] * 100) for name, category in report["categories"].items()}, lacks


def weight(site: Site) -> Iterator[Result]:
    address = site.addresses["issue"]
    page = BeautifulSoup(site.read(address), "html.parser")
    styles = [str(link["href"]) for link in page.select("link[rel~=stylesheet]")]
    sizes = {one: len(site.fetch(one)[0]) for one in (address, *styles)}
    total = sum(sizes.values())
    each = ", ".join(f"{one.rpartition('/')[2] or 'page'} {size}" for one, size in sizes.items())
    stories = len(page.select("article.story:not(.retracted)"))
    wrong = f"{total} bytes: {each}" if total > MOST_WEIGHT else ""
    yield Result("weight", "issue", wrong, f"{total} bytes for {stories} stories with {len(styles)} style sheets")

    plain = site.visit(java_script_enabled=False)
    words = json.loads(site.read(f"{address.rstrip('/')}.json"))["manuscript"]
    plain.goto(address)
    text = plain.inner_text("main")
    wanted = [words["title"], *(item["headline"] for section in words["sections"] for item in section["items"])]
    missing = [headline for headline in wanted if headline not in text]
    yield Result("weight", "issue without JavaScript", "\n".join(missing), f"{len(text)} characters to read")
    plain.context.close()


def keyboard(site: Site) -> Iterator[Result]:
    for kind, steps in walk.WALKS.items():
        if kind not in site.addresses:
            continue
        page = site.visit()
        try:
            said, wrong = steps(page, site.addresses[kind]), ""
        except walk.Lost as lost:
            said, wrong = "", str(lost)
        yield Result("keyboard", kind, wrong, said)
        page.context.close()


CHECKS: dict[str, Callable[[Site], Iterator[Result]]] = {
    check.__name__: check for check in (axe, requests, html, lighthouse, weight, keyboard)
}


def main(chosen: list[str]) -> int:
    if unknown := set(chosen) - set(CHECKS):
        sys.exit(f"There is no check {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}.")
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as data, running(Path(data)) as newsroom, sync_playwright() as playwright:
        code = "import json; from tests.site import demo; demo.fill(); print(json.dumps(dict(demo.addresses())))"
        every = json.loads(newsroom.manage("shell", "--no-imports", "-c", code))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        site = Site(newsroom, browser, every)
        pages = {kind: at for kind, at in every.items() if site.fetch(at)[1].get_content_type() == "text/html"}
        site = Site(newsroom, browser, pages)
        for check in chosen or CHECKS:
            print(f"== {check}", flush=True)
            for result in CHECKS[check](site):
                results.append(result)
                print(line(result), flush=True)
        browser.close()
    print("\nAll of it:")
    for result in results:
        print(line(result))
    for kind in PROMISED:
        if kind not in every:
            print(f"SKIPPED     {kind}: no such name in urls.py yet")
    failed = [result for result in results if result.wrong]
    for result in failed:
        print(f"\n{result.check}, {result.page}, {every.get(result.page, '')}:\n{result.wrong}")
    print(f"\n{len(results)} results, {len(failed)} failed")
    return 1 if failed else 0


def line(result: Result) -> str:
    return f"{'FAILED' if result.wrong else 'ok':6}  {result.check:10}  {result.page:24}  {result.said}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
