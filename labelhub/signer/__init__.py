"""The signer of checkpoints: a process of its own that holds the keys and refuses a tree that does not only grow.

It knows no Django, no database and no network but its own Unix socket. What it refuses to do: sign anything that is not
a checkpoint, sign a smaller tree, sign one that does not begin with the last one it signed.
"""
