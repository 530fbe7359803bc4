"""The directory for programs: the same question and the same answers as the page."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from pathways import clock, i18n
from pathways.directory import finding, showing, words
from pathways.directory.asking import DISTANCES, Asked, language_of, typed
from pathways.directory.schemas import DirectoryIn, DirectoryOut
from pathways.errors import Invalid
from pathways.i18n import N_
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import OwnSettings, ReadDB, public
from pathways.web.routing import Router
from pathways.workshops import themes

router = Router(prefix="/directory", tags=["directory"], route_class=StrictRoute)
_WRONG = N_("Cette valeur n'est pas valable.")


@router.get("", response_model=DirectoryOut, summary="Places and sessions near somewhere")
@public("the directory is for everybody, and for the programs of everybody")
def search(
    response: Response, asked: Annotated[DirectoryIn, Query()], db: ReadDB, settings: OwnSettings
) -> DirectoryOut:
    """Places nearest first, sessions soonest first, those at a distance among them; ten of each on a page."""
    response.headers["access-control-allow-origin"] = "*"
    found = finding.find(db, _understood(asked), clock.now())
    return showing.answer(found, settings.url, i18n.current().code)


def _understood(given: DirectoryIn) -> Asked:
    """Raises :class:`Invalid` for a word that the directory does not have."""
    known = {"need": words.NEEDS, "public": words.PUBLICS, "theme": themes.themes()}
    wrong = [name for name, values in known.items() if getattr(given, name) not in {"", *values}]
    wrong += ["km"] if given.km not in DISTANCES else []
    wrong += ["access"] if set(given.access) - set(words.ACCESS) else []
    language = language_of(given.language)
    wrong += ["language"] if given.language and not language else []
    if wrong:
        errors = [{"field": name, "message": _WRONG} for name in wrong]
        raise Invalid(N_("Quelque chose manque ou n'est pas valable."), errors=errors)
    said = given.model_dump() | {"where": typed(given.where), "language": language, "access": tuple(given.access)}
    return Asked(**said)
