"""What a practice must satisfy beyond its shape: it can be passed, and every mistake that it knows can be made."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pathways import glossaries
from pathways.items import drawings
from pathways.items.flaws import segment_flaws
from pathways.learning.practice.documents import (
    END,
    FieldDocument,
    PracticeDocument,
    PracticeTranslationDocument,
    PracticeTranslationsDocument,
    ScreenDocument,
)
from pathways.learning.practice.playing import catches, makes, places
from pathways.learning.practice.walking import ways
from pathways.referentials.checks import FrameworkFolder
from pathways.referentials.reading import Finding, Source, Step, parse, read

FOLDER = "practice"
MOST_WORDS = 20
"""Of a sentence for beginners: a task is told, and not asked, so that it may be longer than a question."""
_SENTENCE = re.compile(r"[.!?:]\s+")
_At = tuple[Step, ...]


@dataclass(slots=True)
class PracticeFolder:
    """The practices of a framework as they were read: what could not be read is in the findings."""

    practices: dict[str, PracticeDocument] = field(default_factory=dict)
    translations: dict[str, dict[str, PracticeTranslationDocument]] = field(default_factory=dict)
    """``{language: {practice: translation}}``, stale ones included."""


def check_practices(framework: FrameworkFolder, root: Path, today: date) -> tuple[PracticeFolder, list[Finding]]:
    """Read every practice and every translation of the folder, and say everything that is wrong with them."""
    read_in, findings = PracticeFolder(), list[Finding]()
    skills = {one.code for one in framework.framework.skills()} if framework.framework else None
    for path in sorted(framework.folder.glob(f"{FOLDER}/*.yaml")):
        source, wrong = read(path, str(path.relative_to(root)))
        practice, shape = parse(source, PracticeDocument) if not wrong else (None, [])
        findings += wrong + shape
        if practice is not None:
            findings += _of_file(practice, source, path, skills, today)
            findings += flaws(practice, source)
            read_in.practices[practice.code] = practice
    for path in sorted(framework.folder.glob(f"translations/*/{FOLDER}/*.yaml")):
        findings += _translations(path, root, read_in)
    return read_in, findings


def flaws(practice: PracticeDocument, source: Source) -> list[Finding]:
    """What is wrong inside one practice. Its ways are walked only where nothing else is: they would lead nowhere."""
    found = [*_twice(practice, source), *_unknown(practice, source)]
    for number, screen in enumerate(practice.screens):
        for position, one in enumerate(screen.fields):
            found += _field(practice, screen, one, source, ("screens", number, "fields", position))
    if not any(not one.warning for one in found):
        found += _walked(practice, source)
    return [*found, *_long(practice, source)]


def _of_file(
    practice: PracticeDocument, source: Source, path: Path, skills: Collection[str] | None, today: date
) -> Iterator[Finding]:
    if practice.code != path.stem:
        yield source.finding(("code",), "practice-code", f"{practice.code} n'est pas le nom du fichier")
    for position, code in enumerate(practice.skills):
        if skills is not None and code not in skills:
            yield source.finding(("skills", position), "unknown-skill", f"{practice.code} : {code} n'existe pas")
    if practice.verify_by and practice.verify_by < today:
        said = f"{practice.code} devait être revérifié avant le {practice.verify_by}"
        yield source.finding(("verify_by",), "verify-by", said, warning=True)
    media = path.parent.parent / "media"
    for at, option in _pictures(practice):
        if not (media / option).is_file():
            yield source.finding(at, "missing-picture", f"{practice.code} : {option} manque dans media/")
            continue
        try:
            drawings.read(media / option)
        except drawings.Unusable as error:
            yield source.finding(at, "picture", f"{practice.code} : {option} : {error}")


def _pictures(practice: PracticeDocument) -> Iterator[tuple[_At, str]]:
    for s, screen in enumerate(practice.screens):
        for f, one in enumerate(screen.fields):
            for o, option in enumerate(one.options):
                if option.picture:
                    yield ("screens", s, "fields", f, "options", o, "picture"), option.picture


def _twice(practice: PracticeDocument, source: Source) -> Iterator[Finding]:
    yield from _doubles(practice, source, "screens", [one.id for one in practice.screens])
    yield from _doubles(practice, source, "mistakes", [one.id for one in practice.mistakes])
    yield from _doubles(practice, source, "rights", [one.id for one in practice.rights])
    fields = [one.id for screen in practice.screens for one in screen.fields]
    yield from _doubles(practice, source, "screens", fields, nested=True)
    for number, screen in enumerate(practice.screens):
        if screen.id == END:
            said = f"{practice.code} : un écran ne s'appelle pas « {END} »"
            yield source.finding(("screens", number, "id"), "reserved-id", said)
        actions = [one.id for one in screen.actions]
        for position, code in enumerate(actions):
            if code in actions[:position]:
                at: _At = ("screens", number, "actions", position)
                yield source.finding(at, "duplicate-code", f"{practice.code} : l'action {code} est écrite deux fois")


def _doubles(
    practice: PracticeDocument, source: Source, part: str, codes: list[str], *, nested: bool = False
) -> Iterator[Finding]:
    """A field's id is unique in the whole practice: what was chosen in one screen is repeated in another."""
    for position, code in enumerate(codes):
        if code in codes[:position]:
            at: _At = (part,) if nested else (part, position)
            yield source.finding(at, "duplicate-code", f"{practice.code} : {code} est écrit deux fois")


def _unknown(practice: PracticeDocument, source: Source) -> Iterator[Finding]:
    mistakes = {one.id for one in practice.mistakes}
    choices = {one.id for screen in practice.screens for one in screen.fields if one.options}
    for s, screen in enumerate(practice.screens):
        at: _At = ("screens", s)
        texts = [screen.heading, *screen.lines, *(one.text for one in screen.actions)]
        for name in sorted({name for text in texts for name in places(text)} - choices):
            said = f"{practice.code} : « {{{name}}} » n'est pas un champ où l'on choisit"
            yield source.finding(at, "unknown-field", said)
        yield from _unknown_of_actions(practice, screen, source, at)
        for f, one in enumerate(screen.fields):
            for code in sorted(makes(one) - mistakes):
                yield _no_mistake(practice, source, (*at, "fields", f), code)
            for c, check in enumerate(one.checks):
                if check.same_as and check.same_as not in {other.id for other in screen.fields}:
                    said = f"{practice.code} : le champ {check.same_as} n'est pas sur cet écran"
                    yield source.finding((*at, "fields", f, "checks", c, "same_as"), "unknown-field", said)
    for r, right in enumerate(practice.rights):
        for u, code in enumerate(right.unless):
            if code not in mistakes:
                yield _no_mistake(practice, source, ("rights", r, "unless", u), code)


def _unknown_of_actions(
    practice: PracticeDocument, screen: ScreenDocument, source: Source, at: _At
) -> Iterator[Finding]:
    screens, mistakes = {one.id for one in practice.screens} | {END}, {one.id for one in practice.mistakes}
    for a, action in enumerate(screen.actions):
        if action.to not in screens:
            said = f"{practice.code} : l'écran {action.to} n'existe pas"
            yield source.finding((*at, "actions", a, "to"), "unknown-screen", said)
        if action.mistake and action.mistake not in mistakes:
            yield _no_mistake(practice, source, (*at, "actions", a, "mistake"), action.mistake)


def _no_mistake(practice: PracticeDocument, source: Source, at: _At, code: str) -> Finding:
    return source.finding(at, "unknown-mistake", f"{practice.code} : l'erreur {code} n'est pas décrite")


def _field(
    practice: PracticeDocument, screen: ScreenDocument, one: FieldDocument, source: Source, at: _At
) -> Iterator[Finding]:
    """Its patterns can be read, its right answer is one, and each example is caught by the check that gives it."""
    name = f"{practice.code} : {one.id}"
    if (one.kind == "choice") != bool(one.options):
        yield source.finding(at, "options", f"{name} : un champ où l'on choisit, et lui seul, a des options")
    if one.required and not one.right and one.kind != "file":
        yield source.finding(at, "no-right-answer", f"{name} : aucune bonne réponse n'est donnée (right)")
    for o, option in enumerate(one.options):
        if (option.picture is None) != (option.alt is None):
            yield source.finding((*at, "options", o), "alt", f"{name} : une image a un texte qui la dit (alt)")
    if one.options and one.right not in {o.id for o in one.options if not o.closed and not o.mistake}:
        yield source.finding((*at, "right"), "no-right-answer", f"{name} : {one.right} n'est pas une bonne réponse")
    yield from _checks(practice, screen, one, source, at)


def _checks(
    practice: PracticeDocument, screen: ScreenDocument, one: FieldDocument, source: Source, at: _At
) -> Iterator[Finding]:
    """The examples are tried beside the right answers of the other fields."""
    name = f"{practice.code} : {one.id}"
    right = {other.id: other.right for other in screen.fields}
    for c, check in enumerate(one.checks):
        place: _At = (*at, "checks", c)
        if sum(given is not None for given in (check.like, check.unlike, check.same_as)) != 1:
            yield source.finding(place, "check", f"{name} : il faut une de ces règles : like, unlike, same_as")
            continue
        try:
            re.compile(check.like or check.unlike or "")
        except re.error as error:
            yield source.finding(place, "pattern", f"{name} : motif illisible : {error}")
            continue
        if one.right and catches(check, one.right, right):
            yield source.finding(place, "no-right-answer", f"{name} : {check.mistake} refuse aussi la bonne réponse")
        if not check.example.strip() or not catches(check, check.example, {**right, one.id: check.example}):
            yield source.finding((*place, "example"), "example", f"{name} : {check.example} n'est pas cette erreur")


def _walked(practice: PracticeDocument, source: Source) -> Iterator[Finding]:
    found = ways(practice)
    for number, screen in enumerate(practice.screens):
        if screen.id not in found.screens:
            said = f"{practice.code} : aucun chemin ne mène à l'écran {screen.id}"
            yield source.finding(("screens", number), "unseen-screen", said)
        elif screen.id in found.stuck:
            said = f"{practice.code} : depuis l'écran {screen.id}, on ne peut pas finir"
            yield source.finding(("screens", number), "no-way-out", said)
    if found.right is None:
        said = f"{practice.code} : on ne peut pas finir sans erreur"
        yield source.finding(("screens",), "no-right-answer", said)
    for number, one in enumerate(practice.mistakes):
        if one.id not in found.wrong:
            said = f"{practice.code} : aucune réponse ne peut montrer l'erreur {one.id}"
            yield source.finding(("mistakes", number), "impossible-mistake", said)


def _long(practice: PracticeDocument, source: Source) -> Iterator[Finding]:
    for key, text in practice.segments().items():
        longest = max(len(one.split()) for one in _SENTENCE.split(text))
        if longest > MOST_WORDS:
            said = f"{practice.code} : une phrase de {longest} mots ({key}) ; {MOST_WORDS} au plus"
            yield source.finding(_place(practice, key), "long-sentence", said, warning=True)


def _place(practice: PracticeDocument, key: str) -> _At:
    """Where a segment stands in its file."""
    part, *rest = key.split(".")
    if part == "task":
        return (part, int(rest[0]) - 1)
    if part in {"screens", "mistakes", "rights"}:
        ones: list[str] = [one.id for one in getattr(practice, part)]
        return (part, ones.index(rest[0]), rest[1])
    return (part,) if part == "title" else ("screens",)


def _translations(path: Path, root: Path, read_in: PracticeFolder) -> list[Finding]:
    source, findings = read(path, str(path.relative_to(root)))
    document, shape = parse(source, PracticeTranslationsDocument) if not findings else (None, [])
    findings += shape
    if document is None:
        return findings
    language = path.parent.parent.name
    findings += source.language(document.language, language)
    kept = read_in.translations.setdefault(language, {})
    for code, own in document.practices.items():
        at: _At = ("practices", code)
        practice = read_in.practices.get(code)
        if practice is None:
            findings.append(source.finding(at, "orphan-translation", f"{code} n'existe pas en français"))
            continue
        if code in kept:
            findings.append(source.finding(at, "duplicate-code", f"{code} est déjà traduit dans un autre fichier"))
        kept[code] = own
        findings += _translation(practice, own, source, at, language)
    return findings


def _translation(
    practice: PracticeDocument, own: PracticeTranslationDocument, source: Source, at: _At, language: str
) -> Iterator[Finding]:
    french = practice.segments()
    if own.of != practice.text_fingerprint():
        said = f"{practice.code} : traduction périmée ou jamais estampillée, elle ne sera pas servie"
        yield source.finding((*at, "of"), "stale-translation", said, warning=True)
        return
    for flaw in segment_flaws(french, own.texts):
        said = f"{practice.code} : {flaw.french}"
        yield source.finding((*at, "texts", *flaw.at), flaw.code, said, warning=flaw.warning)
    for key, one in glossaries.of_segments(french, own.texts, language):
        yield source.finding((*at, "texts", key), "glossary", f"{practice.code} : {one.message} ({key})", warning=True)
