"""From the fields of an item's form to the document of an item, and back. Pure: fields and documents, nothing else.

Fields are flat (``option-2-text``) so that the form works without a script; empty rows do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pathways.i18n import D_
from pathways.items.flaws import Flaw, Place
from pathways.items.grading import PARTS, as_typed

KINDS = {
    "choice": D_("une bonne réponse"),
    "choices": D_("plusieurs bonnes réponses"),
    "pictures": D_("choisir une image"),
    "zone": D_("montrer dans une image"),
    "order": D_("mettre dans l'ordre"),
    "match": D_("relier"),
    "text": D_("écrire un mot"),
    "observed": D_("observer un geste"),
}
EXPLAINED = {
    "choice": D_("Une image, trois réponses, une seule est juste."),
    "choices": D_("La question dit combien de réponses choisir."),
    "pictures": D_("Chaque réponse est une image."),
    "zone": D_("La personne touche un endroit d'une image."),
    "order": D_("Trois étapes ou plus, à remettre dans l'ordre."),
    "match": D_("Des choses, et ce qui va avec chacune."),
    "text": D_("Recopier ou écrire : seulement pour les gestes du clavier."),
    "observed": D_("Le médiateur regarde faire, et note. Rien à l'écran."),
}
MOST_ROWS = 10
USUAL_ROWS = 4
HOW = {
    "contains": D_("contient"),
    "lacks": D_("ne contient pas"),
    "equals": D_("est exactement"),
    "pattern": D_("suit le motif"),
}
"""How a typed mistake is recognised."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class ItemForm:
    """What stands in the form."""

    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    rows: int = USUAL_ROWS
    """How many lines each list of the form shows."""

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def filled(self) -> list[int]:
        """The lines of answers that hold something."""
        names = ("text", "picture", "reveals", "key", "alt")
        return [row for row in range(MOST_ROWS) if any(self.get(f"option-{row}-{name}").strip() for name in names)]

    def document(self) -> tuple[dict[str, Any], list[Flaw]]:
        """The item's document as plain values, and what of the form means nothing."""
        self._name_lines()
        raw: dict[str, Any] = {
            "kind": self.kind,
            "skill": self.get("skill"),
            "stem": self.get("stem"),
            "explain": self.get("explain") or None,
            "verify_by": self.get("verify_by") or None,
            "device": self.get("device") or "any",
            "picture": self._picture("picture", "picture"),
        }
        found: list[Flaw] = []
        if self.kind in {"text", "observed"}:
            return raw | self._written(), found
        raw["options"] = [self._option(row) for row in self.filled()]
        if self.kind in PARTS:
            raw["partly"] = bool(self.get("partly"))
        if self.kind == "order":
            raw["orders"] = self._orders(found)
            raw["confusions"] = self._confusions_of_order()
        if self.kind == "match":
            raw |= self._matched()
        return raw, found

    def place(self, at: Place) -> str:
        """The field that a place of the document comes from: ``("options", 1, "text")`` → ``option-2-text``."""
        head, rest = (str(at[0]) if at else "item"), at[1:]
        if head == "picture":
            return _PARTS_OF_PICTURE.get(str(rest[0]), "picture") if rest else "picture"
        if head in _LISTS and rest and isinstance(rest[0], int):
            row = self._row(head, rest[0])
            part = str(rest[1]) if len(rest) > 1 else "text"
            part = str(rest[2]) if part == "picture" and len(rest) > 2 else part
            return f"{_LISTS[head]}-{row}-{_PARTS.get(part, part)}"
        return _FIELDS.get(head, head)

    def _row(self, head: str, position: int) -> int:
        rows = {"options": self.filled, "targets": self._targets, "mistakes": self._mistakes}.get(
            head, self._confusions
        )()
        return rows[position] if position < len(rows) else 0

    def _name_lines(self) -> None:
        """Every line gets a name that it keeps: answers that were given mean lines by their names."""
        for prefix, lines in (("option", self.filled()), ("target", self._targets())):
            taken = {self.get(f"{prefix}-{row}-id") for row in range(MOST_ROWS + 1)}  # an emptied line's, too
            free = (name for name in _names(prefix) if name not in taken)
            for row in lines:
                if not self.get(f"{prefix}-{row}-id"):
                    self.fields[f"{prefix}-{row}-id"] = next(free)

    def _option(self, row: int) -> dict[str, Any]:
        at = f"option-{row}"
        option: dict[str, Any] = {
            "id": self.get(f"{at}-id"),
            "text": self.get(f"{at}-text") or None,
            "key": bool(self.get(f"{at}-key")),
            "reveals": self.get(f"{at}-reveals") or None,
            "picture": self._picture(f"{at}-picture", at),
        }
        if self.kind == "zone":
            sides = [self.get(f"{at}-{side}").replace(",", ".") for side in ("x", "y", "w", "h")]
            option["zone"] = [side or None for side in sides] if any(sides) else None
        if self.kind in {"order", "match"}:
            option |= {"key": False, "reveals": None}
        return option

    def _picture(self, name: str, at: str) -> dict[str, Any] | None:
        if not self.get(name):
            return None
        return {"file": self.get(name), "alt": self.get(f"{at}-alt"), "words": self.get(f"{at}-words") or None}

    def _orders(self, found: list[Flaw]) -> list[list[str]]:
        """The order of the lines, then each further line of numbers: ``2 1 3``."""
        names = {str(number): self.get(f"option-{row}-id") for number, row in enumerate(self.filled(), 1)}
        orders = [list(names.values())]
        for line in self.get("orders").splitlines():
            numbers = re.findall(r"\d+", line)
            if not numbers:
                continue
            if sorted(numbers) != sorted(names):
                said = D_("« %(line)s » : écrivez chaque numéro d'étape une fois, comme 2 1 3")
                found.append(Flaw(("orders",), "orders", said, values={"line": line.strip()}))
            elif (order := [names[number] for number in numbers]) not in orders:
                orders.append(order)
        return orders

    def _confusions_of_order(self) -> list[dict[str, Any]]:
        names = {str(row): self.get(f"option-{row}-id") for row in range(MOST_ROWS)}
        return [
            {
                "before": [names.get(self.get(f"confusion-{row}-{end}"), "") or "none" for end in ("first", "second")],
                "reveals": self.get(f"confusion-{row}-reveals"),
            }
            for row in self._confusions()
        ]

    def _matched(self) -> dict[str, Any]:
        targets = {str(row): self.get(f"target-{row}-id") for row in self._targets()}
        things = {str(row): self.get(f"option-{row}-id") for row in self.filled()}
        return {
            "targets": [
                {"id": self.get(f"target-{row}-id"), "text": self.get(f"target-{row}-text")} for row in self._targets()
            ],
            "pairs": {
                name: target
                for row, name in things.items()
                if (target := targets.get(self.get(f"option-{row}-target")))
            },
            "confusions": [
                {
                    "pair": {
                        things.get(self.get(f"confusion-{row}-first"), "none"): targets.get(
                            self.get(f"confusion-{row}-second"), "none"
                        )
                    },
                    "reveals": self.get(f"confusion-{row}-reveals"),
                }
                for row in self._confusions()
            ],
        }

    def _written(self) -> dict[str, Any]:
        if self.kind == "observed":
            return {"look_for": _lines(self.get("look_for"))}
        return {
            "accept": _lines(self.get("accept")),
            "mistakes": [
                {
                    "pattern": _pattern(self.get(f"mistake-{row}-how"), self.get(f"mistake-{row}-text")),
                    "reveals": self.get(f"mistake-{row}-reveals"),
                }
                for row in self._mistakes()
            ],
        }

    def _targets(self) -> list[int]:
        return [row for row in range(MOST_ROWS + 1) if self.get(f"target-{row}-text").strip()]

    def _confusions(self) -> list[int]:
        names = ("first", "second", "reveals")
        return [row for row in range(MOST_ROWS) if any(self.get(f"confusion-{row}-{name}") for name in names)]

    def _mistakes(self) -> list[int]:
        return [
            row for row in range(MOST_ROWS) if self.get(f"mistake-{row}-text") or self.get(f"mistake-{row}-reveals")
        ]


def form_of(raw: Mapping[str, Any]) -> ItemForm:
    """The form of a document (see ``authoring.document_of``), to be changed or copied."""
    fields = {name: str(raw[name] or "") for name in ("skill", "stem", "explain", "verify_by", "device")}
    fields["partly"] = "on" if raw.get("partly") else ""
    form = ItemForm(raw["kind"], fields)
    fields |= _picture_fields("picture", "picture", raw["picture"])
    places = {option["id"]: str(row) for row, option in enumerate(raw["options"])}
    targets = {target["id"]: str(row) for row, target in enumerate(raw["targets"])}
    for row, option in enumerate(raw["options"]):
        at = f"option-{row}"
        fields |= {
            f"{at}-id": option["id"],
            f"{at}-text": option["text"] or "",
            f"{at}-reveals": option["reveals"] or "",
        }
        fields |= {
            f"{at}-key": "on" if option["key"] else "",
            f"{at}-target": targets.get(raw["pairs"].get(option["id"], ""), ""),
        }
        fields |= _picture_fields(f"{at}-picture", at, option["picture"])
        for side, value in zip("xywh", option["zone"] or (), strict=False):
            fields[f"{at}-{side}"] = f"{value:g}"
    for row, target in enumerate(raw["targets"]):
        fields |= {f"target-{row}-id": target["id"], f"target-{row}-text": target["text"]}
    numbers = {option["id"]: str(number) for number, option in enumerate(raw["options"], 1)}
    usual = [option["id"] for option in raw["options"]]
    fields["orders"] = "\n".join(
        " ".join(numbers[name] for name in order) for order in raw["orders"] if list(order) != usual
    )
    for row, confusion in enumerate(raw["confusions"]):
        first, second = confusion["before"] or next(iter((confusion["pair"] or {"": ""}).items()))
        ends = places if confusion["before"] else targets
        fields |= {f"confusion-{row}-first": places.get(first, ""), f"confusion-{row}-second": ends.get(second, "")}
        fields[f"confusion-{row}-reveals"] = confusion["reveals"]
    for row, mistake in enumerate(raw["mistakes"]):
        how, text = _unwritten(mistake["pattern"])
        fields |= {f"mistake-{row}-how": how, f"mistake-{row}-text": text, f"mistake-{row}-reveals": mistake["reveals"]}
    fields |= {"accept": "\n".join(raw["accept"]), "look_for": "\n".join(raw["look_for"])}
    form.rows = max(USUAL_ROWS, *(len(raw[name]) for name in ("options", "targets", "confusions", "mistakes")))
    return form


def _picture_fields(name: str, at: str, picture: Mapping[str, Any] | None) -> dict[str, str]:
    if picture is None:
        return {}
    return {name: picture["file"], f"{at}-alt": picture["alt"], f"{at}-words": picture["words"] or ""}


def _names(prefix: str) -> Iterator[str]:
    start = "" if prefix == "option" else "t-"
    return (f"{start}{letter}" for letter in _LETTERS)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pattern(how: str, text: str) -> str:
    """The pattern that a typed answer is searched with; see ``grading``: it is compared without case and spaces."""
    plain = re.escape(as_typed(text))
    return {"contains": plain, "lacks": f"^(?!.*{plain})", "equals": f"^{plain}$"}.get(how, text)


def _unwritten(pattern: str) -> tuple[str, str]:
    """How, and what: of :func:`_pattern`."""
    for how, (start, end) in {"lacks": ("^(?!.*", ")"), "equals": ("^", "$"), "contains": ("", "")}.items():
        if pattern.startswith(start) and pattern.endswith(end):
            inner = pattern.removeprefix(start).removesuffix(end)
            text = re.sub(r"\\(.)", r"\1", inner)
            if _pattern(how, text) == pattern:
                return how, text
    return "pattern", pattern


_LISTS = {"options": "option", "targets": "target", "confusions": "confusion", "mistakes": "mistake"}
_PARTS = {"pattern": "text", "before": "first", "pair": "first", "file": "picture", "zone": "x", "id": "text"}
_PARTS_OF_PICTURE = {"alt": "picture-alt", "words": "picture-words"}
_FIELDS = {"options": "option-0-text", "targets": "target-0-text", "pairs": "option-0-target"}
