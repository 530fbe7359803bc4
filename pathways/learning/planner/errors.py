"""What the planner refuses."""


class InvalidProblem(ValueError):
    """What was asked cannot be planned: an unknown code, a circle, a number that is none. The message names it."""
