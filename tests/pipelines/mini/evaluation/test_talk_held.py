from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.talk_held import dialogues


def test_held_conversations_become_dialogues_whose_last_turn_is_asked(tmp_path):
    found = dialogues(Bench("none", tmp_path, 40))
    assert len(found) == 120 == len({dialogue.id for dialogue in found})
    assert all(len(dialogue.turns) == 1 and dialogue.turns[0].parts for dialogue in found)
    assert any(dialogue.before for dialogue in found)
    for dialogue in found:
        if dialogue.before:
            assert [said.role for said in dialogue.before] == ["user", "assistant"] * (
                len(dialogue.before) // 2
            )
    wanted = {frozenset(dialogue.turns[0].want) for dialogue in found}
    assert {frozenset(), frozenset({"image"}), frozenset({"audio"}), frozenset({"video"})} <= wanted
    assert any(dialogue.turns[0].says for dialogue in found)
    assert any(dialogue.turns[0].accepted for dialogue in found)
