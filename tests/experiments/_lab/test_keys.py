"""Keys: everything that a result may depend on, and nothing else."""

import hashlib
import json
from dataclasses import dataclass

import pytest

from experiments._lab.keys import identities


@dataclass(frozen=True)
class Small:
    N: int = 1
    x: float | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Other:
    N: int = 1
    x: float | None = None
    names: tuple[str, ...] = ()


def key(task, experiment="e", seed=0, code="c"):
    return identities(experiment, [task], seed, code)[0].key


def test_a_key_is_what_the_docstring_says():
    def sha(value):
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    stream = sha(["e", "Small", {"N": 3, "x": 0.5, "names": ["a"]}, 7, 0])
    assert key(Small(3, 0.5, ("a",)), seed=7) == sha(["touchstone-record/1", stream, "c"])


def test_everything_that_matters_changes_the_key():
    found = [
        key(Small()),
        key(Small(2)),
        key(Small(x=1)),
        key(Small(x=1.0)),
        key(Small(names=("a",))),
        key(Small(), experiment="f"),
        key(Small(), seed=1),
        key(Small(), code="d"),
        key(Other()),
    ]
    assert len(set(found)) == len(found)


def test_a_list_and_a_tuple_are_the_same_task():
    assert key(Small(names=("a", "b"))) == key(Small(names=["a", "b"]))  # type: ignore[arg-type]


def test_a_task_that_is_listed_twice_is_two_tasks_whatever_stands_between():
    one, other, again = identities("e", [Small(), Small(2), Small()], 0, "c")
    assert (one.replicate, other.replicate, again.replicate) == (0, 0, 1)
    assert len({one.key, other.key, again.key}) == 3
    assert one.stream != again.stream
    assert [i.key for i in identities("e", [Small(2), Small()], 0, "c")] == [other.key, one.key]


def test_no_tasks_have_no_keys():
    assert identities("e", [], 0, "c") == []


@pytest.mark.parametrize(
    ("tasks", "seed", "message"),
    [
        ([{"N": 1}], 0, "task: must be a dataclass"),
        ([Small], 0, "task: must be a dataclass"),
        ([Small(x=float("nan"))], 0, "task.x: must be finite"),
        ([Small(x={1})], 0, "task.x: must be plain data"),
        ([], -1, "seed: must be an integer, at least 0, got -1"),
        ([], True, "seed: must be an integer, at least 0, got True"),
        ([], 1.0, "seed: must be an integer, at least 0, got 1.0"),
    ],
)
def test_what_has_no_key_is_refused(tasks, seed, message):
    with pytest.raises(ValueError, match=message):
        identities("e", tasks, seed, "c")
