"""What changed between two revisions of an item, in the words of its form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LABELS = {
    "stem": "question",
    "explain": "explication",
    "device": "appareil",
    "verify_by": "à vérifier avant le",
    "accept": "ce qui est accepté",
    "look_for": "ce qu'on regarde",
}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """``(what, before, after)`` for everything that differs, empty where there was or is nothing."""
    old, new = _flat(before), _flat(after)
    return [
        (name, old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, "") != new.get(name, "")
    ]


def _flat(body: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, label in _LABELS.items():
        value = body[name]
        found[label] = " / ".join(value) if isinstance(value, (list, tuple)) else str(value or "")
    found |= _picture("image", body["picture"])
    texts = {part["id"]: part.get("text") or part["id"] for part in (*body["options"], *body["targets"])}
    for number, option in enumerate(body["options"], 1):
        label = f"réponse {number}"
        found[label] = option["text"] or ""
        found[f"{label}, juste"] = "oui" if option["key"] else ""
        found[f"{label}, ce qu'elle révèle"] = option["reveals"] or ""
        found[f"{label}, zone"] = ", ".join(f"{side:g}" for side in option["zone"] or ())
        found |= _picture(f"{label}, image", option["picture"])
    for number, target in enumerate(body["targets"], 1):
        found[f"ce qui va avec {number}"] = target["text"]
    found["ordres justes"] = " / ".join(", ".join(texts[name] for name in order) for order in body["orders"])
    found["paires justes"] = _pairs(body["pairs"], texts)
    for number, confusion in enumerate(body["confusions"], 1):
        named = ", puis ".join(texts.get(name, name) for name in confusion["before"] or ())
        found[f"confusion {number}"] = f"{named or _pairs(confusion['pair'] or {}, texts)} : {confusion['reveals']}"
    for number, mistake in enumerate(body["mistakes"], 1):
        found[f"erreur {number}"] = f"{mistake['pattern']} : {mistake['reveals']}"
    return found


def _picture(label: str, picture: Mapping[str, Any] | None) -> dict[str, str]:
    if picture is None:
        return {}
    return {
        label: picture["sha256"][:8],
        f"{label}, description": picture["alt"],
        f"{label}, mots écrits dedans": picture["words"] or "",
    }


def _pairs(pairs: Mapping[str, str], texts: Mapping[str, str]) -> str:
    return " / ".join(f"{texts.get(one, one)} – {texts.get(other, other)}" for one, other in pairs.items())
