"""Receiving somebody who stands at the desk: a context sheet, a flash diagnostic, the next appointment."""
