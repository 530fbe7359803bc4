"""The formats of badges: documents in, documents out. Pure: no database, no HTTP, no settings, no clock.

    document = documents.achievement_credential(AchievementCredential(...))     Open Badges 3.0, not signed
    document = integrity.sign(document, key, verification_method=..., created=...)
    integrity.verify(document, proof, public_key)

``pinned`` and ``canonical`` say what a document says, ``keys`` and ``integrity`` who says it, ``disguises`` whether it
reads as it was signed; ``status_list``, ``vc_jwt``, ``ob2`` and ``baking`` are the other forms, ``bulk`` many at once.
"""
