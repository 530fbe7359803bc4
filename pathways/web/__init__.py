"""What HTTP and HTML have in common; no feature."""
