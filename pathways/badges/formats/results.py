"""What a badge says was measured, and how surely; and to what else its achievement corresponds.

Open Badges 3.0 has results (``Result``) that point to what they are results of (``ResultDescription``, in the
achievement). A measure is several of them: the level, how far it may be off, how many questions were answered about it
directly, and with which version of the instrument. Types that 1EdTech does not list are extensions (``ext:``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alignment:
    """A place in somebody else's framework."""

    name: str
    url: str
    framework: str = ""
    code: str = ""
    description: str = ""
    type: str = ""
    """One of the types of 1EdTech (``CFItem``, ``CTDL``...), or ``ext:`` and a word."""

    def document(self) -> dict[str, Any]:
        """As it stands inside an achievement."""
        more = {
            "targetFramework": self.framework,
            "targetCode": self.code,
            "targetDescription": self.description,
            "targetType": self.type,
        }
        return {
            "type": ["Alignment"],
            "targetName": self.name,
            "targetUrl": self.url,
            **{name: value for name, value in more.items() if value},
        }


@dataclass(frozen=True, slots=True)
class ResultDescription:
    """One number or word that the holders of an achievement have as a result."""

    id: str
    """An address or ``urn:uuid``; the same for every holder of one version."""
    name: str
    type: str
    """``ScaledScore``, ``PerformanceLevel``, ``Percent`` ... or ``ext:`` and a word."""
    minimum: str = ""
    maximum: str = ""
    required: str = ""
    allowed: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As it stands inside an achievement."""
        more: dict[str, Any] = {
            "allowedValue": list(self.allowed),
            "requiredValue": self.required,
            "valueMin": self.minimum,
            "valueMax": self.maximum,
        }
        return {
            "id": self.id,
            "type": ["ResultDescription"],
            "name": self.name,
            "resultType": self.type,
            **{name: value for name, value in more.items() if value},
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What one holder has as a result."""

    description_id: str
    value: str

    def document(self) -> dict[str, Any]:
        """As it stands inside a credential."""
        return {"type": ["Result"], "resultDescription": self.description_id, "value": self.value}


@dataclass(frozen=True, slots=True)
class ScaleNames:
    """What each part of a measure is called, in the badge's language."""

    level: str
    standard_error: str
    low: str
    high: str
    questions: str
    instrument: str


@dataclass(frozen=True, slots=True)
class Scale:
    """How an achievement is measured. ``id`` is an address; its parts get a fragment each."""

    id: str
    names: ScaleNames
    minimum: str
    maximum: str
    required: str = ""
    """The value that the bound below had to reach, where one had to."""
    type: str = "ScaledScore"

    def descriptions(self) -> tuple[ResultDescription, ...]:
        """What stands in the achievement, for each part of :class:`Measure`."""
        at, names = self.id, self.names
        low, high = self.minimum, self.maximum
        return (
            ResultDescription(f"{at}-level", names.level, self.type, low, high),
            ResultDescription(f"{at}-standard-error", names.standard_error, "ext:StandardError"),
            ResultDescription(f"{at}-low", names.low, "ext:LowerBound", low, high, self.required),
            ResultDescription(f"{at}-high", names.high, "ext:UpperBound", low, high),
            ResultDescription(f"{at}-questions", names.questions, "ext:QuestionsAnswered", minimum="0"),
            ResultDescription(f"{at}-instrument", names.instrument, "ext:InstrumentVersion"),
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured of one holder, and how surely: a standard error, or the ends of a range, or both."""

    level: str
    questions: int
    """That were answered about it directly: what was inferred from others is not counted."""
    instrument: str
    """The version of the framework, or the fingerprint of its questions."""
    standard_error: str = ""
    low: str = ""
    high: str = ""

    def results(self, scale: Scale) -> tuple[Result, ...]:
        """What stands in the credential. ``ValueError`` for a measure that does not say how sure it is."""
        if not (self.standard_error or (self.low and self.high)):
            raise ValueError("a measure says how sure it is: a standard error, or a range")
        parts = {
            "level": self.level,
            "standard-error": self.standard_error,
            "low": self.low,
            "high": self.high,
            "questions": str(self.questions),
            "instrument": self.instrument,
        }
        return tuple(Result(f"{scale.id}-{part}", value) for part, value in parts.items() if value)
