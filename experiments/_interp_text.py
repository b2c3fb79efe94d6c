"""The report of the interpolation experiment as text of at most 100 columns."""

from __future__ import annotations

from typing import Any

from experiments._lab.text import heading, table

Metrics = dict[str, Any]


def render(metrics: Metrics) -> str:
    """The five sections, and the sweep if there was one."""
    parts = [
        _problem(metrics["problem"]),
        _lower(metrics),
        _upper(metrics),
        _gap(metrics),
        _floats(metrics),
    ]
    if "sweep" in metrics:
        parts.append(_sweep(metrics["sweep"]))
    return "\n".join(parts)


def _problem(problem: Metrics) -> str:
    N, d = problem["N"], problem["d"]
    return "\n".join(
        (
            heading(1, "Problem: interpolation by ReLU networks").lstrip("\n"),
            f"  size        N = {N} points, d = {d}, b = {problem['b']} bits, delta = {problem['delta']}",
            f"  asked for   {problem['given']}",
            "  labels      {0, 1}; a network serves a labelling if f > 1/2 exactly where it is 1",
            f"  points      {problem['points']}",
            f"  parameters  {problem['convention']}",
        )
    )


def _lower(metrics: Metrics) -> str:
    rows = [
        (
            row["name"],
            f"{row['parameters']:.1f}"
            if isinstance(row["parameters"], float)
            else row["parameters"],
            _pair(row["architecture"]),
            sum(row["excluded"].values()) if row["considered"] is not None else None,
            row["claim"],
            row["arithmetic"],
        )
        for row in metrics["lower_bounds"]
    ]
    head = ("bound", "P >=", "survivor", "excluded", "claim", "arithmetic")
    return "\n".join(
        (
            heading(2, "Lower bounds: what serves every labelling of every such set"),
            table(head, rows, "<><><<"),
            "  nets of uniform width unless any widths are named; survivor: the first class that the",
            "  tests leave, as (width W, depth L) or as its list of widths;",
            *(
                f"  excluded by {row['claim']}: {_exclusions(row)};"
                for row in metrics["lower_bounds"]
                if len(row["excluded"]) > 1
            ),
            "  asymptotic: holds up to a factor 1 - o(1) as N grows, so it is no certificate.",
        )
    )


def _exclusions(row: Metrics) -> str:
    return " + ".join(f"{count} {test}" for test, count in row["excluded"].items())


def _pair(architecture: list[int] | None) -> str | None:
    return None if architecture is None else f"({', '.join(map(str, architecture))})"


CLOSER = "  (!) closer together than delta: shown, but not part of this problem's bound."
NOT_FOLDED = "  fold_lookup is not built at this size: N max(N, b) is beyond 2^18."


def _upper(metrics: Metrics) -> str:
    rows = metrics["upper_bounds"]
    best = metrics["upper_bound"]
    head = (
        *("net", "points", "P", "uniform P", "nonzero", "depth", "width", "bits"),
        *("log2 1/sep", "exact"),
    )
    body = [
        (
            ("* " if row["name"] == best["construction"] else "  ") + row["name"],
            row["configuration"] + ("" if row["in_problem"] else " (!)"),
            row["parameters"],
            row["uniform_parameters"],
            row["nonzeros"],
            row["depth"],
            row["width"],
            row["weight_bits"],
            f"{row['log2_inverse_separation']:.1f}",
            row["verified"],
        )
        for row in rows
    ]
    note = (
        f"  * smallest: {best['construction']} with P = {best['parameters']}. "
        if best["construction"]
        else "  no construction interpolated every configuration. "
    )
    return "\n".join(
        (
            heading(3, "Upper bounds: nets built, and evaluated exactly at all N points"),
            table(head, body, "<<>>>>>>>>"),
            note + "bits: longest numerator or denominator of a weight.",
            "  uniform P: of the class Class(d; width, depth) that the net lies in. exact: f(x) = label at",
            "  every point, in rational arithmetic.",
            *([] if all(row["in_problem"] for row in rows) else [CLOSER]),
            *([] if any(row["name"] == "fold_lookup" for row in rows) else [NOT_FOLDED]),
        )
    )


def _gap(metrics: Metrics) -> str:
    lower, gap = metrics["lower_bound"]["parameters"], metrics["gap"]
    shown, over = "no upper bound", "uniform widths"
    if gap:
        over = "all widths" if gap["counted"] == "parameters" else over
        shown = f"{gap[gap['counted']]} / {lower} = {gap['ratio']:.2f}, {gap['construction']}"
    lines = [
        heading(4, "Gap, regime, adversarial draw"),
        f"  upper / lower  {shown}; both over {over}",
        f"  regime         {metrics['regime']}: polynomial b <= 4 log2 N, exponential b >= N/4",
        "  A random paired configuration is interpolated by some net of uniform width W, depth L with",
        "  probability at most (configurations it can serve) / C(m,n) (interp.PAIR, interp.DIR):",
    ]
    for row in metrics["adversarial_draw"]:
        exponent = row["log2_probability"]
        verdict = f"2^{exponent}" if exponent < 0 else "1 (the count says nothing)"
        lines.append(f"    (W, L) = ({row['W']}, {row['L']}), P = {row['parameters']}: {verdict}")
    if not metrics["adversarial_draw"]:
        lines.append("    no class up to the certified bound can serve any (K < n)")
    return "\n".join(lines)


def _floats(metrics: Metrics) -> str:
    rows = [
        (
            row["name"],
            row["configuration"],
            f"{row['float32_wrong']} / {row['points']}",
            f"{row['float64_wrong']} / {row['points']}",
        )
        for row in metrics["upper_bounds"]
    ]
    return "\n".join(
        (
            heading(5, "The same nets in floating point: labels off by more than 1/4 (no proof)"),
            table(("net", "points", "float32", "float64"), rows, "<<>>"),
        )
    )


def _sweep(rows: list[Metrics]) -> str:
    body = [
        (
            row["law"],
            row["N"],
            row["b"],
            row["lower"],
            f"({row['W']}, {row['L']})",
            row["excluded"],
            row["upper"],
            row["construction"],
            row["verified"],
            f"{row['uniform_upper'] / row['lower']:.2f}" if row["uniform_upper"] else None,
        )
        for row in rows
    ]
    head = ("b as", "N", "b", "P >=", "survivor", "excluded", "P <=", "net", "exact", "gap")
    return "\n".join(
        (
            heading(6, "Sweep: certified lower bound, and nets built on the paired configuration"),
            table(head, body, "<>>><>><>>"),
            "  gap: upper / lower, both over uniform widths.",
        )
    )
