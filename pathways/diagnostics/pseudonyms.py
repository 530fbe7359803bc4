"""Names for people whom nobody knows: a bird and a number, made from the random id of an attempt. Pure."""

from __future__ import annotations

import uuid

BIRDS = (  # noqa: SIM905 - a list of words is read in lines
    "Aigrette Alouette Ara Avocette Balbuzard Barge Bergeronnette Bouvreuil Bruant Calao Canari Cardinal "
    "Chardonneret Chouette Cigogne Colibri Cormoran Courlis Cygne Échasse Eider Émerillon Faisan Faucon "
    "Fauvette Flamant Foulque Fuligule Geai Gorgebleue Goéland Grèbe Guêpier Guifette Harle Héron "
    "Hirondelle Huppe Ibis Jaseur Lagopède Locustelle Loriot Macareux Martinet Merle Mésange Moineau "
    "Mouette Ortolan Pélican Perdrix Pinson Pipit Pluvier Pouillot Roitelet Rossignol Rougegorge Sittelle "
    "Spatule Sterne Tarin Vanneau"
).split()
"""Sixty-four, none of them a word that one calls people."""
FIRST, LAST = 10, 99


def pseudonym(attempt_id: uuid.UUID) -> str:
    """``Mésange 42``: always the same for an attempt, and telling nothing of the person. Among twenty people two share
    one about once in thirty rooms: a list that shows several attempts says their hour, too.
    """
    rest, bird = divmod(attempt_id.int & (1 << 48) - 1, len(BIRDS))  # the last 48 bits of a random id are all random
    return f"{BIRDS[bird]} {FIRST + rest % (LAST - FIRST + 1)}"
