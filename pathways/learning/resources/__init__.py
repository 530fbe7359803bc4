"""What teaches: the bank of resources, the sheets of our own, files in and out, and whether links still lead there."""
