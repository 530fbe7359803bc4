"""What the formats refuse. Each refusal has a stable ``code``: pages and verdicts choose their words by it."""

from __future__ import annotations


class FormatError(ValueError):
    """A document that cannot be read, signed or believed; the message is technical and names the place."""

    code = "format"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class UnknownContext(FormatError):
    """A JSON-LD context that is not one of the pinned ones. None is ever fetched."""

    code = "unknown-context"


class MissingContexts(FormatError):
    """The pinned contexts are not on this machine, or are not those that were pinned: no badge can be signed or
    verified until `make` has made them.
    """

    code = "missing-contexts"


class Unsignable(FormatError):
    """What would be signed says something that its signature would not cover; ``places`` name it."""

    code = "unsignable"

    def __init__(self, message: str, places: tuple[str, ...]) -> None:
        super().__init__(f"{message}: {', '.join(places)}")
        self.places = places


class BadProof(FormatError):
    """A proof that does not hold. The code says in which way: ``signature`` when somebody changed the document or
    another key signed it, else what about the proof is not as it must be.
    """

    code = "signature"


class BadKey(FormatError):
    """A key, a DID or a DID document that cannot be read."""

    code = "key"


class BadList(FormatError):
    """A status list that cannot be read: wrong encoding, truncated, or larger than any list is."""

    code = "status-list"


class BadToken(FormatError):
    """A JWT that cannot be read, is not signed as it must be, or whose claims contradict the credential."""

    code = "token"


class BadPicture(FormatError):
    """A picture in which nothing can be baked, or from which nothing can be read safely."""

    code = "picture"
