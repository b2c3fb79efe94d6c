r"""P1, P3, P6, P7: what the abstract reports from training, held against small runs on digits.

CIFAR-10 and COCO were not available; the runs are those of `_digits`: 1437 images of 8 x 8, four
convolutions, 96 channels. A run here can support a direction at this size and no more.
"""

from __future__ import annotations

from fractions import Fraction

from constructions.psbn.recovery import DeadChannel, recovery_step, simulated_recovery
from theory import (
    EMPIRICAL,
    EXACT,
    OPEN,
    Claim,
    Outcome,
    Paper,
    established,
    not_run,
    refuted,
)
from theory._core.claim import Kind
from theory.psbn._digits import Count, Training, available, recovered, trained

SEEDS = range(10)
MISSING = "scikit-learn, for its digits"

P1 = Claim(
    id="psbn.P1",
    kind=Kind.EMPIRICAL,
    title="Filters collapse without any sparsity penalty",
    statement=r"Networks with BN and a rectified activation lose filters in plain training, "
    r"without an L1 penalty. (Here: SGD, no decay at all, 3 epochs of digits, in each of ten "
    r"seeds at the learning rate 2. At the usual 0.1 no channel was lost: collapse in standard "
    r"training is not reproduced at this size.)",
    constants={"rate": 2.0, "least": 1},
    source=Paper("abstract and introduction of arXiv:2001.11216"),
    needs=("psbn.D1",),
)


def _counts(rate: float, optimiser: str = "SGD") -> dict[int, Count]:
    return {seed: trained(Training(rate, 3, seed, optimiser)) for seed in SEEDS}


def _dead(counts: dict[int, Count]) -> list[int]:
    return [one.dead for one in counts.values()]


@P1.check(
    EMPIRICAL,
    scope="digits, 96 channels, SGD 2.0 with momentum 0.9, no decay, ten seeds",
    tier="slow",
)
def dead_channels_after_training(claim: Claim) -> Outcome:
    """Data-dead channels of each of ten runs."""
    if not available():
        return not_run(MISSING)
    dead = _dead(_counts(claim["rate"]))
    shown = {"rate": claim["rate"], "dead of 96": dead}
    return established(records=shown) if min(dead) >= claim["least"] else refuted(shown)


P1.falsifier(
    "at the usual learning rate 0.1",
    constants={"rate": 0.1},
    because="nothing collapses in three epochs of digits",
)
P1.falsifier("a third of all channels", constants={"least": 32}, because="some tens at most")

P3 = Claim(
    id="psbn.P3",
    kind=Kind.EMPIRICAL,
    title="More collapse at large learning rates and with adaptive ones",
    statement=r"Collapse is worse with a large learning rate, with adaptive optimisers, and in "
    r"fine-tuning. (Here: in each of ten seeds more dead channels at SGD 4 than at SGD 0.5, and "
    r"in sum more with Adam than with SGD at the same learning rate 0.1; fine-tuning was not "
    r"tested.)",
    constants={"small": 0.5, "large": 4.0, "adaptive": "Adam", "plain": "SGD"},
    source=Paper("abstract of arXiv:2001.11216"),
    needs=("psbn.D1", "psbn.P1"),
)


@P3.check(
    EMPIRICAL,
    scope="digits, no decay, 3 epochs, ten paired seeds (sign test: all ten, level 2^-10)",
    tier="slow",
)
def learning_rates_and_optimisers(claim: Claim) -> Outcome:
    """Paired counts at two learning rates, and sums under two optimisers."""
    if not available():
        return not_run(MISSING)
    small, large = (_dead(_counts(claim[name])) for name in ("small", "large"))
    plain, adaptive = (_dead(_counts(0.1, claim[name])) for name in ("plain", "adaptive"))
    shown = {"small": small, "large": large, "plain": plain, "adaptive": adaptive}
    if not all(a < b for a, b in zip(small, large, strict=True)) or sum(plain) >= sum(adaptive):
        return refuted(shown)
    return established(records=shown)


P3.falsifier(
    "the reverse: worse at small learning rates",
    constants={"small": 4.0, "large": 0.5},
    because="dead channels grow steeply with the learning rate",
)
P3.falsifier(
    "already between 0.1 and 0.5",
    constants={"small": 0.1, "large": 0.5},
    because="both are nearly 0 in three epochs",
)
P3.falsifier(
    "worse with SGD than with Adam",
    constants={"adaptive": "SGD", "plain": "Adam"},
    because="Adam's steps do not shrink with the gradient (T8)",
)

P6 = Claim(
    id="psbn.P6",
    kind=Kind.EMPIRICAL,
    title="psBN recovers collapsed filters",
    statement=r"psBN makes saturated BN parameters trainable again automatically, and collapsed filters are "
    r"recovered. (Here: under decay on gamma and beta, T10; a channel without gradient never without it. "
    r"Fine-tuning four networks that lost channels: in each the dead fall to a third or less under psBN, "
    r"and do not fall under BN; without decay at most a third come back, when other layers move. Net by net "
    r"that is no law: of eleven further seeds five had a net against it, for channels also die meanwhile.)",
    hypotheses={"decay": "weight decay acts on gamma and on beta"},
    constants={"share": Fraction(1, 3), "alpha": 0.1},
    source=Paper("abstract of arXiv:2001.11216; that decay is needed is ours"),
    needs=("psbn.T9", "psbn.T10"),
    proof_needs=("psbn.T10",),
)


@P6.check(
    EXACT,
    scope="dead channels with beta0 -3 to -30, gamma0 1/2, alpha 1/10, c 3, rho 9/10, on integers",
    part=True,
)
def dead_channels_come_back(claim: Claim) -> Outcome:
    """Under the claim's decay each comes back; the number of steps by simulation and by formula."""
    decay = Fraction(1) if claim.assumes("decay") else Fraction(0)
    alpha, eta = Fraction(str(claim["alpha"])), Fraction(1, 10)
    for k in range(3, 31):
        one = DeadChannel(eta, decay, alpha, Fraction(-k), Fraction(1, 2), Fraction(3))
        walked = simulated_recovery(one, 100)
        if walked is None or walked != recovery_step(one):
            return refuted({"beta0": -k, "decay": decay, "back after": walked})
    return established(cases=28)


@P6.check(
    EMPIRICAL,
    scope="digits, 96 channels: SGD 1.5 for 6 epochs, then 0.1 for 12, decay 1e-2 or 0, seeds 0 to 3",
    tier="slow",
)
def dead_channels_after_fine_tuning(claim: Claim) -> Outcome:
    """Dead before and after in every net: psBN and BN with the decay, psBN without any."""
    if not available():
        return not_run(MISSING)
    decay = 1e-2 if claim.assumes("decay") else 0.0
    records = {}
    for seed in range(4):
        before, after = recovered(seed, claim["alpha"], decay)
        _, plain = recovered(seed, 0.0, decay)
        _, idle = recovered(seed, claim["alpha"], 0.0)
        counts = {"before": before.dead, "psBN": after.dead, "BN": plain.dead, "idle": idle.dead}
        records[seed] = counts
        fell = after.dead <= claim["share"] * before.dead
        stayed = idle.dead >= (1 - claim["share"]) * before.dead
        if not before.dead or not fell or not stayed or plain.dead < before.dead:
            return refuted({"seed": seed, **counts})
    return established(records=records)


P6.falsifier("without decay", drop="decay", because="a dead channel has no gradient (T9, T10)")
P6.falsifier(
    "alpha = 0",
    constants={"alpha": 0.0},
    because="that is BN",
)
P6.falsifier(
    "seven in eight",
    constants={"share": Fraction(1, 8)},
    by="dead_channels_after_fine_tuning",
    because="recovery takes k* steps, longer for some",
)
P6.falsifier(
    "all of them",
    constants={"share": Fraction(0)},
    by="dead_channels_after_fine_tuning",
    because="recovery takes k* steps, longer for some",
)


@P6.inhabitant
def decayed(_: Claim) -> dict[str, bool]:
    """A step of decay 1 at eta 1/10 takes a tenth of gamma and of beta."""
    one = DeadChannel(*map(Fraction, ("0.1", "1", "0.1", "-3", "0.5", "3")))
    return {"decay": one.rho == Fraction(9, 10)}


P7 = Claim(
    id="psbn.P7",
    kind=OPEN,
    title="psBN improves CIFAR-10 classification and COCO detection",
    statement=r"psBN improves classification on CIFAR-10 and detection on MS-COCO 2017. (Neither data set "
    r"was available; nothing here supports or contradicts it.)",
    source=Paper("abstract of arXiv:2001.11216; its tables were not readable"),
)
