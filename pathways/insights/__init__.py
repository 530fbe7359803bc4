"""Reading what many learners answered: read-only, it reads every feature and nobody reads it."""
