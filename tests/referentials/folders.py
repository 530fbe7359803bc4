"""A small whole folder of content, and ways to spoil it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from pathways import content
from pathways.referentials.documents import stamps_of

TODAY = date(2026, 11, 24)
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 280 180" role="img"><title>Un bouton</title>'
    '<rect x="10" y="10" width="60" height="40" fill="#fff"/></svg>'
)
FRAMEWORK: dict[str, Any] = {
    "format": 1,
    "code": "essai",
    "version": "1.0.0",
    "language": "fr",
    "title": "Un essai",
    "licence": "CC-BY-4.0",
    "levels": {1: "avec aide", 2: "seul"},
    "domains": [
        {
            "code": "UN",
            "title": "Premier domaine",
            "strands": [
                {
                    "code": "AAA",
                    "title": "Première filière",
                    "skills": [
                        {"code": "AAA-01", "title": "Ouvrir une porte", "level": 1, "aligned": {"pix": ["1.1"]}},
                        {"code": "AAA-02", "title": "Fermer une porte", "level": 2, "requires": ["AAA-01"]},
                    ],
                },
                {
                    "code": "BBB",
                    "title": "Seconde filière",
                    "skills": [
                        {"code": "BBB-01", "title": "Monter une marche", "level": 1},
                        {
                            "code": "BBB-02",
                            "title": "Monter un étage",
                            "level": 2,
                            "requires": ["BBB-01", ["AAA-01", "AAA-02"]],
                        },
                    ],
                },
            ],
        }
    ],
}
ITEMS: dict[str, Any] = {
    "format": 1,
    "items": [
        {
            "code": "AAA-01-a",
            "skill": "AAA-01",
            "kind": "choice",
            "stem": "Où appuyez-vous ?",
            "picture": {"file": "bouton.svg", "alt": "Un bouton rond."},
            "options": [
                {"id": "button", "text": "Sur le bouton", "key": True},
                {"id": "wall", "text": "Sur le mur", "reveals": "confond le mur et le bouton"},
            ],
        },
        {
            "code": "AAA-02-a",
            "skill": "AAA-02",
            "kind": "order",
            "stem": "Dans quel ordre ?",
            "options": [
                {"id": "pull", "text": "Je tire la porte"},
                {"id": "turn", "text": "Je tourne la clé"},
                {"id": "leave", "text": "Je pars"},
            ],
            "orders": [["pull", "turn", "leave"]],
            "confusions": [{"before": ["turn", "pull"], "reveals": "tourne la clé trop tôt"}],
        },
    ],
}
ALIGNMENT: dict[str, Any] = {
    "format": 1,
    "code": "pix",
    "title": "Un référentiel public",
    "source": "publication",
    "licence": "ouverte",
    "codes": {"1.1": "Chercher"},
}
Change = Callable[[dict[str, Any]], None]


class Folder:
    """A folder of content in ``root``, written anew by each call of :meth:`write`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.framework, self.items = copy.deepcopy(FRAMEWORK), copy.deepcopy(ITEMS)
        self.own = root / "essai"
        (self.own / "media").mkdir(parents=True)
        (self.own / "media" / "bouton.svg").write_text(DRAWING, "utf-8")
        self.write_file("alignments/pix.yaml", ALIGNMENT)
        self.write()

    def write(self) -> None:
        self.write_file("essai/framework.yaml", self.framework)
        self.write_file("essai/items/AAA.yaml", self.items)

    def write_file(self, name: str, document: object) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = document if isinstance(document, str) else yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
        path.write_text(text, "utf-8")
        return path

    def skill(self, code: str) -> dict[str, Any]:
        return next(
            skill
            for domain in self.framework["domains"]
            for strand in domain["strands"]
            for skill in strand["skills"]
            if skill["code"] == code
        )

    def item(self, code: str) -> dict[str, Any]:
        return next(item for item in self.items["items"] if item["code"] == code)

    def translate(self, language: str = "ar", **changes: Any) -> dict[str, Any]:
        """Write a whole translation of the first item, changed by ``changes``."""
        [one] = [doc for _, doc in self.read().frameworks[0][1].items.items() if doc.code == "AAA-01-a"]
        entry = {
            "state": "draft",
            "of": one.text_fingerprint(),
            "stem": "أين تضغط؟",
            "picture": {"alt": "زر"},
            "options": {"button": "على الزر", "wall": "على الجدار"},
        } | changes
        document = {"format": 1, "language": language, "items": {"AAA-01-a": entry}}
        self.write_file(f"essai/translations/{language}/items/AAA.yaml", document)
        return document

    def framework_titles(self) -> dict[str, Any]:
        framework = self.read().frameworks[0][0].framework
        assert framework is not None
        return framework.titles()

    def translate_titles(self, language: str = "ar", **changes: Any) -> None:
        titles = self.framework_titles()
        document = {"format": 1, "language": language, "state": "draft"} | titles | {"of": stamps_of(titles)}
        self.write_file(f"essai/translations/{language}/framework.yaml", document | changes)

    def read(self) -> content.Content:
        return content.check(self.root, TODAY)

    def findings(self, *, warnings: bool = False) -> list[tuple[str, int, str]]:
        """``(file, line, code)`` of every finding. That it has fewer questions than a real one is no news."""
        found = [one for one in self.read().findings if one.code != "too-few-items"]
        return [(one.file, one.line, one.code) for one in found if warnings or not one.warning]

    def line_of(self, name: str, text: str) -> int:
        lines = (self.root / name).read_text("utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)
