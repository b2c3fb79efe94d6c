"""Objects of the `psbn` wing: post-shifted batch norm, and the theory of collapsing channels.

Each module tells one story and is imported by its own name:

| module | objects |
|---|---|
| `moments` | moments of a rectified standard normal; gradient covariance of a channel |
| `drift` | drift and diffusion of the ratio r = beta / abs(gamma); its root, certified |
| `hazard` | mean collapse times, tail exponents, by two methods each; their certificates |
| `one_step` | the exact change of r by one step of SGD; paths with exact numbers |
| `recovery` | when a dead channel with a constant shift comes back, in exact arithmetic |
| `samuelson` | the largest normalised value of a batch, as a sum of squares |
| `simulate` | vectorised simulators: masks of real batches, (gamma, beta), momentum, Adam |
| `layers` | `PostShiftedBatchNorm1d/2d/3d`, lazy and synchronised: drop-ins for torch's |
| `convert` | from and to torch's batch norm in place, function and optimiser state kept |
| `fuse` | a convolution or linear layer with the norm behind it, for evaluation |
| `optimise` | weight decay towards a centre: what the shift amounts to |
| `relu_op`, `relu_native` | norm and ReLU in one operation; its optional C kernel |
| `monitor`, `monitor_show`, `pairs`, `records`, `tally` | which channels collapse, and when |
| `certify`, `intervals`, `channels`, `prune` | channels that are dead for every input, and their removal |
| `trust` | when a layer computes what its class says; a model put into a mode and back |
"""
