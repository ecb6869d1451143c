"""Captioners: media that a language model cannot read, named in words by small published models.

Every captioner is loaded as Class.from_pretrained(folder, Settings, dtype). The table names them without importing any.
"""

from __future__ import annotations

CAPTIONERS: dict[str, str] = {
    "captioner": "anygen.encoders.captioners.image_captioner:ImageCaptioner",
    "sound_classifier": "anygen.encoders.captioners.sound_classifier:SoundClassifier",
    "transcriber": "anygen.encoders.captioners.transcriber:Transcriber",
}
