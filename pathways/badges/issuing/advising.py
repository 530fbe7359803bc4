"""What goes together in an achievement, said to whoever composes it. Advice: nothing here prevents publishing. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import Endorsements, Observation, Portfolio
from pathways.badges.issuing.defining import Definition
from pathways.i18n import D_

NO_ENGLISH = D_("Il n'y a pas de texte en anglais : ce badge ne se délivre qu'en français.")
NO_PIECE_QUESTIONS = D_("Un travail est à présenter : dites par des questions ce qu'il doit contenir.")
NO_ENDORSER_QUESTIONS = D_("Des recommandations sont demandées : une ou deux questions aident qui recommande.")
NO_GRID = D_("Quelqu'un observe ou juge : une grille de quatre à sept lignes dit ce qui est regardé.")
SHORT_GRID = D_("La grille a moins de quatre lignes : le jury décidera surtout à l'impression.")
ONE_JUDGE = D_("Une seule personne du jury décide. À deux, une erreur se voit.")
OWN_JURY = D_("Quelqu'un de la structure de la personne peut décider : on le reprochera au badge.")
NO_RENEWAL = D_("Ce badge finit et ne se renouvelle pas : il faudra tout refaire.")
RENEWS_FOR_NOTHING = D_("Ce badge ne finit pas : son renouvellement ne servira jamais.")
NO_AVOID = D_(
    "Un travail ou des preuves sont envoyés : dites ce qu'il ne faut pas envoyer, les données des autres d'abord."
)
LEVELS_WITHOUT_JURY = D_("Il y a plusieurs niveaux, et personne pour dire lequel : il faut un jury.")
LONG_DESCRIPTION = D_("La description est longue : deux phrases se lisent, cinq se passent.")


def advice(definition: Definition) -> list[str]:
    """Msgids, the weightiest first; none where all goes together."""
    return list(_advice(definition))


def _advice(definition: Definition) -> Iterator[str]:
    leaves = list(tree.leaves(definition.node))
    pieces = [one for one in leaves if isinstance(one, Portfolio)]
    looked_at = [*pieces, *(one for one in leaves if isinstance(one, Observation))]
    jury = max([definition.jury, *(one.jury for one in pieces)])
    if len(definition.levels) > 1 and not jury:
        yield LEVELS_WITHOUT_JURY
    if pieces and not definition.piece_questions:
        yield NO_PIECE_QUESTIONS
    if looked_at and not definition.grid:
        yield NO_GRID
    elif jury and len(definition.grid) < 4:
        yield SHORT_GRID
    if jury and not definition.avoid:
        yield NO_AVOID
    if jury == 1:
        yield ONE_JUDGE
    if jury and not definition.foreign_jury:
        yield OWN_JURY
    if any(isinstance(one, Endorsements) for one in leaves) and not definition.endorser_questions:
        yield NO_ENDORSER_QUESTIONS
    yield from _of_time_and_texts(definition)


def _of_time_and_texts(definition: Definition) -> Iterator[str]:
    if definition.validity_months is not None and definition.renewal is None:
        yield NO_RENEWAL
    if definition.validity_months is None and definition.renewal is not None:
        yield RENEWS_FOR_NOTHING
    if "en" not in definition.texts:
        yield NO_ENGLISH
    if len(definition.texts["fr"].description) > 400:
        yield LONG_DESCRIPTION
