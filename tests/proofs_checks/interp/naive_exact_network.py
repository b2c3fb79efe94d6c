"""Second checker of ``interp.exact_network``: the network is evaluated in Fractions.

Which claims may be named is the referee's to say; what they bound is said here again.
"""

from __future__ import annotations

from itertools import product
from random import Random

from naive import altered, dense, keys, number, outputs, whole

from proofs_checks.interp.exact_network import CLAIMS

SIZE = ("parameters", "depth", "width")
TENT = [
    {"rows": [[[0, "1"]], [[0, "1"]]], "bias": ["0", "-1/2"]},
    {"rows": [[[0, "2"], [1, "-4"]]], "bias": ["0"]},
]


#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "stated != actual", "stated > actual"),
    ("check", "value != (label,)", "value > (label,)"),
    ("check", "network.parameters > most", "network.parameters > most + 9"),
    ("_points", "len(set(points)) != len(points)", "not points"),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "points", "labels", *SIZE) or not keys(evidence, "network"):
        return False
    network = evidence["network"]
    points = [tuple(map(number, point)) for point in statement["points"]]
    labels = [number(label) for label in statement["labels"]]
    hidden = [len(layer["bias"]) for layer in network["layers"][:-1]]
    size = (dense(network), len(hidden), max(hidden, default=0))
    return (
        len(set(points)) == len(points) == len(labels) > 0
        and all(outputs(network, p) == [y] for p, y in zip(points, labels, strict=True))
        and size == tuple(statement[name] for name in SIZE)
        and all(whole(statement[name], 0, 10**9) for name in SIZE)
        and statement["claim"] in CLAIMS
        and size[0] <= most(statement["claim"], len(points), network["inputs"])
    )


def most(claim, N, d):
    """The most parameters a claim speaks of: of one hidden layer (U1), of two (U2, on the line)."""
    if claim == "interp.U1":
        return 3 * N + d - 1
    if claim == "interp.U2":
        grid = product(range(1, N + 1), repeat=2)
        return min(p * q + 2 * p + 2 * q + 1 for p, q in grid if p * q >= N) if d == 1 else 0
    return 10**9


def originals():
    """The tent map and its square, one constant, and hinge networks of a few points, d = 1 and 2."""
    from constructions.interp.shallow import shallow_any
    from proofs_checks.certificate import seal

    def sealed(points, labels, network, claim="interp.U1"):
        hidden = [len(layer["bias"]) for layer in network["layers"][:-1]]
        sizes = (dense(network), len(hidden), max(hidden, default=0))
        statement = {"claim": claim, "points": points, "labels": labels}
        statement |= dict(zip(SIZE, sizes, strict=True))
        return seal("interp.exact_network", statement, {"network": network})

    points = [["0"], ["1/3"], ["1/2"], ["1"]]
    tent, twice = ({"inputs": 1, "layers": layers} for layers in (TENT, TENT + TENT))
    made = [
        sealed(points, ["0", "2/3", "1", "0"], tent),
        sealed([*points, ["1/8"]], ["0", "2/3", "0", "0", "1/2"], twice, "interp.FOLD"),
        sealed([["0", "0"]], ["-1/7"], {"inputs": 2, "layers": [{"rows": [[]], "bias": ["-1/7"]}]}),
    ]
    rng = Random(1)
    for d, count in ((1, 3), (1, 4), (2, 4)):
        places = [tuple(number(str(rng.randint(-9, 9))) for _ in range(d)) for _ in range(count)]
        labels = [number(f"{rng.randint(0, 9)}") for _ in places]
        network = shallow_any(places, labels, Random(2)).to_json()
        texts = [[str(x) for x in place] for place in places]
        made.append(sealed(texts, [str(y) for y in labels], network, "interp.LOOKUP"))
    return made


def impostors():
    """Networks beyond what a claim allows, a point twice, and labels that are missed by a hair."""
    tent, twice, *_ = originals()
    points, labels = (twice["statement"][name] for name in ("points", "labels"))
    few = {"points": points[:3], "labels": labels[:3]}
    again = {"points": points + points[:1], "labels": labels + labels[:1]}
    near = [str(number(label) + number(f"1/{2**60}")) for label in labels]
    return [
        altered(twice, {**few, "claim": "interp.U1"}, {}),
        altered(twice, {**few, "claim": "interp.U2"}, {}),
        altered(twice, again, {}),
        altered(twice, {"labels": [*labels[:-1], near[-1]]}, {}),
        altered(tent, {"parameters": 6}, {}),
    ]
