"""The small world that mini is trained on, and the one-command recipe that makes it."""
