"""A server of this process's own: started, waited for, ended with it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Iterable, Optional

from ._binary import find_binary
from .shop import ControlError, Shop

_POLL_SECONDS = 0.005
_STOP_SECONDS = 5.0
_LOG_CHARACTERS = 2000
#: The checkpoint that each test begins with.
_PREPARED = "prepared for each test"


class StartError(RuntimeError):
    """The server did not start; the text has what it said."""


class ServerDied(RuntimeError):
    """The server ended while it was needed; the text has what it said last."""


class Server:
    """``mockgento serve`` on a free port of this machine.

    It ends with ``stop``, at the end of a ``with`` block, and when this process ends in any way.

    seed: a seed file, or the name of a shop that comes with the program.
    bridge: release of the OroCRM bridge, or "none".
    flavor: which Magento or OpenMage it poses as.
    wsi: WS-I document/literal instead of RPC/encoded.
    now: freeze the shop's clock there, such as "2026-01-31T09:00:00Z".
    listen: address and port; port 0 takes any free one.
    args: more arguments of ``mockgento serve``.
    prepare: called with the shop after each start; what it leaves is what each test begins with.
    """

    def __init__(
        self,
        *,
        seed: Optional[str] = None,
        bridge: Optional[str] = None,
        flavor: Optional[str] = None,
        wsi: bool = False,
        now: Optional[str] = None,
        user: str = "tester",
        key: Optional[str] = None,
        listen: str = "127.0.0.1:0",
        args: Iterable[str] = (),
        prepare: Optional[Callable[[Shop], object]] = None,
        start_seconds: float = 20.0,
    ) -> None:
        named = {"--seed": seed, "--bridge": bridge, "--flavor": flavor, "--now": now}
        options = [part for name, value in named.items() if value is not None for part in (name, str(value))]
        self._arguments = ["serve", "--listen", listen, "--user", user, *options, *(["--wsi"] if wsi else []), *args]
        self._prepare = prepare
        self._start_seconds = start_seconds
        self._user = user
        self._key = key or secrets.token_hex(8)
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._folder: Optional[tempfile.TemporaryDirectory[str]] = None
        self._shop: Optional[Shop] = None

    @property
    def shop(self) -> Shop:
        """The client of its control API."""
        if self._shop is None:
            raise StartError("the server is not started; call start(), or use it in a with block")
        return self._shop

    @property
    def pid(self) -> Optional[int]:
        """Its process id while it is there."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> Shop:
        """Starts it and waits until clients can call it.

        Raises BinaryNotFound or StartError.
        """
        self.stop()
        binary = find_binary()
        self._folder = tempfile.TemporaryDirectory(prefix="mockgento-")
        ready_file = Path(self._folder.name, "ready.json")
        command = [binary, *self._arguments, "--ready-file", str(ready_file), "--die-with-parent"]
        with open(self._log, "wb") as log:
            try:
                # Its standard input closes when this process is gone, which ends it.
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    env={**os.environ, "MOCKGENTO_API_KEY": self._key, "NO_COLOR": "1"},
                )
            except OSError as error:
                raise StartError(f"cannot start {binary}: {error}") from error
        ready = self._wait(ready_file)
        self._shop = Shop(ready["url"], wsdl=ready["wsdl"], user=self._user, key=self._key, watch=self._explain)
        if self._prepare is not None:
            self._prepare(self._shop)
            self._shop.save_checkpoint(_PREPARED)
            self._shop.forget_requests()
        return self._shop

    def fresh(self) -> Shop:
        """The shop as it was started and prepared, whatever was done to it: put back, or started again where it died or lost its seed."""
        if not self.is_running or self.shop.has_other_seed:
            return self.start()
        try:
            self.shop.reset()
            if self._prepare is not None:
                self.shop.restore_checkpoint(_PREPARED)
        except ServerDied:
            # It was dying when we looked.
            return self.start()
        return self.shop

    def stop(self) -> None:
        """Ends it; nothing happens when it is not there."""
        process, self._process, self._shop = self._process, None, None
        if process is not None:
            if process.stdin:
                process.stdin.close()
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        assert self._folder is not None
        return Path(self._folder.name, "log")

    def _wait(self, ready_file: Path) -> dict[str, Any]:
        assert self._process is not None
        deadline = time.monotonic() + self._start_seconds
        while not ready_file.exists():
            code = self._process.poll()
            if code is not None:
                said = self._said()
                self.stop()
                raise StartError(f"mockgento serve ended with exit code {code} before it was ready; it said:\n{said}")
            if time.monotonic() > deadline:
                said = self._said()
                self.stop()
                raise StartError(f"mockgento serve was not ready after {self._start_seconds:g} s; it said:\n{said}")
            time.sleep(_POLL_SECONDS)
        ready: dict[str, Any] = json.loads(ready_file.read_text("utf-8"))
        return ready

    def _said(self) -> str:
        return self._log.read_text("utf-8", "replace").strip()[-_LOG_CHARACTERS:] or "nothing"

    def _explain(self, error: Exception) -> Exception:
        """What a failed request to the control API means."""
        if self._process is None:
            return ServerDied("the server was stopped; this shop belongs to one that is gone")
        try:
            # A process that just broke a connection may take a moment to be gone.
            code = self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            return ControlError(f"the shop does not answer: {error}")
        return ServerDied(f"mockgento serve ended with exit code {code} in the middle of a test; it said:\n{self._said()}")
