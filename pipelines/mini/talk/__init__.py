"""The talk that mini is trained on: conversations written by code, the same from the same seed.

    for conversation in conversations(seed=0, split="train", count=3): ...

What is said stands in the YAML files, by the name it is said under in the code; each module needs only those before it:
grammar (templates, and which are held out), words, phrases, requests, questions, chat, noise, conversation (turns put
together), kinds, two_inputs and turns (the kinds of conversation), conversations (their mix). tokenizer: the vocabulary.
"""

from anygen_pipelines.mini.talk.conversations import KINDS, SPLITS, as_text, captions, conversations, corpus
from anygen_pipelines.mini.talk.tokenizer import train_tokenizer

__all__ = ["KINDS", "SPLITS", "as_text", "captions", "conversations", "corpus", "train_tokenizer"]
