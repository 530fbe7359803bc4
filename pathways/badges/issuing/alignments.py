"""The codes of public frameworks that a badge may be aligned to, from ``referentials/alignments``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pathways.badges.proposals import PUBLIC_FRAMEWORKS
from pathways.referentials.documents import AlignmentDocument
from pathways.referentials.reading import parse, read
from pathways.settings import resource


@cache
def known() -> Mapping[str, Mapping[str, str]]:
    """``{framework: {code: title}}``, each framework by the name that a badge carries."""
    found = dict[str, Mapping[str, str]]()
    for code, (name, _) in PUBLIC_FRAMEWORKS.items():
        path = resource("referentials") / "alignments" / f"{code}.yaml"
        document, _ = parse(read(path, path.name)[0], AlignmentDocument)
        if document is not None:
            found[name] = {one: str(title) for one, title in document.codes.items()}
    return found


def aligned(framework: str, code: str) -> dict[str, str] | None:
    """As a definition carries it; ``None`` for a code that is not known."""
    title = known().get(framework, {}).get(code)
    if title is None:
        return None
    url = next(url for name, url in PUBLIC_FRAMEWORKS.values() if name == framework)
    return {"framework": framework, "code": code, "name": title, "url": url}
