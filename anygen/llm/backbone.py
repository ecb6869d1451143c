"""The language model: any transformers causal LM from a folder of safetensors, read and written through embeddings.

The base stays as it was loaded. Signal tokens live in `signal_rows`, beside its vocabulary (signal_tokens.py), so that
`embed` and `logits` are the two places where the two vocabularies meet. A checkpoint that was trained on the base's own
rows too, as NExT-GPT's are, brings them along as `vocabulary.*`, and they take the place of the base's.
Legend: N items, T positions, D width, V ids in all, S signal tokens.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from anygen.core.errors import CheckpointError
from anygen.core.hashing import fingerprint
from anygen.core.library_logging import quiet_libraries
from anygen.core.safetensors_header import check_weights
from anygen.core.saved_models import check_saved, one_sentence
from anygen.core.state import copy_state
from anygen.llm.signal_tokens import SignalIds, SignalRows, SignalTokens, mean_rows

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

logger = logging.getLogger(__name__)

# What of a config decides what the same weights compute, under names that every transformers version has.
_CONFIG_KEYS = (
    "model_type",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "rms_norm_eps",
    "hidden_act",
)
# Settings that change logits after the head, where `logits` would miss them.
_UNSUPPORTED_KEYS = ("final_logit_softcapping", "logit_scale", "logits_scaling")


class Backbone(nn.Module):
    """A causal language model `lm`, its tokenizer, and the rows of the signal tokens.

    `forward` gives states after the final norm; `logits` applies the head to those that are wanted."""

    # Of many classes, each with methods of its own; transformers knows their embeddings as mere modules.
    lm: Any
    _signal_index: Tensor
    _signal_id_list: Tensor

    def __init__(
        self,
        lm: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        signal_tokens: SignalTokens,
        trained_rows: int = 0,
    ) -> None:
        """`trained_rows`: how many of the base's own rows, from id 0 on, a checkpoint replaces (vocabulary_state).

        Raises CheckpointError for a model without a plain output head, a tokenizer of another one, or too many rows."""
        super().__init__()
        self.lm, self.tokenizer, self.signal_tokens = lm, tokenizer, signal_tokens
        table: nn.Embedding = self.lm.get_input_embeddings()
        head = lm.get_output_embeddings()
        rows = table.weight.shape[0]
        if head is None:
            raise CheckpointError(
                f"{type(lm).__name__}: has no output head; a causal language model is expected"
            )
        for key in _UNSUPPORTED_KEYS:
            if getattr(lm.config.get_text_config(), key, None) not in (None, 1, 1.0):
                raise CheckpointError(f"config.json: {key} is not supported; models with a plain head are")
        if len(tokenizer) > rows:
            raise CheckpointError(
                f"the tokenizer has {len(tokenizer)} tokens, the model {rows} embeddings: tokenizer.json or "
                "model.safetensors is from another model"
            )
        if not 0 <= trained_rows <= rows:
            raise CheckpointError(f"trained_rows: {trained_rows}; the model has {rows} embeddings")
        self.trained_rows = trained_rows
        known = tokenizer.get_vocab()
        in_base = [known[name] for name in signal_tokens.all_names if name in known]
        signal_tokens.add_to(tokenizer)
        self.signal_ids: SignalIds = signal_tokens.bind(tokenizer)
        ids = self.signal_ids.all
        self.base_rows = rows
        self.num_ids = max([rows, *(token + 1 for token in ids)])
        old = [row for row in range(rows) if row not in in_base]
        self.is_tied = head.weight is table.weight or bool(
            head.weight.is_meta and getattr(lm.config, "tie_word_embeddings", False)
        )
        self.signal_rows = SignalRows(
            self._first_rows(table.weight, old, in_base, seed=0),
            None if self.is_tied else self._first_rows(head.weight, old, in_base, seed=1),
        )
        # id -> row of signal_rows, -1 for the base's own ids.
        index = torch.full((self.num_ids,), -1)
        index[list(ids)] = torch.arange(len(ids))
        self.register_buffer("_signal_index", index, persistent=False)
        self.register_buffer("_signal_id_list", torch.tensor(ids, dtype=torch.long), persistent=False)
        self._fingerprint: str | None = None
        self.is_dispatched = False
        if self.device != index.device:
            self.signal_rows.to(self.device)
            self._signal_index = self._signal_index.to(self.device)
            self._signal_id_list = self._signal_id_list.to(self.device)

    @classmethod
    def from_pretrained(
        cls,
        folder: Path | str,
        signal_tokens: SignalTokens,
        dtype: torch.dtype | None = None,
        trained_rows: int = 0,
        arguments: Mapping[str, Any] | None = None,
        lm_class: str = "AutoModelForCausalLM",
    ) -> Backbone:
        """Load config, safetensors and tokenizer from `folder`; `dtype` None keeps what the file says. `arguments` are more
        of transformers' from_pretrained: device_map, quantization_config.

        Raises CheckpointError if the folder lacks one of them or tokenizer and weights do not fit."""
        import transformers

        folder = Path(folder)
        if not (folder / "config.json").is_file():
            raise CheckpointError(
                f"{folder}: holds no config.json; a folder saved by transformers is expected"
            )
        if not any(folder.glob("*.safetensors")):
            raise CheckpointError(
                f"{folder}: holds no .safetensors; `anygen convert` makes them from other formats"
            )
        check_saved(folder)
        check_weights(folder)
        logger.info("loading %s", folder)
        what = f"{folder}: is no language model and tokenizer that transformers can load"
        config = f"{folder / 'config.json'}: is not a configuration of these weights"
        with quiet_libraries("transformers"), one_sentence(what, config):
            lm, report = getattr(transformers, lm_class).from_pretrained(
                folder,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                dtype=dtype or "auto",
                output_loading_info=True,
                **(arguments or {}),
            )
        _check_report(folder, report)
        with one_sentence(what):
            tokenizer = transformers.AutoTokenizer.from_pretrained(
                folder, trust_remote_code=False, local_files_only=True
            )
        made = cls(lm, tokenizer, signal_tokens, trained_rows).eval()
        made.is_dispatched = bool(arguments)
        if arguments or made.dtype not in (torch.float32, torch.float16):
            # Weights that are elsewhere, in fewer bits or rounded otherwise are not those of the files any more.
            made._fingerprint = files_fingerprint(folder, lm, lm_class)
        return made

    @property
    def dim(self) -> int:
        return self.lm.get_input_embeddings().weight.shape[1]

    @property
    def max_length(self) -> int:
        """The context, in positions."""
        return int(self.lm.config.get_text_config().max_position_embeddings)

    @property
    def dtype(self) -> torch.dtype:
        return self.lm.get_input_embeddings().weight.dtype

    @property
    def device(self) -> torch.device:
        """Where embeddings are read; other layers may be elsewhere (device_map), and these moved there to be read."""
        table = self.lm.get_input_embeddings()
        if table.weight.is_meta:
            return torch.device(table._hf_hook.execution_device)
        return table.weight.device

    @property
    def end_ids(self) -> tuple[int, ...]:
        """The ids that end a reply: the tokenizer's and those of the generation config."""
        given = self.lm.generation_config.eos_token_id if self.lm.generation_config is not None else None
        listed = given if isinstance(given, list) else [given]
        return tuple(dict.fromkeys(int(t) for t in (self.tokenizer.eos_token_id, *listed) if t is not None))

    def embed(self, ids: Tensor | Sequence[int]) -> Tensor:
        """Input embeddings of ids (...,) int64: (..., D)."""
        ids = torch.as_tensor(ids, dtype=torch.long, device=self.device)
        row = self._signal_index[ids]
        is_signal = row >= 0
        base = self.lm.get_input_embeddings()(ids.masked_fill(is_signal, 0))
        if not self.signal_ids.modalities:
            return base
        signal = nn.functional.embedding(row.clamp_min(0), self.signal_rows.embed).to(base.dtype)
        return torch.where(is_signal[..., None], signal, base)

    def forward(
        self,
        embeds_NTD: Tensor,
        attention_mask_NT: Tensor | None = None,
        position_ids_NT: Tensor | None = None,
        cache: Any = None,
    ) -> Tensor:
        """States after the final norm, (N, T, D).

        `attention_mask_NT` is True at what may be seen and, with a `cache`, covers what is in it too."""
        return self.lm.base_model(
            inputs_embeds=embeds_NTD,
            attention_mask=None if attention_mask_NT is None else attention_mask_NT.long(),
            position_ids=position_ids_NT,
            past_key_values=cache,
            use_cache=cache is not None,
        ).last_hidden_state.to(embeds_NTD.device)

    def logits(self, hidden: Tensor) -> Tensor:
        """Logits of states (..., D) over all ids, (..., V): the base's head, then the signal rows."""
        base = self.lm.get_output_embeddings()(hidden).to(hidden.device)
        if not self.signal_ids.modalities:
            return base
        signal = nn.functional.linear(hidden, self.signal_rows.head_rows_SD.to(hidden.dtype))
        if self.num_ids > self.base_rows:
            base = nn.functional.pad(base, (0, self.num_ids - self.base_rows), value=float("-inf"))
        return base.index_copy(-1, self._signal_id_list, signal.to(base.dtype))

    def fingerprint(self) -> str:
        """SHA-256 (hex) of the base: what its config computes and every weight, rounded to half precision.

        Rounding makes a copy stored at half precision the same base. Signal rows and unmerged LoRA are not part of it;
        lora.merge and load_vocabulary_state keep the value from before."""
        if self._fingerprint is None:
            weights = self.lm.state_dict()
            names = {
                name.replace(".base_layer.", "."): name for name in sorted(weights) if ".lora_" not in name
            }
            self._fingerprint = _fingerprint(
                self.lm.config, ((plain, weights[name]) for plain, name in names.items())
            )
        return self._fingerprint

    def signal_state(self) -> dict[str, Tensor]:
        """The signal rows as they are saved: `signal_tokens.embed` (S, D) and, where the base is untied, `.head`."""
        return {f"signal_tokens.{name}": value for name, value in self.signal_rows.state_dict().items()}

    def load_signal_state(self, state: Mapping[str, Tensor]) -> None:
        """Load what `signal_state` gave. Raises CheckpointError for missing or unexpected names or shapes."""
        copy_state("signal tokens", state, self.signal_state())

    def vocabulary_state(self) -> dict[str, Tensor]:
        """The base's own rows that were trained, as they are saved: `vocabulary.embed` (R, D) and, where the base is untied,
        `vocabulary.head`; empty where the base was kept as it was."""
        if not self.trained_rows:
            return {}
        tables = {"embed": self.lm.get_input_embeddings().weight}
        if not self.is_tied:
            tables["head"] = self.lm.get_output_embeddings().weight
        return {f"vocabulary.{name}": table.detach()[: self.trained_rows] for name, table in tables.items()}

    def load_vocabulary_state(self, state: Mapping[str, Tensor]) -> None:
        """Put what `vocabulary_state` gave in the place of the base's rows; `fingerprint` stays that of the base.

        Raises CheckpointError for missing or unexpected names or shapes."""
        if self.trained_rows:
            if any(table.is_meta for table in self.vocabulary_state().values()):
                raise CheckpointError(
                    "vocabulary: this checkpoint brings rows of its own for the base's tables, which device_map leaves on "
                    "the cpu or on disk; keep model.embed_tokens and lm_head on the accelerator"
                )
            self.fingerprint()
        copy_state("vocabulary", state, self.vocabulary_state())

    def _first_rows(self, rows_VD: Tensor, old: list[int], in_base: list[int], seed: int) -> Tensor:
        """What each signal token starts from: its row in the base if it was there, else the mean of the old rows."""
        ids = self.signal_ids.all
        if rows_VD.is_meta:
            # On disk, or waiting on the CPU: a checkpoint's own rows take their place.
            return torch.zeros(len(ids), rows_VD.shape[1], dtype=rows_VD.dtype)
        fresh = mean_rows(rows_VD[old], len(ids), seed)
        for place, token in enumerate(ids):
            if token in in_base:
                fresh[place] = rows_VD[token].detach()
        return fresh


def _fingerprint(config: Any, weights: Iterable[tuple[str, Tensor]]) -> str:
    # A model that reads media has its language part's numbers apart.
    own = config.get_text_config()
    known = {key: getattr(own, key, None) for key in _CONFIG_KEYS}

    def pieces() -> Iterator[str | memoryview]:
        yield json.dumps(known, sort_keys=True)
        for name, tensor in weights:
            yield f"{name} {tuple(tensor.shape)}"
            half = tensor.detach().to("cpu", torch.float16).contiguous().reshape(-1)
            yield half.view(torch.uint8).numpy().data

    return fingerprint(pieces())


def files_fingerprint(folder: Path, lm: PreTrainedModel, lm_class: str = "AutoModelForCausalLM") -> str:
    """`Backbone.fingerprint` of the base that lies in `folder`, from its files: one tensor in memory at a time.

    Raises CheckpointError where a weight of `lm`, which was loaded from there, has another name in them."""
    import transformers
    from safetensors import safe_open

    # An auto class makes a model of any config, a plain class one of its own.
    kind = getattr(transformers, lm_class)
    with torch.device("meta"):
        config = transformers.AutoConfig.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True
        )
        # A plain class knows no code but its own.
        plain = (
            kind.from_config(config, trust_remote_code=False)
            if hasattr(kind, "from_config")
            else kind._from_config(config)
        )
    names = sorted(plain.state_dict())
    table = plain.get_input_embeddings().weight
    twins: list[str] = []
    if plain.get_output_embeddings().weight is table:
        twins = [name for name, each in plain.named_parameters(remove_duplicate=False) if each is table]
    with contextlib.ExitStack() as opened:
        files = [
            opened.enter_context(safe_open(path, framework="pt"))
            for path in sorted(folder.glob("*.safetensors"))
        ]
        holder = {name: file for file in files for name in file.keys()}  # noqa: SIM118
        # Of two names of one table, a file has the first.
        places = {name: twins[0] if name in twins and name not in holder else name for name in names}
        missing = [name for name, place in places.items() if place not in holder]
        if missing:
            raise CheckpointError(
                f"{folder}: {missing[0]} has another name in its files, so that this base can be checked only as float32 or "
                "float16 on one device"
            )
        weights = ((name, holder[place].get_tensor(place)) for name, place in places.items())
        return _fingerprint(lm.config, weights)


def _check_report(folder: Path, report: Mapping[str, Any]) -> None:
    missing, unexpected = sorted(report["missing_keys"]), sorted(report["unexpected_keys"])
    mismatched = sorted(str(each) for each in report.get("mismatched_keys", ()))
    if missing or unexpected or mismatched:
        raise CheckpointError(
            f"{folder}/model.safetensors: {_some('missing', missing)}, {_some('unexpected', unexpected)}, "
            f"{_some('of another shape', mismatched)}"
        )


def _some(what: str, names: list[str]) -> str:
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"{len(names)} {what}" + (f" ({shown})" if names else "")
