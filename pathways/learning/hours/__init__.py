"""Hours of a path for whoever pays: read off registers, corrected by lines, attested."""
