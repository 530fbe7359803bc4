"""What the routes of calibrations ask for by their signature."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path

from pathways.calibrations.deciding import Decision
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import Requires, RequiresForm
from pathways.web.fields import Short

Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
Reviewer = Annotated[Member, Depends(Requires(Permission.TRANSLATIONS_REVIEW))]
ReviewerForm = Annotated[Member, Depends(RequiresForm(Permission.TRANSLATIONS_REVIEW))]
ItemCode = Annotated[Short, Path()]


def decision_of(text: str) -> Decision:
    try:
        return Decision(text)
    except ValueError as error:
        raise NotFound(D_("Ce bouton n'existe pas. Rechargez la page.")) from error
