"""Plugins of the tests themselves (pytest wants them named at the top)."""

pytest_plugins = ["pytester"]
