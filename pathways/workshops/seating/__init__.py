"""Seats: how one is sold, held, kept, waited for, moved and given back."""
