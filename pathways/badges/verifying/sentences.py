"""The sentences of :mod:`words`: French, English. A table, and no catalogue: the two are written side by side, because
what they say must be the same to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping

from pathways.badges.verifying.sentences_of_files import COMPLICATED, NO_VOCABULARIES, Said

ABOUT: Said = (
    "Cette recommandation parle d'autre chose que de ce badge.",
    "This endorsement is about something other than this badge.",
)
KINDS: Mapping[str, Said] = {
    "open-badge-3": ("ce badge", "this badge"),
    "open-badge-2": ("ce badge", "this badge"),
    "endorsement": ("cette recommandation", "this endorsement"),
    "status-list": ("cette liste de révocation", "this revocation list"),
    "other-credential": ("cette attestation", "this credential"),
}
HEADINGS: Mapping[str, Said] = {
    "issuer": ("Qui le dit", "Who says so"),
    "signature": ("Signature", "Signature"),
    "unchanged": ("Changé depuis ?", "Changed since?"),
    "terms": ("Tout est signé ?", "Is all of it signed?"),
    "valid-from": ("Depuis quand", "Since when"),
    "valid-until": ("Jusqu'à quand", "Until when"),
    "status": ("L'émetteur est-il revenu dessus ?", "Has the issuer taken it back?"),
    "recipient": ("À qui", "Whose it is"),
    "about": ("De quoi parle-t-elle", "What it is about"),
}
PAGE: Mapping[str, Said] = {
    "says": ("Ce que dit le badge", "What the badge says"),
    "claims": ("Ce que dit le fichier, sans garantie", "What the file says, without any guarantee"),
    "measured": ("Ce qui a été mesuré", "What was measured"),
    "required": ("Ce qu'il fallait", "What was required"),
    "evidence": ("Ce qui a été regardé", "What was looked at"),
    "alignments": ("Dans d'autres référentiels", "In other frameworks"),
    "checked": ("Ce qui a été vérifié", "What was checked"),
    "unchecked": ("Ce qui n'a pas pu être vérifié", "What could not be checked"),
    "endorsements": ("Recommandations", "Endorsements"),
    "awarded": ("Obtenu le", "Awarded on"),
    "colon": ("\u00a0:", ":"),
    "from": ("de", "from"),
    "to": ("à", "to"),
    "required-value": ("il fallait au moins", "at least this was required:"),
    "technical": ("Détails techniques", "Technical details"),
    "print": ("Imprimer", "Print"),
    "on": ("Vérifié le", "Checked on"),
    "again-later": (
        "Cette page dit ce qui était vrai ce jour-là. Un badge peut être retiré plus tard : vérifiez-le de nouveau.",
        "This page says what was true on that day. A badge may be taken back later: check it again.",
    ),
    "email": ("Le badge est-il à cette adresse électronique ?", "Is the badge of this e-mail address?"),
    "more": ("Comparer avec une adresse électronique", "Compare with an e-mail address"),
    "forms": (
        "Un fichier .json, .jwt, .png ou .svg de moins de 1 Mo, d'ici ou d'un autre émetteur.",
        "A .json, .jwt, .png or .svg file under 1 MB, from here or from another issuer.",
    ),
}
"""What the page says besides the verdict."""
SUMMARIES: Mapping[str, Said] = {
    "valid": (
        "{who} a signé {what}. Rien n'a été changé depuis, et l'émetteur n'est pas revenu dessus.",
        "{who} signed {what}. Nothing was changed since, and the issuer has not taken it back.",
    ),
    "no": ("Ne vous fiez pas à {what}.", "Do not rely on {what}."),
    "no-status": (
        "L'émetteur a retiré {what}. Cela ne compte plus.",
        "The issuer has taken {what} back. It no longer counts.",
    ),
    "no-unchanged": (
        "Le contenu a été changé après la signature, ou quelqu'un d'autre l'a signé. Ne vous y fiez pas.",
        "The content was changed after it was signed, or somebody else signed it. Do not rely on it.",
    ),
    "no-form": (
        (
            "Le fichier n'est pas écrit comme un badge doit l'être : tous les lecteurs n'y liraient pas la même chose. "
            "Ne vous y fiez pas."
        ),
        ("The file is not written as a badge has to be: not all readers would read the same in it. Do not rely on it."),
    ),
    "no-signature": (
        "Rien ne prouve que {what} vient de qui il le prétend. Ne vous y fiez pas.",
        "Nothing proves that {what} is from whom it claims to be. Do not rely on it.",
    ),
    "no-terms": (
        "Une partie du contenu n'est couverte par aucune signature : n'importe qui a pu l'écrire.",
        "Part of the content is covered by no signature: anybody may have written it.",
    ),
    "no-valid-until": (
        "La date de fin de {what} est passée.",
        "The end date of {what} has passed.",
    ),
    "no-valid-from": (
        "La date de début de {what} est encore dans l'avenir.",
        "The date on which {what} begins is still in the future.",
    ),
    "no-recipient": (
        "L'adresse que vous avez donnée n'est pas celle de la personne qui a reçu {what}.",
        "The address that you gave is not that of the person who received {what}.",
    ),
    "no-issuer": (
        "Le site de l'émetteur ne reconnaît pas {what}. Ne vous y fiez pas.",
        "The issuer's site does not know {what} as its own. Do not rely on it.",
    ),
    "not-asked": (
        (
            "Cela vient d'un autre émetteur. Ce serveur n'interroge pas les autres sites : il ne peut pas vérifier "
            "{what}. Essayez la page de vérification de l'émetteur."
        ),
        (
            "This is from another issuer. This server asks nothing of other sites: it cannot check {what}. "
            "Try the issuer's own verification page."
        ),
    ),
    "unknown-no-site": (
        "Il y a une signature, mais aucun site ne dit de qui : n'importe qui a pu l'écrire.",
        "There is a signature, but no site says whose: anybody may have written it.",
    ),
    "unknown": (
        "Quelque chose n'a pas pu être vérifié (voir plus bas). Ce n'est ni un oui, ni un non.",
        "Something could not be checked (see below). This is neither a yes nor a no.",
    ),
}
"""``{who}``, ``{what}``."""

_LIST: Said = (
    "La liste des badges retirés n'a pas pu être lue : elle n'est pas de cet émetteur, pas à jour ou abîmée.",
    "The list of badges taken back could not be read: it is not of this issuer, not up to date, or damaged.",
)
_UNKNOWN_SIGNATURE: Said = (
    "Cette sorte de signature n'est pas connue ici.",
    "This kind of signature is not known here.",
)
_NOT_OF_THE_ISSUER: Said = (
    "La clé de la signature n'est pas, ou n'est plus, parmi celles de l'émetteur.",
    "The key of the signature is not, or is no longer, among those of the issuer.",
)
_DATES: Said = ("Une date du fichier est illisible.", "A date in the file cannot be read.")

SENTENCES: Mapping[tuple[str, str], Mapping[str, Said]] = {
    ("issuer", "yes"): {"*": ("{who}", "{who}")},
    ("issuer", "no"): {
        "*": ("L'émetteur n'est pas celui qu'il prétend.", "The issuer is not who it claims to be."),
        "form": ("Le fichier ne dit pas qui l'émet.", "The file does not say who issued it."),
        "not-there": (
            "Le site de l'émetteur ne connaît pas ce badge.",
            "The issuer's site does not know this badge.",
        ),
    },
    ("issuer", "unknown"): {
        "no-site": (
            "Une clé que personne ne garantit : on ne sait pas à qui elle est.",
            "A key that nobody vouches for: it is not known whose it is.",
        ),
        "issuer-kind": (
            "L'émetteur se nomme d'une façon qui n'est pas connue ici.",
            "The issuer is named in a way that is not known here.",
        ),
    },
    ("signature", "yes"): {"*": ("La signature est de l'émetteur.", "The signature is the issuer's.")},
    ("signature", "no"): {
        "*": ("La signature n'a pas la forme attendue.", "The signature is not in the expected form."),
        "unsigned": ("Il n'y a pas de signature.", "There is no signature."),
        "not-hosted": (
            "Il n'y a pas de signature, et aucun site ne le publie.",
            "There is no signature, and no site keeps it.",
        ),
        "not-covered": (
            "Il est publié à une adresse ({domain}) que l'émetteur n'autorise pas.",
            "It is kept at an address ({domain}) that the issuer does not allow.",
        ),
        "key-not-listed": _NOT_OF_THE_ISSUER,
        "did": _NOT_OF_THE_ISSUER,
        "proof-expired": ("La signature n'est plus valable.", "The signature is no longer valid."),
        "key-ended": (
            "L'émetteur dit que la clé de la signature ne compte plus : elle a été retirée, ou sa date est passée.",
            "The issuer says that the key of the signature no longer counts: it was revoked, or has expired.",
        ),
    },
    ("signature", "unknown"): {
        "cryptosuite": _UNKNOWN_SIGNATURE,
        "proof-type": _UNKNOWN_SIGNATURE,
        "multikey": _UNKNOWN_SIGNATURE,
        "multibase": _UNKNOWN_SIGNATURE,
        "token-algorithm": _UNKNOWN_SIGNATURE,
        "token-type": _UNKNOWN_SIGNATURE,
        "key-place": (
            "La clé est quelque part sur le site de l'émetteur : rien ne dit qu'elle est à lui.",
            "The key is somewhere on the issuer's site: nothing says that it is the issuer's.",
        ),
        "issuer-kind": (
            "L'émetteur se nomme d'une façon qui n'est pas connue ici.",
            "The issuer is named in a way that is not known here.",
        ),
    },
    ("unchanged", "yes"): {
        "*": ("Rien n'a été changé depuis la signature.", "Nothing was changed since it was signed.")
    },
    ("unchanged", "no"): {
        "*": (
            "Le contenu a été changé, ou quelqu'un d'autre l'a signé.",
            "It was changed, or somebody else signed it.",
        ),
        "disguised": (
            "Le fichier est écrit de façon à dire autre chose que ce qui a été signé.",
            "The file is written so as to say something other than what was signed.",
        ),
        "token-claims": (
            "Le fichier se contredit, ou ne répète pas ce qu'il doit répéter.",
            "The file contradicts itself, or does not repeat what it has to repeat.",
        ),
    },
    ("unchanged", "unknown"): {
        "*": ("On ne sait pas lire ce que la signature couvre.", "What the signature covers cannot be read here."),
        "unknown-context": (
            "Le fichier emploie un vocabulaire qui n'est pas connu ici.",
            "The file uses a vocabulary that is not known here.",
        ),
        "text-form": (
            "Un texte y est écrit d'une façon (son sens de lecture, par exemple) que la signature ne couvre pas.",
            "A text in it is written in a way (its direction, for one) that the signature does not cover.",
        ),
        "too-much": COMPLICATED,
        "missing-contexts": NO_VOCABULARIES,
        "differs": (
            (
                "Le fichier n'est pas tout à fait celui que publie l'émetteur. Ce qui est montré vient du site : "
                "donnez plutôt le lien."
            ),
            (
                "The file is not quite the one that the issuer keeps. What is shown comes from its site: "
                "give the link instead."
            ),
        ),
    },
    ("terms", "yes"): {"*": ("La signature couvre tout.", "The signature covers all of it.")},
    ("terms", "no"): {
        "*": (
            "Une partie du contenu n'est couverte par aucune signature : {places}",
            "Part of the content is covered by no signature: {places}",
        )
    },
    ("valid-from", "yes"): {"*": ("Depuis le {at}.", "Since {at}.")},
    ("valid-from", "no"): {"*": ("Seulement à partir du {at}.", "Only from {at} on.")},
    ("valid-from", "unknown"): {
        "*": _DATES,
        "none": ("Le fichier ne dit pas depuis quand.", "The file does not say since when."),
    },
    ("valid-until", "yes"): {
        "*": ("Jusqu'au {at}.", "Until {at}."),
        "none": ("Sans date de fin.", "Without an end."),
    },
    ("valid-until", "no"): {"*": ("C'était jusqu'au {at}.", "It was until {at}.")},
    ("valid-until", "unknown"): {"*": _DATES},
    ("status", "yes"): {
        "*": ("Non.", "No."),
        "none": ("Non : rien n'est prévu pour cela.", "No: there is no means of doing so."),
    },
    ("status", "no"): {
        "*": ("Oui, pour toujours.", "Yes, for ever."),
        "suspended": ("Oui, pour le moment.", "Yes, for now."),
    },
    ("status", "unknown"): {
        "*": _LIST,
        "status-type": (
            "L'émetteur dit d'une façon inconnue ici s'il est revenu dessus.",
            "The issuer says in a way that is not known here whether it was taken back.",
        ),
        "status-form": (
            "Le fichier dit mal où regarder si l'émetteur est revenu dessus.",
            "The file does not say properly where to look whether it was taken back.",
        ),
        "list-issuer": (
            "La liste des badges retirés est signée par quelqu'un d'autre que l'émetteur.",
            "The list of badges taken back is signed by somebody other than the issuer.",
        ),
        "list-expired": (
            "La liste des badges retirés n'est plus à jour.",
            "The list of badges taken back is not up to date any more.",
        ),
    },
    ("recipient", "yes"): {"*": ("À l'adresse que vous avez donnée.", "Of the address that you gave.")},
    ("recipient", "no"): {
        "*": ("Pas à l'adresse que vous avez donnée.", "Not of the address that you gave."),
    },
    ("recipient", "unknown"): {
        "*": (
            "Le fichier ne nomme personne. Demandez à la personne de le partager elle-même avec vous.",
            "The file names nobody. Ask the person to share it with you themself.",
        ),
        "other-identity": (
            "Le fichier désigne la personne autrement que par une adresse électronique : cela ne se compare pas ici.",
            "The file names the person otherwise than by an e-mail address: this cannot be compared here.",
        ),
        "not-asked-for": (
            "Il est lié à une adresse électronique : tapez-la pour comparer.",
            "It is bound to an e-mail address: type it to compare.",
        ),
    },
    ("about", "yes"): {"*": ("De ce badge.", "This badge.")},
    ("about", "no"): {"*": ABOUT},
}
"""By the code and state of a finding, then by its reason; ``*`` for any other, ``none`` where nothing is said."""

NOT_LOOKED_AT: Mapping[str, Said] = {
    "issuer": ("On ne sait pas de qui cela vient.", "It is not known from whom this is."),
    "signature": ("La signature n'a pas pu être vérifiée.", "The signature could not be checked."),
    "unchanged": (
        "On ne sait pas si le contenu a été changé.",
        "It is not known whether the content was changed.",
    ),
    "status": ("On ne sait pas si l'émetteur est revenu dessus.", "It is not known whether it was taken back."),
}
"""What was not come to, because something before it stood in the way."""
