import java.util.Objects;

/** Compares decoded values, prints one line per check and counts what failed. */
final class Checks {
    private static int failed = 0;

    interface Call {
        Object run() throws Exception;
    }

    interface Fault {
        /** "code text" of a SOAP fault, or null when it is something else. */
        String of(Exception error);
    }

    private Checks() {}

    static void check(String name, Object actual, Object expected) {
        if (Objects.equals(actual, expected)) {
            System.out.println("ok " + name);
            return;
        }
        failed++;
        System.out.println("FAIL " + name + ": expected " + expected + ", got " + actual);
    }

    static String faultOf(Fault fault, Call call) {
        try {
            return "no fault but " + call.run();
        } catch (Exception error) {
            String text = fault.of(error);
            return text == null ? error.toString() : text;
        }
    }

    static void end() {
        System.exit(failed == 0 ? 0 : 1);
    }
}
