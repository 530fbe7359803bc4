"""The pages of items: the bank, writing, exchange, pictures."""
