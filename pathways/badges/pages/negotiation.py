"""Whether whoever asks wants a page or a document for machines, by the ``Accept`` header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from starlette.requests import Request

JSON_LD = "application/ld+json"
DOCUMENTS = ("application/vc+ld+json", "application/vc", JSON_LD, "application/json")
PAGES = ("text/html", "application/xhtml+xml")
LONGEST_HEADER, MOST_TYPES = 1_000, 20


def wants_document(request: Request) -> bool:
    """Whether a document is liked better than a page. Without a wish, or with none that is ours, it is a page."""
    liked = _liked(request.headers.get("accept", ""))
    document = max((liked.get(one, 0.0) for one in DOCUMENTS), default=0.0)
    page = max((liked.get(one, 0.0) for one in PAGES), default=0.0)
    return document > page


def _liked(header: str) -> dict[str, float]:
    """``{media type: quality}``. What cannot be read is left out; wildcards say nothing of what is liked better."""
    found: dict[str, float] = {}
    for entry in header[:LONGEST_HEADER].split(",")[:MOST_TYPES]:
        kind, *parameters = (part.strip().casefold() for part in entry.split(";"))
        quality = next((one.removeprefix("q=") for one in parameters if one.startswith("q=")), "1")
        try:
            number = float(quality)
        except ValueError:
            continue
        if kind and 0 <= number <= 1:
            found[kind] = max(found.get(kind, 0.0), number)
    return found
