"""Sentences of :mod:`words` on what could not be read, and on what other sites did not bring: French, English."""

from __future__ import annotations

from collections.abc import Mapping

Said = tuple[str, str]

FORM: Said = (
    "Le fichier n'a pas la forme attendue.",
    "The file is not in the expected form.",
)
BROUGHT: Mapping[str, Said] = {
    "not-asked": (
        "Le site de l'émetteur n'a pas été interrogé : ce serveur ne demande rien aux autres sites.",
        "The issuer's site was not asked: this server asks nothing of other sites.",
    ),
    "too-many": ("Il renvoie à trop de documents.", "It refers to too many documents."),
    "not-found": (
        "Le site de l'émetteur ne le trouve plus.",
        "The issuer's site does not find it any more.",
    ),
    "gone": ("Le site de l'émetteur l'a enlevé.", "The issuer's site has removed it."),
    "refused": ("Le site de l'émetteur n'a pas voulu répondre.", "The issuer's site would not answer."),
    "unreadable": (
        "Le site de l'émetteur répond quelque chose d'illisible.",
        "The issuer's site answers something that cannot be read.",
    ),
    "unreached": (
        "Le site de l'émetteur n'a pas pu être joint. Essayez plus tard.",
        "The issuer's site could not be reached. Try again later.",
    ),
    "no-such-name": (
        "Le site de l'émetteur n'existe pas, ou n'existe plus.",
        "The issuer's site does not exist, or does not exist any more.",
    ),
    "not-public": (
        "L'adresse de l'émetteur n'est pas une adresse d'Internet : elle n'a pas été interrogée.",
        "The issuer's address is not one of the Internet: it was not asked.",
    ),
    "sent-elsewhere": (
        "Le site de l'émetteur renvoie à un autre site, qui n'a pas été interrogé.",
        "The issuer's site refers to another site, which was not asked.",
    ),
    "too-large": ("Le site de l'émetteur répond trop longuement.", "The issuer's site answers too much."),
    "wrong-kind": (
        "Le site de l'émetteur répond par une page, et non par un document.",
        "The issuer's site answers with a page, not with a document.",
    ),
    "too-slow": (
        "Le site de l'émetteur n'a pas répondu à temps. Essayez plus tard.",
        "The issuer's site did not answer in time. Try again later.",
    ),
}
"""Why a document of the issuer could not be had."""

_NOTHING_BAKED: Said = (
    (
        "Cette image ne contient pas de badge. Un téléphone, une messagerie enlèvent souvent ce qui y était écrit. "
        "Demandez le fichier « .json » du badge."
    ),
    (
        "There is no badge in this picture. Telephones and messengers often take out what was written in it. "
        "Ask for the badge's “.json” file."
    ),
)
_INCOMPLETE: Said = (
    "Ce texte est incomplet ou abîmé. Copiez-le en entier, ou choisissez le fichier.",
    "This text is incomplete or damaged. Copy all of it, or choose the file.",
)
COMPLICATED: Said = (
    "Le fichier est trop compliqué pour être un badge.",
    "The file is too complicated to be a badge.",
)
_UNABLE: Said = (
    "Quelque chose s'est mal passé sur ce serveur : rien n'a été vérifié. Réessayez plus tard.",
    "Something went wrong on this server: nothing was checked. Try again later.",
)
NO_VOCABULARIES: Said = (
    "Ce serveur n'a pas les vocabulaires des badges : son exploitant doit les installer.",
    "This server lacks the vocabularies of badges: its operator has to install them.",
)
FILES: Mapping[str, Said] = BROUGHT | {
    "missing-contexts": NO_VOCABULARIES,
    "no-process": _UNABLE,
    "failed": _UNABLE,
    "closed": _UNABLE,
    "empty": (
        "Il n'y a rien à vérifier. Choisissez le fichier du badge, ou collez son texte ou son lien.",
        "There is nothing to check. Choose the badge's file, or paste its text or its link.",
    ),
    "too-large": (
        "C'est trop lourd : un badge fait moins de 1 Mo.",
        "It is too large: a badge has less than 1 MB.",
    ),
    "pdf": (
        "Un PDF ne se vérifie pas ici. Suivez le lien ou le QR code qui est dessus, ou demandez le fichier du badge.",
        "A PDF cannot be checked here. Follow the link or the QR code on it, or ask for the badge's own file.",
    ),
    "archive": (
        "C'est une archive. Ouvrez-la, et choisissez le fichier du badge.",
        "This is an archive. Open it, and choose the badge's file.",
    ),
    "photo": _NOTHING_BAKED,
    "nothing-baked": _NOTHING_BAKED,
    "bad-picture": (
        "Cette image est abîmée, ou contient ce qu'aucun badge ne contient.",
        "This picture is damaged, or holds what no badge holds.",
    ),
    "picture-dtd": (
        (
            "Cette image SVG commence par une déclaration (« DOCTYPE ») : elle n'est pas lue ici. "
            "Demandez le fichier « .json » du badge."
        ),
        (
            "This SVG picture begins with a declaration (“DOCTYPE”): it is not read here. "
            "Ask for the badge's “.json” file."
        ),
    ),
    "picture-several": (
        (
            "Il y a plusieurs badges dans cette image : tous les lecteurs ne liraient pas le même. "
            "Demandez le fichier « .json » du badge."
        ),
        (
            "There are several badges in this picture: not all readers would read the same one. "
            "Ask for the badge's “.json” file."
        ),
    ),
    "unknown-format": (
        "Ce n'est pas un badge. On peut vérifier un fichier .json, .jwt, .png ou .svg, ou un lien en https.",
        "This is not a badge. A .json, .jwt, .png or .svg file can be checked, or an https link.",
    ),
    "unknown-form": (
        (
            "C'est peut-être un badge, mais d'une forme que cette page ne sait pas vérifier. "
            "Demandez-le en Open Badges 2.0 ou 3.0."
        ),
        ("This may be a badge, but of a form that this page cannot check. Ask for it as Open Badges 2.0 or 3.0."),
    ),
    "page": (
        "C'est une page web, et non un badge. Téléchargez le badge depuis cette page.",
        "This is a web page, not a badge. Download the badge from that page.",
    ),
    "not-json": _INCOMPLETE,
    "bad-token": _INCOMPLETE,
    "not-text": ("Ce fichier n'est pas du texte lisible.", "This file is not readable text."),
    "duplicate-key": (
        "Le fichier dit deux choses à la fois (une même rubrique y est deux fois). On ne peut pas s'y fier.",
        "The file says two things at once (one entry stands in it twice). It cannot be relied on.",
    ),
    "number": ("Un nombre du fichier n'est pas un nombre.", "A number in the file is not a number."),
    "letters": ("Le fichier contient des signes interdits.", "The file holds forbidden characters."),
    "too-deep": COMPLICATED,
    "too-many-values": COMPLICATED,
    "too-complicated": (
        "Le fichier est trop compliqué : l'examen a été arrêté.",
        "The file is too complicated: looking at it was stopped.",
    ),
    "link": ("Ce lien n'est pas une adresse complète.", "This link is not a complete address."),
    "link-not-https": (
        "Seuls les liens qui commencent par https:// sont suivis.",
        "Only links that begin with https:// are followed.",
    ),
    "presentation": (
        "Ce fichier est une présentation. Donnez le badge qui est dedans.",
        "This file is a presentation. Give the badge that is in it.",
    ),
    "not-a-badge": (
        "Le fichier se lit, mais ce n'est pas un badge.",
        "The file can be read, but it is not a badge.",
    ),
    "not-asked": (
        "Ce lien mène à un autre site. Ce serveur ne demande rien aux autres sites : donnez le fichier du badge.",
        "This link leads to another site. This server asks nothing of other sites: give the badge's file.",
    ),
    "not-found": ("Il n'y a rien à cette adresse.", "There is nothing at this address."),
    "gone": ("Ce badge a été retiré de cette adresse.", "This badge was taken back from this address."),
    "wrong-kind": (
        "Ce lien mène à une page, et non à un badge. Téléchargez le badge depuis cette page.",
        "This link leads to a page, not to a badge. Download the badge from that page.",
    ),
}
