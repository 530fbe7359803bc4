"""What is said in plain French or English, whatever language the page around it is in: the words of criteria exist in
these two, and so does what stands beside them. A page marks it with its own ``lang`` and ``dir``.
"""

from __future__ import annotations

from collections.abc import Mapping

from pathways import i18n
from pathways.badges.criteria.wording import Language


def language_of(code: str) -> Language:
    """English for whoever reads English, else French: it stands beneath every other language of a page, too."""
    return "en" if code == "en" else "fr"


def in_plain(words: Mapping[str, str], language: Language) -> dict[str, str]:
    """A table of msgids of the desk, said in one of the two."""
    return {name: i18n.gettext(text, language) for name, text in words.items()}
