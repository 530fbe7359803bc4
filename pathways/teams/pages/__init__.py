"""Screens of a team: the desk's, the invitation in somebody's hands, and what is their own."""
