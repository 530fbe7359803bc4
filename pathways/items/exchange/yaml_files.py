"""Items in YAML, as in ``referentials/``: a file of items, a file of their translations in one language, or both in one
file under ``translations``. Pure, but for the file that the reader wants.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items.documents import ItemTranslationDocument
from pathways.items.exchange.documents import Draft, Told, Translated, Written, translated_languages
from pathways.items.flaws import shape_flaws
from pathways.referentials import reading
from pathways.referentials.reading import Source
from pathways.spreadsheets import forbidden_sign

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_BREAKS_THE_SHAPE = D_("le fichier doit avoir « format: 1 » et une liste « items »")


def drafts_of_yaml(source: Source) -> tuple[list[Draft], list[Told]]:
    """The items and translations of a file, each with the lines of its parts."""
    value = source.value
    if not isinstance(value, dict) or value.get("format") != 1:
        return [], [Told(1, "format", i18n.gettext(_BREAKS_THE_SHAPE))]
    told = [
        Told(source.line((key,)), str(key)[:60], i18n.gettext(D_("n'est pas prévu par le format")))
        for key in value
        if key not in {"format", "items", "translations", "language"}
    ]
    if "language" in value:
        alone: dict[str, Draft] = {}
        told += _translations(source, ("items",), value["language"], alone)
        return list(alone.values()), told
    items = value.get("items")
    if not isinstance(items, list):
        return [], [*told, Told(source.line(("items",)), "items", i18n.gettext(_BREAKS_THE_SHAPE))]
    lines = _lines_under(source, 2)
    drafts = [_draft(source, position, raw, lines) for position, raw in enumerate(items)]
    by_code = {draft.code: draft for draft in drafts if draft.code}
    translations = value.get("translations") or {}
    if not isinstance(translations, dict):
        return drafts, [
            *told,
            Told(source.line(("translations",)), "translations", i18n.gettext(D_("une langue par ligne"))),
        ]
    for language in translations:
        told += _translations(source, ("translations", language), language, by_code)
    return [*drafts, *(draft for draft in by_code.values() if draft.raw is None)], told


def yaml_of(items: Iterable[Written]) -> bytes:
    """The items as a file of ``referentials/`` has them, their translations beneath."""
    items = list(items)
    document: dict[str, Any] = {"format": 1, "items": [_item(item) for item in items]}
    translations = {
        language: {item.code: _translation(item, language) for item in items if language in item.translations}
        for language in translated_languages()
    }
    if kept := {language: found for language, found in translations.items() if found}:
        document["translations"] = kept
    return yaml.dump(document, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=120).encode()


def source_of(text: str, name: str) -> Source:
    """The values in a YAML file with their lines. Raises :class:`Invalid` for what is no YAML at all."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "items.yaml"
        path.write_text(text, "utf-8", newline="")
        source, unreadable = reading.read(path, name)
    if unreadable:
        values = {"line": unreadable[0].line, "said": unreadable[0].message}
        said = D_("Ligne %(line)s : %(said)s")
        raise Invalid(said, errors=[{"field": "file", "message": i18n.sentence(said, values)}], **values)
    return source


Lines = Mapping[tuple[Any, ...], list[tuple[tuple[Any, ...], int]]]
"""``{place: [(the rest of a path under it, its line)]}``"""


def _lines_under(source: Source, depth: int) -> Lines:
    found: dict[tuple[Any, ...], list[tuple[tuple[Any, ...], int]]] = {}
    for path, line in source.lines.items():
        if len(path) >= depth:
            found.setdefault(path[:depth], []).append((path[depth:], line))
    return found


def _draft(source: Source, position: int, raw: Any, lines: Lines) -> Draft:
    line = source.line(("items", position))
    if not isinstance(raw, dict):
        return Draft(
            line, "", {}, told=[Told(line, "items", i18n.gettext(D_("une question est une suite de « nom: valeur »")))]
        )
    raw = dict(raw)
    code = raw.pop("code", "")
    draft = Draft(line, code if isinstance(code, str) else str(code), raw)
    for path, at in lines.get(("items", position), ()):
        if path:
            draft.places[path] = (at, ".".join(map(str, path)))
    _check_signs(draft, raw)
    return draft


def _check_signs(draft: Draft, value: Any, at: tuple[str | int, ...] = ()) -> None:
    """A sign that commands something is in no text of ours; a spreadsheet's cells were looked at already."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        _check_signs(draft, part, (*at, name))
    if isinstance(value, str) and (sign := forbidden_sign(value)):
        draft.tell(at, D_("un signe invisible (%(sign)s) ne peut pas être gardé"), sign=sign)


def _translations(source: Source, at: tuple[str, ...], language: Any, by_code: dict[str, Draft]) -> list[Told]:
    """Put translations with their items. Those of items that are not in this file become drafts of their own."""
    entries: Any = source.value
    for step in at:
        entries = entries.get(step)
    if language not in translated_languages():
        return [Told(source.line(at), str(language)[:60], i18n.gettext(D_("n'est pas une langue de traduction")))]
    if not isinstance(entries, dict):
        return [Told(source.line(at), str(language), i18n.gettext(D_("une question par ligne, par son code")))]
    lines = _lines_under(source, len(at) + 1)
    for code, entry in entries.items():
        place = (*at, code)
        draft = by_code.setdefault(str(code), Draft(source.line(place), str(code), None))
        for path, line in lines.get(place, ()):
            draft.places[language, *path] = (line, ".".join(map(str, (language, *path))))
        _add_translation(draft, language, entry)
    return []


def _add_translation(draft: Draft, language: str, entry: Any) -> None:
    try:
        document = ItemTranslationDocument.model_validate({"of": "", "state": "draft"} | entry)
    except ValidationError as error:
        for flaw in shape_flaws(error):
            draft.tell_said((language, *flaw.at), flaw.said())
    except TypeError:
        draft.tell((language,), D_("une traduction est une suite de « nom: valeur »"))
    else:
        segments = document.segments()
        for key in segments:
            draft.places.setdefault((language, key), draft.place((language, *key.split("."))))
        _check_signs(draft, segments, (language,))
        draft.translations[language] = Translated(segments, document.state, document.of)


def _item(item: Written) -> dict[str, Any]:
    """The body of a revision as its author would write it: nothing empty, nothing that we found out ourselves."""
    body = {key: value for key, value in item.body.items() if key not in {"code", "skill", "kind", "stem"}}
    kept: dict[str, Any] = {"code": item.code, "skill": item.body["skill"], "kind": item.body["kind"]}
    kept |= {"stem": item.body["stem"]}
    order = [part["id"] for part in body["options"]]
    # PostgreSQL keeps no order of keys: pairs are written in the order of the answers.
    body["pairs"] = {name: body["pairs"][name] for name in order if name in body["pairs"]}
    body["options"] = [_bare(option, ("id", "text", "picture", "zone", "key", "reveals")) for option in body["options"]]
    body["picture"] = _bare(body["picture"] or {}, ("file", "alt", "words"))
    body["targets"] = [_bare(target, ("id", "text")) for target in body["targets"]]
    body["confusions"] = [_bare(one, ("before", "pair", "reveals")) for one in body["confusions"]]
    body["mistakes"] = [_bare(one, ("pattern", "reveals")) for one in body["mistakes"]]
    for name in _ORDER:
        if body.get(name) and (name, body[name]) != ("device", "any"):
            kept[name] = body[name]
    return kept


_ORDER = (
    *("picture", "options", "orders", "targets", "pairs", "confusions", "accept", "mistakes", "look_for"),
    *("partly", "explain", "verify_by", "device"),
)


def _bare(part: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    kept = {name: part[name] for name in names if part.get(name)}
    if "picture" in kept:
        kept["picture"] = _bare(kept["picture"], ("file", "alt", "words"))
    return kept


def _translation(item: Written, language: str) -> dict[str, Any]:
    state, texts = item.translations[language]
    kept: dict[str, Any] = {"state": state, "of": item.of, "stem": texts["stem"]}
    if picture := {part: texts[f"picture.{part}"] for part in ("alt", "words") if f"picture.{part}" in texts}:
        kept["picture"] = picture
    options: dict[str, Any] = {}
    for option in item.body["options"]:
        name = f"options.{option['id']}"
        parts = {part: texts[name + end] for part, end in _PARTS.items() if name + end in texts}
        if parts:
            options[option["id"]] = parts["text"] if list(parts) == ["text"] else parts
    if options:
        kept["options"] = options
    names = [target["id"] for target in item.body["targets"]]
    if targets := {name: texts[f"targets.{name}"] for name in names if f"targets.{name}" in texts}:
        kept["targets"] = targets
    return kept | ({"explain": texts["explain"]} if "explain" in texts else {})


_PARTS = {"text": "", "alt": ".alt", "words": ".words"}
