"""data.inclusion v1, both ways: a structure and its services as one place. Pure.

A place becomes one service for each of its LaMednum services, under its exact name, so that nothing melts together.
What a structure brought with it that no column holds stays beside it, and leaves as it came until somebody changes the
sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pathways import i18n
from pathways.i18n import D_
from pathways.places import hours, vocabularies
from pathways.places.exchange import cleaning
from pathways.places.exchange.inclusion_fields import (
    EVERYBODY,
    NETWORKS,
    REQUIRED_SERVICE,
    REQUIRED_STRUCTURE,
    SERVICE,
    STRUCTURE,
    regular,
)
from pathways.places.exchange.sheets import LIMITS, Entry, Kind, Remark, Sheet, beside_of, empty

KEY = "data_inclusion"
PUBLISHER = "pathways"
CARE, LANGUAGES = "Prise en charge spécifique : ", "Langues parlées : "
"""How `publics_precisions` says what the schema has no field for. Open data is French, whoever asks."""
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?\Z")
_PRESCRIPTION, _CLOSED, _REMOTE, _MAIL = "prescription", "closed", "remote", "mail"
_NETWORK_COLUMNS = ("programmes", "labels", "kinds")
_MAYBE_FILLED = ("commune", "postcode", "commune_code")
_NUMERIQUE = "numerique--"
Doc = dict[str, Any]

_MISSING = D_("ce champ est obligatoire, et ne va pas")
_ASIDE = D_("le schéma ne connaît pas cela : gardé à côté")
_LONG_NAME = D_("au plus 200 signes")
_DOUBT = D_("gardé, mais ne se lit pas")
_FUTURE = D_("cette date n'est pas encore venue : aujourd'hui")
_NO_COLUMN = D_("aucune colonne ne dit exactement cela : gardé à côté, repart tel quel")
_DETAIL = D_("le détail des services est gardé à côté, et repart tel quel")
_NOTHING: tuple[Any, ...] = (None, "", [])


# --- in --------------------------------------------------------------------------------------------------------


def read(structure: Mapping[str, Any], services: Sequence[Any], line: int, today: date) -> Entry:
    """A structure and its services as a place. What neither columns nor the schema hold is kept beside, and said."""
    kept, rest = regular(structure, service=False)
    missing = [name for name in REQUIRED_STRUCTURE if not cleaning.text(kept.get(name, ""))]
    remarks = [_remark(line, name, Kind.REFUSED, _MISSING, structure.get(name, "")) for name in missing]
    remarks += [_remark(line, name, Kind.BESIDE, _ASIDE, value) for name, value in rest.items() if name not in missing]
    good = [doc for place, one in enumerate(services) if (doc := _service(one, line, place, remarks))]
    if missing:
        return Entry(line, None, tuple(remarks))
    if len(_own_id(kept)) > LIMITS["source_id"]:
        return Entry(line, None, (*remarks, _remark(line, "id", Kind.REFUSED, _LONG_NAME, kept["id"])))
    sheet = _columns(kept, good, today)
    if sheet["hours"] and hours.problem(sheet["hours"]):
        remarks.append(_remark(line, "horaires_accueil", Kind.DOUBTFUL, _DOUBT, sheet["hours"]))
    if kept["date_maj"] > today.isoformat():
        remarks.append(_remark(line, "date_maj", Kind.CORRECTED, _FUTURE, kept["date_maj"]))
    remarks += _kept_beside(sheet, structure, services, set(rest), line)
    return Entry(line, sheet, tuple(remarks))


def _service(given: Any, line: int, place: int, remarks: list[Remark]) -> Doc:
    """A service without what the schema does not know; nothing where it lacks what every service says."""
    doc, odd = regular(given, service=True) if isinstance(given, Mapping) else ({}, {})
    missing = [name for name in REQUIRED_SERVICE if name not in doc]
    remarks += [
        _remark(line, f"services[{place}].{name}", Kind.BESIDE, _MISSING, odd.get(name, "")) for name in missing
    ]
    remarks += [
        _remark(line, f"services[{place}].{name}", Kind.BESIDE, _ASIDE, value)
        for name, value in odd.items()
        if name not in missing
    ]
    return {} if missing else doc


def _kept_beside(
    sheet: Sheet, structure: Mapping[str, Any], services: Sequence[Any], said: set[str], line: int
) -> list[Remark]:
    """Keep the documents whole where the columns would not make the same ones, and say what they would not."""
    own, offers = generated(sheet)
    differ = [name for name, value in structure.items() if value not in _NOTHING and own.get(name) != value]
    more = services and [*services] != offers
    if not differ and not more and set(own) <= set(structure):
        return []
    sheet["beside"] = {KEY: {"structure": dict(structure), "services": list(services)}}
    found = [_remark(line, name, Kind.BESIDE, _NO_COLUMN, structure[name]) for name in differ if name not in said]
    return found + ([_remark(line, "services", Kind.BESIDE, _DETAIL, len(services))] if more else [])


def _remark(line: int, column: str, kind: Kind, message: str, value: Any) -> Remark:
    return Remark(line, column, str(value)[:200], kind, i18n.gettext(message))


def _columns(structure: Doc, services: Sequence[Doc], today: date) -> Sheet:
    """What columns hold of regular documents."""
    sheet = empty()
    phone, _ = cleaning.phones(structure.get("telephone", ""), structure.get("code_postal", ""))
    found = cleaning.coordinates(str(structure.get("latitude", "")), str(structure.get("longitude", "")))
    sheet |= {
        "source": "" if structure["source"] == PUBLISHER else structure["source"][: LIMITS["source"]],
        "source_id": _own_id(structure),
        "pivot": structure.get("siret", ""),
        "name": cleaning.text(structure["nom"]),
        "description": structure.get("description", ""),
        "phone": phone[0] if phone else "",
        "emails": [structure["courriel"]] if "courriel" in structure else [],
        "websites": [structure["site_web"]] if "site_web" in structure else [],
        "hours": structure.get("horaires_accueil", "")[: LIMITS["hours"]],
        "accessibility_url": structure.get("accessibilite_lieu", "")[: LIMITS["accessibility_url"]],
        "updated_on": min(today, date.fromisoformat(structure["date_maj"])),
    }
    for ours, theirs in _WHERE.items():
        said = next((one[theirs] for one in (structure, *services) if theirs in one), "")
        sheet[ours] = said[: LIMITS.get(ours, 5)] or ("" if ours != "commune_code" else None)
    if found:
        sheet["latitude"], sheet["longitude"] = found
    for code in structure.get(NETWORKS, ()):
        for column in _NETWORK_COLUMNS:
            value = _first(column, NETWORKS, code)
            if value:
                sheet[column].append(value.exact)
                break
    sheet |= {column: _in_order(column, _said(column, services)) for column in ("services", "publics", "care", "fees")}
    sheet |= {column: _in_order(column, _said(column, services)) for column in ("access", "support")}
    sheet["languages"] = sorted({code for service in services for code in _languages_of(service)})
    links = [one["lien_mobilisation"] for one in services if "lien_mobilisation" in one]
    sheet["booking_url"] = links[0][: LIMITS["booking_url"]] if links else ""
    return sheet


def _own_id(structure: Doc) -> str:
    return str(structure["id"]).removeprefix(f"{structure['source']}--")


_WHERE = {
    "commune": "commune",
    "postcode": "code_postal",
    "commune_code": "code_insee",
    "address": "adresse",
    "address_more": "complement_adresse",
}


def _first(column: str, field: str, word: str) -> vocabularies.Value | None:
    """The first value of a column that becomes this word."""
    return next((one for one in vocabularies.vocabularies()[column].values if word in one.becomes.get(field, ())), None)


def _in_order(column: str, found: Iterable[str]) -> list[str]:
    wanted = set(found)
    return [one.exact for one in vocabularies.vocabularies()[column].values if one.exact in wanted]


def _said(column: str, services: Sequence[Doc]) -> set[str]:
    """What the services of a structure say for a column, in exact words of LaMednum."""
    return {value for service in services for value in _READ[column](service)}


def _services_of(service: Doc) -> set[str]:
    """By its name where it is one of ours; else by its themes, where one of them is of the digital world. A service is
    named by its own theme; what is left is learnt, or done online.
    """
    known = vocabularies.vocabularies()["services"]
    if value := known.meant(service["nom"]):
        return {value.exact}
    themes = set(service.get("thematiques", ()))
    if not any(theme.startswith(_NUMERIQUE) for theme in themes):
        return set()
    chosen: list[vocabularies.Value] = []
    for special in (True, False):
        covered = {theme for one in chosen for theme in one.becomes["thematiques"]}
        for theme in sorted(themes - covered):
            named = _named_by(theme)
            if named and (not _is_common(theme)) == special:
                chosen.append(named)
    covered = {theme for one in chosen for theme in one.becomes["thematiques"]}
    left = [_first("services", "thematiques", theme) for theme in sorted(themes - covered)]
    return {one.exact for one in (*chosen, *left) if one}


def _named_by(theme: str) -> vocabularies.Value | None:
    values = vocabularies.vocabularies()["services"].values
    return next((one for one in values if one.becomes["thematiques"][0] == theme), None)


def _is_common(theme: str) -> bool:
    """Whether services have it that another theme names."""
    values = vocabularies.vocabularies()["services"].values
    return any(theme in one.becomes["thematiques"][1:] for one in values)


def _publics_of(service: Doc) -> set[str]:
    found = (_first("publics", "publics", word) for word in service.get("publics", ()))
    return {one.exact for one in found if one}


def _care_of(service: Doc) -> set[str]:
    """What :func:`_precisions` wrote."""
    known = vocabularies.vocabularies()["care"]
    return {value.exact for piece in _precise(service, CARE, " | ") if (value := known.exact(piece))}


def _languages_of(service: Doc) -> set[str]:
    """The same, of languages: by their own names, else by their codes."""
    codes = {one.name: one.code for one in i18n.languages().values()}
    said = _precise(service, LANGUAGES, ", ")
    return {codes.get(piece, piece) for piece in said if piece in codes or _LANGUAGE_CODE.match(piece)}


def _precise(service: Doc, prefix: str, between: str) -> list[str]:
    lines = service.get("publics_precisions", "").split("\n")
    return [piece for one in lines if one.startswith(prefix) for piece in one.removeprefix(prefix).split(between)]


def _fees_of(service: Doc) -> set[str]:
    known = vocabularies.vocabularies()["fees"]
    exact = {value.exact for piece in service.get("frais_precisions", "").split(" | ") if (value := known.exact(piece))}
    found = _first("fees", "frais", service.get("frais", ""))
    return exact or ({found.exact} if found else set())


def _access_of(service: Doc) -> set[str]:
    known = vocabularies.vocabularies()["access"]
    words = set(service.get("modes_mobilisation", ()))
    found = {one.exact for one in known.values if words & set(one.becomes.get("modes_mobilisation", ()))}
    mail, sheet = known.of_code(_MAIL), known.of_code(_PRESCRIPTION)
    assert mail is not None
    assert sheet is not None
    by_professionals = service.get("mobilisable_par") == ["professionnels"]
    return found - {mail.exact if by_professionals else sheet.exact}


def _support_of(service: Doc) -> set[str]:
    known = vocabularies.vocabularies()["support"].values
    remote = "a-distance" in service.get("modes_accueil", ())
    said = service.get("type", "")
    return {one.exact for one in known if said in one.becomes.get("type", ()) or (remote and one.code == _REMOTE)}


_READ = {
    "services": _services_of,
    "publics": _publics_of,
    "care": _care_of,
    "fees": _fees_of,
    "access": _access_of,
    "support": _support_of,
}


# --- out -------------------------------------------------------------------------------------------------------


def documents(sheet: Sheet, *, name: str = "", booking_url: str = "") -> tuple[Doc, list[Doc]]:
    """A place as a structure and its services, as the schema wants them. As they came, where the sheet still says the
    same. ``name`` is its identifier in this file.
    """
    came = _as_they_came(sheet)
    if came is not None:
        whole = regular(came[0], service=False)[0]
        offers = [regular(one, service=True)[0] for one in came[1] if isinstance(one, dict)]
        offers = [one for one in offers if set(REQUIRED_SERVICE) <= set(one)]
        if name and name != whole["id"]:
            whole, offers = whole | {"id": name}, [one | {"structure_id": name} for one in offers]
        return whole, offers
    structure, services = generated(sheet, name=name, booking_url=booking_url)
    source_link = beside_of(sheet, KEY).get("structure", {}).get("lien_source")
    if isinstance(source_link, str) and source_link and cleaning.link(source_link) == source_link:
        structure["lien_source"] = source_link
    return structure, services


def _as_they_came(sheet: Sheet) -> tuple[Doc, list[Any]] | None:
    """The documents that a place came from, with today's date, where nobody changed here what they say."""
    beside = beside_of(sheet, KEY)
    if "structure" not in beside:
        return None
    kept, _ = regular(beside["structure"], service=False)
    services = [regular(one, service=True)[0] for one in beside["services"] if isinstance(one, dict)]
    services = [one for one in services if set(REQUIRED_SERVICE) <= set(one)]
    if not set(REQUIRED_STRUCTURE) <= set(kept):
        return None
    then = _columns(kept, services, date.max)
    for column, value in then.items():
        filled = column in _MAYBE_FILLED and not value
        if column not in {"beside", "updated_on"} and value != sheet[column] and not filled:
            return None
    if then["updated_on"] == sheet["updated_on"]:
        return beside["structure"], beside["services"]
    said = {"date_maj": sheet["updated_on"].isoformat()}
    return beside["structure"] | said, [one | said for one in beside["services"] if isinstance(one, dict)]


def generated(sheet: Sheet, *, name: str = "", booking_url: str = "") -> tuple[Doc, list[Doc]]:
    """The documents that columns make."""
    source = sheet["source"] or PUBLISHER
    structure_id = name or f"{source}--{sheet['source_id']}"
    description = sheet["description"] or sheet["summary"]
    common = {
        "source": source,
        "date_maj": sheet["updated_on"].isoformat(),
        "commune": sheet["commune"],
        "code_postal": sheet["postcode"],
        "code_insee": sheet["commune_code"],
        "adresse": sheet["address"],
        "complement_adresse": sheet["address_more"],
        "longitude": sheet["longitude"],
        "latitude": sheet["latitude"],
        "telephone": sheet["phone"],
        "courriel": next(iter(sheet["emails"]), None),
        "horaires_accueil": sheet["hours"],
    }
    structure = common | {
        "id": structure_id,
        "nom": sheet["name"],
        "description": description,
        "siret": sheet["pivot"],
        "site_web": next(iter(sheet["websites"]), None),
        "accessibilite_lieu": sheet["accessibility_url"],
        NETWORKS: _networks(sheet),
    }
    offer = _offer(sheet, booking_url)
    known = vocabularies.vocabularies()["services"]
    services = [
        common
        | offer
        | {
            "structure_id": structure_id,
            "id": f"{structure_id}--{value.code}",
            "nom": value.exact,
            "description": description if len(description) >= 5 else f"{value.exact} : {sheet['name']}",
            "thematiques": list(value.becomes["thematiques"]),
        }
        for one in sheet["services"]
        if (value := known.exact(one))
    ]
    return _ordered(regular(structure, service=False)[0], STRUCTURE), [
        _ordered(regular(one, service=True)[0], SERVICE) for one in services
    ]


def _ordered(doc: Doc, fields: Mapping[str, Any]) -> Doc:
    return {name: doc[name] for name in (*fields, *sorted(set(doc) - set(fields))) if name in doc}


def _networks(sheet: Sheet) -> list[str]:
    found = {word for column in _NETWORK_COLUMNS for word in _words(column, sheet[column], NETWORKS)}
    return sorted(found)


def _words(column: str, values: Iterable[str], field: str) -> list[str]:
    """The words of data.inclusion that the values of a column become, in the order of the vocabulary."""
    chosen = set(values)
    known = vocabularies.vocabularies()[column].values
    words = (word for one in known if one.exact in chosen for word in one.becomes.get(field, ()))
    return list(dict.fromkeys(words))


def _offer(sheet: Sheet, booking_url: str) -> Doc:
    """What is the same for every service of a place."""
    access = set(vocabularies.codes("access", sheet["access"]))
    support = set(vocabularies.codes("support", sheet["support"]))
    people = ["usagers"] if access - {_PRESCRIPTION, _CLOSED} else []
    people += ["professionnels"] if _PRESCRIPTION in access else []
    there = [] if support == {_REMOTE} or _CLOSED in access else ["en-presentiel"]
    fees = sheet["fees"]
    frais = _words("fees", fees, "frais")
    plain = len(fees) == 1 and _fees_of({"frais": frais[0]} if frais else {}) == set(fees)
    return {
        "type": next(iter(_words("support", sheet["support"], "type")), None),
        "frais": next(iter(frais), None),
        "frais_precisions": None if plain else " | ".join(fees),
        "publics": _words("publics", sheet["publics"], "publics") or [EVERYBODY],
        "publics_precisions": _precisions(sheet),
        "modes_accueil": [*(["a-distance"] if _REMOTE in support else []), *there],
        "modes_mobilisation": _words("access", sheet["access"], "modes_mobilisation"),
        "mobilisable_par": people,
        "lien_mobilisation": sheet["booking_url"] or booking_url,
    }


def _precisions(sheet: Sheet) -> str:
    """In a sentence, what the schema has no word for: `personnes-exilees` would be a wrong one for a mother tongue."""
    known = i18n.languages()
    spoken = [known[code].name if code in known else code for code in sheet["languages"]]
    lines = [CARE + " | ".join(sheet["care"])] if sheet["care"] else []
    return "\n".join([*lines, *([LANGUAGES + ", ".join(spoken)] if spoken else [])])
