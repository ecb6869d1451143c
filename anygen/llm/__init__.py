"""Step 3 of 5: the language model that reads soft tokens and writes text and signal spans."""
