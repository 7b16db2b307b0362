package dev.mockgento;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Whether what was received is what a test wants, and which calls come nearest when it is not. */
final class Calls {
    private static final int SHOWN_MAX = 5;
    private static final int VALUE_CHARACTERS_MAX = 120;

    private Calls() {}

    /** Why the calls are not those wanted, or null. */
    static String missing(List<Map<String, Object>> requests, String operation, Integer times, Map<String, ?> arguments) {
        List<Map<String, Object>> matching = new ArrayList<>();
        List<Map<String, Object>> near = new ArrayList<>();
        for (Map<String, Object> request : requests) {
            if (operation.equals(request.get("operation"))) {
                (differences(arguments, argumentsOf(request), "").isEmpty() ? matching : near).add(request);
            }
        }
        if (times == null ? !matching.isEmpty() : matching.size() == times) {
            return null;
        }
        String expected = times == null ? "at least once" : times == 0 ? "never" : times == 1 ? "once" : times + " times";
        List<String> lines = new ArrayList<>();
        lines.add("expected " + call(operation, arguments) + " " + expected + ", but it was called " + count(matching.size()));
        matching.stream().limit(SHOWN_MAX)
                .forEach(request -> lines.add("  #" + request.get("number") + " " + call(operation, argumentsOf(request)) + outcome(request)));
        boolean isForbidden = times != null && times == 0;
        if (!near.isEmpty() && !isForbidden) {
            near.sort(Comparator.comparingInt(request -> differences(arguments, argumentsOf(request), "").size()));
            lines.add(near.size() + " call(s) of " + operation + " had other arguments, the nearest first:");
            near.stream().limit(SHOWN_MAX)
                    .forEach(request -> lines.add("  #" + request.get("number") + " "
                            + String.join("; ", differences(arguments, argumentsOf(request), "")) + outcome(request)));
        } else if (matching.isEmpty() && !isForbidden) {
            lines.add(others(requests));
        }
        return String.join("\n", lines);
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
                .map(request -> "  #" + request.get("number") + " " + call((String) request.get("operation"), argumentsOf(request))
                        + outcome(request) + (request.get("why") == null ? "" : ": " + request.get("why")))
                .collect(Collectors.joining("\n", failed.size() + " call(s) failed:\n", ""));
    }

    private static String others(List<Map<String, Object>> requests) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Map<String, Object> request : requests) {
            String name = (String) request.get("operation");
            // What is no call has a method and a path there, or is the WSDL.
            if (!name.equals("wsdl") && !name.contains(" ")) {
                counts.merge(name, 1, Integer::sum);
            }
        }
        if (counts.isEmpty()) {
            return "no operation was called at all; does the client use this shop's WSDL?";
        }
        return counts.entrySet().stream()
                .map(one -> one.getKey() + " (" + one.getValue() + ")")
                .collect(Collectors.joining(", ", "called were: ", ""));
    }

    /** Where what is wanted is not among what came; an argument counts as equal whether it came as a number or as its text. */
    private static List<String> differences(Map<String, ?> wanted, Map<?, ?> got, String path) {
        List<String> found = new ArrayList<>();
        wanted.forEach((name, value) -> {
            String where = path + name;
            if (!got.containsKey(name)) {
                found.add(where + " is missing, expected " + shown(value));
            } else if (value instanceof Map<?, ?> inner && got.get(name) instanceof Map<?, ?> other) {
                found.addAll(differences(named(inner), other, where + "."));
            } else if (!same(value, got.get(name))) {
                found.add(where + " is " + shown(got.get(name)) + ", expected " + shown(value));
            }
        });
        return found;
    }

    private static boolean same(Object wanted, Object got) {
        if (wanted instanceof List<?> one && got instanceof List<?> other) {
            if (one.size() != other.size()) {
                return false;
            }
            for (int at = 0; at < one.size(); at++) {
                if (!same(one.get(at), other.get(at))) {
                    return false;
                }
            }
            return true;
        }
        if (wanted instanceof Map<?, ?> one && got instanceof Map<?, ?> other) {
            return differences(named(one), other, "").isEmpty();
        }
        boolean arePlain = isPlain(wanted) && isPlain(got);
        return arePlain ? wanted.toString().equals(got.toString()) : wanted == null ? got == null : wanted.equals(got);
    }

    private static boolean isPlain(Object value) {
        return value instanceof CharSequence || value instanceof Number;
    }

    private static Map<String, Object> named(Map<?, ?> map) {
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((name, value) -> named.put(String.valueOf(name), value));
        return named;
    }

    private static Map<String, Object> argumentsOf(Map<String, Object> request) {
        return request.get("arguments") instanceof Map<?, ?> arguments ? named(arguments) : Map.of();
    }

    private static Map<?, ?> fault(Map<String, Object> request) {
        return request.get("outcome") instanceof Map<?, ?> outcome && outcome.get("fault") instanceof Map<?, ?> fault ? fault : null;
    }

    private static String call(String operation, Map<String, ?> arguments) {
        return arguments.entrySet().stream()
                .map(one -> one.getKey() + "=" + shown(one.getValue()))
                .collect(Collectors.joining(", ", operation + "(", ")"));
    }

    private static String shown(Object value) {
        String text = Json.text(value);
        return text.length() <= VALUE_CHARACTERS_MAX ? text : text.substring(0, VALUE_CHARACTERS_MAX) + "…";
    }

    private static String outcome(Map<String, Object> request) {
        Map<?, ?> fault = fault(request);
        if (fault != null) {
            return " -> fault " + fault.get("code") + " " + fault.get("string");
        }
        long status = (Long) request.get("http_status");
        return status >= 400 ? " -> HTTP " + status : "";
    }

    private static String count(int calls) {
        return calls == 0 ? "never" : calls == 1 ? "once" : calls + " times";
    }
}
