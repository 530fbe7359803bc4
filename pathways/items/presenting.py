"""What a learner is shown of an item: never the key, never what a wrong answer reveals. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, permutations
from typing import Any

from pathways.i18n import SOURCE

SOUND_URL = "/recordings"


@dataclass(frozen=True, slots=True)
class Sound:
    """The reading of a text that is played."""

    file: str
    """Its name under :data:`SOUND_URL`."""
    checked: bool
    """Whether somebody who knows the language has listened to it."""
    human: bool
    """A person's voice, or a synthetic one."""

    @property
    def url(self) -> str:
        return f"{SOUND_URL}/{self.file}"


@dataclass(frozen=True, slots=True)
class Shown:
    """The texts of one item for one learner: French always, theirs if its translation may be served."""

    code: str
    body: Mapping[str, Any]
    language: str
    segments: Mapping[str, Mapping[str, str]]
    """``{language: {segment key: text}}``"""
    state: str | None
    """State of the translation shown; ``None`` in French alone."""
    sounds: Mapping[str, Sound]
    """``{"ar/stem": its reading}``"""

    def text(self, key: str) -> tuple[str | None, str]:
        """``(theirs or None, French)`` of a segment that exists."""
        own = self.segments.get(self.language, {}).get(key) if self.language != SOURCE else None
        return own, self.segments[SOURCE][key]

    def has(self, key: str) -> bool:
        return key in self.segments[SOURCE]

    def sound(self, key: str) -> Sound | None:
        return self.sounds.get(f"{self.language}/{key}") or self.sounds.get(f"{SOURCE}/{key}")


def arrangement(body: Mapping[str, Any], seed: str) -> list[str]:
    """The order in which options are shown: the same for one learner at each visit, another for the next learner, and
    never dependent on the language. Zones keep the order of the picture; steps to be ordered never stand in a right
    order already.
    """
    names = [option["id"] for option in body["options"]]
    if body["kind"] == "zone":
        return names
    shuffled = sorted(names, key=lambda name: _draw(seed, body["code"], name))
    if body["kind"] == "order":
        right = {tuple(order) for order in body["orders"]}
        others = chain([shuffled, shuffled[::-1]], permutations(shuffled))
        return list(next((one for one in others if tuple(one) not in right), shuffled))
    return shuffled


def target_arrangement(body: Mapping[str, Any], seed: str) -> list[str]:
    names = [target["id"] for target in body["targets"]]
    return sorted(names, key=lambda name: _draw(seed, body["code"], f"target {name}"))


def in_own_words(shown: Shown, response: Any) -> str | None:
    """The same as :func:`in_words` in the learner's language; ``None`` where there is nothing to translate. Steps are
    numbered: an arrow would point the wrong way where writing runs from right to left.
    """
    own = shown.segments.get(shown.language) if shown.language != SOURCE else None
    if not own or response is None or shown.body["kind"] in {"observed", "text"}:
        return None
    texts = {
        part["id"]: own.get(f"{place}.{part['id']}") or own.get(f"{place}.{part['id']}.alt") or part["id"]
        for place in ("options", "targets")
        for part in shown.body[place]
    }
    if isinstance(response, dict):
        return " · ".join(f"{texts.get(thing, thing)}: {texts.get(one, one)}" for thing, one in response.items())
    if isinstance(response, list):
        said = [texts.get(name, name) for name in response]
        if shown.body["kind"] == "order":
            said = [f"{place}. {text}" for place, text in enumerate(said, 1)]
        return " · ".join(said)
    return texts.get(response, response)


def in_words(body: Mapping[str, Any], response: Any) -> str:
    """A learner's response in the French words of the item, for the trainer who reads it."""
    if response is None or body["kind"] == "observed":
        return ""
    texts = {part["id"]: part.get("text") or "" for part in (*body["options"], *body["targets"])}
    texts |= {
        option["id"]: option["text"] or option["picture"]["alt"] for option in body["options"] if option["picture"]
    }
    if isinstance(response, dict):
        return ", ".join(
            f"{texts.get(thing, thing)} : {texts.get(target, target)}" for thing, target in response.items()
        )
    if isinstance(response, list):
        return (" → " if body["kind"] == "order" else ", ").join(texts.get(name, name) for name in response)
    return texts.get(response, response)


def as_json(shown: Shown, seed: str, *, media_url: str) -> dict[str, Any]:
    """The item as the API gives it: ids, texts by language, pictures; the answer key is not in it."""
    body = shown.body
    languages = [SOURCE] if shown.language == SOURCE else [shown.language, SOURCE]
    texts = {
        language: _nested(shown.segments[language], body, seed)
        for language in languages
        if shown.segments.get(language)
    }
    options = {option["id"]: option for option in body["options"]}
    media = [_media(body["picture"], "picture", media_url)] if body["picture"] else []
    media += [
        _media(options[name]["picture"], f"options.{name}", media_url)
        for name in arrangement(body, seed)
        if options[name]["picture"]
    ]
    media += [_sound(key, sound) for key, sound in sorted(shown.sounds.items())]
    given: dict[str, Any] = {
        "id": shown.code,
        "kind": body["kind"],
        "texts": texts,
        "translation": shown.state,
        "options": [
            {"id": name} | ({"zone": options[name]["zone"]} if options[name]["zone"] else {})
            for name in arrangement(body, seed)
        ],
        "media": media,
    }
    if body["kind"] == "choices":
        given["choose"] = sum(option["key"] for option in body["options"])
    if body["kind"] == "match":
        given["targets"] = [{"id": name} for name in target_arrangement(body, seed)]
    return given


def _nested(segments: Mapping[str, str], body: Mapping[str, Any], seed: str) -> dict[str, Any]:
    """Segments as a document: ``{"stem", "picture": {...}, "options": {id: text}, "targets": {id: text}}``, in the
    order in which they are shown: the order of the file would tell the right order of steps.
    """
    nested: dict[str, Any] = {"stem": segments["stem"]}
    if body["picture"]:
        nested["picture"] = {
            part: segments[f"picture.{part}"] for part in ("alt", "words") if f"picture.{part}" in segments
        }
    options: dict[str, Any] = {}
    for option in arrangement(body, seed):
        parts = {"text": f"options.{option}", "alt": f"options.{option}.alt"}
        options[option] = {name: segments[key] for name, key in parts.items() if key in segments}
    if options:
        nested["options"] = options
    if body["targets"]:
        nested["targets"] = {name: segments[f"targets.{name}"] for name in target_arrangement(body, seed)}
    return nested


def _media(picture: Mapping[str, Any], of: str, media_url: str) -> dict[str, Any]:
    return {
        "of": of,
        "kind": "picture",
        "url": f"{media_url}/{picture['sha256']}.{picture['file'].rsplit('.', 1)[1]}",
        "width": picture["width"],
        "height": picture["height"],
    }


def _sound(of: str, sound: Sound) -> dict[str, Any]:
    voice = "human" if sound.human else "machine"
    return {"of": of, "kind": "sound", "url": sound.url, "checked": sound.checked, "voice": voice}


def _draw(seed: str, *parts: Sequence[str] | str) -> bytes:
    return hashlib.sha256("\x1f".join([seed, *map(str, parts)]).encode()).digest()
