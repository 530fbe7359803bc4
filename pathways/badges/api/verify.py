"""Verification for programs: the same verdict as the page's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from pathways.badges.verifying import words
from pathways.badges.verifying.limits import Limits
from pathways.badges.verifying.plain_json import LARGEST
from pathways.badges.verifying.verdict import Overall, State, Verdict
from pathways.badges.verifying.verifier import Verifier
from pathways.errors import Invalid
from pathways.i18n import N_
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import Address, OwnSettings, public
from pathways.web.routing import Router

router = Router(tags=["verifications"], route_class=StrictRoute)
LONGEST_EMAIL = 254
_WRONG = N_("Cette valeur n'est pas valable.")
_MISSING = N_("Il manque quelque chose ici.")


class VerificationIn(BaseModel):
    """What is to be verified: one of ``text`` and ``link``."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", max_length=LARGEST, description="The badge itself: JSON, or a compact JWS.")
    link: str = Field(
        "", max_length=500, description="An https address: of the badge, or of a page of ours that shows it."
    )
    email: str = Field(
        "", max_length=LONGEST_EMAIL, description="Compared with the digest in the badge, and forgotten."
    )


class WordsOut(BaseModel):
    fr: str
    en: str


class FindingOut(BaseModel):
    code: str = Field(
        description="file, issuer, signature, unchanged, terms, valid-from, valid-until, status, recipient or about."
    )
    state: State
    details: dict[str, Any] = Field(description="`reason` where it is not *yes*; what was found.")
    words: WordsOut


class VerdictOut(BaseModel):
    overall: Overall = Field(description="Valid only if signature and status were both checked.")
    kind: str = Field(description="What it is; `unreadable` where it is nothing that can be verified.")
    container: str
    findings: list[FindingOut]
    says: dict[str, Any] = Field(description="What the file says. To be believed as far as `overall` goes.")
    words: WordsOut
    endorsements: list[VerdictOut] = Field(description="Those inside the badge, each verified on its own.")


_TEXT: dict[str, Any] = {"type": "string", "maxLength": LARGEST}
_EMAIL: dict[str, Any] = {"type": "string", "maxLength": LONGEST_EMAIL}
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}, "text": _TEXT, "email": _EMAIL},
    "additionalProperties": False,
}


class Given(BaseModel):
    data: bytes
    email: str


async def _given(request: Request) -> Given:
    """The file of a form, or a body of JSON. Read before anybody is made to wait."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=3) as form:
            file, text, email = form.get("file"), form.get("text", ""), form.get("email", "")
            if not isinstance(text, str) or not isinstance(email, str):
                raise _invalid("text" if isinstance(email, str) else "email", _WRONG)  # a file under another name
            data = await file.read(LARGEST + 1) if isinstance(file, UploadFile) else text.encode("utf-8", "replace")
        return _checked(data, email)
    try:
        body = VerificationIn.model_validate(await request.json() if kind == "application/json" else None)
    except ValidationError as error:
        fields = [{"field": ".".join(map(str, one["loc"]))[:40] or "body", "message": _WRONG} for one in error.errors()]
        raise Invalid(N_("Quelque chose manque ou n'est pas valable."), errors=fields[:20]) from None
    except (ValueError, RecursionError):  # no JSON, no UTF-8, a number of five thousand digits, brackets in brackets
        raise _invalid("body", _WRONG) from None
    if bool(body.text) == bool(body.link):
        raise _invalid("text", _MISSING if not body.text else _WRONG)
    return _checked((body.text or body.link).encode("utf-8", "replace"), body.email)


def _checked(data: bytes, email: str) -> Given:
    if not data:
        raise _invalid("file", _MISSING)
    if len(email) > LONGEST_EMAIL:
        raise _invalid("email", _WRONG)
    return Given(data=data, email=email.strip())


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(N_("Quelque chose manque ou n'est pas valable."), errors=[{"field": field, "message": message}])


@router.post(
    "/verifications",
    response_model=VerdictOut,
    summary="Verify a badge, ours or another issuer's",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": _FORM},
                "application/json": {"schema": VerificationIn.model_json_schema()},
            },
        }
    },
)
@public("anybody who was given a badge may have it verified, and so may their programs")
def verify(
    request: Request, given: Annotated[Given, Depends(_given)], settings: OwnSettings, address: Address
) -> dict[str, Any]:
    """A file (JSON, JWT, PNG, SVG of less than 1 MB), a text or a link. Nothing of it is kept. What could not be
    checked is said to be so; the verdict is never *valid* then.
    """
    limits = Limits(request.app.state.database, settings.secret, address)
    limits.count()
    verifier: Verifier = request.app.state.verifier
    verdict = verifier.verify(given.data, email=given.email, may_ask=limits.may_ask)
    limits.tell(verdict)
    return _out(verdict)


def _out(verdict: Verdict) -> dict[str, Any]:
    findings = [
        one.to_json() | {"words": _in_both(lambda language, one=one: words.sentence(one, language))}
        for one in verdict.findings
    ]
    return verdict.to_json() | {
        "findings": findings,
        "words": _in_both(lambda language: words.summary(verdict, language)),
        "endorsements": [_out(one) for one in verdict.endorsements],
    }


def _in_both(say: Any) -> dict[Literal["fr", "en"], str]:
    return {"fr": say("fr"), "en": say("en")}
