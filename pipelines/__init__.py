"""Runnable jobs. Scripts for people; nothing in `anygen` imports them."""
