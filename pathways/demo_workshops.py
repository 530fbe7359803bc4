"""The demonstration's places, van, workshops and three months of sessions: made once, under identifiers that stay."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.errors import Conflict
from pathways.permissions import Member
from pathways.places import houses, service
from pathways.places.houses import RoomForm
from pathways.places.models import Place, Room, Stop, Tour
from pathways.places.place_forms import PlaceForm
from pathways.places.rules import Rule
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.workshops.codes import Codes
from pathways.workshops.models import MeansKind, Reading, SessionState, WorkshopSession
from pathways.workshops.scheduling import means, offers, series
from pathways.workshops.scheduling.engaging import Bound
from pathways.workshops.scheduling.means import MeansForm
from pathways.workshops.scheduling.offers import WorkshopForm
from pathways.workshops.scheduling.series import Template
from pathways.workshops.scheduling.sessions import SessionForm
from pathways.workshops.seating import booking
from pathways.workshops.seating.asking import Wanted

WEEKS, SOON = 9, 5
"""How long a series goes on; the shorter ones teach what goals of beginners stand on."""
SEED = 11
_OPEN = {"support": ("Dans un atelier collectif", "Accompagnement individuel"), "access": ("Se présenter",)}
_DAILY = ("Maîtrise des outils numériques du quotidien", "Aide aux démarches administratives")


def _of(*skills: str) -> tuple[str, ...]:
    return tuple(f"{USUAL_FRAMEWORK}:{one}" for one in skills)


PLACES = {
    "house": PlaceForm(
        name="Maison du numérique",
        address="12 rue de la République",
        postcode="45000",
        commune="Orléans",
        commune_code="45234",
        latitude=47.9029,
        longitude=1.9039,
        hours="Mo-Fr 09:00-12:30,14:00-18:00; PH off",
        summary="Des ateliers, un accueil sans rendez-vous, des ordinateurs en libre accès.",
        kinds=("TIERS_LIEUX",),
        services=(*_DAILY, "Accès internet et matériel informatique"),
        fees=("Gratuit",),
        languages=("fr", "ar", "ti", "en"),
        **_OPEN,
    ),
    "library": PlaceForm(
        name="Médiathèque de quartier",
        address="3 place du Marché",
        postcode="45140",
        commune="Saint-Jean-de-la-Ruelle",
        commune_code="45285",
        latitude=47.9131,
        longitude=1.8722,
        hours="Tu-Sa 10:00-12:00,14:00-18:00; PH off",
        summary="Des ordinateurs et un coup de main, aux heures d'ouverture.",
        kinds=("BIB",),
        services=_DAILY,
        fees=("Gratuit",),
        languages=("fr", "uk"),
        **_OPEN,
    ),
    "van": PlaceForm(
        name="Bus numérique",
        postcode="45000",
        commune="Orléans",
        commune_code="45234",
        summary="Il vient dans les villages, un jeudi sur deux.",
        is_mobile=True,
        kinds=("ENM",),
        services=_DAILY,
        fees=("Gratuit",),
        languages=("fr",),
        **_OPEN,
    ),
    "square-1": PlaceForm(
        name="Place de la mairie",
        postcode="45150",
        commune="Jargeau",
        commune_code="45173",
        latitude=47.8656,
        longitude=2.1214,
        services=_DAILY,
    ),
    "square-2": PlaceForm(
        name="Place de l'église",
        postcode="45110",
        commune="Châteauneuf-sur-Loire",
        commune_code="45082",
        latitude=47.8644,
        longitude=2.2193,
        services=_DAILY,
    ),
}
WORKSHOPS = {
    "mail": WorkshopForm(
        titles={
            "fr": "Mes e-mails",
            "ar": "بريدي الإلكتروني",
            "fa_AF": "ایمیل من",
            "uk": "Моя електронна пошта",
            "en": "My e-mails",
            "ti": "ኢመይለይ",
        },
        descriptions={"fr": "Lire, écrire et envoyer un e-mail, avec une photo.\nOn prend le temps."},
        theme="email",
        skills=_of("MDP-01", "MDP-04", "MEL-01", "MEL-03", "MEL-04"),
        reading=Reading.LITTLE,
        languages=("fr",),
        equipment=("computer", "own_phone"),
        access=("wheelchair",),
        seats=8,
        minutes=90,
    ),
    "phone": WorkshopForm(
        titles={
            "fr": "Mon téléphone, pas à pas",
            "ar": "هاتفي خطوة بخطوة",
            "fa_AF": "موبایل من، قدم به قدم",
            "uk": "Мій телефон, крок за кроком",
            "en": "My phone, step by step",
        },
        descriptions={"fr": "Appeler, se connecter au Wi-Fi. Rien à lire."},
        theme="prendre_en_main_du_materiel",
        skills=_of("CNX-01", "CNX-02", "MES-01"),
        reading=Reading.NONE,
        languages=("fr",),
        equipment=("own_phone",),
        seats=6,
        minutes=120,
    ),
    "papers": WorkshopForm(
        titles={
            "fr": "Mes démarches en ligne",
            "ar": "معاملاتي عبر الإنترنت",
            "uk": "Мої справи онлайн",
            "en": "My paperwork online",
        },
        descriptions={"fr": "Ouvrir son compte, envoyer un document, garder ses codes."},
        theme="aide_aux_demarches_administratives",
        skills=_of("MDP-02", "MDP-03", "NAV-01", "ADM-04"),
        reading=Reading.EASY,
        languages=("fr",),
        equipment=("computer",),
        access=("wheelchair", "childcare"),
        seats=10,
        minutes=120,
    ),
    "safety": WorkshopForm(
        titles={"fr": "Reconnaître une arnaque", "uk": "Розпізнати шахрайство", "en": "Spotting a scam"},
        descriptions={"fr": "Vrais et faux messages : on regarde ensemble."},
        theme="securite_numerique",
        skills=_of("SEC-01", "SEC-02"),
        languages=("fr",),
        seats=12,
        minutes=90,
    ),
    "photo": WorkshopForm(
        titles={
            "fr": "Une photo à l'école",
            "ar": "صورة إلى المدرسة",
            "fa_AF": "یک عکس به مکتب",
            "uk": "Фото до школи",
            "en": "A photo for the school",
        },
        descriptions={"fr": "Prendre un papier en photo, le retrouver, l'envoyer. Rien à lire."},
        theme="famille_scolarite",
        skills=_of("GES-06", "FIC-01", "FIC-02", "FIC-03", "MES-03"),
        reading=Reading.NONE,
        languages=("fr",),
        equipment=("own_phone",),
        seats=8,
        minutes=90,
    ),
    "touch": WorkshopForm(
        titles={
            "fr": "Les premiers gestes",
            "ar": "الحركات الأولى",
            "fa_AF": "حرکت‌های اول",
            "uk": "Перші рухи",
            "en": "First touches",
        },
        descriptions={"fr": "Allumer, toucher, ouvrir et fermer. Rien à lire."},
        theme="prendre_en_main_du_materiel",
        skills=_of("GES-01", "GES-02", "GES-03", "GES-04", "GES-05"),
        reading=Reading.NONE,
        languages=("fr",),
        equipment=("own_phone",),
        seats=6,
        minutes=75,
    ),
    "attach": WorkshopForm(
        titles={
            "fr": "Mes e-mails, la suite",
            "ar": "بريدي الإلكتروني، التتمة",
            "fa_AF": "ایمیل من، ادامه",
            "uk": "Моя електронна пошта, далі",
            "en": "My e-mails, part two",
        },
        descriptions={"fr": "Joindre une photo, ouvrir ce que l'on reçoit, trier."},
        theme="email",
        skills=_of("MEL-02", "MEL-05", "MEL-06", "MEL-07"),
        reading=Reading.LITTLE,
        languages=("fr",),
        equipment=("own_phone",),
        seats=8,
        minutes=90,
    ),
}
MEANS = {
    "trainer": MeansForm(MeansKind.TRAINER, "Formatrice", languages=("fr", "ar")),
    "tigrinya": MeansForm(MeansKind.INTERPRETER, "Interprète tigrinya", languages=("ti",)),
    "ukrainian": MeansForm(MeansKind.INTERPRETER, "Interprète ukrainien", languages=("uk",), remote=True, shared=True),
    "laptops": MeansForm(MeansKind.DEVICES, "Ordinateurs portables", units=10),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One series: what, on which day of the week (Monday is 0), every how many weeks, when, where, in what."""

    workshop: str
    weekday: int
    weeks: int
    starts: str
    ends: str
    where: str
    languages: tuple[str, ...]
    interpretation: tuple[str, ...] = ()
    means: tuple[tuple[str, int], ...] = ()
    lasts: int = WEEKS


PLANS = (
    Plan("mail", 1, 2, "14:00", "15:30", "room-1", ("fr",), ("ti",), (("tigrinya", 1), ("laptops", 8))),
    Plan("mail", 4, 2, "10:00", "11:30", "room-1", ("ar",), (), (("trainer", 1),)),
    Plan("phone", 0, 2, "14:00", "16:00", "room-2", ("ar", "fr"), (), (("trainer", 1),)),
    Plan("phone", 3, 2, "14:00", "16:00", "stop", ("fr",)),
    Plan("phone", 2, 2, "10:00", "12:00", "library", ("uk",)),
    Plan("papers", 2, 2, "14:00", "16:00", "room-1", ("fr",), ("uk",), (("ukrainian", 1), ("laptops", 6))),
    Plan("safety", 4, 2, "14:00", "15:30", "library", ("fr", "en")),
    Plan("touch", 2, 2, "09:30", "10:45", "room-2", ("fr", "ar"), (), (("trainer", 1),), SOON),
    Plan("photo", 3, 2, "09:30", "11:00", "room-1", ("fr", "ar"), (), (("trainer", 1),), SOON),
    Plan("attach", 1, 2, "10:00", "11:30", "room-2", ("fr", "ar"), (), (("trainer", 1),), SOON),
    Plan("touch", 4, 2, "14:00", "15:15", "room-2", ("uk",), lasts=SOON),
    Plan("photo", 0, 2, "09:30", "11:00", "room-1", ("uk",), lasts=SOON),
    Plan("mail", 3, 2, "14:00", "15:30", "room-1", ("uk",), lasts=SOON),
)


def fill(db: Session, member: Member, secret: bytes) -> None:
    """Make all of it, unless it is there. Days count from today, everything else is the same on every server."""
    workshops = {key: _id("workshop", key) for key in WORKSHOPS}
    if db.scalar(sa.select(WorkshopSession.id).where(WorkshopSession.workshop_id.in_(workshops.values())).limit(1)):
        return
    for key, form in WORKSHOPS.items():
        offers.create(db, member, form, id=workshops[key])
    for key, sheet in MEANS.items():
        means.create(db, member, sheet, id=_id("means", key))
    where = _places(db, member)
    made = [_series(db, member, plan, where) for plan in PLANS]
    _book(db, Codes(secret), [session for one in made for session in one.sessions])


def _series(db: Session, member: Member, plan: Plan, where: Mapping[str, Place | Room | Stop]) -> series.Made:
    first = _next(plan.weekday)
    rule = Rule(first, weeks=plan.weeks, until=first + timedelta(weeks=plan.lasts))
    spot = where[plan.where]
    form = SessionForm(
        day=first,
        starts=time.fromisoformat(plan.starts),
        ends=time.fromisoformat(plan.ends),
        seats=WORKSHOPS[plan.workshop].seats,
        place_id=spot.id if isinstance(spot, Place) else None,
        room_id=spot.id if isinstance(spot, Room) else None,
        stop_id=spot.id if isinstance(spot, Stop) else None,
        languages=plan.languages,
        interpretation=plan.interpretation,
        means=tuple(Bound(_id("means", key), units) for key, units in plan.means),
    )
    key = f"{plan.workshop} {plan.weekday} {plan.where}"
    template = Template(form, publish=True)
    return series.create(db, member, _id("workshop", plan.workshop), rule, template, id=_id("series", key))[1]


def _places(db: Session, member: Member) -> dict[str, Place | Room | Stop]:
    made: dict[str, Place | Room | Stop] = {
        key: service.create(db, member, form, key=_id("place", key)) for key, form in PLACES.items()
    }
    house = made["house"].id
    rooms = {"room-1": ("Salle des ateliers", 12, True), "room-2": ("Petite salle", 6, False)}
    for key, (name, seats, step_free) in rooms.items():
        form = RoomForm(name, seats, ("wifi", "projector"), step_free)
        made[key] = houses.add_room(db, member, house, form, key=_id("room", key))
    tour = Tour(
        id=_id("tour", "east"), organisation_id=member.organisation_id, van_id=made["van"].id, name="Bus de l'est"
    )
    db.add(tour)
    db.flush()
    for number, key in enumerate(("square-1", "square-2")):
        stop = Stop(
            id=_id("stop", key),
            tour_id=tour.id,
            place_id=made[key].id,
            rule=Rule(_next(3) + timedelta(weeks=number), weeks=2).to_json(),
            opens="14:00",
            closes="17:00",
            seats=6,
            equipment=["wifi", "tablets"],
        )
        db.add(stop)
        made.setdefault("stop", stop)
    db.flush()
    return made


def _book(db: Session, codes: Codes, sessions: list[WorkshopSession]) -> None:
    """Made-up people hold some seats of the next weeks: always the same ones."""
    chance = random.Random(SEED)  # noqa: S311 - made-up people need no secure chance
    soon = clock.now() + timedelta(days=21)
    for session in sorted(sessions, key=lambda one: (one.starts_at, one.id)):
        if session.state is not SessionState.PUBLISHED or not clock.now() < session.closes_at < soon:
            continue
        for _ in range(chance.randint(0, 5)):
            wanted = Wanted(party=chance.choice((1, 1, 1, 2)), language=chance.choice(session.languages))
            try:
                with db.begin_nested():
                    booking.book(db, codes, session.id, wanted)
            except Conflict:
                break


def _next(weekday: int) -> date:
    """The next such day, from tomorrow on."""
    tomorrow = clock.now().astimezone(clock.PARIS).date() + timedelta(days=1)
    return tomorrow + timedelta(days=(weekday - tomorrow.weekday()) % 7)


def _id(kind: str, name: str) -> uuid.UUID:
    return ids.stable_id("demonstration", kind, name)
