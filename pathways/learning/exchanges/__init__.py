"""Two people who both asked, brought together to learn from each other."""
