"""Features gathered into a few soft tokens by learned groups: the `group` projector of NExT-GPT v1.5, with its key names.

The method is GroupViT's (Xu et al., 2022, "GroupViT: Semantic Segmentation Emerges from Text Supervision"); written
from a description of it. Each stage but the last lets its group tokens attend with the features, then assigns every
feature to one group and goes on with the groups.
Legend: N items, F features per item, E encoder width, H hidden width, G group tokens, O output groups, S soft tokens,
D LLM width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from anygen.core.config import check_size
from anygen.core.errors import ConfigError, shown


@dataclass(frozen=True)
class GroupInputSettings:
    """Sizes; the defaults are NExT-GPT's. One entry of each tuple per stage, `output_groups` for all but the last."""

    hidden_dim: int = 512
    heads: int = 8
    depths: tuple[int, ...] = (6, 3, 3)
    group_tokens: tuple[int, ...] = (64, 8, 0)
    output_groups: tuple[int, ...] = (64, 8)

    def __post_init__(self) -> None:
        for name in ("hidden_dim", "heads"):
            check_size(f"input_projectors.{name}", getattr(self, name))
        for name in ("depths", "group_tokens", "output_groups"):
            values = getattr(self, name)
            if not isinstance(values, (list, tuple)):
                raise ConfigError(f"input_projectors.{name}: {shown(values)}; a list is accepted")
            for each in values:
                # The last stage has no tokens of its own.
                check_size(f"input_projectors.{name}", each or 1, 1024)
            object.__setattr__(self, name, tuple(values))
        stages = len(self.depths)
        if stages < 2 or len(self.group_tokens) != stages or len(self.output_groups) != stages - 1:
            raise ConfigError(
                f"input_projectors: {stages} depths, {len(self.group_tokens)} group_tokens and "
                f"{len(self.output_groups)} output_groups; n, n and n - 1 are accepted, n at least 2"
            )
        if min(self.group_tokens[:-1]) < 1 or self.group_tokens[-1] != 0:
            raise ConfigError(f"input_projectors.group_tokens: {self.group_tokens}; only the last is 0")
        if min(*self.depths, *self.output_groups) < 1:
            raise ConfigError("input_projectors: depths and output_groups are at least 1")
        if self.hidden_dim % self.heads:
            raise ConfigError(
                f"input_projectors.heads: {self.heads} do not divide hidden_dim {self.hidden_dim}"
            )


class GroupInputProjector(nn.Module):
    """features_NFE -> soft_NSD with S = the last number of output groups, whatever F is."""

    Settings = GroupInputSettings

    def __init__(
        self, settings: GroupInputSettings, feature_dim: int, num_features: int, llm_dim: int
    ) -> None:
        super().__init__()
        dim, heads = settings.hidden_dim, settings.heads
        self.num_soft_tokens = settings.output_groups[-1]
        self.in_fc = nn.Linear(feature_dim, dim)
        self.layers = nn.ModuleList()
        for stage, (depth, groups) in enumerate(zip(settings.depths, settings.group_tokens, strict=True)):
            previous = settings.group_tokens[stage - 1] if stage else 0
            outputs = settings.output_groups[stage] if groups else 0
            self.layers.append(_Stage(dim, heads, depth, groups, previous, outputs))
        self.norm = nn.LayerNorm(dim)
        self.out_fc = nn.Linear(dim, llm_dim)

    def forward(self, features_NFE: Tensor) -> Tensor:
        x_NFH = self.in_fc(features_NFE)
        groups_NGH: Tensor | None = None
        for stage in self.layers:
            x_NFH, groups_NGH = stage(x_NFH, groups_NGH)
        return self.out_fc(self.norm(x_NFH))


class _Mlp(nn.Module):
    """Linear, exact GELU, linear."""

    def __init__(self, dim: int, hidden: int, out: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(dim, hidden), nn.Linear(hidden, out)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(nn.functional.gelu(self.fc1(x)))


class _TokenMlp(_Mlp):
    """An MLP over the token axis: (N, tokens, H) -> (N, other tokens, H)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.mT).mT


class _SelfAttention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (_split_heads(each, self.heads) for each in self.qkv(x).chunk(3, dim=-1))
        return self.proj(_join_heads(nn.functional.scaled_dot_product_attention(q, k, v)))


class _CrossAttention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(dim, dim) for _ in range(3))
        self.proj = nn.Linear(dim, dim)

    def forward(self, query: Tensor, x: Tensor) -> Tensor:
        q, k, v = self.q_proj(query), self.k_proj(x), self.v_proj(x)
        q, k, v = (_split_heads(each, self.heads) for each in (q, k, v))
        return self.proj(_join_heads(nn.functional.scaled_dot_product_attention(q, k, v)))


class _Block(nn.Module):
    """A pre-norm transformer block."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn, self.mlp = _SelfAttention(dim, heads), _Mlp(dim, 4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class _CrossBlock(nn.Module):
    """Groups read the features: no norm before the attention, one before the MLP, one after all."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.attn, self.mlp = _CrossAttention(dim, heads), _Mlp(dim, 4 * dim, dim)
        self.norm2, self.norm_post = nn.LayerNorm(dim), nn.LayerNorm(dim)

    def forward(self, groups: Tensor, x: Tensor) -> Tensor:
        groups = groups + self.attn(groups, x)
        return self.norm_post(groups + self.mlp(self.norm2(groups)))


class _Assign(nn.Module):
    """Every feature goes to one group, each group takes the (nearly) mean of what it got; one head.

    The choice is hard, with the softmax's gradient; in training Gumbel noise is added, from torch's own generator."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(dim, dim) for _ in range(3))
        self.proj = nn.Linear(dim, dim)

    def forward(self, groups: Tensor, x: Tensor) -> Tensor:
        scores_NOF = self.q_proj(groups) @ self.k_proj(x).mT * groups.shape[-1] ** -0.5
        if self.training:
            scores_NOF = scores_NOF - torch.empty_like(scores_NOF).exponential_().log()
        soft_NOF = scores_NOF.softmax(dim=1)
        chosen = soft_NOF.argmax(dim=1, keepdim=True)
        hard_NOF = torch.zeros_like(soft_NOF).scatter_(1, chosen, 1.0) + soft_NOF - soft_NOF.detach()
        # One more than the count, so that a group nothing went to stays finite.
        share_NOF = hard_NOF / (hard_NOF.sum(dim=2, keepdim=True) + 1.0)
        return self.proj(share_NOF @ self.v_proj(x))


class _Grouping(nn.Module):
    """G group tokens and F features -> O groups."""

    def __init__(self, dim: int, heads: int, groups: int, outputs: int) -> None:
        super().__init__()
        self.norm_tokens, self.norm_x = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.mlp_inter = _TokenMlp(groups, dim // 2, outputs)
        self.norm_post_tokens = nn.LayerNorm(dim)
        self.pre_assign_attn = _CrossBlock(dim, heads)
        self.assign = _Assign(dim)
        self.norm_new_x = nn.LayerNorm(dim)
        self.mlp_channels = _Mlp(dim, 4 * dim, dim)

    def forward(self, x_NFH: Tensor, groups_NGH: Tensor) -> Tensor:
        x_NFH = self.norm_x(x_NFH)
        groups_NOH = self.norm_post_tokens(self.mlp_inter(self.norm_tokens(groups_NGH)))
        groups_NOH = self.pre_assign_attn(groups_NOH, x_NFH)
        new_NOH = groups_NOH + self.assign(groups_NOH, x_NFH)
        return new_NOH + self.mlp_channels(self.norm_new_x(new_NOH))


class _Stage(nn.Module):
    """Blocks over features and group tokens together, then the grouping; without group tokens just the blocks."""

    def __init__(self, dim: int, heads: int, depth: int, groups: int, previous: int, outputs: int) -> None:
        super().__init__()
        self.num_groups = groups
        self.blocks = nn.ModuleList(_Block(dim, heads) for _ in range(depth))
        if not groups:
            return
        self.group_token = nn.Parameter(torch.zeros(1, groups, dim))
        if not previous:
            nn.init.trunc_normal_(self.group_token, std=0.02)
        self.downsample = _Grouping(dim, heads, groups, outputs)
        self.group_projector = (
            nn.Sequential(nn.LayerNorm(dim), _TokenMlp(previous, dim // 2, groups)) if previous else None
        )

    def forward(self, x_NFH: Tensor, previous_NGH: Tensor | None) -> tuple[Tensor, Tensor | None]:
        if not self.num_groups:
            for block in self.blocks:
                x_NFH = block(x_NFH)
            return x_NFH, None
        groups_NGH = self.group_token.expand(x_NFH.shape[0], -1, -1)
        if self.group_projector is not None and previous_NGH is not None:
            groups_NGH = groups_NGH + self.group_projector(previous_NGH)
        both = torch.cat((x_NFH, groups_NGH), dim=1)
        for block in self.blocks:
            both = block(both)
        x_NFH, groups_NGH = both[:, : -self.num_groups], both[:, -self.num_groups :]
        return self.downsample(x_NFH, groups_NGH), groups_NGH


def _split_heads(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def _join_heads(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(2)
