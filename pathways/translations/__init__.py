"""Where translators and reviewers work: the queue, suggestions, reviews, and files for other tools."""
