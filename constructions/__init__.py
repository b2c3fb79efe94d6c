"""The objects: networks, point sets, simulators, layers, and the finders of certificates."""
