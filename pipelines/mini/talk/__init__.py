"""The talk that mini is trained on: conversations written by code, the same from the same seed.

    for conversation in conversations(seed=0, split="train", count=3): ...

lexicon and outside hold the words, grammar and noise the machinery, phrases and chatter what is common to all requests,
asks, questions, crossings, edits and chat the phrasings by intent, build, kinds and turns the conversations.
"""

from anygen_pipelines.mini.talk.conversations import KINDS, SPLITS, as_text, captions, conversations, corpus
from anygen_pipelines.mini.talk.tokenizer import train_tokenizer

__all__ = ["KINDS", "SPLITS", "as_text", "captions", "conversations", "corpus", "train_tokenizer"]
