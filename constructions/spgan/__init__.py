"""Objects of the `spgan` wing: finite groups, divergences with certificates, equivariant layers, GANs."""
