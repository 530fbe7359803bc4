"""Collecting the interface texts and bringing the catalogues of `locales/` up to date with them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from pathways import i18n

PACKAGE = Path(__file__).parent
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "two": None}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}


def collected() -> Catalog:
    """Every interface text of the code and the templates, with where it stands."""
    catalogue = Catalog(project="pathways", fuzzy=False)
    for file, line, message, comments, context in _found():
        catalogue.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return catalogue


def update(code: str, texts: Catalog) -> tuple[int, int]:
    """Bring one catalogue up to date: new texts are empty, changed ones fuzzy, gone ones dropped. Returns how many
    texts there are and how many wait for a translation. The plural rule comes from the registry, always.
    """
    path = i18n.po_file(code)
    if path.exists():
        with path.open("rb") as file:
            own = read_po(file, locale=None)
        own.update(texts, no_fuzzy_matching=True)
        own.obsolete.clear()
    else:
        own = Catalog(project="pathways", fuzzy=False)
        own.update(texts, no_fuzzy_matching=True)
    body = io.BytesIO()
    write_po(body, own, width=110, sort_output=True, omit_header=True, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{_header(code)}\n{body.getvalue().decode('utf-8').strip()}\n", "utf-8")
    waiting = sum(1 for message in own if message.id and (not message.string or message.fuzzy))
    return len(own), waiting


def _header(code: str) -> str:
    """The header, without dates and names of persons: the same texts give the same file."""
    language = i18n.language(code)
    return (
        f"# {language.name}: interface of pathways. The msgids are the French texts.\n"
        'msgid ""\n'
        'msgstr ""\n'
        '"Project-Id-Version: pathways\\n"\n'
        f'"Language: {code}\\n"\n'
        f'"Plural-Forms: {language.plural}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"X-Review-State: {language.state}\\n"\n'
    )


def _found() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    for file, line, message, comments, context in extract_from_dir(
        PACKAGE, METHODS, OPTIONS, KEYWORDS, comment_tags=("L10N:",), strip_comment_tags=True
    ):
        yield f"pathways/{file}", line, message, comments, context
