"""What came out of looking at a file: findings, each on its own, and the one answer that follows from them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

UNREADABLE = "unreadable"
"""The kind of what is no badge, or could not be looked at."""
DECISIVE = ("issuer", "signature", "unchanged", "terms", "valid-from", "valid-until", "status")
"""All of them must be well for a file to be valid."""


class State(enum.StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """It could not be checked; ``reason`` of the details says why."""


class Overall(enum.StrEnum):
    VALID = "valid"
    NOT_VALID = "not-valid"
    UNKNOWN = "could-not-tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    ``code``: ``file`` (could it be read), ``issuer`` (is it bound to a site), ``signature`` (is it there, by a key of
    the issuer), ``unchanged`` (since it was signed), ``terms`` (does the signature cover all of it), ``valid-from``,
    ``valid-until``, ``status`` (taken back?), ``recipient``, ``about`` (of an endorsement: is it about this badge).
    """

    code: str
    state: State
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def reason(self) -> str:
        """Why it is not well, as a stable word; empty where it is."""
        return str(self.details.get("reason", ""))

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "state": self.state.value, "details": dict(self.details)}


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: str
    """``reading.Kind``, or :data:`UNREADABLE`."""
    container: str
    findings: tuple[Finding, ...]
    says: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What the file says (``telling``): to be believed as far as ``overall`` goes, and no further."""
    endorsements: tuple[Verdict, ...] = ()

    @property
    def overall(self) -> Overall:
        """``VALID`` only if each decisive thing was looked at and is well: what could not be checked is never so."""
        states = {one.code: one.state for one in self.findings}
        if State.NO in states.values():
            return Overall.NOT_VALID
        if all(states.get(code) is State.YES for code in DECISIVE):
            return Overall.VALID
        return Overall.UNKNOWN

    def finding(self, code: str) -> Finding | None:
        return next((one for one in self.findings if one.code == code), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "overall": self.overall.value,
            "kind": self.kind,
            "container": self.container,
            "findings": [one.to_json() for one in self.findings],
            "says": dict(self.says),
            "endorsements": [one.to_json() for one in self.endorsements],
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Verdict:
        return cls(
            kind=str(given["kind"]),
            container=str(given["container"]),
            findings=tuple(
                Finding(str(one["code"]), State(one["state"]), MappingProxyType(dict(one["details"])))
                for one in given["findings"]
            ),
            says=MappingProxyType(dict(given["says"])),
            endorsements=tuple(cls.from_json(one) for one in given["endorsements"]),
        )


def unreadable(reason: str, container: str = "") -> Verdict:
    """The verdict on what is no badge, or could not be looked at."""
    finding = Finding("file", State.UNKNOWN, MappingProxyType({"reason": reason}))
    return Verdict(UNREADABLE, container, (finding,))


def well(code: str, **details: Any) -> Finding:
    return Finding(code, State.YES, MappingProxyType(details))


def wrong(code: str, reason: str, **details: Any) -> Finding:
    return Finding(code, State.NO, MappingProxyType({"reason": reason, **details}))


def unchecked(code: str, reason: str, **details: Any) -> Finding:
    return Finding(code, State.UNKNOWN, MappingProxyType({"reason": reason, **details}))
