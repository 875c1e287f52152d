"""The `labelhub` command: one module per noun. Each command parses, calls one action and prints what happened."""
