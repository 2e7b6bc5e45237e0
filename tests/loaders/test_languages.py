"""Pages in other scripts go in whole, with title, day and language, and are cut where their sentences end."""

from __future__ import annotations

from datetime import date

import pytest

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import Document, parse
from qa.text import sentences

PAGES = {
    "ja": (
        "市議会が旧橋を閉鎖",
        "2025年5月12日",
        "市議会は月曜日、亀裂が見つかったため旧橋を閉鎖した。技師は橋脚に亀裂を三か所見つけた。",
        "なぜ今なのか？市長は「もう一冬は待てない」と述べた。",
    ),
    "zh": (
        "市议会关闭旧桥",
        "2025年5月12日",
        "市议会周一决定关闭旧桥，因为工程师发现了裂缝。修理需要十一个月！",
        "为什么是现在？市长说不能再等一个冬天。",
    ),
    "hi": (
        "परिषद ने पुराना पुल बंद किया",
        "12 मई 2025",
        "परिषद ने सोमवार को पुराना पुल बंद कर दिया। इंजीनियरों को उसमें दरारें मिलीं।",
        "मरम्मत में ग्यारह महीने लगेंगे। मेयर ने कहा कि एक और सर्दी का इंतज़ार नहीं किया जा सकता।",
    ),
    "ar": (
        "المجلس يغلق الجسر القديم",
        "12 مايو 2025",
        "أغلق مجلس المدينة الجسر القديم يوم الاثنين. عثر المهندسون على شقوق فيه.",
        "لماذا الآن؟ قالت العمدة إنه لا يمكن انتظار شتاء آخر.",
    ),
    "ru": (
        "Совет закрыл старый мост",
        "12 мая 2025",
        "Городской совет закрыл старый мост в понедельник. Инженеры нашли в нём трещины!",
        "Почему сейчас? Мэр сказала, что ждать ещё одну зиму нельзя.",
    ),
}


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("language", PAGES)
def test_pages_in_any_script_go_in(language: str, declared: bool) -> None:
    title, day, *paragraphs = PAGES[language]
    attribute = f' lang="{language}"' if declared else ""
    html = (
        f'<!DOCTYPE html><html{attribute}><head><meta charset="utf-8">'
        f'<title>{title}</title></head><body><nav><a href="/">A</a></nav><h1>{title}</h1><p>{day}</p>'
        f"{''.join(f'<p>{each}</p>' for each in paragraphs)}</body></html>"
    )
    (found,) = parse(Document("upload:a.html", html.encode()), Settings())
    assert isinstance(found, Article), found
    assert (found.title, found.text, found.published) == (title, "\n\n".join(paragraphs), date(2025, 5, 12))
    assert found.language == (language if declared else None)


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("is_known", [True, False])
def test_sentences_end_where_their_script_ends_them(language: str, is_known: bool) -> None:
    text = "\n\n".join(PAGES[language][2:])
    found = [text[start:end] for start, end in sentences(text, language if is_known else None)]
    assert len(found) == 4
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(sentence[-1] in "。！？।.؟!?" or sentence[-1] == "」" for sentence in found)
