"""The public page of one badge, and its files: without a name, for whoever was given a file, a paper or the address."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.badges import proposals
from pathways.badges.holding import held, takeaways
from pathways.badges.holding.takeaways import File
from pathways.badges.issuing import offering
from pathways.badges.models import Audience, Credential, CredentialForm
from pathways.badges.pages.badge_shown import bullets, day, said_in, shown
from pathways.badges.pages.holder_words import FILES, WORDS
from pathways.badges.pages.negotiation import wants_document
from pathways.badges.pages.plainly import in_plain, language_of
from pathways.diagnostics.doors import remember
from pathways.errors import NotFound
from pathways.web.dependencies import ReadDB, public
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN
from pathways.web.routing import Router
from pathways.web.security import LANGUAGE_COOKIE
from pathways.web.squares import square

router = Router()
WHY = "whoever was given a badge, or its address, may look at it; it names nobody"
FOR_PROGRAMS = WITH_A_TOKEN | {"access-control-allow-origin": "*"}
"""Verifiers that run in a browser read it from their own pages."""
ALIGNED = 12
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@router.get("/credentials/{credential_id}.{form}")
@public(WHY)
def file(credential_id: uuid.UUID, form: CredentialForm, db: ReadDB) -> Response:
    """The badge as it was signed; pictures that carry it; the paper; the token, where its holder made one."""
    made = takeaways.file_of(db, held.published(db, credential_id), form)
    return _served(made)


@router.get("/credentials/{credential_id}/wall")
@public(WHY)
def wall(request: Request, credential_id: uuid.UUID, db: ReadDB) -> Response:
    """A learner's badge as a sheet to hang up: in the first person, without a name."""
    found = held.published(db, credential_id)
    if found.version.achievement.audience is not Audience.LEARNER:
        raise NotFound(held.NOT_THERE)
    one, address = shown(found), held.address_of(found)
    lines, foot = _on_the_wall(found)
    language = language_of(found.language)
    response = render(
        request,
        "badge-wall.html",
        one=one,
        contents=one.contents,
        lines=lines,
        foot=foot,
        said_in=said_in(found.language),
        day=day,
        plain=in_plain(WORDS, language),
        qr=square(address),
        address=address,
        path=f"/credentials/{found.id}",
    )
    response.headers.update(WITH_A_TOKEN)
    return response


@router.get("/credentials/{credential_id}")
@public(WHY)
def page(request: Request, credential_id: uuid.UUID, db: ReadDB) -> Response:
    """What it says, how surely, whether it still counts; for a program that asks for it, the signed file."""
    found = held.published(db, credential_id)
    if wants_document(request):
        response = _served(takeaways.file_of(db, found, CredentialForm.JSON))
        response.headers["vary"] = "Accept"
        return response
    return _page(request, found)


def _page(request: Request, found: Credential) -> Response:
    language, one = language_of(i18n.current().code), shown(found)
    contents, path = one.contents, f"/credentials/{found.id}"
    response = render(
        request,
        "credential.html",
        one=one,
        contents=contents,
        required=bullets(contents.criteria),
        alignments=contents.alignments[:ALIGNED],
        said_in=said_in(found.language),
        plain=in_plain(WORDS, language),
        spoken_in=language,
        day=day,
        path=path,
        verify=f"/verify?{urlencode({'link': held.address_of(found)})}",
        files=_files(found, language),
    )
    response.headers.update(WITH_A_TOKEN | {"vary": f"Accept, {response.headers.get('vary', '')}".strip(", ")})
    if asked := i18n.recognised(request.query_params.get("lang", "")):
        remember(response, request, LANGUAGE_COOKIE, asked, "/")
    return response


def _files(found: Credential, language: str) -> Sequence[tuple[str, str]]:
    """``(ending, what it is called)`` of those that are there."""
    there = [one for one in CredentialForm if one is not CredentialForm.JWT or found.jwt is not None]
    return [(one.value, i18n.gettext(FILES[one][0], language)) for one in there]


def _on_the_wall(found: Credential) -> tuple[Sequence[str], str]:
    """The lines and the foot of the proposal that it was adopted from, where the network changed nothing of it; else
    the sentences of its description.
    """
    definition = offering.definition_of(found.version)
    slug = found.version.achievement.proposal
    proposal = next((one for one in proposals.proposals() if one.slug == slug), None)
    content = proposal.content.wall if proposal is not None and proposal.definition == definition else None
    if content is None:
        return _SENTENCE.split(definition.texts_in(found.language).description), ""
    return [one.said(found.language) for one in content.lines], content.foot.said(found.language)


def _served(made: File) -> Response:
    headers = FOR_PROGRAMS | {"content-disposition": f'inline; filename="{made.name}"'}
    if made.media_type == takeaways.MEDIA_TYPES[CredentialForm.SVG]:
        headers["content-security-policy"] = "default-src 'none'; sandbox"
    return Response(made.data, headers=headers, media_type=made.media_type)
