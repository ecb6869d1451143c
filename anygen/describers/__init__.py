"""The second road into a language model: media it cannot read, named in words by small published experts.

Every describer is loaded as Class.from_pretrained(folder, Settings, dtype). The table names them without importing any.
"""

from __future__ import annotations

DESCRIBERS: dict[str, str] = {
    "captioner": "anygen.describers.captioner:Captioner",
    "sound_classifier": "anygen.describers.sound_classifier:SoundClassifier",
    "transcriber": "anygen.describers.transcriber:Transcriber",
}
