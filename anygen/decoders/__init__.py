"""Step 5 of 5: conditioning to media, by frozen pipelines of diffusers and transformers behind one Protocol.

Every decoder is loaded as Class.from_pretrained(folder, conditioning, defaults, dtype). The table names them without
importing any.
"""

from __future__ import annotations

from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality

DECODERS: dict[str, str] = {
    "stable_diffusion": "anygen.decoders.image:StableDiffusion",
    "stable_diffusion_xl": "anygen.decoders.image:StableDiffusionXL",
    "stable_diffusion_3": "anygen.decoders.image:StableDiffusion3",
    "flux": "anygen.decoders.image:Flux",
    "sana": "anygen.decoders.image:Sana",
    "audioldm": "anygen.decoders.audio:AudioLDM",
    "audioldm2": "anygen.decoders.audio:AudioLDM2",
    "stable_audio": "anygen.decoders.audio:StableAudio",
    "musicgen": "anygen.decoders.musicgen:MusicGen",
    "audiogen": "anygen.decoders.musicgen:MusicGen",
    "text_to_video_sd": "anygen.decoders.video:TextToVideoSD",
    "wan": "anygen.decoders.video:Wan",
    "ltx": "anygen.decoders.video:LTX",
}

MAKES: dict[str, Modality] = {
    **dict.fromkeys(("stable_diffusion", "stable_diffusion_xl", "stable_diffusion_3", "flux", "sana"), IMAGE),
    **dict.fromkeys(("audioldm", "audioldm2", "stable_audio", "musicgen", "audiogen"), AUDIO),
    **dict.fromkeys(("text_to_video_sd", "wan", "ltx"), VIDEO),
}
