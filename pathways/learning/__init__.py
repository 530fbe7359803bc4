"""What a person can do next with what a diagnostic found: the sessions that answer a gap."""
