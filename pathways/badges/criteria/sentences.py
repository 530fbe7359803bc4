"""The words that criteria are told in, French and English, by a table: they go into signed text, so that no catalogue
may change them. Short sentences, one thing each. A pair of texts is for one and for several.

A key ends in ``needed`` (what you need), ``required`` (what was, in the badge: impersonal, past) or ``still`` (what is
missing for one person); the rest is said in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["fr", "en"]
Sentence: TypeAlias = str | tuple[str, str]

FRENCH: Final[Mapping[str, Sentence]] = {
    "all.needed": "Tout ce qui suit :",
    "all.required": "Tout ce qui suit a été vérifié :",
    "all.still": "Il reste ces points :",
    "any.needed": "Une de ces possibilités au moins :",
    "any.required": "Une de ces possibilités au moins a été vérifiée :",
    "any.still": "Il reste une de ces possibilités, la plus proche d'abord :",
    "at_least.needed": "Au moins {n} de ces {all} points :",
    "at_least.required": (
        "Au moins {n} de ces {all} points a été vérifié :",
        "Au moins {n} de ces {all} points ont été vérifiés :",
    ),
    "at_least.still": (
        "Encore {n} de ces points ({have} sur {need}), le plus proche d'abord :",
        "Encore {n} de ces points ({have} sur {need}), les plus proches d'abord :",
    ),
    "nothing": "Il ne manque rien.",
    "one_skill_of.needed": (
        "Montrer par un diagnostic au moins {n} de ces {all} micro-compétences. Référentiel : « {framework} »."
    ),
    "one_skill_of.required": (
        "Un diagnostic a montré au moins {n} de ces {all} micro-compétences. Référentiel : « {framework} »."
    ),
    "one_skill_of.still": (
        "Au diagnostic : encore {n} de ces micro-compétences ({have} sur {need}). Référentiel : « {framework} »."
    ),
    "profile.needed": "Montrer par un diagnostic ce que l'on sait faire. Référentiel : « {framework} ».",
    "profile.required": "Un diagnostic a montré ce que la personne sait faire. Référentiel : « {framework} ».",
    "profile.still": (
        "Au diagnostic : encore {n} micro-compétence ({have} sur {need}). Référentiel : « {framework} ».",
        "Au diagnostic : encore {n} micro-compétences ({have} sur {need}). Référentiel : « {framework} ».",
    ),
    "mastery": "Maîtrise estimée à {share} % au moins :",
    "mastery.bound": "Maîtrise de {share} % au moins, marge d'erreur déduite (quantile à 5 %) :",
    "answers": (
        "Pour chaque micro-compétence : au moins {n} réponse à ses propres questions.",
        "Pour chaque micro-compétence : au moins {n} réponses à ses propres questions.",
    ),
    "version": "Version {version} du référentiel, ou une version plus récente.",
    "fingerprint": "Contenu du référentiel : empreinte {fingerprint}, ou plus récent.",
    "lack": "{skill} : {reasons}.",
    "lack.unseen": "pas encore vue",
    "lack.mastery": "pas encore acquise assez sûrement",
    "lack.no_bound": "la marge d'erreur n'est pas connue",
    "lack.answers": ("encore {n} réponse à ses propres questions", "encore {n} réponses à ses propres questions"),
    "lack.version": "les réponses sont d'une version trop ancienne",
    "lack.old": "les réponses sont trop anciennes",
    "months.needed": "Date : il y a {n} mois au plus.",
    "months.required": "Date : pas plus de {n} mois avant le badge.",
    "observation.needed": (
        "Au moins {n} fiche d'observation, remplie par {by}.",
        "Au moins {n} fiches d'observation, remplies par {by}.",
    ),
    "observation.required": (
        "Au moins {n} fiche d'observation a été remplie par {by}.",
        "Au moins {n} fiches d'observation ont été remplies par {by}.",
    ),
    "observation.still": (
        "Encore {n} fiche d'observation, remplie par {by} ({have} sur {need}).",
        "Encore {n} fiches d'observation, remplies par {by} ({have} sur {need}).",
    ),
    "observation.skills": "Micro-compétences vues, sur l'ensemble des fiches :",
    "observation.skills.still": (
        "Encore {n} micro-compétence à voir sur une fiche ({have} sur {need}) :",
        "Encore {n} micro-compétences à voir sur une fiche ({have} sur {need}) :",
    ),
    "endorsements.needed": ("Au moins {n} recommandation {of}.", "Au moins {n} recommandations {of}."),
    "endorsements.required": (
        "Au moins {n} recommandation {of} a été donnée.",
        "Au moins {n} recommandations {of} ont été données.",
    ),
    "endorsements.still": (
        "Encore {n} recommandation {of} ({have} sur {need}).",
        "Encore {n} recommandations {of} ({have} sur {need}).",
    ),
    "organisations": (
        "Les recommandations viennent d'au moins {n} structure.",
        "Les recommandations viennent d'au moins {n} structures différentes.",
    ),
    "organisations.still": (
        "Encore {n} recommandation, d'une autre structure (structures : {have} sur {need}).",
        "Encore {n} recommandations, d'autres structures (structures : {have} sur {need}).",
    ),
    "organisations.also.still": "Structures différentes : encore {n} ({have} sur {need}).",
    "attendance.needed": "Au moins {time} de présence à des ateliers ou à des formations.",
    "attendance.required": "Au moins {time} de présence à des ateliers ou à des formations, d'après l'émargement.",
    "attendance.still": "Encore {time} de présence à des ateliers ou à des formations ({have} sur {need}).",
    "themes": "Thème : {values}.",
    "languages": "Langue : {values}.",
    "kinds": "Comment : {values}.",
    "kind.van": "en tournée itinérante",
    "kind.place": "dans un lieu de médiation numérique",
    "kind.remote": "à distance",
    "kind.joint": "avec une autre structure",
    "kind.professionals": "pour des personnes qui aident les autres",
    "sessions.needed": (
        "Animer ou co-animer au moins {n} séance d'atelier.",
        "Animer ou co-animer au moins {n} séances d'atelier.",
    ),
    "sessions.required": (
        "Au moins {n} séance d'atelier a été animée ou co-animée.",
        "Au moins {n} séances d'atelier ont été animées ou co-animées.",
    ),
    "sessions.still": (
        "Encore {n} séance d'atelier à animer ou co-animer ({have} sur {need}).",
        "Encore {n} séances d'atelier à animer ou co-animer ({have} sur {need}).",
    ),
    "endorsed.needed": (
        "Au moins {n} de ces séances, confirmée par une personne qui l'a co-animée.",
        "Au moins {n} de ces séances, confirmées par une personne qui les a co-animées.",
    ),
    "endorsed.required": (
        "Au moins {n} de ces séances a été confirmée par une personne qui l'a co-animée.",
        "Au moins {n} de ces séances ont été confirmées par une personne qui les a co-animées.",
    ),
    "endorsed.still": (
        "Encore {n} séance à faire confirmer par une personne qui l'a co-animée ({have} sur {need}).",
        "Encore {n} séances à faire confirmer par une personne qui les a co-animées ({have} sur {need}).",
    ),
    "portfolio.needed": "Un travail à présenter au jury :",
    "portfolio.required": "Un travail a été présenté au jury :",
    "portfolio.still": (
        "Travail à présenter : encore l'accord de {n} membre du jury ({have} sur {need}).",
        "Travail à présenter : encore l'accord de {n} membres du jury ({have} sur {need}).",
    ),
    "jury.needed": ("Au moins {n} membre du jury l'accepte.", "Au moins {n} membres du jury l'acceptent."),
    "jury.required": ("Au moins {n} membre du jury l'a accepté.", "Au moins {n} membres du jury l'ont accepté."),
    "achievement.needed": "Avoir le badge « {name} ».",
    "achievement.required": "La personne avait déjà le badge « {name} ».",
    "achievement.version.needed": "Avoir le badge « {name} », version {n} ou plus récente.",
    "achievement.version.required": "La personne avait déjà le badge « {name} », version {n} ou plus récente.",
    "attested.needed": "Faire voir au réseau un document en cours de validité : {title}.",
    "attested.required": "Une personne du réseau a vu un document en cours de validité : {title}.",
    "attested.outside": "Ce document est délivré par un autre organisme.",
    "outside.aidants-connect": "habilitation Aidants Connect",
    "outside.remn": "titre professionnel REMN, ou Médiateur numérique qui le remplace",
    "outside.pix-certificate": "certificat Pix",
    "people": "Cette liste :",
    "by.list": ("une personne de cette liste", "des personnes de cette liste"),
    "of.list": ("d'une personne de cette liste", "de personnes de cette liste"),
    "by.holder": (
        "une personne titulaire du badge « {name} »",
        "des titulaires du badge « {name} »",
    ),
    "by.jury": ("un membre du jury", "des membres du jury"),
    "by.anyone": ("une personne au choix", "des personnes au choix"),
    "by.trainer": ("un médiateur ou une médiatrice numérique", "des médiateurs ou médiatrices numériques"),
    "by.coordinator": ("un coordinateur ou une coordinatrice", "des coordinateurs ou coordinatrices"),
    "by.prescriber": ("une personne qui oriente du public", "des personnes qui orientent du public"),
    "of.holder": ("d'une personne titulaire du badge « {name} »", "de titulaires du badge « {name} »"),
    "of.jury": ("d'un membre du jury", "de membres du jury"),
    "of.anyone": ("d'une personne au choix", "de personnes au choix"),
    "of.trainer": ("d'un médiateur ou d'une médiatrice numérique", "de médiateurs ou médiatrices numériques"),
    "of.coordinator": ("d'un coordinateur ou d'une coordinatrice", "de coordinateurs ou coordinatrices"),
    "of.prescriber": ("d'une personne qui oriente du public", "de personnes qui orientent du public"),
    "or": " ou ",
    "time.hours": ("{n} heure", "{n} heures"),
    "time.minutes": ("{n} minute", "{n} minutes"),
    "time.both": "{hours} et {minutes}",
}

ENGLISH: Final[Mapping[str, Sentence]] = {
    "all.needed": "All of the following:",
    "all.required": "All of the following was checked:",
    "all.still": "These are left:",
    "any.needed": "At least one of these:",
    "any.required": "At least one of these was checked:",
    "any.still": "One of these is left to do, the nearest first:",
    "at_least.needed": "At least {n} of these {all}:",
    "at_least.required": (
        "At least {n} of these {all} was checked:",
        "At least {n} of these {all} were checked:",
    ),
    "at_least.still": "{n} more of these ({have} of {need}), the nearest first:",
    "nothing": "Nothing is missing.",
    "one_skill_of.needed": "Show at least {n} of these {all} micro-skills in a diagnostic. Framework: “{framework}”.",
    "one_skill_of.required": "A diagnostic showed at least {n} of these {all} micro-skills. Framework: “{framework}”.",
    "one_skill_of.still": (
        "In a diagnostic: {n} more of these micro-skills ({have} of {need}). Framework: “{framework}”."
    ),
    "profile.needed": "Show what you can do in a diagnostic. Framework: “{framework}”.",
    "profile.required": "A diagnostic showed what the person can do. Framework: “{framework}”.",
    "profile.still": (
        "In a diagnostic: {n} more micro-skill ({have} of {need}). Framework: “{framework}”.",
        "In a diagnostic: {n} more micro-skills ({have} of {need}). Framework: “{framework}”.",
    ),
    "mastery": "Mastery estimated at {share}% or more:",
    "mastery.bound": "Mastery of {share}% or more, margin of error taken off (5% quantile):",
    "answers": (
        "For each micro-skill: at least {n} answer to questions of its own.",
        "For each micro-skill: at least {n} answers to questions of its own.",
    ),
    "version": "Version {version} of the framework, or a later one.",
    "fingerprint": "Content of the framework: fingerprint {fingerprint}, or later.",
    "lack": "{skill}: {reasons}.",
    "lack.unseen": "not seen yet",
    "lack.mastery": "not mastered surely enough yet",
    "lack.no_bound": "the margin of error is not known",
    "lack.answers": ("{n} more answer to questions of its own", "{n} more answers to questions of its own"),
    "lack.version": "the answers are to a version that is too old",
    "lack.old": "the answers are too old",
    "months.needed": ("Date: no more than {n} month ago.", "Date: no more than {n} months ago."),
    "months.required": (
        "Date: no more than {n} month before the badge.",
        "Date: no more than {n} months before the badge.",
    ),
    "observation.needed": (
        "At least {n} observation sheet, filled in by {by}.",
        "At least {n} observation sheets, filled in by {by}.",
    ),
    "observation.required": (
        "At least {n} observation sheet was filled in by {by}.",
        "At least {n} observation sheets were filled in by {by}.",
    ),
    "observation.still": (
        "{n} more observation sheet, filled in by {by} ({have} of {need}).",
        "{n} more observation sheets, filled in by {by} ({have} of {need}).",
    ),
    "observation.skills": "Micro-skills seen, over all sheets:",
    "observation.skills.still": (
        "{n} more micro-skill to be seen on a sheet ({have} of {need}):",
        "{n} more micro-skills to be seen on a sheet ({have} of {need}):",
    ),
    "endorsements.needed": ("At least {n} recommendation {of}.", "At least {n} recommendations {of}."),
    "endorsements.required": (
        "At least {n} recommendation {of} was given.",
        "At least {n} recommendations {of} were given.",
    ),
    "endorsements.still": (
        "{n} more recommendation {of} ({have} of {need}).",
        "{n} more recommendations {of} ({have} of {need}).",
    ),
    "organisations": (
        "The recommendations come from at least {n} organisation.",
        "The recommendations come from at least {n} different organisations.",
    ),
    "organisations.still": (
        "{n} more recommendation, from another organisation (organisations: {have} of {need}).",
        "{n} more recommendations, from other organisations (organisations: {have} of {need}).",
    ),
    "organisations.also.still": "Different organisations: {n} more ({have} of {need}).",
    "attendance.needed": "At least {time} present at workshops or training.",
    "attendance.required": "At least {time} present at workshops or training, according to the attendance sheets.",
    "attendance.still": "{time} more present at workshops or training ({have} of {need}).",
    "themes": "Theme: {values}.",
    "languages": "Language: {values}.",
    "kinds": "How: {values}.",
    "kind.van": "on tour",
    "kind.place": "in a place of digital mediation",
    "kind.remote": "at a distance",
    "kind.joint": "with another organisation",
    "kind.professionals": "for people who help others",
    "sessions.needed": (
        "Lead or co-lead at least {n} workshop session.",
        "Lead or co-lead at least {n} workshop sessions.",
    ),
    "sessions.required": (
        "At least {n} workshop session was led or co-led.",
        "At least {n} workshop sessions were led or co-led.",
    ),
    "sessions.still": (
        "{n} more workshop session to lead or co-lead ({have} of {need}).",
        "{n} more workshop sessions to lead or co-lead ({have} of {need}).",
    ),
    "endorsed.needed": (
        "At least {n} of these sessions, confirmed by somebody who co-led it.",
        "At least {n} of these sessions, confirmed by somebody who co-led them.",
    ),
    "endorsed.required": (
        "At least {n} of these sessions was confirmed by somebody who co-led it.",
        "At least {n} of these sessions were confirmed by somebody who co-led them.",
    ),
    "endorsed.still": (
        "{n} more session to be confirmed by somebody who co-led it ({have} of {need}).",
        "{n} more sessions to be confirmed by somebody who co-led them ({have} of {need}).",
    ),
    "portfolio.needed": "A piece of work to show to the jury:",
    "portfolio.required": "A piece of work was shown to the jury:",
    "portfolio.still": (
        "Piece of work: {n} more member of the jury has to accept it ({have} of {need}).",
        "Piece of work: {n} more members of the jury have to accept it ({have} of {need}).",
    ),
    "jury.needed": ("At least {n} member of the jury accepts it.", "At least {n} members of the jury accept it."),
    "jury.required": (
        "At least {n} member of the jury accepted it.",
        "At least {n} members of the jury accepted it.",
    ),
    "achievement.needed": "Hold the badge “{name}”.",
    "achievement.required": "The person already held the badge “{name}”.",
    "achievement.version.needed": "Hold the badge “{name}”, version {n} or later.",
    "achievement.version.required": "The person already held the badge “{name}”, version {n} or later.",
    "attested.needed": "Show the network a document that is valid today: {title}.",
    "attested.required": "Somebody of the network saw a document that was valid: {title}.",
    "attested.outside": "This document is issued by another organisation.",
    "outside.aidants-connect": "Aidants Connect authorisation",
    "outside.remn": "French professional title REMN, or Médiateur numérique which replaces it",
    "outside.pix-certificate": "Pix certificate",
    "people": "This list:",
    "by.list": ("somebody on this list", "people on this list"),
    "of.list": ("from somebody on this list", "from people on this list"),
    "by.holder": ("a holder of the badge “{name}”", "holders of the badge “{name}”"),
    "by.jury": ("a member of the jury", "members of the jury"),
    "by.anyone": ("a person of one's choice", "people of one's choice"),
    "by.trainer": ("a digital mediator", "digital mediators"),
    "by.coordinator": ("a coordinator", "coordinators"),
    "by.prescriber": ("somebody who refers people", "people who refer others"),
    "of.holder": ("from a holder of the badge “{name}”", "from holders of the badge “{name}”"),
    "of.jury": ("from a member of the jury", "from members of the jury"),
    "of.anyone": ("from a person of one's choice", "from people of one's choice"),
    "of.trainer": ("from a digital mediator", "from digital mediators"),
    "of.coordinator": ("from a coordinator", "from coordinators"),
    "of.prescriber": ("from somebody who refers people", "from people who refer others"),
    "or": " or ",
    "time.hours": ("{n} hour", "{n} hours"),
    "time.minutes": ("{n} minute", "{n} minutes"),
    "time.both": "{hours} and {minutes}",
}

TABLES: Final[Mapping[Language, Mapping[str, Sentence]]] = {"fr": FRENCH, "en": ENGLISH}


def say(language: Language, key: str, n: int = 1, **values: object) -> str:
    """The sentence, its places filled; of a pair, the one for ``n``: in French 0 is singular, in English plural."""
    sentence = TABLES[language][key]
    if isinstance(sentence, tuple):
        is_one = n < 2 if language == "fr" else n == 1
        sentence = sentence[0 if is_one else 1]
    return sentence.format(n=n, **values)
