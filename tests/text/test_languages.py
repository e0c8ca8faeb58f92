"""The language of a passage, by its script."""

from __future__ import annotations

import pytest

from digests.text.languages import foreign, language_of, opening


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("OpenAI 发布 GPT-5", "zh"),
        ("Google DeepMind Gemini 3 Pro 上线", "zh"),
        ("LLM inference at scale：论文解读", "zh"),
        ("快手可灵 3.0 系列发布", "zh"),
        ("Anthropic says “小红书” is growing fast in the US", "en"),
        ("Attention is all you need", "en"),
        ("Apple Announces New Chip Line", "en"),
        ("WebGPU ships", "en"),
        ("新モデルを公開しました", "ja"),
        ("ソニーが新製品を発表", "ja"),
        ("오픈AI, 새 모델 공개", "ko"),
        # open: a name, a number, a sign, an even mixture, an address
        ("GPT-5.2 Codex", ""),
        ("OpenAI", ""),
        ("a b c", ""),
        ("grep", ""),
        ("2026", ""),
        ("🚀", ""),
        ("", ""),
        ("微信 launches search", ""),
        ("https://example.org/some-long-path-of-words", ""),
    ],
)
def test_a_text_tells_its_language_or_leaves_it_open(text: str, language: str) -> None:
    assert language_of(text) == language


def test_only_another_language_than_the_pages_is_foreign() -> None:
    assert foreign("Attention is all you need", "zh-hans") == "en"
    assert foreign("Attention is all you need", "en") == ""
    assert foreign("OpenAI 发布 GPT-5", "zh-hans") == ""
    assert foreign("OpenAI 发布 GPT-5", "en") == "zh"
    assert foreign("GPT-5", "en") == ""


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("The ferry company measured it", 18, "The ferry company…"),
        ("The ferry company measured it", 17, "The ferry company…"),
        ("The ferry company, which", 18, "The ferry company…"),
        ("The ferry", 9, "The ferry"),
        ("海洋观测站开放了数据，并且", 11, "海洋观测站开放了数据…"),
        ("使用 OpenAI 的模型", 6, "使用…"),
        ("a" * 9, 5, "aaaaa…"),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_between_words(text: str, length: int, shown: str) -> None:
    assert opening(text, length) == shown
