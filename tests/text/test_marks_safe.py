"""Nothing outside of digests/text/markup tells a template that a text needs no escaping."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MARKUP = ROOT / "digests" / "text" / "markup"
MARKS = {"mark_safe", "SafeString", "SafeText", "SafeData", "html_safe", "format_html", "format_html_join"}


def marked_safe(code: str) -> list[int]:
    """List the lines that mark a text safe which is not written out right there, as a literal."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            # format_html_join takes what stands between first, and what each item is put into second.
            written = node.args[: 2 if name == "format_html_join" else 1]
            if name in MARKS and not (written and all(isinstance(part, ast.Constant) for part in written)):
                found.append(node.lineno)
        elif isinstance(node, ast.FunctionDef) and node.name == "__html__":
            found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    "code",
    [
        "mark_safe(text)",
        "safestring.SafeString(text)",
        "format_html(text)",
        'format_html(f"<b>{text}</b>")',
        'format_html_join("", text, rows)',
        "class Row:\n    def __html__(self): return self.text",
    ],
)
def test_what_is_looked_for_is_found(code: str) -> None:
    assert len(marked_safe(code)) == 1


def test_code_outside_of_markup_marks_only_literals_safe() -> None:
    files = [file for folder in ("digests", "newsroom") for file in (ROOT / folder).rglob("*.py")]
    assert MARKUP / "rendering.py" in files
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in files
        if MARKUP not in file.parents
        for line in marked_safe(file.read_text())
    ]
    assert found == []


def test_templates_escape_whatever_they_show() -> None:
    files = [file for file in (ROOT / "templates").rglob("*.*") if file.suffix in (".html", ".xml", ".svg")]
    assert len(files) > 50
    found = [
        str(file.relative_to(ROOT))
        for file in files
        if re.search(r"\|\s*(?:safe|safeseq)\b|\{%\s*autoescape\s+off\b", file.read_text())
    ]
    assert found == []
