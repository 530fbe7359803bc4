"""Documents that a person looked at and approved."""
