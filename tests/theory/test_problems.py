"""Problems of the declarations, found without running anything."""

import pytest

from theory._core.problems import find_problems
from theory._core.registry import Registry, discover


@pytest.fixture
def problems(wings):
    """Problems of the folder as (kind, subject, claim)."""

    def find():
        return [(p.kind, p.subject, p.claim) for p in find_problems(discover(wings.root))]

    return find


def test_sound_claims_have_none(wings, problems):
    wings.write('A = sound("demo.A"); B = sound("demo.B", needs=("demo.A",))')
    assert problems() == []


def test_the_id_and_the_folder_name_the_same_wing(wings, problems):
    wings.write('A = sound("other.A")')
    assert problems() == [("wrong wing", "other", "other.A")]


def test_only_open_claims_and_definitions_stand_without_a_check(wings, problems):
    wings.write(
        """
from theory._core.claim import Kind
ALL = [claim(f"demo.{kind.name}", kind=kind) for kind in Kind]
"""
    )
    found = problems()
    assert {kind for kind, _, _ in found} == {"no check"}
    assert {claim for _, _, claim in found} == {
        f"demo.{name}"
        for name in [
            "LEMMA",
            "THEOREM",
            "COROLLARY",
            "PROPOSITION",
            "REMARK",
            "EMPIRICAL",
            "ERRATUM",
        ]
    }


@pytest.mark.parametrize("text", ["", " \\n"])
def test_no_text_is_left_empty(wings, problems, text):
    wings.write(
        f"""
A = claim("demo.A", title="{text}", statement="{text}", source=Derived("{text}"))
A.check(EXACT, scope="{text}")(honest)
A.falsifier("power + 1", constants={{"power": 3}})
"""
    )
    assert [(kind, subject) for kind, subject, _ in problems()] == [
        ("missing text", name) for name in ("title", "statement", "source", "scope of honest")
    ]


def test_a_claim_lost_to_a_second_one_of_the_same_variable_is_noticed(wings, problems):
    wings.write('A = Claim("demo.A", OPEN, "t", "s", Derived("d"))\n' * 2)
    assert problems() == [("overwritten claim", "A", discover(wings.root).modules[0].name)]


def test_statements_and_proofs_have_cycles_of_their_own(wings, problems):
    wings.write(
        """
A = sound("demo.A", needs=("demo.B",), proof_needs=("demo.C",))
B = sound("demo.B", needs=("demo.A",))
C = sound("demo.C", needs=("demo.A",), proof_needs=("demo.C",))
"""
    )
    assert problems() == [
        ("cycle of statements", "", "demo.A"),
        ("cycle of proofs", "", "demo.C"),
    ]


def test_a_need_of_either_kind_that_is_not_there_dangles(wings, problems):
    wings.write('A = sound("demo.A", needs=("demo.X",), proof_needs=("demo.X", "demo.Y"))')
    assert problems() == [
        ("dangling need", "demo.X", "demo.A"),
        ("dangling need", "demo.Y", "demo.A"),
    ]


def test_a_falsifier_of_a_claim_without_checks_is_a_stray(wings, problems):
    wings.write('A = claim("demo.A", kind=OPEN); A.falsifier("near", constants={"power": 3})')
    assert problems() == [("stray falsifier", "near", "demo.A")]


def test_an_empty_folder_has_no_claims_and_no_problems(tmp_path):
    registry = discover(tmp_path)
    assert registry == Registry(tmp_path, ())
    assert find_problems(registry) == []


def test_two_folders_with_equal_names_stay_apart(tmp_path, wings):
    wings.write('A = sound("demo.A")')
    other = tmp_path / "other/wings"
    (other / "demo").mkdir(parents=True)
    (other / "demo/family.py").write_text("", encoding="utf-8")
    assert list(discover(wings.root).claims) == ["demo.A"]
    assert list(discover(other).claims) == []
