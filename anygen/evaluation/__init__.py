"""Measures of what a model answers: one measure per file, and the tables they are reported in.

Nothing here loads a model or makes media: a measure takes what was answered and what was wanted, and gives an
`Estimate` (a mean with its interval) or plain arrays. `pipelines/evaluate.py` joins them to a model.
"""
