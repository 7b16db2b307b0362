"""What a failed assertion on calls says."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional, Sequence

_SHOWN_MAX = 5


def told(unmet: Sequence[Mapping[str, Any]]) -> str:
    """What the shop found wrong, a line each, and the calls that come nearest."""
    lines = []
    for one in unmet:
        lines.append(one["message"])
        for near in one.get("near", [])[:_SHOWN_MAX]:
            differs = "; ".join(f"{it['argument']} is {it['found']}, expected {it['expected']}" for it in near["differs"])
            lines.append(f"  call {near['call']} nearly is one: {differs}")
    return "\n".join(lines)


def failures(requests: Sequence[Mapping[str, Any]]) -> Optional[str]:
    """The calls that failed, or None."""
    failed = [request for request in requests if request["http_status"] >= 400 or "fault" in request["outcome"]]
    if not failed:
        return None
    lines = [f"{len(failed)} call(s) failed:"]
    for request in failed[:_SHOWN_MAX]:
        why = f": {request['why']}" if request.get("why") else ""
        arguments = json.dumps(request["arguments"], ensure_ascii=False)
        lines.append(f"  #{request['number']} {request['operation']} {arguments}{_outcome(request)}{why}")
    return "\n".join(lines)


def _outcome(request: Mapping[str, Any]) -> str:
    fault = request["outcome"].get("fault")
    if fault:
        return f" -> fault {fault['code']} {fault['string']}"
    return f" -> HTTP {request['http_status']}"
