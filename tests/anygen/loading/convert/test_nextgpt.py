"""NExT-GPT's published delta, in miniature: converted, loaded, answering; and everything that does not fit refused."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tiny_nextgpt import DIM, LM, write_base

from anygen import AnyGen, Audio, CheckpointError, Depth, Image, Message, PromptError, Video, cli
from anygen.core.errors import ConfigError
from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.llm.text_stream import TextStream
from anygen.loading.convert.foreign import sha256_of
from anygen.loading.convert.nextgpt import PRESET, convert_nextgpt
from anygen.loading.model_manifest import TRAINED, changed_files

PICTURE = Image(np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8))
SOUND = Audio(np.sin(np.arange(8000) / 9).astype(np.float32) * 0.5, 16000)


@pytest.fixture
def convert(nextgpt, tmp_path: Path):
    """Saves a delta and converts it; keywords replace the parts."""

    def run(delta, **parts):
        torch.save(delta, tmp_path / "pytorch_model.pt")
        chosen = dataclasses.replace(nextgpt.parts, **parts)
        return convert_nextgpt(tmp_path / "pytorch_model.pt", tmp_path / "model", chosen, nextgpt.preset)

    return run


def refused(tmp_path: Path, convert, delta, *words: str, **parts) -> None:
    """`delta` is refused in one sentence with these words in it, and nothing is left."""
    with pytest.raises(CheckpointError) as error:
        convert(delta, **parts)
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir() if "model" in path.name] == ["pytorch_model.pt"]


def test_every_tensor_of_the_delta_is_taken(converted, nextgpt) -> None:
    assert converted.coverage.is_complete
    assert converted.coverage.expected == len(nextgpt.delta) == 2 + 2 + 2 * 8 + 3 * 129
    assert changed_files(converted.folder) == []


@pytest.mark.parametrize(("modality", "kind"), [("image", Image), ("audio", Audio), ("video", Video)])
def test_it_answers_with_what_is_required(model, modality: str, kind: type) -> None:
    reply = model.generate(["draw a dog", PICTURE, SOUND], seed=1, require=(modality,))
    assert any(isinstance(part, kind) for part in reply.parts)


def test_it_answers_at_half_precision_too(converted) -> None:
    model = AnyGen.from_pretrained(converted.folder, dtype=torch.float16)
    [response] = model.respond([["draw a dog", PICTURE]], seeds=[1], require=("audio",))
    assert response.spans[0].conditioning["pooled"].isfinite().all()


def test_its_own_tokens_have_the_published_order(model, nextgpt) -> None:
    ids, first = model.backbone.signal_ids, model.backbone.base_rows
    assert ids.wrappers == (first, first + 1)
    assert ids.of(IMAGE) == tuple(range(first + 2, first + 6))
    assert ids.of(VIDEO) == tuple(range(first + 6, first + 30))
    assert ids.of(AUDIO) == tuple(range(first + 30, first + 38))
    assert model.backbone.num_ids == first + 38 == len(nextgpt.delta[f"{LM}lm_head.weight"])


def test_tables_are_the_deltas_own_whole(model, nextgpt) -> None:
    embed, head = (nextgpt.delta[f"{LM}{name}.weight"] for name in ("model.embed_tokens", "lm_head"))
    ids = torch.arange(len(embed))
    assert torch.equal(model.backbone.embed(ids), embed)
    hidden = torch.randn(3, DIM, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(model.backbone.logits(hidden), hidden @ head.T, atol=1e-6)


def test_lora_is_merged_into_the_base(model, nextgpt) -> None:
    base = load_file(nextgpt.parts.base / "model.safetensors")
    for target in "qkvo":
        name = f"model.layers.1.self_attn.{target}_proj"
        a, b = (nextgpt.delta[f"{LM}{name}.lora_{side}.default.weight"].float() for side in "AB")
        merged = model.backbone.lm.get_submodule(name).weight
        assert torch.allclose(merged, base[f"{name}.weight"] + b @ a, atol=1e-6)


def test_one_input_projector_serves_all_three(model, nextgpt) -> None:
    family = model.input_projectors
    assert family["image"] is family["audio"] is family["video"]
    assert torch.equal(family["image"].layer.weight, nextgpt.delta["llama_proj.weight"])


def test_a_prompt_is_laid_out_as_it_was_trained(model) -> None:
    """### Human: <Img> soft </Img> words, new line, ### Assistant: words, new line, ### Human: ..."""
    messages = [
        Message("user", (PICTURE, "draw a dog")),
        Message("assistant", ("here is a picture",)),
        Message("user", ("a cat",)),
    ]
    layout = model.prompter.layout(messages)
    first = model.backbone.base_rows
    tokens = model.backbone.tokenizer.convert_ids_to_tokens(layout.ids)
    text = "".join(tokens).replace("\u2581", " ").replace("<0x0A>", "\n")
    [soft] = layout.media
    assert layout.ids[soft.position - 1] == first and layout.ids[soft.position + 1] == first + 1
    pad = tokens[soft.position].replace("<0x0A>", "\n")
    assert text == (
        f"<s> ### Human:<Img>{pad}</Img> draw a dog\n### Assistant:  here is a picture\n### Human: a cat\n### Assistant: "
    )


def test_both_spellings_of_the_end_stop_a_reply(model) -> None:
    tokenizer = model.backbone.tokenizer
    vocabulary = tokenizer.get_vocab()
    words = tokenizer("a dog", add_special_tokens=False)["input_ids"]
    after_words = [vocabulary["<0x0A>"], *(vocabulary[each] for each in ("##", "#"))]
    after_signals = [vocabulary["\u2581###"]]
    for end in (after_words, after_signals):
        stream = TextStream(tokenizer, model.prompter.template.stop)
        said = "".join(stream.push(token) for token in [*words, *end])
        assert stream.stopped and said.strip() == "a dog"


def test_saved_and_loaded_is_the_same(model, tmp_path: Path) -> None:
    again = AnyGen.from_pretrained(model.save_pretrained(tmp_path / "again"))
    every = ("image", "audio", "video")
    assert again.generate("a dog", 3, require=every).parts == model.generate("a dog", 3, require=every).parts


def test_names_of_other_peft_versions_and_the_alias_are_accepted(convert, nextgpt) -> None:
    delta = OrderedDict((name.replace(".default", ""), value) for name, value in nextgpt.delta.items())
    delta["input_embeddings.weight"] = nextgpt.delta[f"{LM}model.embed_tokens.weight"]
    done = convert(delta)
    assert done.coverage.is_complete and any("input_embeddings" in note for note in done.notes)


def test_a_file_of_stage_1_or_2_has_no_lora_and_is_accepted(convert, nextgpt) -> None:
    delta = OrderedDict(
        (name.replace(LM, "llama_model."), value)
        for name, value in nextgpt.delta.items()
        if ".lora_" not in name
    )
    done = convert(delta)
    assert any("no LoRA" in note for note in done.notes)
    assert AnyGen.from_pretrained(done.folder).config.llm.lora is None


def test_tables_of_the_new_rows_alone_leave_the_base_as_it_is(convert, nextgpt) -> None:
    delta = OrderedDict(nextgpt.delta)
    for name in (f"{LM}model.embed_tokens.weight", f"{LM}lm_head.weight"):
        delta[name] = delta[name][-38:].detach()
    model = AnyGen.from_pretrained(convert(delta).folder)
    own = load_file(nextgpt.parts.base / "model.safetensors")["model.embed_tokens.weight"]
    assert torch.equal(model.backbone.embed(torch.arange(len(own))), own)
    assert torch.equal(model.backbone.signal_rows.embed, delta[f"{LM}model.embed_tokens.weight"])


def test_a_missing_and_an_extra_key_are_named(convert, nextgpt, tmp_path: Path) -> None:
    delta = OrderedDict(nextgpt.delta)
    delta["gen_text_hidden_fcs.1.fc.weight"] = delta.pop("gen_text_hidden_fcs.0.fc.weight")
    refused(
        tmp_path,
        convert,
        delta,
        "1 missing (gen_text_hidden_fcs.0.fc.weight)",
        "1 unexpected (gen_text_hidden_fcs.1.fc.weight)",
    )


def test_a_finished_model_without_its_lora_is_refused(convert, nextgpt, tmp_path: Path) -> None:
    delta = OrderedDict((name, value) for name, value in nextgpt.delta.items() if ".lora_" not in name)
    refused(tmp_path, convert, delta, "holds no LoRA", "names of the finished model")


def test_the_vocabulary_of_an_older_configuration_is_refused(convert, nextgpt, tmp_path: Path) -> None:
    delta = OrderedDict(nextgpt.delta)
    for name in (f"{LM}model.embed_tokens.weight", f"{LM}lm_head.weight"):
        delta[name] = torch.cat((delta[name], delta[name][-4:])).detach()
    rows = len(delta[f"{LM}lm_head.weight"])
    refused(tmp_path, convert, delta, f"has {rows} rows", f"{rows - 4} are accepted", "8 image tokens")


def test_a_tokenizer_that_was_given_more_tokens_is_refused(convert, nextgpt, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    base = write_base(tmp_path / "padded")
    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.add_tokens(["[PAD]"])
    tokenizer.save_pretrained(base)
    refused(tmp_path, convert, nextgpt.delta, "[PAD]", base=base)


def test_ids_are_compared_with_the_tokenizer_beside_the_delta(convert, nextgpt, tmp_path: Path) -> None:
    first = len(nextgpt.delta[f"{LM}lm_head.weight"]) - 38
    (tmp_path / "added_tokens.json").write_text(json.dumps({"<Img>": first, "</Img>": first + 1}))
    assert any("does not list 36 tokens, the first [IMG0]" in note for note in convert(nextgpt.delta).notes)
    (tmp_path / "added_tokens.json").write_text(json.dumps({"<Img>": first + 1}))
    shutil.rmtree(tmp_path / "model")
    refused(tmp_path, convert, nextgpt.delta, f"<Img> has the id {first + 1} there", "another base")


def test_the_tokenizer_of_another_model_is_refused(convert, nextgpt, tmp_path: Path, monkeypatch) -> None:
    """One with as many tokens as LLaMA's that reads the template's words otherwise."""
    monkeypatch.setattr(
        "anygen.loading.convert.nextgpt_parts.LLAMA_TOKENS", len(nextgpt.delta[f"{LM}lm_head.weight"]) - 38
    )
    refused(tmp_path, convert, nextgpt.delta, "LLaMA's as [13, 2277, 29937]", "not the tokenizer of a Vicuna")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"dim": 32}, "24 wide"),
        ({"layers": 3}, "LoRA for 2 layers"),
        ({"seed": 9}, "nothing in common"),
    ],
)
def test_another_base_is_refused(convert, nextgpt, tmp_path: Path, how: dict, words: str) -> None:
    refused(
        tmp_path, convert, nextgpt.delta, words, "another base", base=write_base(tmp_path / "other", **how)
    )


def test_the_base_must_stay_what_it_was(convert, nextgpt, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    base = Path(shutil.copytree(nextgpt.parts.base, tmp_path / "base"))
    done = convert(nextgpt.delta, base=base)
    weights = load_file(base / "model.safetensors")
    weights["model.norm.weight"] += 1
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match="llm fingerprint is"):
        AnyGen.from_pretrained(done.folder)


def test_values_that_are_not_finite_are_refused(convert, nextgpt, tmp_path: Path) -> None:
    delta = OrderedDict(nextgpt.delta)
    delta["llama_proj.bias"] = torch.full((DIM,), float("nan"))
    refused(tmp_path, convert, delta, "input_projectors.image.layer.bias", "not finite")


def test_the_command_converts_and_says_what_it_read_and_wrote(nextgpt, tmp_path: Path, capsys) -> None:
    torch.save(nextgpt.delta, tmp_path / "pytorch_model.pt")
    decoders = [f"--{name}={folder}" for name, folder in nextgpt.parts.decoders.items()]
    parts = [f"--base={nextgpt.parts.base}", f"--encoder={nextgpt.parts.encoder}", *decoders]
    words = [
        "convert",
        "nextgpt",
        str(tmp_path),
        str(tmp_path / "model"),
        *parts,
        f"--preset={nextgpt.preset}",
    ]
    assert cli.main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    count = len(nextgpt.delta)
    assert said["tensors"] == {"expected": count, "matched": count, "missing": 0, "unexpected": 0}
    assert said["written"] == {str(tmp_path / "model" / TRAINED): sha256_of(tmp_path / "model" / TRAINED)}
    assert cli.main(words) == 2
    assert "is there already" in capsys.readouterr().err
    below = tmp_path / "pytorch_model.pt" / "model"
    assert cli.main([*words[:3], str(below), *words[4:]]) == 2
    assert f"{below.parent}: is a file; a folder is accepted above" in capsys.readouterr().err
    assert cli.main(["convert", "nextgpt", str(tmp_path), str(tmp_path / "other"), *parts[1:]]) == 2
    assert "--base" in capsys.readouterr().err


def test_a_part_that_is_not_there_is_named_before_anything_is_read(convert, nextgpt, tmp_path: Path) -> None:
    decoders = dict(nextgpt.parts.decoders) | {"video": tmp_path / "nowhere"}
    words = ("nowhere: holds no model_index.json", "a diffusers pipeline for video is expected")
    refused(tmp_path, convert, nextgpt.delta, *words, decoders=decoders)


def test_a_decoder_of_another_kind_is_refused(convert, nextgpt, tmp_path: Path) -> None:
    swapped = dict(nextgpt.parts.decoders) | {"image": nextgpt.parts.decoders["audio"]}
    words = ("audio: holds 'AudioLDMPipeline'", "a StableDiffusionPipeline is expected for --image")
    refused(tmp_path, convert, nextgpt.delta, *words, decoders=swapped)


def test_a_part_that_is_not_whole_is_named_where_it_lies(convert, nextgpt, tmp_path: Path) -> None:
    base = Path(shutil.copytree(nextgpt.parts.base, tmp_path / "base"))
    weights = base / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    refused(tmp_path, convert, nextgpt.delta, f"{weights}: is not whole", base=base)


@pytest.mark.parametrize("value", [torch.zeros(3), torch.tensor(1.0), torch.zeros(3, 24, dtype=torch.int64)])
def test_an_embedding_of_another_kind_is_refused(convert, nextgpt, tmp_path: Path, value) -> None:
    delta = OrderedDict(nextgpt.delta)
    delta[f"{LM}model.embed_tokens.weight"] = value
    words = "int64 values" if value.dtype == torch.int64 else "has the shape"
    refused(tmp_path, convert, delta, f"{LM}model.embed_tokens.weight", words)


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "no such file"), ("bridge-small", "are of nothing; a preset of NExT-GPT has one")],
)
def test_another_preset_is_refused(nextgpt, tmp_path: Path, text: str | None, words: str) -> None:
    preset = tmp_path / "no.yaml" if text is None else PRESET.with_name(f"{text}.yaml")
    with pytest.raises(ConfigError, match=rf"{preset.name}: .*{words}"):
        convert_nextgpt(tmp_path / "none.pt", tmp_path / "model", nextgpt.parts, preset)


def test_a_preset_without_weights_says_how_to_get_them() -> None:
    with pytest.raises(CheckpointError, match=r"^nextgpt-7b: .*anygen convert nextgpt DELTA OUT --base"):
        AnyGen.from_pretrained("nextgpt-7b")
    with pytest.raises(CheckpointError, match=r"anygen convert nextgpt-projectors-v15"):
        AnyGen.from_pretrained("nextgpt-15")


def test_the_images_projector_can_be_given_what_was_measured(convert, nextgpt, tmp_path: Path) -> None:
    """The lines of docs/inputs.md in a converted folder's config: no weight more, and features as long as an image's."""
    import yaml
    from tiny import write_encoder

    write_encoder(tmp_path / "encoder", with_measurements=True)
    folder = convert(nextgpt.delta, encoder=tmp_path / "encoder").folder
    asked = [Depth(np.full((20, 30), 2, dtype=np.float32)), "what is it?"]
    with pytest.raises(
        PromptError, match="holds depth, which this model does not read; it reads text, image"
    ):
        AnyGen.from_pretrained(folder).generate(asked)
    values = yaml.safe_load((folder / "config.yaml").read_text())
    encoder = values["encoders"]["imagebind"]
    encoder["modalities"] += ["depth", "thermal", "imu"]
    encoder["settings"]["towers"] = [*encoder["settings"]["towers"], "depth", "thermal", "imu"]
    encoder["settings"]["scale_measurements"] = False
    shared = {"kind": "shared", "of": "image"}
    values["input_projectors"] |= {name: dict(shared) for name in ("depth", "thermal", "imu")}
    (folder / "config.yaml").write_text(yaml.safe_dump(values, sort_keys=False))
    model = AnyGen.from_pretrained(folder)
    assert model.reads == ("text", "image", "audio", "video", "depth", "thermal", "imu")
    for modality, medium in (("image", PICTURE), ("depth", asked[0])):
        assert model.reader.features(modality, medium).norm().item() == pytest.approx(1, rel=1e-5)
    assert model.generate(asked, seed=1).parts
