"""Step 5 of 5: conditioning to media, by frozen diffusers pipelines behind one Protocol.

Every decoder is loaded as Class.from_pretrained(folder, conditioning, defaults, dtype). The table names them without
importing any.
"""

from __future__ import annotations

from anygen.modality import AUDIO, IMAGE, VIDEO, Modality

DECODERS: dict[str, str] = {
    "stable_diffusion": "anygen.decoders.image:StableDiffusion",
    "audioldm": "anygen.decoders.audio:AudioLDM",
    "text_to_video_sd": "anygen.decoders.video:TextToVideoSD",
}

MAKES: dict[str, Modality] = {"stable_diffusion": IMAGE, "audioldm": AUDIO, "text_to_video_sd": VIDEO}
