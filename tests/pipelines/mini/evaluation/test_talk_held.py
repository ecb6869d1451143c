from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.talk_held import dialogues


def test_held_conversations_become_dialogues_whose_last_turn_is_asked(tmp_path):
    found = dialogues(Bench("none", tmp_path, 60))
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


def test_the_answers_as_they_are_written_pass_every_check(tmp_path):
    from anygen_pipelines.mini import talk
    from anygen_pipelines.mini.evaluation import talk_held
    from anygen_pipelines.mini.evaluation.checks import check_words

    bench = Bench("none", tmp_path, 150)
    gold = list(talk.conversations(talk_held.SEED, "held", 300))
    checked = 0
    for dialogue, conversation in zip(dialogues(bench), gold, strict=True):
        said = " ".join(part.get("text", "") for part in conversation["messages"][-1]["content"])
        found = check_words(dialogue.turns[0], said)
        assert all(found.values()), (said, found)
        checked += len(found)
    assert checked > 60
