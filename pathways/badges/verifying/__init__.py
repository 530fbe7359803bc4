"""Anyone verifies: a stranger's file is read, judged in a process that can be ended, and the verdict said plainly."""
