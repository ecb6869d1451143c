"""The talk that mini is trained on: conversations written by code, the same from the same seed."""
