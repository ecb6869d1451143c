"""Foreign checkpoints, converted once to safetensors: the only place that opens a pickle.

| from | module |
|---|---|
| Meta's imagebind_huge.pth | imagebind.py |
| NExT-GPT's 7b_tiva_v0 (pytorch_model.pt) | nextgpt.py |
| projectors trained with NExT-GPT's v1.5 code | nextgpt_v15.py |
| Vicuna deltas over LLaMA | vicuna.py |
| AudioCraft's MusicGen and AudioGen (state_dict.bin, compression_state_dict.bin) | audiocraft.py |
"""
