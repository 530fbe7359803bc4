"""One badge in its holder's space: what it says, the files, what can be done with it."""

from __future__ import annotations

import uuid
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock, i18n
from pathways.badges.candidacy import requesting
from pathways.badges.doors import WHY, OwnLinks, OwnSigner, OwnSpace, OwnSpaceForm, Space, answer, back
from pathways.badges.holding import held, hosting, sharing, takeaways
from pathways.badges.holding.links import Links
from pathways.badges.holding.takeaways import File
from pathways.badges.holding.validity import COUNTS, Validity
from pathways.badges.issuing import offering
from pathways.badges.models import Audience, Credential, CredentialForm
from pathways.badges.pages.badge_shown import Shown, day, said_in, shown
from pathways.badges.pages.holder_words import BACKPACK, FILES, WORDS
from pathways.badges.pages.plainly import in_plain, language_of
from pathways.clock import PARIS
from pathways.errors import Invalid, NotFound
from pathways.settings import Settings
from pathways.web.dependencies import DB, OwnSettings, ReadDB, public
from pathways.web.fields import Pasted, Short
from pathways.web.private import WITH_A_TOKEN
from pathways.web.routing import Router

router = Router()
LINKEDIN = "https://www.linkedin.com/profile/add"
SIGNED = {"png": CredentialForm.PNG, "svg": CredentialForm.SVG, "jws": None}
"""The forms of a signed twin; ``None``: its bare text."""


@router.get("/h/{key}/badges/{credential_id}")
@public(WHY)
def badge(
    request: Request, credential_id: uuid.UUID, space: OwnSpace, db: ReadDB, links: OwnLinks, settings: OwnSettings
) -> Response:
    found = held.own(db, space.holder, credential_id)
    one, language = shown(found), language_of(space.language)
    link = sharing.live_for(db, space.holder, found)
    return answer(
        request,
        "holder-badge.html",
        space,
        **_plain(space),
        one=one,
        contents=one.contents,
        said_in=said_in(found.language),
        day=day,
        counts=one.validity in COUNTS,
        renewable=_is_renewable(db, found, one),
        files=[(form, *(i18n.gettext(text, language) for text in said)) for form, said in FILES.items()],
        public_path=f"/credentials/{found.id}",
        linkedin=_linkedin(settings, links, one, link) if link is not None and one.validity in COUNTS else "",
        is_for_a_wall=found.version.achievement.audience is Audience.LEARNER,
        twin=hosting.address_of(found),
    )


@router.post("/h/{key}/badges/{credential_id}/renew")
@public(WHY)
def renew(credential_id: uuid.UUID, space: OwnSpaceForm, db: DB) -> Response:
    """Begin the request by which it is renewed, or go on with it."""
    return back(space, f"/requests/{requesting.renew(db, space.holder, credential_id).id}")


@router.post("/h/{key}/badges/{credential_id}/file")
@public(WHY)
def take(
    credential_id: uuid.UUID, space: OwnSpaceForm, db: DB, signer: OwnSigner, form: Annotated[Short, Form()] = ""
) -> Response:
    """A file that is made because its holder wants it: the token. All others have addresses."""
    found = held.own(db, space.holder, credential_id)
    if form != CredentialForm.JWT:
        return back(space, f"/badges/{credential_id}")
    takeaways.sign_token(db, signer, found)
    return attached(takeaways.file_of(db, found, CredentialForm.JWT))


# --- for an old backpack --------------------------------------------------------------------------------------


@router.get("/h/{key}/badges/{credential_id}/backpack")
@public(WHY)
def ask_backpack(request: Request, credential_id: uuid.UUID, space: OwnSpace, db: ReadDB) -> Response:
    """What such a backpack is told, before anything is made."""
    withdrawn = request.query_params.get("withdrawn", "") == "1"
    return _backpack(request, space, held.own(db, space.holder, credential_id), withdrawn=withdrawn)


@router.post("/h/{key}/badges/{credential_id}/backpack")
@public(WHY)
def backpack(
    request: Request,
    credential_id: uuid.UUID,
    space: OwnSpaceForm,
    db: DB,
    signer: OwnSigner,
    email: Annotated[Pasted, Form()] = "",
    form: Annotated[Short, Form()] = "",
) -> Response:
    """Publish the twin, or give it as a signed file. The address is used, and not kept."""
    found = held.own(db, space.holder, credential_id)
    try:
        if form in SIGNED:
            return _signed_twin(db, found, form, hosting.sign(db, signer, space.holder, credential_id, email))
        hosting.host(db, space.holder, credential_id, email)
    except Invalid as error:
        return _backpack(request, space, found, wrong=error, chosen=form)
    return back(space, f"/badges/{credential_id}/backpack")


@router.post("/h/{key}/badges/{credential_id}/backpack/withdraw")
@public(WHY)
def withdraw_twin(credential_id: uuid.UUID, space: OwnSpaceForm, db: DB) -> Response:
    hosting.withdraw(db, space.holder, credential_id)
    return back(space, f"/badges/{credential_id}/backpack?withdrawn=1")


@router.get("/h/{key}/badges/{credential_id}/backpack/picture")
@public(WHY)
def twin_picture(credential_id: uuid.UUID, space: OwnSpace, db: ReadDB) -> Response:
    """The picture that leads to a published twin."""
    found = held.own(db, space.holder, credential_id)
    address = hosting.address_of(found)
    if not address:
        raise NotFound(held.NOT_THERE)
    data = hosting.baked(db, found, address, CredentialForm.PNG)
    return attached(File(data, "image/png", _twin_name(found, "png")))


def _signed_twin(db: Session, found: Credential, form: str, token: str) -> Response:
    baked_in = SIGNED[form]
    if baked_in is None:
        return attached(File(token.encode(), "text/plain; charset=utf-8", _twin_name(found, form)))
    data = hosting.baked(db, found, token, baked_in)
    return attached(File(data, takeaways.MEDIA_TYPES[baked_in], _twin_name(found, form)))


def _twin_name(found: Credential, ending: str) -> str:
    return f"badge-ob2-{found.version.achievement.slug}-{str(found.id)[:8]}.{ending}"


def _backpack(
    request: Request,
    space: Space,
    found: Credential,
    *,
    withdrawn: bool = False,
    wrong: Invalid | None = None,
    chosen: str = "",
) -> Response:
    language = language_of(space.language)
    return answer(
        request,
        "holder-backpack.html",
        space,
        status=422 if wrong else 200,
        spoken_in=language,
        plain=in_plain(BACKPACK, language),
        badge_path=f"{space.base}/badges/{found.id}",
        name=shown(found).name,
        said_in=said_in(found.language),
        twin=hosting.address_of(found),
        withdrawn=withdrawn,
        errors={one["field"]: one["message"] for one in wrong.errors} if wrong else {},
        chosen=chosen,
    )


# --- giving it up ---------------------------------------------------------------------------------------------


@router.get("/h/{key}/badges/{credential_id}/give-up")
@public(WHY)
def ask_give_up(request: Request, credential_id: uuid.UUID, space: OwnSpace, db: ReadDB) -> Response:
    found = held.own(db, space.holder, credential_id)
    if found.revoked_at is not None:
        return back(space, f"/badges/{credential_id}")
    one = shown(found)
    return answer(
        request, "holder-give-up.html", space, **_plain(space), one=one, said_in=said_in(found.language), day=day
    )


@router.post("/h/{key}/badges/{credential_id}/give-up")
@public(WHY)
def give_up(
    credential_id: uuid.UUID, space: OwnSpaceForm, db: DB, signer: OwnSigner, sure: Annotated[Short, Form()] = ""
) -> Response:
    if sure == "1":
        held.give_up(db, signer, space.holder, credential_id)
    return back(space, f"/badges/{credential_id}")


@router.get("/h/{key}/badges/{credential_id}/renew")
@router.get("/h/{key}/badges/{credential_id}/file")
@router.get("/h/{key}/badges/{credential_id}/backpack/withdraw")
@public(WHY)
def to_badge(credential_id: uuid.UUID, space: OwnSpace) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return back(space, f"/badges/{credential_id}")


def attached(file: File) -> Response:
    """A file that a browser saves."""
    headers = WITH_A_TOKEN | {"content-disposition": f'attachment; filename="{file.name}"'}
    return Response(file.data, headers=headers, media_type=file.media_type)


# --- inside ---------------------------------------------------------------------------------------------------


def _is_renewable(db: Session, found: Credential, one: Shown) -> bool:
    """Whether ``requesting.renew`` would begin something."""
    if found.valid_until is None or one.validity not in (*COUNTS, Validity.EXPIRED):
        return False
    now = clock.now()
    in_time = found.valid_until - requesting.RENEWS_BEFORE <= now <= found.valid_until + requesting.RENEWS_AFTER
    version = offering.current(db, found.version.achievement_id)
    closed = version.achievement.closed_at is not None
    return in_time and not closed and offering.definition_of(version).renewal is not None


def _linkedin(settings: Settings, links: Links, one: Shown, link: sharing.ShareLink) -> str:
    """The form of LinkedIn with what it asks for already in it. Nothing is sent before the holder sends it there."""
    issued, until = one.credential.issued_at.astimezone(PARIS), one.until and one.until.astimezone(PARIS)
    values: dict[str, Any] = {
        "startTask": "CERTIFICATION_NAME",
        "name": one.name,
        "organizationName": one.credential.issuer.name,
        "issueYear": issued.year,
        "issueMonth": issued.month,
        **({"expirationYear": until.year, "expirationMonth": until.month} if until else {}),
        "certUrl": f"{settings.url}/share/{sharing.token_of(links, link)}",
        "certId": str(one.credential.id),
    }
    return f"{LINKEDIN}?{urlencode(values)}"


def _plain(space: Space) -> dict[str, Any]:
    language = language_of(space.language)
    return {"plain": in_plain(WORDS, language), "spoken_in": language}
