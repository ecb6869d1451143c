"""How mini is judged: the questions put to it, how its answers are checked, and the tables made of that.

dialogues  what is asked, and what must come back        asking     the evaluation's own wordings, by task
bench      plays dialogues on a model, judged and cached  checks    one turn's reply against what was wanted
plays      the named sets of dialogues                    sections  tables from plays; aims
phrasings  an outside set of dialogues in JSONL           sheets    what a person should look at
costs      seconds and memory in a fresh process
"""
