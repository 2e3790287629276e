from warmstart.downstream.sklearn_search.usual_values import typical


def test_the_usual_values_are_those_that_every_member_has():
    pool = [
        {"learner": "a", "n": 1, "only": 2},
        {"learner": "a", "n": 3},
        {"learner": "b", "n": 9},
    ]
    assert typical(pool) == {"learner": "a", "n": 3}
    assert typical([]) == {}
