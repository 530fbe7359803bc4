"""Parameters of items, strands and groups from answers: penalised EM, its errors, and what looks odd.

    model = ability_model("2pl", variants, most_answers)        or joint_model("level", ...)
    solution = solve(model, start, lambda x: model.expect(x, block))
    covariance(model, solution.parameters, products(model, solution.parameters, block))

Every sum over answers is a sum over blocks: a caller adds the blocks of a file too large for the memory, or those of
several processes.  Nothing here knows where blocks come from.
"""
