"""Paper forms: printed, typed, corrected."""
