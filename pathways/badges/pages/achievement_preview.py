"""An achievement of a network as its desk shows it: the picture, what a candidate will read, the parts of the form."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from pathways.badges.candidacy import requesting
from pathways.badges.criteria import tree, wording
from pathways.badges.criteria.wording import Language
from pathways.badges.drawing.designs import Undrawable
from pathways.badges.drawing.pictograms import PICTOGRAMS
from pathways.badges.drawing.vector import badge_svg
from pathways.badges.issuing import naming, offering
from pathways.badges.issuing.defining import Definition
from pathways.badges.models import Issuer
from pathways.badges.pages import achievement_forms as forms
from pathways.badges.pages import network_words as words
from pathways.i18n import D_

PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "texts": (D_("Textes, public, durée, niveaux"), ("texts", "audience", "post", "validity_months", "levels")),
    "picture": (D_("Image"), ("picture",)),
    "criteria": (D_("Critères"), ("criteria",)),
    "jury": (D_("Jury et grille"), ("jury", "foreign_jury", "grid")),
    "lists": (D_("Questions et conseils"), forms.LISTS),
    "renewal": (D_("Renouvellement"), ("renewal",)),
    "alignments": (D_("Correspondances"), ("alignments",)),
}
"""``{part: (its name, what it writes)}``, in the order in which they are filled in."""


def drawn(definition: Definition, level: int | None = None, *, proposal: bool = False) -> Markup:
    """Its picture, of the first level if there are levels; empty where nothing can be drawn."""
    reached = (1 if definition.levels else 0) if level is None else level
    try:
        svg = badge_svg(offering.design_of(definition, reached, proposal=proposal))
    except Undrawable:
        return Markup("")
    return Markup(svg)  # noqa: S704 - an SVG that we draw; its title is escaped there


def preview(
    db: Session, issuer: Issuer, definition: Definition, language: str, *, proposal: bool = False
) -> dict[str, Any]:
    """What a candidate will read of it, in French or in English."""
    spoken: Language = "en" if language == "en" and "en" in definition.texts else "fr"
    node = definition.node
    renewal = definition.renewal.node if definition.renewal else None
    names = naming.names_for(db, [node, *([renewal] if renewal else [])], spoken)
    pieces = [one.jury for one in tree.leaves(node) if isinstance(one, tree.Portfolio)]
    return {
        "definition": definition,
        "spoken_in": spoken,
        "shown": definition.texts_in(spoken),
        "pictures": [
            drawn(definition, level, proposal=proposal)
            for level in (range(1, len(definition.levels) + 1) if definition.levels else (0,))
        ],
        "caption": PICTOGRAMS[definition.picture.pictogram].caption(spoken),
        "needed": wording.needed(node, spoken, names),
        "required": wording.required(node, spoken, names),
        "renewed": wording.needed(renewal, spoken, names) if renewal else None,
        "most_jury": max([definition.jury, *pieces]),
        "audience": words.AUDIENCES[definition.audience],
        "waiting": requesting.waiting(db, issuer.id),
    }
