"""Translations in the files that other tools know: PO, and XLIFF 1.2."""
