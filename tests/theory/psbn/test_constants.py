"""Numbers that claims and constructions both state: a change of one has to be a change of both."""

from __future__ import annotations

import pytest

from constructions.psbn import drift as built
from constructions.psbn import hazard as built_times
from constructions.psbn.moments import TRUNCATED
from theory.psbn.drift import T5
from theory.psbn.hazard import T7, T7b
from theory.psbn.moments import MOMENTS, T1


@pytest.mark.parametrize(
    ("stated", "used"),
    [
        (MOMENTS, TRUNCATED),
        (T1["moments"], TRUNCATED),
        (T5["drift"], built.DRIFT),
        (T5["diffusion"], built.DIFFUSION),
        (T7["diffusion"], built.FROZEN_DIFFUSION),
        (T7["drift"], built.NO_DRIFT),
        (T7b["drift"], built.DRIFT),
        (T7b["diffusion"], built.DIFFUSION),
        (MOMENTS[2], built.GAMMA_VARIANCE),
    ],
)
def test_a_claim_states_what_the_constructions_use(stated, used):
    assert stated == used


def test_the_frozen_and_the_held_model_are_those_of_the_claims():
    for model, claim in (("frozen", T7), ("held", T7b)):
        assert built_times.MODELS[model] == (claim["diffusion"], claim["drift"])
