"""Reading and writing media files: bytes on one side, plain arrays on the other. anygen.media gives them types."""
