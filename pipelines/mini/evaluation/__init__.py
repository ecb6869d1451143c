"""How mini is judged: the questions put to it, how its answers are checked, and the tables made of that.

dialogues  what is asked, and what must come back        asking     the evaluation's own wordings, by task
bench      plays dialogues on a model, judged and cached  checks    one turn's reply against what was wanted
plays      the named sets of dialogues                    phrasings  sets that training never showed
rows       rows of tables from what was played            sections   the tables, and their aims
strategies, controls, ceilings, sound_copies              what stands behind the figures
sheets     what a person should look at                   costs      seconds and memory in a fresh process
"""
