"""Rows and places as files have them, for tests."""

from __future__ import annotations

import csv
import io
from datetime import date
from types import SimpleNamespace
from typing import Any

from pathways.places.exchange.sheets import COLUMNS, empty

TODAY = date(2026, 11, 26)
ROW = {
    "id": "structure-1",
    "pivot": "43493312300029",
    "nom": "Un lieu",
    "commune": "Orléans",
    "code_postal": "45000",
    "code_insee": "45234",
    "adresse": "12 rue de la République",
    "latitude": "47.9025",
    "longitude": "1.909",
    "typologie": "TIERS_LIEUX|ASSO",
    "telephone": "+33238000000",
    "courriels": "contact@lieu.fr",
    "site_web": "https://www.lieu.fr/",
    "horaires": "Mo-Fr 09:00-12:00",
    "source": "Hubik",
    "itinerance": "Fixe",
    "date_maj": "2024-04-02",
    "services": "Aide aux démarches administratives|Accès internet et matériel informatique",
    "frais_a_charge": "Gratuit",
}


def row(**changed: str) -> dict[str, str]:
    return ROW | changed


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    names = list(dict.fromkeys(name for one in rows for name in one))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def place(**columns: Any) -> Any:
    """As the database holds one."""
    known = {
        "source": "Hubik",
        "source_id": "structure-1",
        "name": "Un lieu",
        "postcode": "45000",
        "commune": "Orléans",
        "commune_code": "45234",
        "address": "12 rue de la République",
        "updated_on": date(2024, 4, 2),
    }
    return SimpleNamespace(**(empty() | known | {"id": "0192", "is_at_centre": False} | columns))


FULL = {
    "pivot": "43493312300029",
    "address_more": "Au fond de la cour",
    "latitude": 47.9025,
    "longitude": 1.909,
    "phone": "+33238000000",
    "emails": ["contact@lieu.fr", "aussi@lieu.fr"],
    "websites": ["https://www.lieu.fr/", "https://autre.lieu.fr/"],
    "booking_url": "https://rdv.lieu.fr/",
    "accessibility_url": "https://acceslibre.beta.gouv.fr/app/lieu/",
    "hours": "Mo-Fr 09:00-12:00; PH off",
    "summary": "Un résumé.",
    "description": "Une description, en deux lignes.\nLa seconde.",
    "is_mobile": True,
    "parent": "Une ville",
    "kinds": ["TIERS_LIEUX", "CCAS"],
    "services": ["Utilisation sécurisée du numérique", "Compréhension du monde numérique"],
    "publics": ["Seniors", "Jeunes"],
    "care": ["Surdité", "Langues étrangères (autres)"],
    "fees": ["Gratuit sous condition", "Payant"],
    "programmes": ["Conseillers numériques", "Certification PIX"],
    "labels": ["Fabriques de Territoire", "SUD LABS (PACA)"],
    "other_labels": ["Un label à nous"],
    "access": ["Se présenter", "Envoyer un mail avec une fiche de prescription"],
    "support": ["Dans un atelier collectif", "À distance"],
    "languages": ["ar", "ti"],
}
assert set(FULL) < set(COLUMNS)
