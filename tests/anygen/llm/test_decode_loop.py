"""The loop over steps: rows of different lengths, each fed what it was given to read."""

from __future__ import annotations

import torch

from anygen.llm.decode_loop import decode, pad_left


def test_prompts_end_at_the_same_place(backbone) -> None:
    prompts = [torch.ones(2, backbone.dim), torch.ones(4, backbone.dim)]
    batch_NTD, mask_NT = pad_left(prompts, backbone)
    assert batch_NTD.shape == (2, 4, backbone.dim)
    assert mask_NT.tolist() == [[False, False, True, True], [True] * 4]
    assert (batch_NTD[0, :2] == 0).all()


def test_every_row_goes_on_until_it_is_done(backbone) -> None:
    prompts = [backbone.embed([8, 9]).detach(), backbone.embed([8, 9, 10, 11]).detach()]
    asked: list[tuple[int, int]] = []
    states: dict[int, torch.Tensor] = {}

    def next_token(row, hidden_D, logits_V, stop_now):
        asked.append((row, sum(each == row for each, _ in asked)))
        states[row] = hidden_D
        return 12 if asked[-1][1] < (1, 3)[row] else None

    decode(backbone, prompts, next_token)
    assert [sum(row == each for each, _ in asked) for row in (0, 1)] == [2, 4]
    with torch.no_grad():
        whole = backbone(torch.cat((prompts[0], backbone.embed([12])))[None])[0, -1]
    torch.testing.assert_close(states[0], whole, atol=1e-4, rtol=1e-4)


def test_a_wish_to_stop_reaches_every_row(backbone) -> None:
    prompts = [backbone.embed([8]).detach()] * 2
    stopped: list[bool] = []
    decode(backbone, prompts, lambda row, hidden, logits, stop: stopped.append(stop), lambda: True)
    assert stopped == [True, True]
