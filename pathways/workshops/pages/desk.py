"""What the desk's pages of workshops, sessions and means have in common."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy.orm import joinedload
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.errors import DomainError, Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.workshops import tongues
from pathways.workshops.forms import Filled
from pathways.workshops.models import Audience, Level, QuotaKind, Reading, SessionState, WaitingRule, WorkshopSession
from pathways.workshops.scheduling import means, offers, sessions
from pathways.workshops.scheduling import series as all_series

OF = {
    "workshop_id": offers.get,
    "session_id": sessions.get,
    "series_id": all_series.get,
    "means_id": means.get,
}
Reader = Annotated[Member, Depends(Requires(Permission.WORKSHOPS_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.WORKSHOPS_WRITE, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.WORKSHOPS_WRITE, of=OF))]
Said = Annotated[Short, Query()]
WHOLE = (
    joinedload(WorkshopSession.workshop),
    joinedload(WorkshopSession.place),
    joinedload(WorkshopSession.room),
)
"""What a list of sessions shows of each, read together."""

SAID = {
    "kept": D_("C'est enregistré."),
    "published": D_("La séance est publiée : on peut réserver."),
    "cancelled": D_(
        "La séance est annulée. Chacun est prévenu ; qui n'a donné ni e-mail ni téléphone est dans vos tâches."
    ),
    "series": D_("La série est créée, avec ses séances des prochains mois."),
    "troubled": D_(
        "La série est créée. Certaines séances attendent en brouillon : ce qu'elles demandent est déjà pris ce jour-là."
    ),
    "ended": D_("La série est arrêtée. Rien n'est annulé : voici ce qui reste prévu."),
    "archived": D_("C'est archivé."),
    "restored": D_("C'est de nouveau dans la liste."),
}
"""What a page says after something was done, by the word in its address."""
STATES = {
    SessionState.DRAFT: D_("brouillon"),
    SessionState.PUBLISHED: D_("publiée"),
    SessionState.CANCELLED: D_("annulée"),
    SessionState.CLOSED: D_("terminée"),
}
AUDIENCES = {Audience.PUBLIC: D_("tout public"), Audience.PROFESSIONALS: D_("professionnels, bénévoles et élus")}
LEVELS = {Level.BEGINNER: D_("débutant"), Level.INTERMEDIATE: D_("intermédiaire"), Level.ADVANCED: D_("avancé")}
READINGS = {
    Reading.NONE: D_("aucune lecture"),
    Reading.LITTLE: D_("lire un peu"),
    Reading.EASY: D_("lire des textes simples"),
}
RULES = {
    WaitingRule.STRICT: D_("dans l'ordre, sans exception"),
    WaitingRule.BEST_FIT: D_("dans l'ordre, un groupe trop grand laisse passer pendant une semaine au plus"),
}
QUOTAS = {
    QuotaKind.PRESCRIBERS: D_("prescripteurs"),
    QuotaKind.LANGUAGE: D_("personnes d'une langue"),
    QuotaKind.INTERPRETER: D_("personnes qui demandent l'interprète"),
    QuotaKind.STRUCTURE: D_("structure partenaire"),
    QuotaKind.VAN: D_("véhicule, pour réserver sans réseau"),
    QuotaKind.WISHES: D_("personnes qui ont laissé un souhait"),
}


def page(
    request: Request,
    template: str,
    *,
    said: str = "",
    refused: DomainError | None = None,
    filled: Filled | None = None,
    **values: Any,
) -> Response:
    """A page with what was done, or why it was not: then with the status of the refusal, and each field its reason."""
    if isinstance(refused, Invalid) and filled is not None:
        filled.take(refused)
    return render(
        request,
        template,
        status=STATUS[refused.kind] if refused is not None else 200,
        said=i18n.gettext(SAID.get(said, "")),
        wrong=i18n.sentence(refused.message, refused.values) if refused is not None else "",
        filled=filled or Filled(),
        tongues=tongues.tongues(),
        **values,
    )
