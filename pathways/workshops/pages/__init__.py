"""The pages of workshops: for who looks for a seat, and for the desk."""
