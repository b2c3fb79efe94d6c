"""Tables in plain text."""

from experiments._lab.text import heading, table


def test_a_table_without_rows_is_its_head():
    assert table(("a", "bb"), [], "<>") == "  a  bb\n  -  --"


def test_columns_are_aligned_and_nothing_trails():
    text = table(("net", "P", "ok"), [("shallow", 190, True), ("x", 7, False)], "<><")
    assert text.splitlines() == [
        "  net        P  ok",
        "  -------  ---  ---",
        "  shallow  190  yes",
        "  x          7  NO",
    ]


def test_missing_values_are_dashes_and_floats_are_short():
    assert table(("a",), [(None,), (1 / 3,)], ">").splitlines()[2:] == ["      -", "  0.333"]


def test_a_heading_is_ruled_over_its_length():
    assert heading(2, "Gap") == "\n2. Gap\n------"
