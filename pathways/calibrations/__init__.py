"""What answers say of questions: proposals of parameters that a person accepts or refuses, and the health of a question."""
