"""What can be wrong with the documents and answers handed to the engine.

Every error is a ``ValueError``: the caller gave something impossible, and the message names it.  ``Abandoned`` is none:
the caller did not want to know any more.
"""


class InvalidStructure(ValueError):
    """A structure, strand, item or stop rule that contradicts itself."""


class UnknownSkill(InvalidStructure):
    """A micro-skill code that no strand of the structure holds."""


class UnknownItem(ValueError):
    """An item code that the structure does not hold."""


class UnknownOutcome(ValueError):
    """A word that is not an outcome."""


class Abandoned(Exception):
    """Nobody waits for the result of a long computation any more: its ``goes_on`` said so."""
