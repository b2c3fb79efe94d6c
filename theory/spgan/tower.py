r"""L1d: averages over nested subgroups, and when two averages commute.

Symbols: H, K subgroups of a finite group; S_H the average over H; HK = {hk}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from constructions.spgan.actions import Action, grid_action, regular
from constructions.spgan.groups import FiniteGroup, Subgroup, dihedral
from constructions.spgan.kernels import Kernel, averaging
from theory import EXACT, LEMMA, Claim, Derived, Outcome, established, refuted
from theory.spgan._spaces import groups, small


def _products(H: Subgroup, K: Subgroup) -> set[int]:
    return {H.parent.table[s][t] for s in H.elements for t in K.elements}


def _is_closed(group: FiniteGroup, elements: set[int]) -> bool:
    return all(group.table[s][t] in elements for s in elements for t in elements)


#: When S_H and S_K are said to commute.
COMMUTE: dict[str, Callable[[Subgroup, Subgroup], bool]] = {
    "HK is a group": lambda H, K: _is_closed(H.parent, _products(H, K)),
    "H or K is normal": lambda H, K: H.is_normal or K.is_normal,
    "always": lambda _H, _K: True,
}

L1d = Claim(
    id="spgan.L1d",
    kind=LEMMA,
    title="Tower: a subgroup's average is absorbed",
    statement=r"For a closed subgroup $H \le K$, $S_K S_H = S_H S_K = S_K$. Two general subgroups need not "
    r"have commuting averages: on a finite group itself (a free orbit) $S_H S_K = S_K S_H$ iff HK is a "
    r"subgroup.",
    hypotheses={"inside": r"$H \subset K$"},
    constants={"commute": "HK is a group"},
    source=Derived("invariance of the Haar measure of K under H; S_H S_K averages over h k"),
    needs=("spgan.L1",),
    proof_needs=("spgan.L1",),
)


@lru_cache(maxsize=512)
def _average(action: Action, H: Subgroup) -> Kernel:
    return averaging(action, H.uniform())


def _pairs(action: Action, *, inside: bool) -> Iterator[tuple[Subgroup, Subgroup]]:
    for K in action.group.subgroups():
        for H in action.group.subgroups():
            if set(H.elements) <= set(K.elements) or not inside:
                yield H, K


@L1d.check(EXACT, scope="12 actions of C1-C4, S3, D4 on 1-9 points: all pairs of nested subgroups")
def nested_subgroups(claim: Claim) -> Outcome:
    """K_H K_K = K_K K_H = K_K as matrices."""
    cases = 0
    for name, action in small().items():
        for H, K in _pairs(action, inside=claim.assumes("inside")):
            fine, coarse = _average(action, H), _average(action, K)
            cases += 1
            if not fine @ coarse == coarse @ fine == coarse:
                return refuted({"action": name, "H": H.elements, "K": K.elements})
    return established(cases=cases)


@L1d.check(EXACT, scope="C2^2, S3, D4, A4 on themselves: all pairs of subgroups", part=True)
def commuting_averages(claim: Claim) -> Outcome:
    """The matrices commute exactly where the claim says so."""
    cases = 0
    for group in groups():
        if group.name not in ("C2xC2", "D3", "D4", "A4"):
            continue
        action, subgroups = regular(group), group.subgroups()
        for i, H in enumerate(subgroups):
            for K in subgroups[:i]:
                first, second = _average(action, H), _average(action, K)
                commute = first @ second == second @ first
                cases += 1
                if commute != COMMUTE[claim["commute"]](H, K):
                    found = {"H": H.elements, "K": K.elements, "commute": commute}
                    return refuted({"group": group.name, **found})
    return established(cases=cases)


L1d.falsifier(
    "H need not lie in K",
    drop="inside",
    by="nested_subgroups",
    because="S_H S_K = S_K says that S_K g is H-invariant",
)
L1d.falsifier(
    "they commute iff one is normal",
    constants={"commute": "H or K is normal"},
    by="commuting_averages",
    because="the mirrors m and r^2 m of D4 commute, and neither is normal",
)
L1d.falsifier(
    "they always commute",
    constants={"commute": "always"},
    by="commuting_averages",
    because="the mirrors m and r m of D4 generate D4, of order 8; HK has 4 elements",
)


@L1d.inhabitant
def rotations_inside_D4(_: Claim) -> dict[str, bool]:
    """C4 = {e, r, r^2, r^3} and D4."""
    group = dihedral(4)
    rotations, whole = group.subgroup([1]), group.subgroup([1, 4])
    return {"inside": rotations.order == 4 and set(rotations.elements) < set(whole.elements)}


@L1d.boundary("H = K, and H trivial")
def ends_of_the_tower(_: Claim) -> Outcome:
    """S_K S_K = S_K and S_{e} S_K = S_K for D4 on the 3 x 3 grid."""
    action = grid_action(dihedral(4), 3)
    bottom, *_rest, top = action.group.subgroups()
    whole = _average(action, top)
    same = whole @ whole == whole == _average(action, bottom) @ whole
    return established(cases=2) if same else refuted({"action": "D4 on the 3x3 grid"})
