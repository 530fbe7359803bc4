"""What an organisation keeps about people who come back: their files, looked up, handed over, taken away, erased."""
