"""Other people's programs that the engine is measured against, and how they are asked.

They live in an environment of their own (``make peers``: build/peers, from requirements/peers.txt), so that nothing of
theirs reaches the product. ``asking`` runs one of the modules beside it there: a question as JSON goes in, an answer as
JSON comes out. A peer that is not installed, or that is no longer called as it is called here, has its row all the
same, and the row says so.
"""
