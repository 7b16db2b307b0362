"""Whether what was received is what a test wants, and which calls come nearest when it is not."""

from __future__ import annotations

import difflib
import json
from typing import Any, Mapping, Optional, Sequence

_SHOWN_MAX = 5
_VALUE_CHARACTERS_MAX = 120


def missing(
    requests: Sequence[Mapping[str, Any]], operation: str, times: Optional[int], arguments: Mapping[str, Any]
) -> Optional[str]:
    """Why the calls are not those wanted, or None."""
    of_it = [request for request in requests if request["operation"] == operation]
    matching = [request for request in of_it if not _differences(arguments, request["arguments"])]
    if times is None and matching or times is not None and len(matching) == times:
        return None
    wanted = _call(operation, arguments)
    expected = "at least once" if times is None else "never" if times == 0 else f"{times} times" if times > 1 else "once"
    lines = [f"expected {wanted} {expected}, but it was called {_count(len(matching))}"]
    lines += [f"  #{request['number']} {_call(operation, request['arguments'])}{_outcome(request)}"
              for request in matching[:_SHOWN_MAX]]
    near = [request for request in of_it if request not in matching]
    if near and times != 0:
        near.sort(key=lambda request: len(_differences(arguments, request["arguments"])))
        lines.append(f"{len(near)} call(s) of {operation} had other arguments, the nearest first:")
        for request in near[:_SHOWN_MAX]:
            lines.append(f"  #{request['number']} {'; '.join(_differences(arguments, request['arguments']))}{_outcome(request)}")
    elif not of_it and times != 0:
        lines.append(_others(requests, operation))
    return "\n".join(lines)


def failures(requests: Sequence[Mapping[str, Any]]) -> Optional[str]:
    """The calls that failed, or None."""
    failed = [request for request in requests if request["http_status"] >= 400 or "fault" in request["outcome"]]
    if not failed:
        return None
    lines = [f"{len(failed)} call(s) failed:"]
    for request in failed[:_SHOWN_MAX]:
        why = f": {request['why']}" if request.get("why") else ""
        lines.append(f"  #{request['number']} {_call(request['operation'], request['arguments'])}{_outcome(request)}{why}")
    return "\n".join(lines)


def _others(requests: Sequence[Mapping[str, Any]], operation: str) -> str:
    # What is no call has a method and a path there, or is the WSDL.
    named = dict.fromkeys(request["operation"] for request in requests)
    names = [name for name in named if name != "wsdl" and " " not in name]
    if not names:
        return "no operation was called at all; does the client use this shop's WSDL?"
    near = difflib.get_close_matches(operation, names, 1)
    called = ", ".join(f"{name} ({sum(request['operation'] == name for request in requests)})" for name in names)
    return f"called were: {called}" + (f"; did you mean {near[0]}?" if near else "")


def _differences(wanted: Mapping[str, Any], got: Mapping[str, Any], path: str = "") -> list[str]:
    """Where what is wanted is not among what came; an argument counts as equal whether it came as a number or as its text."""
    found: list[str] = []
    for name, value in wanted.items():
        where = f"{path}{name}"
        if name not in got:
            found.append(f"{where} is missing, expected {_shown(value)}")
        elif isinstance(value, Mapping) and isinstance(got[name], Mapping):
            found += _differences(value, got[name], f"{where}.")
        elif not _same(value, got[name]):
            found.append(f"{where} is {_shown(got[name])}, expected {_shown(value)}")
    return found


def _same(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, (list, tuple)) and isinstance(got, list):
        return len(wanted) == len(got) and all(_same(one, other) for one, other in zip(wanted, got))
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return not _differences(wanted, got)
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted == got
    if isinstance(wanted, (str, int, float)) and isinstance(got, (str, int, float)):
        return str(wanted) == str(got)
    return bool(wanted == got)


def _call(operation: str, arguments: Mapping[str, Any]) -> str:
    return f"{operation}({', '.join(f'{name}={_shown(value)}' for name, value in arguments.items())})"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _VALUE_CHARACTERS_MAX else text[:_VALUE_CHARACTERS_MAX] + "…"


def _outcome(request: Mapping[str, Any]) -> str:
    fault = request["outcome"].get("fault")
    if fault:
        return f" -> fault {fault['code']} {fault['string']}"
    return f" -> HTTP {request['http_status']}" if request["http_status"] >= 400 else ""


def _count(calls: int) -> str:
    return {0: "never", 1: "once"}.get(calls, f"{calls} times")
