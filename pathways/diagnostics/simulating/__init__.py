"""Running people, recorded or made up, through a diagnostic: ``pathways simulate`` and what it reads and writes.

    bank = read_bank(path)                         BANK.json: skills and items
    learners = read_learners(path, bank)           LEARNERS.json: what each would answer, and what is true
    GeneratedLearners("A", bank.structure, seed, 200)    or people made up, by one of the generators A to H
    results_of(work, learners, jobs=...)           what happened to each, question by question
    Summary(...)                                   what it says about the diagnostic

Both formats are told by example in ``docs/simulate.md``.
"""
