"""A server of this process's own: started, waited for, ended with it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import tempfile
import time
from types import TracebackType
from typing import IO, Any, Callable, Iterable, Optional

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
        #: Files that have no name any more where the system allows that: nothing is left of them however this process ends.
        self._printed: Optional[IO[bytes]] = None
        self._log: Optional[IO[bytes]] = None
        self._owner = 0
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
        self._printed, self._log = tempfile.TemporaryFile("ab+"), tempfile.TemporaryFile("ab+")
        self._owner = os.getpid()
        try:
            try:
                # Its standard input closes when this process is gone, which ends it.
                self._process = subprocess.Popen(
                    [binary, *self._arguments, "--log-format", "json", "--die-with-parent"],
                    stdin=subprocess.PIPE,
                    stdout=self._printed,
                    stderr=self._log,
                    env={**os.environ, "MOCKGENTO_API_KEY": self._key, "NO_COLOR": "1"},
                )
            except OSError as error:
                raise StartError(f"cannot start {binary}: {error}") from error
            ready = self._wait()
            self._shop = Shop(ready["url"], wsdl=ready["wsdl"], user=self._user, key=self._key, watch=self._explain)
            if self._prepare is not None:
                self._prepare(self._shop)
                self._shop.save_checkpoint(_PREPARED)
                self._shop.forget_requests()
        except BaseException:
            # Whoever tries again is told the same, and nobody else stops it.
            self.stop()
            raise
        return self._shop

    def fresh(self) -> Shop:
        """The shop as it was started and prepared, whatever was done to it: put back, or started again where it died or lost its seed."""
        if not self.is_running or self.shop.has_other_seed:
            self.start()
        try:
            self._put_back()
        except ServerDied:
            # It was dying when we looked.
            self.start()
            self._put_back()
        return self.shop

    def _put_back(self) -> None:
        """A new one too: what is saved from here on is a test's own."""
        self.shop.reset()
        if self._prepare is not None:
            self.shop.restore_checkpoint(_PREPARED)

    def stop(self) -> None:
        """Ends it; nothing happens when it is not there."""
        process, self._process, self._shop = self._process, None, None
        if process is not None:
            if process.stdin:
                process.stdin.close()
            # A process that was forked off has no business ending it.
            if self._owner == os.getpid():
                process.terminate()
                try:
                    process.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        for file in (self._printed, self._log):
            if file is not None:
                file.close()
        self._printed = self._log = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.stop()

    def _wait(self) -> dict[str, Any]:
        """What it prints once clients can call it."""
        assert self._process is not None
        deadline = time.monotonic() + self._start_seconds
        while b"\n" not in (printed := _text(self._printed)):
            code = self._process.poll()
            if code is not None:
                raise StartError(f"mockgento serve ended with exit code {code} before it was ready; it said:\n{self._said()}")
            if time.monotonic() > deadline:
                late = f"mockgento serve was not ready after {self._start_seconds:g} s"
                raise StartError(f"{late}; it said:\n{self._said()}")
            time.sleep(_POLL_SECONDS)
        line = printed.split(b"\n")[0].decode("utf-8", "replace")
        try:
            ready: dict[str, Any] = json.loads(line)
        except ValueError:
            raise StartError(f"{self._process.args[0]} is no mockgento of this release; it printed: {line}") from None
        return ready

    def _said(self) -> str:
        lines = _text(self._log).decode("utf-8", "replace").strip().splitlines()
        return "\n".join(map(_plain, lines))[-_LOG_CHARACTERS:] or "nothing"

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


def _text(file: Optional[IO[bytes]]) -> bytes:
    """All that was written to it; whoever writes does so at its end."""
    if file is None:
        return b""
    file.seek(0)
    return file.read()


def _plain(line: str) -> str:
    """The message of a line of the log; other lines as they are."""
    try:
        fields = json.loads(line)["fields"]
        message = fields.pop("message")
    except (ValueError, KeyError, TypeError):
        return line
    return " ".join([message, *(f"{name}={value}" for name, value in fields.items())])
