"""What happened on one person's way and what it changed, told to them and to those who help."""
