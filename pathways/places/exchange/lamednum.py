"""LaMednum « Lieux de médiation numérique » 1.0.2, both ways: what real files show comes in, the exact schema goes out.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pathways import i18n
from pathways.i18n import D_
from pathways.places import hours, vocabularies
from pathways.places.exchange import cleaning
from pathways.places.exchange.sheets import LIMITS, Entry, Kind, Remark, Sheet, beside_of, empty

KEY = "lamednum"
COLUMNS = (
    *("id", "pivot", "nom", "commune", "code_postal", "code_insee", "adresse", "complement_adresse", "latitude"),
    *("longitude", "typologie", "telephone", "courriels", "site_web", "horaires", "presentation_resume"),
    *("presentation_detail", "source", "itinerance", "structure_parente", "date_maj", "services"),
    *("publics_specifiquement_adresses", "prise_en_charge_specifique", "frais_a_charge"),
    *("dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels", "modalites_acces"),
    *("modalites_accompagnement", "fiche_acces_libre", "prise_rdv"),
)
REQUIRED = ("id", "nom", "commune", "code_postal", "date_maj")
"""What no row can go without. The schema wants a pivot and an address, too: many files have none."""
MOBILE, FIXED = "Itinérant", "Fixe"
_TEXTS = {
    "nom": "name",
    "commune": "commune",
    "adresse": "address",
    "complement_adresse": "address_more",
    "source": "source",
    "structure_parente": "parent",
    "presentation_resume": "summary",
}

_CORRECTED = D_("écrit « %(kept)s »")
_UNKNOWN = D_("cette valeur n'est pas du schéma : gardée à côté")
_NO_CELL = D_("rien dans le schéma ne dit cela : gardé à côté")
_MISSING = D_("cette case est obligatoire")
_NO_VALUE = D_("cette valeur ne se lit pas : gardée à côté")
_LONG = D_("au plus %(most)s signes : la suite est gardée à côté")
_DOUBT = D_("gardé, mais ne se lit pas")


class Reader:
    """Makes a sheet of one row, and notes what there is to say."""

    def __init__(self, row: Mapping[str, Any], line: int, today: date) -> None:
        self.row, self.line, self.today = row, line, today
        self.sheet = empty()
        self.remarks: list[Remark] = []
        self.beside: dict[str, Any] = {}

    def entry(self) -> Entry:
        """The row as a sheet, or what refuses it."""
        self._identity()
        self._texts()
        self._where()
        self._contacts()
        self._lists()
        self._rest()
        if self.beside:
            self.sheet["beside"] = {KEY: self.beside}
        refused = any(one.kind == Kind.REFUSED for one in self.remarks)
        return Entry(self.line, None if refused else self.sheet, tuple(self.remarks))

    def raw(self, column: str) -> str:
        value = self.row.get(column)
        if value is None:
            return ""
        if isinstance(value, (list, tuple)):
            return "|".join(str(one) for one in value)
        return str(value).strip()

    def note(self, column: str, kind: Kind, message: str, value: str = "", **values: object) -> None:
        said = i18n.sentence(message, values)
        self.remarks.append(Remark(self.line, column, (value or self.raw(column))[:200], kind, said))

    def corrected(self, column: str, raw: str, kept: str) -> None:
        if raw != kept:
            self.note(column, Kind.CORRECTED, _CORRECTED, raw, kept=kept[:200])

    def aside(self, column: str, value: Any, message: str = _NO_CELL) -> None:
        """Keep what no column holds."""
        self.beside[column] = value
        self.note(column, Kind.BESIDE, message, value if isinstance(value, str) else "|".join(map(str, value)))

    def limited(self, column: str, ours: str, value: str) -> str:
        """Cut what is too long; the whole stays beside."""
        most = LIMITS[ours]
        if len(value) <= most:
            return value
        self.beside[column] = value
        self.note(column, Kind.BESIDE, _LONG, value, most=most)
        return f"{value[: most - 1].rstrip()}…"

    def _identity(self) -> None:
        for column in REQUIRED:
            if not self.raw(column):
                self.note(column, Kind.REFUSED, _MISSING)
        name = self.raw("id")
        if len(name) > LIMITS["source_id"]:
            self.note("id", Kind.REFUSED, D_("au plus %(most)s signes"), most=LIMITS["source_id"])
        self.sheet["source_id"] = name
        raw = self.raw("pivot")
        pivot = cleaning.pivot(raw)
        if pivot and not cleaning.PIVOT.match(pivot):
            self.aside("pivot", raw, _NO_VALUE)
        else:
            self.sheet["pivot"] = pivot
            if raw != cleaning.NO_PIVOT:
                self.corrected("pivot", raw, pivot)
        self._date()

    def _date(self) -> None:
        raw = self.raw("date_maj")
        day = cleaning.day(raw)
        if not raw:
            return
        if day is None or day < date(2000, 1, 1):
            self.note("date_maj", Kind.REFUSED, D_("cette date ne se lit pas : AAAA-MM-JJ"))
            return
        if day > self.today:
            self.note("date_maj", Kind.CORRECTED, D_("cette date n'est pas encore venue : aujourd'hui"))
            day = self.today
        else:
            self.corrected("date_maj", raw, day.isoformat())
        self.sheet["updated_on"] = day

    def _texts(self) -> None:
        for column, ours in _TEXTS.items():
            self.sheet[ours] = self.limited(column, ours, cleaning.text(self.raw(column)))
        if self.raw("nom") and not self.sheet["name"]:  # signs that nobody sees
            self.note("nom", Kind.REFUSED, _MISSING)
        detail = cleaning.paragraphs(self.raw("presentation_detail"))
        self.sheet["description"] = self.limited("presentation_detail", "description", detail)

    def _where(self) -> None:
        postcode, code = cleaning.postcode(self.raw("code_postal")), cleaning.commune_code(self.raw("code_insee"))
        if self.raw("code_postal") and not cleaning.POSTCODE.match(postcode):
            self.note("code_postal", Kind.REFUSED, D_("un code postal a cinq chiffres"))
        else:
            self.sheet["postcode"] = postcode
            self.corrected("code_postal", self.raw("code_postal"), postcode)
        if code and not cleaning.COMMUNE_CODE.match(code):
            self.aside("code_insee", self.raw("code_insee"), _NO_VALUE)
        elif code:
            self.sheet["commune_code"] = code
            self.corrected("code_insee", self.raw("code_insee"), code)
        self._coordinates()

    def _coordinates(self) -> None:
        raw = self.raw("latitude"), self.raw("longitude")
        if not any(raw):
            return
        found = cleaning.coordinates(*raw)
        if found is None:
            message = D_("ces coordonnées ne sont pas en France : gardées à côté")
            for column, value in zip(("latitude", "longitude"), raw, strict=True):
                self.beside[column] = value
            self.note("latitude", Kind.BESIDE, message, ", ".join(raw))
            return
        self.sheet["latitude"], self.sheet["longitude"] = found
        if cleaning.coordinates(*raw) != cleaning.as_written(*raw):
            self.note("latitude", Kind.CORRECTED, _CORRECTED, ", ".join(raw), kept=f"{found[0]}, {found[1]}")

    def _contacts(self) -> None:
        raw = self.raw("telephone")
        good, rest = cleaning.phones(raw, self.sheet["postcode"])
        self.sheet["phone"] = good[0] if good else ""
        if good and raw != good[0]:
            self.corrected("telephone", raw, good[0])
        if good[1:] or rest:
            self.aside("telephone", [*good[1:], *rest], D_("le schéma ne prend qu'un numéro : les autres sont à côté"))
        for column, ours, read in (
            ("courriels", "emails", cleaning.emails),
            ("site_web", "websites", cleaning.links),
        ):
            raw = self.raw(column)
            good, rest = read(raw)
            self.sheet[ours] = good
            if rest:
                self.aside(column, rest, _NO_VALUE)
            else:
                self.corrected(column, raw, "|".join(good))
        for column, ours in (("fiche_acces_libre", "accessibility_url"), ("prise_rdv", "booking_url")):
            raw = self.raw(column)
            address = cleaning.link(raw)
            if raw and (not address or len(address) > LIMITS[ours]):
                self.aside(column, raw, _NO_VALUE)
            else:
                self.sheet[ours] = address
                self.corrected(column, raw, address)

    def _lists(self) -> None:
        for ours, vocabulary in vocabularies.vocabularies().items():
            if ours == "is_mobile":
                continue
            before = len(self.remarks)
            kept, unknown = self._values(vocabulary, cleaning.pieces(self.row.get(vocabulary.name) or ""))
            self.sheet[ours] = kept
            if unknown:
                self.aside(vocabulary.name, unknown, _UNKNOWN)
            elif len(self.remarks) == before:  # separators, or a value twice
                self.corrected(vocabulary.name, self.raw(vocabulary.name), "|".join(kept))
        self.sheet["other_labels"] = cleaning.pieces(self.row.get("autres_formations_labels") or "")

    def _values(self, vocabulary: vocabularies.Vocabulary, pieces: Sequence[str]) -> tuple[list[str], list[str]]:
        """The exact forms, and what the schema does not know."""
        kept: dict[str, None] = {}
        unknown: list[str] = []
        for piece in pieces:
            value = vocabulary.meant(piece)
            language = cleaning.other_language(piece) if value is None and vocabulary.column == "care" else ""
            if language:
                self.sheet["languages"] = sorted({*self.sheet["languages"], language})
                value = vocabulary.of_code("languages")
            if value is None:
                unknown.append(piece)
                continue
            kept[value.exact] = None
            self.corrected(vocabulary.name, piece, value.exact)
        return list(kept), unknown

    def _rest(self) -> None:
        raw = cleaning.text(self.raw("horaires"))
        if len(raw) > LIMITS["hours"]:
            self.aside("horaires", raw, _NO_VALUE)
        else:
            self.sheet["hours"] = raw
            if hours.problem(raw):
                self.note("horaires", Kind.DOUBTFUL, _DOUBT)
        self._itinerance()
        for column, value in self.row.items():
            if column and column not in _KNOWN and value not in (None, "", []):
                self.beside[column] = value if isinstance(value, (str, int, float, bool, list)) else str(value)

    def _itinerance(self) -> None:
        known = vocabularies.vocabularies()["is_mobile"]
        values, unknown = self._values(known, cleaning.pieces(self.row.get("itinerance") or ""))
        self.sheet["is_mobile"] = MOBILE in values
        if unknown:
            self.aside("itinerance", unknown, _UNKNOWN)
        elif len(values) > 1:
            self.beside["itinerance"] = "|".join(values)


_KNOWN = frozenset(COLUMNS)


def read(row: Mapping[str, Any], line: int, today: date) -> Entry:
    """One row of a file, by column."""
    return Reader(row, line, today).entry()


def row_of(sheet: Sheet, *, name: str = "", booking_url: str = "") -> dict[str, str]:
    """A place as the exact schema wants it. ``name`` is its identifier in this file, ``booking_url`` where sessions are
    booked, for a place that names nothing else.
    """
    beside = beside_of(sheet, KEY)
    mobile = beside.get("itinerance") if sheet["is_mobile"] and beside.get("itinerance") == "Itinérant|Fixe" else None
    code = sheet["commune_code"] or ""
    row = {
        "id": name or sheet["source_id"],
        "pivot": sheet["pivot"] if cleaning.PIVOT.match(sheet["pivot"]) else cleaning.NO_PIVOT,
        "nom": sheet["name"],
        "commune": sheet["commune"],
        "code_postal": sheet["postcode"],
        "code_insee": code if cleaning.COMMUNE_CODE.match(code) else "",
        "adresse": sheet["address"] or sheet["commune"],
        "complement_adresse": sheet["address_more"],
        "latitude": "" if sheet["latitude"] is None else repr(sheet["latitude"]),
        "longitude": "" if sheet["longitude"] is None else repr(sheet["longitude"]),
        "telephone": sheet["phone"] if cleaning.PHONE.match(sheet["phone"]) else "",
        "courriels": "|".join(sheet["emails"]),
        "site_web": "|".join(sheet["websites"]),
        "horaires": sheet["hours"],
        "presentation_resume": sheet["summary"],
        "presentation_detail": sheet["description"],
        "source": sheet["source"],
        "itinerance": mobile or (MOBILE if sheet["is_mobile"] else FIXED),
        "structure_parente": sheet["parent"],
        "date_maj": sheet["updated_on"].isoformat(),
        "autres_formations_labels": "|".join(sheet["other_labels"]),
        "fiche_acces_libre": sheet["accessibility_url"],
        "prise_rdv": sheet["booking_url"] or booking_url,
    }
    for ours, vocabulary in vocabularies.vocabularies().items():
        if ours != "is_mobile":
            row[vocabulary.name] = "|".join(one for one in sheet[ours] if vocabulary.exact(one))
    return {column: row[column] for column in COLUMNS}
