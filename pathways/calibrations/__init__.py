"""What answers say of questions: proposals that a person accepts or refuses, and the health of a question."""
