"""The API of diagnostics: what programs ask of the services."""
