"""Micro-skills that require others, across strands, exactly.

A ``requirement`` is a gate on one micro-skill.  Strands that gates or questions on several micro-skills tie
together are no longer independent given the ability: ``network`` writes them as two-state variables and small
tables, ``elimination`` orders the variables, ``tree`` lays the cliques out in arrays, ``propagation`` sums over
them for every answer, ``thresholds`` keeps the share of learners that each micro-skill was given.  ``linked``
is what the rest of the engine sees of all this.
"""
