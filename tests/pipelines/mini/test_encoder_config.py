from anygen_pipelines.mini import world
from anygen_pipelines.mini.encoder_config import TEXT_LENGTH, encoder_config


def test_the_encoder_is_shaped_for_the_world() -> None:
    config = encoder_config(vocab_size=100, end_id=3)
    assert (config.text.vocab_size, config.text.end_id, config.text.context_length) == (100, 3, TEXT_LENGTH)
    assert config.vision.image_size == config.image.size == world.CANVAS
    assert config.vision.video_frames == config.video.frames == world.NUM_FRAMES
    assert (config.audio.height, config.audio.width) == (config.sound.mel_bins, config.sound.frames)
    assert config.embed_dim == 256 and not config.scale_audio
