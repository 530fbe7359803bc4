"""Items in files and out of them: tables and the YAML of ``referentials/``."""
