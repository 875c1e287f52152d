"""Label schemas, guidelines, jobs and the queue of labeling tasks. It refuses to draw: Label Studio does."""
