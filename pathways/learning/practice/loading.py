"""The practices that come with the server, read from its files once per process: nothing of them is stored, and nothing
that is stored depends on them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pathways import i18n
from pathways.learning.practice.documents import (
    PracticeDocument,
    PracticeTranslationDocument,
    PracticeTranslationsDocument,
)
from pathways.referentials.checks import frameworks_in
from pathways.referentials.reading import parse, read
from pathways.settings import resource

UNREVIEWED = frozenset({"machine", "draft"})


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice with its translations of today's French; stale ones are left out."""

    framework: str
    document: PracticeDocument
    french: Mapping[str, str]
    """Its texts for learners, by key."""
    translations: Mapping[str, PracticeTranslationDocument]
    pictures: Mapping[str, str]
    """``{file: address of the picture itself}``, in the page: nothing more to fetch."""

    def text(self, key: str, language: str) -> tuple[str | None, str]:
        """A text in the language, if it is translated there, and in French."""
        own = self.translations.get(language)
        return (own.texts.get(key) if own else None), self.french[key]

    def title(self, language: str) -> str:
        own, french = self.text("title", language)
        return own or french

    def is_draft(self, language: str) -> bool:
        own = self.translations.get(language)
        return own is not None and own.state in UNREVIEWED


def practices(framework: str) -> tuple[Practice, ...]:
    """In the order of their codes; none for a framework that has no such folder."""
    return tuple(one for one in _all().values() if one.framework == framework)


def trying(framework: str, codes: Sequence[str], *, first: str | None = None) -> list[Practice]:
    """Those in which one of these micro-skills is tried out, in the order of ``codes``; ``first`` before them."""
    own = _all().get(first) if first else None
    found = [one for code in codes for one in practices(framework) if code in one.document.skills]
    return list({one.document.code: one for one in ([own] if own else []) + found}.values())


def practice(code: str) -> Practice | None:
    return _all().get(code)


@cache
def _all() -> Mapping[str, Practice]:
    """A file that has an error offers nothing: ``pathways check`` says which."""
    found = dict[str, Practice]()
    for folder in frameworks_in(resource("referentials")):
        own = dict[str, dict[str, PracticeTranslationDocument]]()
        for path in sorted(folder.glob("translations/*/practice/*.yaml")):
            source, wrong = read(path, path.name)
            document = None if wrong else parse(source, PracticeTranslationsDocument)[0]
            for code, one in document.practices.items() if document and document.language in i18n.languages() else ():
                own.setdefault(code, {})[path.parent.parent.name] = one
        for path in sorted(folder.glob("practice/*.yaml")):
            source, wrong = read(path, path.name)
            document = None if wrong else parse(source, PracticeDocument)[0]
            if document is None or document.code in found:
                continue
            stamp = document.text_fingerprint()
            fresh = {language: one for language, one in own.get(document.code, {}).items() if one.of == stamp}
            files = {o.picture for s in document.screens for f in s.fields for o in f.options if o.picture}
            pictures = {
                name: _in_the_page((folder / "media" / name).read_bytes(), name)
                for name in files
                if (folder / "media" / name).is_file()
            }
            found[document.code] = Practice(folder.name, document, document.segments(), fresh, pictures)
    return found


def _in_the_page(body: bytes, name: str) -> str:
    kinds = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}
    return f"data:{kinds[name.rpartition('.')[2]]};base64,{b64encode(body).decode()}"
