"""Published models by their architectures alone: configs, counts and random weights, where no published file is at hand."""
