"""Frameworks: ladders of micro-skills, their prerequisites and alignments."""
