package dev.mockgento;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a failed assertion on calls says. */
final class Calls {
    private static final int SHOWN_MAX = 5;

    private Calls() {}

    /** What the shop found wrong, a line each, and the calls that come nearest. */
    static String told(List<?> unmet) {
        List<String> lines = new ArrayList<>();
        for (Object one : unmet) {
            Map<?, ?> found = (Map<?, ?>) one;
            lines.add(String.valueOf(found.get("message")));
            if (found.get("near") instanceof List<?> near) {
                near.stream().limit(SHOWN_MAX).forEach(call -> lines.add(nearly((Map<?, ?>) call)));
            }
        }
        return String.join("\n", lines);
    }

    private static String nearly(Map<?, ?> near) {
        return ((List<?>) near.get("differs")).stream()
                .map(one -> (Map<?, ?>) one)
                .map(it -> it.get("argument") + " is " + it.get("found") + ", expected " + it.get("expected"))
                .collect(Collectors.joining("; ", "  call " + near.get("call") + " nearly is one: ", ""));
    }

    /** The calls that failed, or null. */
    static String failures(List<Map<String, Object>> requests) {
        List<Map<String, Object>> failed = requests.stream()
                .filter(request -> (Long) request.get("http_status") >= 400 || fault(request) != null)
                .toList();
        if (failed.isEmpty()) {
            return null;
        }
        return failed.stream()
                .limit(SHOWN_MAX)
                .map(request -> "  #" + request.get("number") + " " + request.get("operation") + " " + Json.text(request.get("arguments"))
                        + outcome(request) + (request.get("why") == null ? "" : ": " + request.get("why")))
                .collect(Collectors.joining("\n", failed.size() + " call(s) failed:\n", ""));
    }

    private static Map<?, ?> fault(Map<String, Object> request) {
        return request.get("outcome") instanceof Map<?, ?> outcome && outcome.get("fault") instanceof Map<?, ?> fault ? fault : null;
    }

    private static String outcome(Map<String, Object> request) {
        Map<?, ?> fault = fault(request);
        return fault == null
                ? " -> HTTP " + request.get("http_status")
                : " -> fault " + fault.get("code") + " " + fault.get("string");
    }
}
