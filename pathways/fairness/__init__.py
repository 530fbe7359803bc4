"""Whether a translation changes how hard a question is: figures, and the decisions that people take on them."""
