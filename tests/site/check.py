"""Prove the readers' pages on a newsroom of its own, run as in production: bin/check-site [CHECK…].

    answers     each kind of page of public_addresses.py is here, answers as it should, and shows what it is for
    axe         nothing found on any page, light and dark, 320 and 1280 pixels wide; no page scrolls sideways
    requests    no page asks another host for anything, misses a file, or says an error in the browser's console
    html        the W3C's validator finds no error
    lighthouse  at least 95 in each category on an issue, a tag, a story and a search
    weight      an issue of 15 stories is at most 20 KB with its CSS, and reads without JavaScript
    keyboard    each page by the keyboard alone; an issue, a search and the subscriptions to where they lead

A page is each of tests/site/places.py, in each language that it offers, and the next page of its list. The first check
runs always: what the others find on a page that is not the one that was meant is nothing.

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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import django
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, Response, sync_playwright

os.environ["DATABASE_URL"] = ""  # what is filled here must be nobody's own
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # the environment that tests know, whatever is in .env
django.setup()
from tests.browser.conftest import FLAGS, ROOT, Newsroom, running  # noqa: E402
from tests.site import walk  # noqa: E402
from tests.site.places import PLACES, STORIES, Place  # noqa: E402

FROM_NPM = ROOT / "var" / "check" / "node_modules"
SIZES = [(width, colours) for width in (320, 1280) for colours in ("light", "dark")]
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
class Answer:
    """What comes over the wire to who takes gzip."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> bytes:
        return gzip.decompress(self.body) if self.headers.get("Content-Encoding") == "gzip" else self.body

    @property
    def is_page(self) -> bool:
        return self.headers.get_content_type() == "text/html"

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")


@dataclass(frozen=True)
class Site:
    """A newsroom with something of everything, a browser, and the pages to look at."""

    newsroom: Newsroom
    browser: Browser
    addresses: dict[str, str]  # by their names in public_addresses.py; none where nothing has one
    pages: dict[str, Place] = field(default_factory=dict)

    def visit(self, width: int = 1280, colours: str = "light", **options: Any) -> Page:
        return self.browser.new_page(
            base_url=self.newsroom.url,
            viewport={"width": width, "height": 900},
            color_scheme=colours,  # type: ignore[arg-type]
            locale="zh-CN",
            **options,
        )

    def fetch(self, address: str) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.newsroom.url).netloc, timeout=30)
        connection.request("GET", quote(address, safe="/?=&%+"), headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())

    def find(self) -> None:
        """Find the pages: those of the list, the same in other languages, and the next ones of lists."""
        for name, place in PLACES.items():
            here = replace(place, address=place.address or self.addresses[name])
            self.pages[name] = here
            page = self.fetch(here.address).soup
            for other in page.select(".colophon a[hreflang]"):
                code, address = str(other["hreflang"]), urljoin(here.address, str(other["href"]))
                self.pages[f"{name} ({code})"] = replace(here, address=address, lang=code)
            if following := page.select_one(".pager a[rel~=next]"):
                self.pages[f"{name}, next"] = replace(here, address=urljoin(here.address, str(following["href"])))


def answers(site: Site) -> Iterator[Result]:
    for name, place in site.pages.items():
        answer = site.fetch(place.address)
        page = answer.soup
        written_in = [str(root["lang"]) for root in page.select("html[lang]")]
        lacks = [
            sentence
            for is_so, sentence in (
                (answer.status == place.status, f"it answers {answer.status}, not {place.status}"),
                (answer.is_page, f"it is {answer.headers.get_content_type()}, and no page"),
                (written_in == [place.lang], f"it is in {written_in}, not {place.lang}"),
                (page.title and page.title.get_text(strip=True), "it has no title"),
                (len(page.select("main h1")) == 1, f"it has {len(page.select('main h1'))} headings of the first level"),
                (page.select(f"main :is({place.shows})"), f"it does not show {place.shows}"),
                (page.select("link[rel=stylesheet]"), "it has no style"),
            )
            if not is_so
        ]
        yield Result("answers", name, "\n".join(lacks), f"{answer.status} {place.lang}")
    wrong = []
    for name, address in site.addresses.items():
        if not address:
            wrong.append(f"{name}: nothing in this newsroom has such an address")
        elif name not in PLACES and ((answer := site.fetch(address)).status != 200 or answer.is_page):
            wrong.append(
                f"{name}: {address} answers {answer.status}" + ", a page not in tests/site/places.py" * answer.is_page
            )
    yield Result(
        "answers", "of public_addresses.py", "\n".join(wrong), f"{len(site.addresses)} kinds, each has its address"
    )


# A page that lost its dark colours has as much contrast as ever.
DARK = "getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).slice(0, 3).every(shade => shade < 64)"
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


ASKED = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}  # WCAG 2.2 has it, axe by default not


def axe(site: Site) -> Iterator[Result]:
    wrong: dict[str, list[str]] = {name: [] for name in site.pages}
    passed, unsure = dict.fromkeys(site.pages, 0), dict.fromkeys(site.pages, 0)
    for size in SIZES:
        page = site.visit(*size, bypass_csp=True)  # axe styles what it measures
        for name, place in site.pages.items():
            page.goto(place.address)
            found = Axe().run(page, options=ASKED).response
            passed[name] += len(found["passes"])
            unsure[name] += len(found["incomplete"])
            for one in found["violations"]:
                targets = [node["target"] for node in one["nodes"]]
                wrong[name].append(f"{size}: {one['id']} ({one['impact']}) at {targets[:3]}")
            if page.evaluate(SIDEWAYS):
                wrong[name].append(f"{size}: scrolls sideways")
            if page.evaluate(DARK) != ("dark" in size):
                wrong[name].append(f"{size}: not in its colours")
        page.context.close()
    for name, found in wrong.items():
        yield Result(
            "axe", name, "\n".join(found), f"{len(SIZES)} ways, {passed[name]} rules passed, {unsure[name]} undecided"
        )


def requests(site: Site) -> Iterator[Result]:
    for name, place in site.pages.items():
        page = site.visit()
        asked: list[Response] = []
        errors: list[str] = []

        def on_console(said: ConsoleMessage, errors: list[str] = errors) -> None:
            # What answers by an error is looked at below, and a page may.
            if said.type == "error" and "Failed to load resource" not in said.text:
                errors.append(said.text)

        def on_failure(request: Request, errors: list[str] = errors) -> None:
            errors.append(f"failed: {request.url}")

        def on_response(response: Response, asked: list[Response] = asked) -> None:
            asked.append(response)

        page.on("response", on_response)
        page.on("requestfailed", on_failure)
        page.on("console", on_console)
        page.goto(place.address)
        for picture in page.locator("img[loading=lazy]").all():
            picture.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        elsewhere = [one.url for one in asked if not one.url.startswith(f"{site.newsroom.url}/")]
        missing = [f"{one.status}: {one.url}" for one in asked if one.status >= 400 and one.url != page.url]
        yield Result("requests", name, "\n".join(elsewhere + missing + errors), f"{len(asked)} of them")
        page.context.close()


def html(site: Site) -> Iterator[Result]:
    broken = "<!doctype html><html lang=en><title>Broken</title><p id=one><p id=one>"
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number, name in enumerate(["", *site.pages]):
            file = Path(folder, f"{number}.html")
            file.write_bytes(site.fetch(site.pages[name].address).text if name else broken.encode())
            files[file.as_uri().replace("file:///", "file:/")] = name
        vnu = FROM_NPM / "vnu-jar" / "build" / "dist" / "vnu.jar"
        command = ["java", "-jar", str(vnu), "--format", "json", "--exit-zero-always", "--asciiquotes", folder]
        said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stderr)["messages"]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in files.values()}
    for one in said:
        found[files[one["url"]]].append(one)
    if not any("Duplicate ID" in one["message"] for one in found.pop("")):
        yield Result("html", "a broken page", "the validator does not find what is wrong with it")
    for name, messages in found.items():
        errors = [f"{one.get('lastLine')}: {one['message']}" for one in messages if one["type"] != "info"]
        warnings = [one for one in messages if one["type"] == "info"]
        yield Result("html", name, "\n".join(errors), f"{len(warnings)} warnings" if warnings else "")


def lighthouse(site: Site) -> Iterator[Result]:
    for kind in SCORED:
        best: dict[str, int] = {}
        lost: dict[str, list[str]] = {}
        # What else a machine does only ever takes away from a score.
        for _ in range(TRIES):
            scores, lacks = scored(site.newsroom.url + site.pages[kind].address)
            for category, score in scores.items():
                if score >= best.get(category, 0):
                    best[category], lost[category] = score, lacks[category]
            if min(best.values()) >= LEAST_SCORE:
                break
        wrong = [f"{name} {score}: {'; '.join(lost[name])}" for name, score in best.items() if score < LEAST_SCORE]
        said = " · ".join(" ".join([name, str(best[name]), *map("({})".format, lost[name])]) for name in best)
        yield Result("lighthouse", kind, "\n".join(wrong), said)


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
    address = site.pages["issue"].address
    page = site.visit(extra_http_headers={"Accept-Encoding": "gzip"})
    asked: list[Response] = []
    page.on("response", lambda response: asked.append(response))
    page.goto(address, wait_until="networkidle")
    sizes = {
        one.url.rpartition("/")[2] or "page": one.request.sizes()["responseBodySize"]
        for one in asked
        if one.request.resource_type != "image"
    }
    total, stories = sum(sizes.values()), page.locator("article.story:not(.retracted)").count()
    each = ", ".join(f"{name} {size}" for name, size in sizes.items())
    wrong = [f"{total} bytes: {each}"] if total > MOST_WEIGHT else []
    wrong += [f"{stories} stories, not {STORIES}"] if stories != STORIES else []
    wrong += [] if len(sizes) > 1 and all(sizes.values()) else [f"no page with a style: {each}"]
    yield Result("weight", "issue", "\n".join(wrong), f"{total} bytes for {stories} stories: {each}")
    page.context.close()

    plain = site.visit(java_script_enabled=False)
    words = json.loads(site.fetch(f"{address.rstrip('/')}.json").text)["manuscript"]
    plain.goto(address)
    text = re.sub(r"\s", "", plain.inner_text("main"))
    wanted = [words["title"], *printed(words)]
    missing = [said for said in wanted if re.sub(r"\s", "", said) not in text]
    wrong = [f"{len(missing)} are not there, such as {missing[:3]}"] if missing else []
    wrong += [] if len(wanted) > 4 * STORIES else [f"only {len(wanted)} sentences to look for"]
    yield Result("weight", "issue without JavaScript", "\n".join(wrong), f"{len(wanted)} sentences, each is there")
    plain.context.close()


def printed(words: Any) -> Iterator[str]:
    """Give what is said anywhere in a manuscript, without Markdown and pictures: each run of ten letters or more."""
    if isinstance(words, dict):
        for name, value in words.items():
            yield from printed(value) if name in ("sections", "items", "insights", "briefs", *SAID) else ()
    elif isinstance(words, list):
        for value in words:
            yield from printed(value)
    else:
        yield from re.findall(r"[^\W_]{10,}", re.sub(r"!\[[^\]]*\]\(\S+\)|\(http\S+\)", "", words))


SAID = ("title", "summary", "intro", "lead", "headline", "body", "text", "markdown")


def keyboard(site: Site) -> Iterator[Result]:
    ways = [(name, walk.through) for name in site.pages] + [(way.__name__, way) for way in walk.WALKS]
    for name, way in ways:
        page = site.visit()
        try:
            said, wrong = way(page, site.pages[name].address), ""
        except (walk.Lost, Error) as lost:
            said, wrong = "", str(lost)
        yield Result("keyboard", name, wrong, said)
        page.context.close()


CHECKS: dict[str, Callable[[Site], Iterator[Result]]] = {
    check.__name__: check for check in (answers, axe, requests, html, lighthouse, weight, keyboard)
}


def main(chosen: list[str]) -> int:
    if unknown := set(chosen) - set(CHECKS):
        sys.exit(f"There is no check {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}.")
    results: list[Result] = []
    with (
        tempfile.TemporaryDirectory() as data,
        running(Path(data), "tests.site.settings") as newsroom,
        sync_playwright() as playwright,
    ):
        code = "import json; from tests.site import filled; filled.fill(); print(json.dumps(dict(filled.addresses())))"
        addresses = json.loads(newsroom.manage("shell", "--no-imports", "-c", code))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        site = Site(newsroom, browser, addresses)
        site.find()
        for name, check in CHECKS.items():
            if chosen and name not in ("answers", *chosen):
                continue
            print(f"== {name}", flush=True)
            for result in check(site):
                results.append(result)
                print(line(result), flush=True)
        browser.close()
    failed = [result for result in results if result.wrong]
    print(f"\n{len(results)} results on {len(site.pages)} pages, {len(failed)} failed")
    for result in failed:
        print(line(result), site.pages[result.page].address if result.page in site.pages else "")
    return 1 if failed else 0


def line(result: Result) -> str:
    said = result.wrong.replace("\n", "\n        ") or result.said
    return f"{'FAILED' if result.wrong else 'ok':6}  {result.check:10}  {result.page:44}  {said}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
