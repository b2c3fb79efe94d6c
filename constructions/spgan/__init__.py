"""Objects of the `spgan` wing: finite groups, divergences with certificates, equivariant layers, GANs.

Each module tells one story and is imported by its own name:

| module | objects |
|---|---|
| `groups`, `actions` | finite groups by their tables; left actions, orbits, averages |
| `kernels` | averaging operators of groups and partitions as exact matrices |
| `spaces` | exact metrics, the instances that claims are checked on |
| `coupling`, `transport` | W1 and its supremum over invariant functions, exactly |
| `quotient` | the space of orbits and transport on it |
| `divergence`, `divergence_proposals` | (f, Gamma)-divergences in brackets (KL, alpha, total variation) |
| `total_variation`, `affine` | exact cases: Lipschitz total variation; f_2 over affine functions |
| `kernel_range` | f-divergences over the range of a kernel: idempotent is not enough |
| `mmd` | MMD in Fractions, averaged kernels, LDL^T |
| `sinkhorn` | entropic transport, the soft-min orbit cost |
| `samples` | clouds of points through POT: W1 and its quotient shortcut, unbiased MMD |
| `statements` | problems as the plain data of certificates |
| `transport_certificates`, `divergence_certificates`, `entropic_certificates` | evidence, sealed |
| `image_groups`, `filters`, `expansion`, `sizes` | groups on images; filters by one gather; refused sizes |
| `conv`, `pool`, `norm`, `film`, `upsample`, `heads` | equivariant layers in torch |
| `spectral`, `export`, `equivariance` | norms of expanded filters; plain torch; errors measured |
"""
