"""Workshops, their dated sessions, seats, waiting lists, wishes and attendance."""
