"""Objects of the `interp` wing: exact ReLU networks, point sets, lower-bound search.

Each module tells one story and is imported by its own name:

| module | objects |
|---|---|
| `network` | `ExactNet`, `Affine`, `random_net`: exact evaluation, sizes, exchange, algebra |
| `builder` | nets written as arithmetic |
| `piecewise` | the exact graph of a net on the line |
| `projection` | injective integer keys of points in R^d |
| `shallow`, `narrow` | constructions (a) and (b): any points, any rational labels |
| `configurations` | adversarial pairs, equispaced, random, dyadic, clustered points |
| `sawtooth`, `tiny_families` | classes whose dichotomies can be listed |
| `lower_bound` | the finder of certified lower bounds |
"""
