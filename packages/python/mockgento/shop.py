"""The control API of a running shop, as ``/__admin/openapi.json`` describes it: one method a route."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from typing import Any, Callable, Mapping, Optional, Union

from . import _calls

Json = Any
#: How a query parameter may be given.
_Parameter = Union[str, int, None, list[str]]

#: Every route this client uses, compared with the document of the server by a test.
ROUTES: dict[str, tuple[str, str]] = {
    "health": ("GET", "/health"),
    "requests": ("GET", "/requests"),
    "request": ("GET", "/requests/{number}"),
    "forget_requests": ("DELETE", "/requests"),
    "verify": ("POST", "/requests/verify"),
    "reset": ("POST", "/reset"),
    "load_seed": ("PUT", "/seed"),
    "state": ("GET", "/state"),
    "tables": ("GET", "/tables"),
    "edit": ("POST", "/edits"),
    "clock": ("GET", "/clock"),
    "set_clock": ("PUT", "/clock"),
    "disruptions": ("GET", "/disruptions"),
    "disrupt": ("POST", "/disruptions"),
    "clear_disruptions": ("DELETE", "/disruptions"),
    "disarm": ("DELETE", "/disruptions/{id}"),
    "stubs": ("GET", "/stubs"),
    "stub": ("POST", "/stubs"),
    "clear_stubs": ("DELETE", "/stubs"),
    "remove_stub": ("DELETE", "/stubs/{id}"),
    "modules": ("GET", "/modules"),
    "install_module": ("POST", "/modules"),
    "checkpoints": ("GET", "/checkpoints"),
    "checkpoint": ("POST", "/checkpoints"),
    "delete_checkpoint": ("DELETE", "/checkpoints/{name}"),
    "settings": ("GET", "/settings"),
    "change_settings": ("PUT", "/settings"),
}

_TIMEOUT_SECONDS = 30.0


class ControlError(RuntimeError):
    """The shop refused what was asked of it; the text says why and what to do.

    problem: the problem document (title, status, detail, remedy), where the shop sent one.
    """

    def __init__(self, message: str, problem: Optional[Mapping[str, Json]] = None) -> None:
        super().__init__(message)
        self.problem = problem


class Shop:
    """A running fake shop.

    url: the shop's base URL. wsdl: what clients are configured with. user, key: an API user who may do everything.
    token: the one of --admin-token, for a shop on another machine or in a container.
    """

    def __init__(
        self,
        url: str,
        *,
        wsdl: Optional[str] = None,
        user: str = "",
        key: str = "",
        token: Optional[str] = None,
        watch: Optional[Callable[[Exception], Exception]] = None,
    ) -> None:
        self.url = url if url.endswith("/") else url + "/"
        self.user = user
        self.key = key
        #: Whether resets go back to another seed than the one it was started on.
        self.has_other_seed = False
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._watch = watch
        self.wsdl: str = wsdl or self._seen_from_here(self.health()["wsdl"])

    def __repr__(self) -> str:
        return f"Shop({self.url!r}, user={self.user!r})"

    def _seen_from_here(self, wsdl: str) -> str:
        """A shop in a container knows itself by another host and port than we do."""
        told = urllib.parse.urlsplit(wsdl)
        return urllib.parse.urljoin(self.url, told._replace(scheme="", netloc="").geturl())

    # What was received

    def health(self) -> dict[str, Json]:
        """Whether the shop answers, and where."""
        return self._ask("health")

    def requests(
        self,
        operation: Optional[str] = None,
        *,
        outcome: Optional[str] = None,
        since: Optional[str] = None,
        after: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> list[dict[str, Json]]:
        """Requests received, oldest first. outcome: "value", "fault", "wsdl" or "page"."""
        query: dict[str, _Parameter] = {"operation": operation, "outcome": outcome, "since": since, "after": after}
        return self._ask("requests", query={**query, "limit": limit})["requests"]

    def request(self, number: int) -> dict[str, Json]:
        """One request with both messages, and why it failed."""
        return self._ask("request", number=number)

    def forget_requests(self) -> None:
        """Forgets what was received; numbers go on."""
        self._ask("forget_requests")

    def verify(
        self, *calls: Mapping[str, Json], in_order: bool = False, nothing_else: bool = False, after: int = 0
    ) -> list[int]:
        """Fails unless these calls came, each {"to": operation, "with": conditions, "answered": …, "count": …}; how many of
        each there were. The message tells of the calls that come nearest."""
        __tracebackhide__ = True
        question = {"calls": list(calls), "in order": in_order, "nothing else": nothing_else, "after": after}
        try:
            counts: list[int] = self._ask("verify", body=question)["counts"]
        except ControlError as error:
            if error.problem is None or "unmet" not in error.problem:
                raise
            unmet = _calls.told(error.problem["unmet"])
        else:
            return counts
        raise AssertionError(unmet)

    def assert_called(self, operation: str, times: Optional[int] = None, **arguments: Json) -> None:
        """Fails unless the operation was called, exactly ``times`` times where that is given, with arguments like these:
        values, or conditions such as {"regex": "@example"}."""
        __tracebackhide__ = True
        count = {} if times is None else {"count": times}
        self.verify({"to": operation, "with": arguments, **count})

    def assert_not_called(self, operation: str, **arguments: Json) -> None:
        """Fails when the operation was called (with arguments like these)."""
        __tracebackhide__ = True
        self.assert_called(operation, 0, **arguments)

    def assert_no_faults(self) -> None:
        """Fails when a call was answered with a fault or an error page, and tells why."""
        __tracebackhide__ = True
        problem = _calls.failures(self.requests())
        if problem:
            raise AssertionError(problem)

    # What is in it

    def state(self, *tables: str, containing: Optional[str] = None, offset: Optional[int] = None,
              limit: Optional[int] = None) -> dict[str, list[dict[str, Json]]]:
        """Tables by Magento's names; without names all that have rows."""
        query: dict[str, _Parameter] = {"table": list(tables), "containing": containing, "offset": offset}
        return self._ask("state", query={**query, "limit": limit})

    def rows(self, table: str) -> list[dict[str, Json]]:
        """The rows of one table."""
        return self.state(table)[table]

    def tables(self) -> list[dict[str, Json]]:
        """Names, keys and sizes of the tables."""
        return self._ask("tables")["tables"]

    def edit(self, edit: Mapping[str, Json]) -> int:
        """Any edit of the control API, such as {"create_address": {"customer": 1, "fields": {...}}}; the record's key."""
        return self._ask("edit", body=edit)["id"]

    def create(self, table: str, **fields: Json) -> int:
        """Makes a row; its key."""
        return self.edit({"create": {"table": table, "fields": fields}})

    def update(self, table: str, id: int, **fields: Json) -> None:
        """Changes columns of a row; None empties one."""
        self.edit({"update": {"table": table, "id": id, "fields": fields}})

    def delete(self, table: str, id: int) -> None:
        """Deletes a row."""
        self.edit({"delete": {"table": table, "id": id}})

    def configure(self, path: str, value: str) -> None:
        """Sets a value of Magento's configuration, such as general/locale/timezone."""
        self.edit({"configure": {"path": path, "value": value}})

    def reset(self) -> None:
        """Puts the shop back as it was started: data, settings, clock, sessions, stubs, disruptions, requests."""
        self._ask("reset", body={})

    def load_seed(self, seed: Mapping[str, Json]) -> None:
        """Opens the shop on another seed, which resets go back to from now on."""
        self._ask("load_seed", body=seed)
        self.has_other_seed = True

    def save_checkpoint(self, name: str) -> None:
        """Keeps the state of the shop under a name."""
        self._ask("checkpoint", body={"save": name})

    def restore_checkpoint(self, name: str) -> None:
        """Goes back to a state that was kept; requests stay."""
        self._ask("checkpoint", body={"restore": name})

    def checkpoints(self) -> list[dict[str, Json]]:
        """Name and time of each."""
        return self._ask("checkpoints")["checkpoints"]

    def delete_checkpoint(self, name: str) -> None:
        self._ask("delete_checkpoint", name=name)

    # What operations answer in the place of the shop

    def stub(self, operation: str, **stub: Json) -> int:
        """What an operation answers before the shop does: when, answer, fault, delay, times, then, rows_of …; its id."""
        words = {name.replace("_", " "): value for name, value in stub.items()}
        return self._ask("stub", body={"operation": operation, **words})["stubs"][-1]["id"]

    def stubs(self) -> list[dict[str, Json]]:
        """The stubs in order, and how often each was called."""
        return self._ask("stubs")["stubs"]

    def remove_stub(self, id: int) -> None:
        self._ask("remove_stub", id=id)

    def clear_stubs(self) -> None:
        self._ask("clear_stubs")

    def install_module(self, name: str, **files: str) -> dict[str, Json]:
        """Installs a module from the texts of its files: api_xml, wsdl_xml, wsi_xml. Clients fetch the WSDL again then."""
        named = {file.replace("_", "."): text for file, text in files.items()}
        return self._ask("install_module", body={"name": name, **named})

    def modules(self) -> dict[str, Json]:
        """Operations that modules declare."""
        return self._ask("modules")

    # What goes wrong

    def disrupt(
        self, disruption: Union[str, Mapping[str, Json]], *, times: int = 1, **when: Json
    ) -> int:
        """Arms a disruption, such as {"status": 503} or "expire-sessions"; its id. when: operation, nth, page, every,
        session, percent, seed, from_, until. times 0 is until it is disarmed."""
        conditions = {name.rstrip("_"): value for name, value in when.items()}
        return self._ask("disrupt", body={"disruption": disruption, "when": conditions, "times": times})["id"]

    def disruptions(self) -> list[dict[str, Json]]:
        """What is armed and not used up."""
        return self._ask("disruptions")["disruptions"]

    def disarm(self, id: int) -> None:
        self._ask("disarm", id=id)

    def clear_disruptions(self) -> None:
        self._ask("clear_disruptions")

    # How it is set

    def clock(self) -> dict[str, Json]:
        """The shop's time: now, runs."""
        return self._ask("clock")

    def set_clock(
        self, now: Optional[str] = None, *, advance: Optional[str] = None, runs: Optional[bool] = None
    ) -> dict[str, Json]:
        """Sets the time, lets some pass ("2 days"), makes it stand or run."""
        given = {"now": now, "advance": advance, "runs": runs}
        return self._ask("set_clock", body={name: value for name, value in given.items() if value is not None})

    def advance(self, by: str) -> None:
        """Lets time pass, such as "90s" or "2 days"."""
        self.set_clock(advance=by)

    def settings(self) -> dict[str, Json]:
        """Style, bridge release, flavor, Magento's configuration."""
        return self._ask("settings")

    def change_settings(self, **settings: Json) -> dict[str, Json]:
        """Changes what is given: wsi, bridge, flavor, web_server, configuration. Clients fetch the WSDL again then."""
        return self._ask("change_settings", body=settings)

    # The wire

    def _ask(self, route: str, *, query: Optional[Mapping[str, _Parameter]] = None, body: Json = None, **path: Json) -> Json:
        method, pattern = ROUTES[route]
        target = "/__admin" + pattern.format(**{key: urllib.parse.quote(str(value), safe="") for key, value in path.items()})
        given = {key: value for key, value in (query or {}).items() if value is not None and value != []}
        if given:
            target += "?" + urllib.parse.urlencode(given, doseq=True)
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_SECONDS)
        try:
            sent = None if body is None else json.dumps(body)
            headers = self._headers if sent is None else {**self._headers, "Content-Type": "application/json"}
            connection.request(method, target, sent, headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise (self._watch(error) if self._watch else ControlError(f"{self.url} does not answer: {error}")) from error
        finally:
            connection.close()
        if status == 204:
            return None
        if 200 <= status < 300:
            return json.loads(text)
        raise _refused(method, target, status, text)


def _refused(method: str, target: str, status: int, text: str) -> ControlError:
    try:
        problem = json.loads(text)
        return ControlError(f"{method} {target}: {problem['title']}: {problem['detail']}; {problem['remedy']}", problem)
    except (ValueError, KeyError, TypeError):
        return ControlError(f"{method} {target}: HTTP {status}, which is no answer of a control API; is {target} a Mockgento?")
