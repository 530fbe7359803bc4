"""What an organisation's forms start from. Its members read it, administrators change it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Form, Query
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.people import fields, habits
from pathways.people.habits import Habits
from pathways.people.models import Organisation
from pathways.people.pages.forms import at_fields, see
from pathways.people.pages.forms import said as sentence_of
from pathways.permissions import Member, Permission
from pathways.texts import clean
from pathways.web import pages
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.routing import Router

router = Router(prefix="/organisation/habits")

Reader = Annotated[Member, Depends(Requires(Permission.PEOPLE_READ))]
Manager = Annotated[Member, Depends(RequiresForm(Permission.PEOPLE_MANAGE))]
Words = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(clean)]
"""As typed; the service says what is too long."""


class HabitsForm(BaseModel):
    """The form of what forms start from. Numbers are texts, so that one that is none comes back as it was typed."""

    csrf: str = ""
    version: int = 0
    languages: list[Short] = Field(default=[], max_length=100)
    place: Words = ""
    words: Words = ""
    questions: Short = ""
    minutes: Short = ""

    @classmethod
    def of(cls, organisation: Organisation) -> HabitsForm:
        kept = habits.of(organisation)
        return cls(
            version=organisation.version,
            languages=organisation.languages or list(i18n.languages()),
            place=kept.place,
            words=kept.words,
            questions=str(kept.questions or ""),
            minutes=str(kept.minutes or ""),
        )

    def habits(self) -> Habits:
        return Habits(self.place, self.words, _number("questions", self.questions), _number("minutes", self.minutes))


def _number(field: str, typed: str) -> int | None:
    plain = typed.translate(i18n.LATIN_DIGITS)
    if plain and not (plain.isascii() and plain.isdigit()):
        raise fields.refused(field, D_("Écrivez un nombre, ou rien."))
    return int(plain) if plain else None


@router.get("")
def habits_page(
    request: Request, member: Reader, db: ReadDB, said: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    return _page(request, db, member, saved=said == "saved")


@router.post("")
def change(request: Request, member: Manager, db: DB, typed: Annotated[HabitsForm, Form()]) -> Response:
    """What was typed stays on the page, whatever is wrong with it."""
    try:
        habits.change(db, member, languages=typed.languages, habits=typed.habits(), version=typed.version)
    except Invalid as error:
        return _page(request, db, member, typed=typed, errors=at_fields(error), status=422)
    except Conflict as error:
        return _page(request, db, member, typed=typed, errors={"conflict": sentence_of(error)}, status=409)
    return see("/organisation/habits?said=saved")


def _page(
    request: Request,
    db: Session,
    member: Member,
    *,
    typed: HabitsForm | None = None,
    errors: dict[str, str] | None = None,
    saved: bool = False,
    status: int = 200,
) -> Response:
    organisation = habits.get(db, member)
    return pages.render(
        request,
        "habits.html",
        status=status,
        manages=member.may(Permission.PEOPLE_MANAGE),
        version=organisation.version,
        kept=HabitsForm.of(organisation),
        typed=typed or HabitsForm.of(organisation),
        errors=errors or {},
        saved=saved,
        most_questions=habits.MOST_QUESTIONS,
        most_minutes=habits.MOST_MINUTES,
        longest_place=habits.LONGEST_PLACE,
        longest_words=habits.LONGEST_WORDS,
    )
