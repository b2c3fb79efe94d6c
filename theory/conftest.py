"""Make the claims of this folder pytest items; the work is done in `theory._core.plugin`."""

from __future__ import annotations

import pytest

from theory._core import plugin


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the collector, unless ``-p theory._core.plugin`` has done so."""
    if not pluginmanager.is_registered(plugin):
        pluginmanager.register(plugin, plugin.__name__)
