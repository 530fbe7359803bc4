"""Languages that nobody speaks: every text of theirs is bracketed, so that any other text on a page was never handed to
a translator. `qps_ploc` is longer and accented, `qps_arab` runs from right to left.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polib
import yaml

from pathways import i18n, messages
from pathways.items.documents import ItemsDocument
from pathways.referentials.documents import TITLES, FrameworkDocument, stamps_of
from pathways.settings import resource

OPEN, CLOSE = "⟦", "⟧"
ENTRY = """
[{code}]
tag = "{tag}"
name = "{name}"
script = "{script}"
dir = "{dir}"
fmt = "fr"
fallback = ["fr"]
aliases = []
plural = "nplurals=2; plural=(n > 1);"
state = "draft"
font = "{font}"
wave = 9
desk = true
"""
LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "qps_ploc": {"tag": "qps-ploc", "name": "⟦Þšéûðö⟧", "script": "Latn", "dir": "ltr", "font": "Noto Sans"},
    "qps_arab": {"tag": "qps-arab", "name": "⟦عكس⟧", "script": "Arab", "dir": "rtl", "font": "Noto Naskh Arabic"},
}
_ACCENTS = str.maketrans("aeiouycnAEIOUYCN", "àéîöûÿçñÀÉÎÖÛÝÇÑ")
_KEPT = re.compile(r"(%\(\w+\)[sd]|%%|<[^>]*>|&\w+;|«[^»]*»|\d+(?:[.,]\d+)*)")


def said(text: str, code: str) -> str:
    """``text`` as the pseudo-language says it: places, markup, numbers and quoted French labels stay."""
    if code == "qps_arab":
        pieces = [piece if _KEPT.fullmatch(piece) else _arabic(piece) for piece in _KEPT.split(text)]
    else:
        pieces = [piece if _KEPT.fullmatch(piece) else piece.translate(_ACCENTS) for piece in _KEPT.split(text)]
        pieces.append(" " + "~" * max(1, round(len(text) * 0.4) - 2))
    return f"{OPEN}{''.join(pieces)}{CLOSE}"


def _arabic(text: str) -> str:
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    return "".join(letters[ord(one) % len(letters)] if one.isalpha() else one for one in text)


def locales(folder: Path) -> Path:
    """The folder of languages with the pseudo-languages in it: one entry and one folder each, nothing else."""
    made = folder / "locales"
    shutil.copytree(resource("locales"), made)
    with (made / "languages.toml").open("a", encoding="utf-8") as registry:
        for code, entry in LANGUAGES.items():
            registry.write(ENTRY.format(code=code, **entry))
    for code in LANGUAGES:
        for domain, texts in messages.collected().items():
            _catalogue(made / code / "LC_MESSAGES" / f"{domain}.po", texts, code)
    return made


def _catalogue(path: Path, texts: Any, code: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = polib.POFile()
    file.metadata = {
        "Language": code,
        "Plural-Forms": "nplurals=2; plural=(n > 1);",
        "Content-Type": "text/plain; charset=utf-8",
    }
    for message in texts:
        if not message.id:
            continue
        if isinstance(message.id, str):
            file.append(polib.POEntry(msgid=message.id, msgstr=said(message.id, code)))
        else:
            forms = {number: said(text, code) for number, text in enumerate(message.id)}
            file.append(polib.POEntry(msgid=message.id[0], msgid_plural=message.id[1], msgstr_plural=forms))
    file.save(str(path))


def referentials(folder: Path, framework: str = "inclusion-numerique") -> Path:
    """The shipped content with every question of a framework in the pseudo-languages."""
    made = folder / "referentials"
    shutil.copytree(resource("referentials"), made)
    for path in sorted((made / framework / "items").glob("*.yaml")):
        document = ItemsDocument.model_validate(yaml.safe_load(path.read_text("utf-8")))
        for code in LANGUAGES:
            items = {
                item.code: _translation(item.segments(), item.text_fingerprint(), code)
                for item in document.items
                if item.kind != "observed"
            }
            target = made / framework / "translations" / code / "items" / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            written = {"format": 1, "language": code, "items": items}
            target.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), "utf-8")
    document = FrameworkDocument.model_validate(
        yaml.safe_load((made / framework / "framework.yaml").read_text("utf-8"))
    )
    for code in LANGUAGES:
        titles = document.titles()
        parts = {part: {name: said(text, code) for name, text in titles[part].items()} for part in TITLES}
        written = {"format": 1, "language": code, "state": "draft", "title": said(titles["title"], code), **parts}
        written["of"] = stamps_of(titles)
        target = made / framework / "translations" / code / "framework.yaml"
        target.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), "utf-8")
    return made


def _translation(segments: Mapping[str, str], of: str, code: str) -> dict[str, Any]:
    given: dict[str, Any] = {"state": "draft", "of": of, "options": {}, "targets": {}, "picture": {}}
    for key, text in segments.items():
        match key.split("."):
            case ["options", name]:
                given["options"].setdefault(name, {})["text"] = said(text, code)
            case ["options", name, part]:
                given["options"].setdefault(name, {})[part] = said(text, code)
            case ["targets", name]:
                given["targets"][name] = said(text, code)
            case ["picture", part]:
                given["picture"][part] = said(text, code)
            case [name]:
                given[name] = said(text, code)
    return {name: value for name, value in given.items() if value}


def speak(monkeypatch: Any, folder: Path) -> Path:
    """Make the pseudo-languages known to this process; returns the folder of languages."""
    made = locales(folder)
    real = i18n.resource
    monkeypatch.setattr(i18n, "resource", lambda name: made if name == "locales" else real(name))
    i18n.forget()
    return made
