"""Notes: short sentences in the order things were met."""

from warmstart.datasets.notes import Notes


def test_columns_of_the_same_fate_share_a_sentence():
    notes = Notes()
    for i in range(1_000):
        notes.column(i, "Constant")
        notes.column(f"c{i}", "Infinite", f"{i} cells")
    notes.say("The end.")
    assert notes.sentences() == (
        "Constant: 0, 1, 2, 3, 4 and 995 more.",
        "Infinite: 'c0' (0 cells), 'c1' (1 cells), 'c2' (2 cells), 'c3' (3 cells), "
        "'c4' (4 cells) and 995 more.",
        "The end.",
    )


def test_a_sentence_is_said_once():
    notes = Notes()
    notes.say("So.")
    notes.say("So.")
    assert notes.sentences() == ("So.",)
