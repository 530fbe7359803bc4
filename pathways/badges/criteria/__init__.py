"""Criteria of badges as data. Pure: a tree and what is known of one person in, progress and words out.

    node = parse(data)                      tree: all, any, at least n, over eight kinds of leaves
    found = progress(node, facts)           met or missing, counts, what comes next
    required(node, "fr", names)             wording: what was required, as the badge says it for ever

``nodes`` and ``facts`` are the nouns, ``standing`` judges one leaf, ``progress`` the tree, ``sentences`` holds the
words.
"""
