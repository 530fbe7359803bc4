"""Signing: keys, documents, status lists, batches, revocation."""
