"""The planner: pure arithmetic, from beliefs, goals and limits to a pathway.

    problem = Problem(skills, values, means, limits)
    found = plan(problem, profiles)         steps in order, minutes with their range, what is proven
    replan(found, problem)                  after an answer: as little changed as is worth it

``closure`` and ``stages`` find the choice, ``order`` and ``placing`` the order, ``ranges`` the minutes, ``groups`` who
goes to which session.
"""
