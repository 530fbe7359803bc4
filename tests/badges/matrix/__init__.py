"""Badges of every format in every state that should be refused, and those who are asked what they think of them."""
