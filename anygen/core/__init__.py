"""What all else stands on: errors, modalities, configs, seeds, atomic writes. It imports no other part of anygen."""
