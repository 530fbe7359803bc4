"""The pages of diagnostics: what HTML asks of the services."""
