"""Lending a voice: recording the questions of a diagnostic, one sentence after the other."""
