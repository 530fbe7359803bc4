"""Practice screens: safe imitations of a form, an inbox, a conversation and a booking, that say what went wrong."""
