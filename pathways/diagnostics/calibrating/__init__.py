"""The command ``pathways calibrate``: answers that somebody collected in, a proposal of parameters out.

Nothing here changes a diagnostic.  Answers are read once, spread over partitions on disk by learner, and from then on
every pass of the engine's calibration goes over the partitions, in one process, in several, or on a cluster.
"""
