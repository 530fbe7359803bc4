"""What was reviewed here, written back into ``referentials/*/translations``: so that people's work travels with the
shipped questions. Only the blocks of changed questions are written anew; everything else in a file stays, letter for
letter.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.clock import now
from pathways.items.checks import ItemsFolder, check_items
from pathways.items.documents import ItemsTranslationDocument
from pathways.items.models import STATES, Item, ItemRevision, ItemTranslation
from pathways.referentials.checks import check_framework, frameworks_in
from pathways.referentials.reading import parse, read
from pathways.translations.exchange.units import READ


def write(db: Session, root: Path) -> list[str]:
    """Put reviewed and verified texts into the files of ``root``; returns a line for each file that changed. A question
    whose French differs between the files and this server is left alone.
    """
    told = []
    for folder in frameworks_in(root):
        framework, _ = check_framework(folder, root)
        if framework.framework is None:
            continue
        items, _ = check_items(framework, root, now().date())
        for path, blocks in _wanted(db, framework.framework.code, items).items():
            _put(path, blocks)
            told.append(f"{path.relative_to(root)} : {len(blocks)} questions")
    return told


def _wanted(db: Session, framework: str, items: ItemsFolder) -> dict[Path, dict[str, dict[str, Any]]]:
    """By file: the blocks that it lacks, or has in other words or in a lower state."""
    query = (
        sa.select(ItemTranslation, ItemRevision.text_fingerprint, Item.code)
        .join(ItemRevision, ItemRevision.id == ItemTranslation.revision_id)
        .join(Item, Item.current_id == ItemRevision.id)
        .where(Item.framework == framework, Item.organisation_id.is_(None))
        .where(ItemTranslation.is_current, ItemTranslation.state.in_(READ))
        .order_by(ItemTranslation.language, Item.code)
    )
    found: dict[Path, dict[str, dict[str, Any]]] = {}
    for row, fingerprint, code in db.execute(query):
        item = items.items.get(code)
        if item is None or item.text_fingerprint() != fingerprint:
            continue
        known = items.translations.get(row.language, {}).get(code)
        is_there = known is not None and known.of == fingerprint and known.segments() == row.segments
        if is_there and known is not None and STATES.index(known.state) >= STATES.index(row.state):
            continue
        strand = Path(items.files[code]).name
        path = items.folder / "translations" / row.language / "items" / strand
        found.setdefault(path, {})[code] = {"state": row.state, "of": fingerprint} | _nested(row.segments)
    return found


def _nested(segments: Mapping[str, str]) -> dict[str, Any]:
    """Segments as the document of the file has them."""
    nested: dict[str, Any] = {"stem": segments["stem"]}
    for key, text in segments.items():
        part, _, rest = key.partition(".")
        name, _, detail = rest.partition(".")
        if part == "picture":
            nested.setdefault("picture", {})[name] = text
        elif part == "options":
            nested.setdefault("options", {}).setdefault(name, {})[detail or "text"] = text
        elif part == "targets":
            nested.setdefault("targets", {})[name] = text
    options = nested.get("options", {})
    for name, parts in options.items():
        if parts.keys() == {"text"}:
            options[name] = parts["text"]
    return nested | ({"explain": segments["explain"]} if "explain" in segments else {})


def _put(path: Path, blocks: Mapping[str, Mapping[str, Any]]) -> None:
    language = path.parent.parent.name
    head = f"format: 1\nlanguage: {language}\nitems:\n"
    text = path.read_text("utf-8") if path.exists() else head
    for code, block in blocks.items():
        text = _with_block(text, code, _lines(block, indent=4))
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".yaml.new")
    fresh.write_text(text, "utf-8")
    source, findings = read(fresh, path.name)
    document, shape = parse(source, ItemsTranslationDocument) if not findings else (None, [])
    if document is None or any(code not in document.items for code in blocks):
        fresh.unlink()
        raise ValueError(f"{path}: {[*findings, *shape][:1]}")
    fresh.replace(path)  # whole or not at all


def _with_block(text: str, code: str, block: str) -> str:
    """The file with this block in place of the one of the same question, or at its place by code."""
    own = f"  {code}:\n{block}"
    there = re.compile(rf"^  {re.escape(code)}:[^\n]*\n(?:(?:    [^\n]*|[ \t]*)\n)*", re.MULTILINE)
    if there.search(text):
        return there.sub(lambda _: own, text, count=1)
    text = text if text.endswith("\n") else f"{text}\n"
    for following in re.finditer(r"^  ([A-Z]{3}-\d{2}-[a-z]):", text, re.MULTILINE):
        if following[1] > code:
            return text[: following.start()] + own + text[following.start() :]
    return text + own


def _lines(value: Mapping[str, Any], *, indent: int) -> str:
    written = []
    for name, part in value.items():
        if isinstance(part, Mapping):
            written.append(f"{' ' * indent}{name}:\n{_lines(part, indent=indent + 2)}")
        else:
            written.append(f"{' ' * indent}{name}: {part if name == 'state' else _quoted(part)}\n")
    return "".join(written)


def _quoted(text: str) -> str:
    """A YAML text between quotes; signs that nobody sees are written by their number."""
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(f"\\u{ord(one):04x}" if unicodedata.category(one) == "Cf" else one for one in plain)
