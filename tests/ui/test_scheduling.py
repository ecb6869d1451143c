"""Whose turn it is, and how a model is loaded."""

import random

import pytest

from anygen import PromptError
from anygen_ui.scheduling import FairQueue, Planner


def filled(*pairs: tuple[str, str]) -> FairQueue:
    queue = FairQueue()
    for visitor, ticket in pairs:
        queue.add(visitor, ticket)
    return queue


def drained(queue: FairQueue) -> list[str]:
    found = []
    while (ticket := queue.next()) is not None:
        found.append(ticket)
    return found


def test_visitors_take_turns_and_each_is_served_in_order():
    queue = filled(("ada", "a1"), ("ada", "a2"), ("ada", "a3"), ("bob", "b1"), ("bob", "b2"), ("cy", "c1"))
    assert drained(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_was_just_served_goes_behind_the_others():
    queue = filled(("ada", "a1"), ("ada", "a2"))
    assert queue.next() == "a1"
    queue.add("bob", "b1")
    # ada's second was there before bob came.
    assert drained(queue) == ["a2", "b1"]


def test_the_order_foretold_is_the_order_served():
    chance = random.Random(0)
    for _ in range(200):
        queue = filled(*((chance.choice("abcd"), str(number)) for number in range(chance.randrange(12))))
        for _ in range(chance.randrange(3)):
            queue.next()
        foretold = list(queue.order())
        assert len(foretold) == len(queue)
        assert drained(queue) == foretold


def test_a_ticket_taken_out_leaves_the_others_in_order():
    queue = filled(("ada", "a1"), ("bob", "b1"), ("ada", "a2"))
    assert queue.remove("a1") and not queue.remove("a1")
    assert queue.count("ada") == 1 and queue.count("nobody") == 0
    assert drained(queue) == ["a2", "b1"]
    assert not queue.remove("b1")


def test_a_visitor_with_many_delays_nobody_by_more_than_one():
    queue = filled(*(("greedy", f"g{number}") for number in range(50)), ("modest", "m"))
    assert list(queue.order()).index("m") == 1


def test_what_was_taken_and_not_begun_is_next_again():
    queue = filled(("ada", "a1"), ("ada", "a2"), ("bob", "b1"))
    taken = queue.next()
    assert list(queue.order()) == ["b1", "a2"]
    queue.put_back("ada", taken)
    assert drained(queue) == ["a1", "b1", "a2"]


def test_a_model_that_does_not_fit_is_refused_with_what_it_needs():
    planner = Planner()
    planner.tell({"ram": 2_000_000_000, "cards": {}})
    assert planner.how_to_load("mini") == {}
    with pytest.raises(
        PromptError, match=r"nextgpt-7b does not fit on this machine: 2\.0 GB of memory is too little"
    ):
        planner.how_to_load("nextgpt-7b")
    planner.tell({"ram": 2_000_000_000, "cards": {"cuda:0": {"free": 4_000_000_000, "total": 4_000_000_000}}})
    assert planner.how_to_load("mini") == {"device": "cuda:0"}
    with pytest.raises(PromptError, match=r"4\.0 GB is too little"):
        planner.how_to_load("nextgpt-7b")
    assert planner.plan("nextgpt-7b")["machine"]["ram"] == 2_000_000_000
