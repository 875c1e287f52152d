"""What labelhub costs, measured beside what it stands in front of.

Only ratios count: each round runs every candidate once, in order, and a ratio is the median over rounds of one
candidate by another of the same round. `python -m bench` measures the media path, `python -m bench.start` the start,
`python -m bench.decisions` residency decisions.
"""
