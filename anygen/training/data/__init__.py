"""Training data: examples, the features and targets computed from them once, and batches."""
