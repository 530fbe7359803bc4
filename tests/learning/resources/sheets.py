"""A sheet in a small folder of content, and its translation."""

from __future__ import annotations

import copy
from typing import Any

from tests.referentials.folders import Folder

SHEET: dict[str, Any] = {
    "format": 1,
    "code": "ouvrir",
    "title": "Ouvrir une porte",
    "summary": "La poignée, puis la main.",
    "minutes": 10,
    "teaches": [{"skill": "AAA-01", "level": "discover"}],
    "licence": "CC-BY-4.0",
    "checked_on": "2026-11-20",
    "sheet": {
        "picture": {"file": "bouton.svg", "alt": "Un bouton rond."},
        "intro": "Une porte a une poignée.",
        "steps": [{"title": f"Pas {number}", "text": f"Faites le pas {number}."} for number in range(1, 6)],
        "remember": "Doucement.",
    },
}
SHEET["sheet"]["steps"][0]["picture"] = {"file": "bouton.svg"}
FILE = "essai/resources/ouvrir.yaml"
TRANSLATED = "essai/translations/ar/resources/ouvrir.yaml"


def a_sheet(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(SHEET) | changes


def write(folder: Folder, document: dict[str, Any] | None = None) -> None:
    folder.write_file(FILE, document or a_sheet())


def translate(folder: Folder, **changes: Any) -> None:
    french = folder.read().resources["essai"].resources["ouvrir"]
    texts = {
        "picture": {"alt": "زر"},
        "intro": "للباب مقبض.",
        "steps": [{"title": f"خطوة {number}", "text": f"اتبع الخطوة {number}."} for number in range(1, 6)],
        "remember": "بهدوء.",
    }
    document = {"format": 1, "language": "ar", "state": "draft", "of": french.text_fingerprint()}
    document |= {"title": "افتح بابًا", "summary": "المقبض ثم اليد.", "sheet": texts}
    folder.write_file(TRANSLATED, document | changes)
