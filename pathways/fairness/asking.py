"""What the routes of fairness ask for by their signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query

from pathways.errors import NotFound
from pathways.fairness.service import Decision
from pathways.i18n import D_
from pathways.items import translating
from pathways.items.asking import Framework
from pathways.permissions import Member, Permission
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.web.dependencies import Requires, RequiresForm
from pathways.web.fields import Short

Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
Reviewer = Annotated[Member, Depends(Requires(Permission.TRANSLATIONS_REVIEW))]
ReviewerForm = Annotated[Member, Depends(RequiresForm(Permission.TRANSLATIONS_REVIEW))]
ItemCode = Annotated[Short, Path()]


@dataclass(frozen=True, slots=True)
class Place:
    """The bank and the language that a page is about, as its address says them."""

    framework: str
    lang: str

    @property
    def language(self) -> str:
        """Its code; French, or none, is not compared with itself."""
        return translating.language_of(self.lang)


def _place(
    framework: Framework = USUAL_FRAMEWORK,
    lang: Annotated[Short, Query(description="A code or tag of a language: `ar`, `fa-AF`")] = "",
) -> Place:
    return Place(framework, lang)


OwnPlace = Annotated[Place, Depends(_place)]


def decision_of(text: str) -> Decision:
    try:
        return Decision(text)
    except ValueError as error:
        raise NotFound(D_("Ce bouton n'existe pas. Rechargez la page.")) from error
