"""The machinery behind `theory`: claims, outcomes, discovery, collector, graph."""
