"""pathways: diagnostics finer than a competence domain, in the learner's language. A complement of Pix."""

__version__ = "0.1.0"
