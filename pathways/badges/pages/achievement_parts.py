"""The form of an achievement, part by part: each is read, written and kept on its own, in the draft."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.badges.candidacy import standing
from pathways.badges.criteria import tree, wording
from pathways.badges.criteria.nodes import Profile
from pathways.badges.drawing.palette import TINTS
from pathways.badges.drawing.pictograms import PICTOGRAMS
from pathways.badges.issuing import alignments, drafting, naming
from pathways.badges.issuing.defining import Definition, Picture
from pathways.badges.pages import achievement_forms as forms
from pathways.badges.pages import network_words as words
from pathways.badges.pages.achievement_preview import PARTS, drawn
from pathways.badges.pages.network_doors import Keeper, KeeperForm, Sent, own_network, page
from pathways.errors import Conflict, DomainError, Invalid, NotFound
from pathways.i18n import N_
from pathways.permissions import Member
from pathways.web.dependencies import DB, ReadDB
from pathways.web.routing import Router
from pathways.workshops.forms import Filled

router = Router()
TEMPLATES: Mapping[str, str] = {
    "texts": "network-part-texts.html",
    "picture": "network-part-picture.html",
    "jury": "network-part-jury.html",
    "lists": "network-part-lists.html",
    "renewal": "network-part-renewal.html",
    "alignments": "network-part-alignments.html",
}
"""Of each part but the criteria, which are composed elsewhere."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a form asks for."""

    fields: dict[str, Any]
    refused: Callable[[Invalid], Invalid] = field(default=lambda error: error)
    """Says a refusal of the definition in the fields of the form."""


@router.get("/network/achievements/{achievement_id}/parts/{part}")
def read(request: Request, member: Keeper, achievement_id: uuid.UUID, part: str, db: ReadDB) -> Response:
    _must_be_known(part)
    return _part(request, db, member, achievement_id, part)


@router.post("/network/achievements/{achievement_id}/parts/{part}")
def write(request: Request, member: KeeperForm, achievement_id: uuid.UUID, part: str, db: DB, sent: Sent) -> Response:
    """``action=see``: only show what it would be."""
    _must_be_known(part)
    definition = drafting.checked(drafting.draft_of(db, member, achievement_id).draft)
    if sent.get("action") == "see":
        return _part(request, db, member, achievement_id, part, filled=sent)
    meant = None
    try:
        meant = _MEANT[part](sent, definition)
        with db.begin_nested():
            drafting.change(db, member, achievement_id, meant.fields, version=sent.number("version", 0))
    except Conflict as error:
        return _part(request, db, member, achievement_id, part, filled=sent, refused=error)
    except Invalid as error:
        shown = meant.refused(error) if meant is not None else error
        return _part(request, db, member, achievement_id, part, filled=sent, refused=shown)
    if sent.get("action") == "more":
        return RedirectResponse(f"/network/achievements/{achievement_id}/parts/{part}", 303)
    return RedirectResponse(f"/network/achievements/{achievement_id}?said=kept", 303)


# --- what each form means -------------------------------------------------------------------------------------


def _texts(sent: Filled, _: Definition) -> Meant:
    return Meant(forms.texts_of(sent), lambda error: forms.to_areas(error, ["levels"]))


def _picture(sent: Filled, _: Definition) -> Meant:
    return Meant({"picture": {name: sent.get(f"picture.{name}") for name in ("pictogram", "tint")}})


def _jury(sent: Filled, _: Definition) -> Meant:
    fields, rows = forms.jury_of(sent)
    return Meant(fields, lambda error: forms.to_rows(error, rows))


def _lists(sent: Filled, _: Definition) -> Meant:
    return Meant(forms.lists_of(sent), lambda error: forms.to_areas(error, forms.LISTS))


def _alignments(sent: Filled, definition: Definition) -> Meant:
    return Meant(forms.alignments_of(sent, definition), forms.to_own)


def _renewal(sent: Filled, definition: Definition) -> Meant:
    """Begun from what a diagnostic measures, if anything does; else from all that is asked for."""
    if not sent.get("renews"):
        return Meant({"renewal": None})
    questions = sent.number("renewal.questions", 0)
    sent.refuse()
    if definition.renewal is not None:
        criteria = definition.renewal.criteria
    else:
        profiles = [one for one in tree.leaves(definition.node) if isinstance(one, Profile)]
        criteria = tree.as_data(profiles[0]) if profiles else definition.criteria
    return Meant({"renewal": {"criteria": criteria, "questions": questions}})


_MEANT: Mapping[str, Callable[[Filled, Definition], Meant]] = {
    "texts": _texts,
    "picture": _picture,
    "jury": _jury,
    "lists": _lists,
    "renewal": _renewal,
    "alignments": _alignments,
}


# --- what stands in each --------------------------------------------------------------------------------------


def _filled_with_picture(definition: Definition) -> Filled:
    return Filled({f"picture.{name}": [getattr(definition.picture, name)] for name in ("pictogram", "tint")})


def _filled_with_renewal(definition: Definition) -> Filled:
    renewal = definition.renewal
    return Filled(
        {"renews": ["yes" if renewal else ""], "renewal.questions": [str(renewal.questions if renewal else 6)]}
    )


_FILLED: Mapping[str, Callable[[Definition], Filled]] = {
    "texts": forms.filled_with_texts,
    "picture": _filled_with_picture,
    "jury": forms.filled_with_jury,
    "lists": forms.filled_with_lists,
    "renewal": _filled_with_renewal,
    "alignments": lambda _: Filled(),
}


# --- inside ---------------------------------------------------------------------------------------------------


def _must_be_known(part: str) -> None:
    if part not in TEMPLATES:
        raise NotFound(N_("Cette page n'existe pas."))


def _part(
    request: Request,
    db: Session,
    member: Member,
    achievement_id: uuid.UUID,
    part: str,
    *,
    filled: Filled | None = None,
    refused: DomainError | None = None,
) -> Response:
    found = drafting.draft_of(db, member, achievement_id)
    definition = drafting.checked(found.draft)
    filled = filled if filled is not None else _FILLED[part](definition)
    language = standing.words_in(i18n.current().code)
    return page(
        request,
        TEMPLATES[part],
        network=own_network(db, member),
        achievement=found,
        # After a conflict, what is sent once more still names what was read first: it is refused again until reloaded.
        version=filled.get("version") or found.version,
        definition=definition,
        name=PARTS[part][0],
        audiences={one.value: said for one, said in words.AUDIENCES.items()},
        rows=forms.rows_shown(filled) if part == "jury" else (),
        pictures=_pictures(definition, filled, language) if part == "picture" else {},
        aligned=alignments.known() if part == "alignments" else {},
        renewed=_renewed(db, definition) if part == "renewal" else None,
        filled=filled,
        refused=refused,
    )


def _pictures(definition: Definition, filled: Filled, language: str) -> dict[str, Any]:
    """The picture that is chosen, and how each other choice would look."""
    pictogram, tint = filled.get("picture.pictogram"), filled.get("picture.tint")
    pictogram = pictogram if pictogram in PICTOGRAMS else definition.picture.pictogram
    tint = tint if tint in TINTS else definition.picture.tint

    def with_(pictogram: str, tint: str) -> Definition:
        return definition.model_copy(update={"picture": Picture(pictogram=pictogram, tint=tint)})

    return {
        "chosen": drawn(with_(pictogram, tint)),
        "pictograms": [(one, PICTOGRAMS[one].caption(language), drawn(with_(one, tint))) for one in PICTOGRAMS],
        "tints": [
            (one, TINTS[one].english if language == "en" else TINTS[one].french, drawn(with_(pictogram, one)))
            for one in TINTS
        ],
    }


def _renewed(db: Session, definition: Definition) -> wording.Line | None:
    if definition.renewal is None:
        return None
    node, language = definition.renewal.node, standing.words_in(i18n.current().code)
    return wording.needed(node, language, naming.names_for(db, [node], language))
