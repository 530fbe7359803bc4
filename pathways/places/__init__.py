"""Mediation places, the territories they stand in, houses of digital, vans and their stops."""
