"""The holder's space: what they hold, take away, share and erase."""
