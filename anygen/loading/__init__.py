"""From a name to a model that is ready: config -> parts -> weights -> placement -> model."""
