"""The registry of what a badge can show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pathways.badges.drawing import mediators, neutral, volunteers
from pathways.badges.drawing.palette import Inks


@dataclass(frozen=True, slots=True)
class Pictogram:
    french: str
    """What it means, then what it shows: who cannot see the picture reads this."""
    english: str
    draw: Callable[[Inks], str]
    """SVG elements around (0, 0), within about 42 units of it."""

    def caption(self, language: str) -> str:
        return self.english if language == "en" else self.french


PICTOGRAMS: Mapping[str, Pictogram] = MappingProxyType(
    {
        "welcome-diagnosis": Pictogram(
            "Accueil et diagnostic : deux personnes autour d'une liste",
            "Welcome and diagnosis: two people around a list",
            mediators.welcome_diagnosis,
        ),
        "allophones": Pictogram(
            "Plusieurs langues : deux bulles, deux écritures",
            "Several languages: two speech bubbles, two scripts",
            mediators.allophones,
        ),
        "illettrisme": Pictogram(
            "Lire autrement : une oreille, une image et une page",
            "Reading in other ways: an ear, a picture and a page",
            mediators.illettrisme,
        ),
        "disability": Pictogram(
            "Accès pour tous : une personne aux bras ouverts",
            "Access for all: a person with open arms",
            mediators.disability,
        ),
        "data-protection": Pictogram(
            "Données personnelles protégées : une carte et un cadenas",
            "Personal data protected: a card and a padlock",
            mediators.data_protection,
        ),
        "group-animation": Pictogram(
            "Animation de groupe : une personne devant trois autres",
            "Leading a group: one person before three others",
            mediators.group_animation,
        ),
        "itinerant": Pictogram(
            "Sur les routes : une camionnette connectée",
            "On the road: a connected van",
            mediators.itinerant,
        ),
        "evaluation-data": Pictogram(
            "Évaluation et données : un graphique sous une loupe",
            "Evaluation and data: a chart under a magnifying glass",
            mediators.evaluation_data,
        ),
        "volunteer-welcome": Pictogram(
            "Accueillir : une porte ouverte, quelqu'un fait signe",
            "Welcoming: an open door, somebody waves",
            volunteers.volunteer_welcome,
        ),
        "volunteer-side-by-side": Pictogram(
            "Faire ensemble : deux mains, un seul écran",
            "Doing it together: two hands, one screen",
            volunteers.volunteer_side_by_side,
        ),
        "volunteer-protect": Pictogram(
            "Protéger : un téléphone sous un parapluie",
            "Protecting: a phone under an umbrella",
            volunteers.volunteer_protect,
        ),
        "learner": Pictogram(
            "Mon chemin : des pas vers le soleil levant",
            "My path: steps towards the rising sun",
            neutral.learner,
        ),
        "sprout": Pictogram("Une jeune pousse", "A sprout", neutral.sprout),
        "bridge": Pictogram("Un pont", "A bridge", neutral.bridge),
        "key": Pictogram("Une clé", "A key", neutral.key),
        "lantern": Pictogram("Une lanterne", "A lantern", neutral.lantern),
    }
)
