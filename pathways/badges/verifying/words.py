"""A verdict in plain words, French and English. The one word that matters most (:data:`OVERALL`) is a text of the
interface, in every language.

Sentences are short, and name what to do where there is something to do. What a site calls itself stands between
quotation marks, and beside its address: the address is what was checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pathways import clock, i18n
from pathways.badges.verifying.sentences import ABOUT, HEADINGS, KINDS, NOT_LOOKED_AT, PAGE, SENTENCES, SUMMARIES
from pathways.badges.verifying.sentences_of_files import BROUGHT, FILES, FORM
from pathways.badges.verifying.verdict import DECISIVE, UNREADABLE, Finding, Overall, State, Verdict
from pathways.i18n import N_

OVERALL = {
    Overall.VALID: N_("Valable"),
    Overall.NOT_VALID: N_("Pas valable"),
    Overall.UNKNOWN: N_("Impossible à dire"),
}
LANGUAGES = ("fr", "en")
_OF_FORM = frozenset({"disguised", "token-claims"})
"""Reasons why a file says something else than was signed, or may, though nobody changed it after it was."""
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as it is shown: beneath ``heading``, ``sentence``."""

    code: str
    state: State
    heading: str
    sentence: str


def page(language: str) -> Mapping[str, str]:
    """What the page says besides, by name."""
    return {name: _in(said, language) for name, said in PAGE.items()}


def language_of(code: str) -> str:
    """In which of :data:`LANGUAGES` somebody reads who has chosen the language ``code``."""
    return "en" if code == "en" else "fr"


def summary(verdict: Verdict, language: str) -> str:
    """The verdict in a sentence or two."""
    if verdict.kind == UNREADABLE:
        return _in(FILES.get(_reason(verdict), FORM), language)
    who = verdict.finding("issuer")
    values = {
        "what": _in(KINDS.get(verdict.kind, KINDS["other-credential"]), language),
        "who": _who(who, language) if who is not None else "",
    }
    return _filled(_in(SUMMARIES[_case(verdict)], language), values)


def lines(verdict: Verdict, language: str) -> Sequence[Line]:
    """Each finding that is a yes or a no, those that speak against it first."""
    said = [
        Line(one.code, one.state, _in(HEADINGS[one.code], language), sentence(one, language))
        for one in verdict.findings
        if one.code in HEADINGS and one.state is not State.UNKNOWN
    ]
    return sorted(said, key=lambda one: one.state is State.YES)


def unchecked(verdict: Verdict, language: str) -> Sequence[str]:
    """What could not be checked, a sentence each: what was found so, and what was not even come to."""
    if verdict.kind == UNREADABLE:
        return ()
    found = [one for one in verdict.findings if one.state is State.UNKNOWN]
    said = [sentence(one, language) for one in found]
    codes = {one.code for one in verdict.findings}
    missing = [code for code in DECISIVE if code not in codes]
    return [*dict.fromkeys(said), *(_in(NOT_LOOKED_AT[code], language) for code in missing if code in NOT_LOOKED_AT)]


def sentence(finding: Finding, language: str) -> str:
    """One finding in words."""
    table = SENTENCES.get((finding.code, finding.state.value), {})
    said = table.get(finding.reason)
    if said is None and finding.details.get("none"):
        said = table.get("none")
    if said is None and finding.state is State.UNKNOWN:
        said = BROUGHT.get(finding.reason)
    said = said or table.get("*") or FORM
    values = {
        **{name: str(value) for name, value in finding.details.items()},
        "at": day(finding.details.get("at"), language),
        "who": _who(finding, language),
    }
    return _filled(_in(said, language), values)


def day(moment: object, language: str) -> str:
    """``jeudi 27 novembre 2026``, of an instant of a badge, by the clock of the desk."""
    try:
        found = datetime.fromisoformat(str(moment))
    except ValueError:
        return str(moment or "")
    return i18n.say_date(found.astimezone(clock.PARIS).date(), language)


def endorsement(verdict: Verdict, language: str) -> str:
    """What is said of an endorsement inside a badge: of whom it is, and whether it holds."""
    about = verdict.finding("about")
    if about is not None and about.state is State.NO:
        return _in(ABOUT, language)
    return summary(verdict, language)


def _case(verdict: Verdict) -> str:
    """Which of the summaries: the first reason that a person would want to hear."""
    if verdict.overall is Overall.VALID:
        return "valid"
    findings = {one.code: one for one in verdict.findings}
    if verdict.overall is Overall.NOT_VALID:
        for code in ("issuer", "signature", "unchanged", "terms", "status", "valid-until", "valid-from", "recipient"):
            if code in findings and findings[code].state is State.NO:
                return "no-form" if findings[code].reason in _OF_FORM else f"no-{code}"
        return "no"
    if any(one.reason == "not-asked" for one in verdict.findings):
        return "not-asked"
    return "unknown-no-site" if findings.get("issuer") and findings["issuer"].reason == "no-site" else "unknown"


def _who(finding: Finding, language: str) -> str:
    name, domain = finding.details.get("name", ""), finding.details.get("domain", "")
    quoted = (f"“{name}”" if language == "en" else f"« {name} »") if name else ""
    return f"{quoted} ({domain})" if quoted and domain else str(domain or quoted)


def _reason(verdict: Verdict) -> str:
    return verdict.findings[0].reason if verdict.findings else ""


def _in(said: tuple[str, str], language: str) -> str:
    return said[LANGUAGES.index(language)]


def _filled(said: str, values: Mapping[str, Any]) -> str:
    """The places that a sentence has; a place for which nothing is known stays empty."""
    return " ".join(_PLACE.sub(lambda found: str(values.get(found[1], "")), said).split())
