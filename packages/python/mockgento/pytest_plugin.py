"""Fixtures for pytest: a server for the session (one for each worker of xdist), a shop as new for each test."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from .server import Server
from .shop import Shop


@pytest.fixture(scope="session")
def mockgento_options() -> dict[str, Any]:
    """What the server is started with, the arguments of ``mockgento.Server``; override it in a conftest.py."""
    return {}


@pytest.fixture(scope="session")
def mockgento_server(mockgento_options: dict[str, Any]) -> Iterator[Server]:
    """A server of this session's own."""
    with Server(**mockgento_options) as server:
        yield server


@pytest.fixture
def mockgento_shop(mockgento_server: Server) -> Shop:
    """The shop as it was started, whatever tests before did to it; of a new server when the last one has died."""
    return mockgento_server.fresh()
