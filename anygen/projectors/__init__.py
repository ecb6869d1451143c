"""The two families that are trained: input projectors (features -> soft tokens), output
projectors (states -> conditioning)."""
