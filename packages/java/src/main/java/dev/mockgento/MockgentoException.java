package dev.mockgento;

import java.util.Map;

/** What goes wrong with a fake shop, rather than with the code under test; the message says what to do. */
public class MockgentoException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MockgentoException(String message, Throwable cause) {
        super(message, cause);
    }

    /** There is no program to start. */
    public static final class BinaryNotFound extends MockgentoException {
        private static final long serialVersionUID = 1;

        BinaryNotFound(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The server did not start; the message has what it said. */
    public static final class StartFailed extends MockgentoException {
        private static final long serialVersionUID = 1;

        StartFailed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The server ended while it was needed; the message has what it said last. */
    public static final class ServerDied extends MockgentoException {
        private static final long serialVersionUID = 1;

        ServerDied(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The shop refused what was asked of it. */
    public static final class Refused extends MockgentoException {
        private static final long serialVersionUID = 1;
        private final transient Map<String, Object> problem;

        Refused(String message, Map<String, Object> problem) {
            super(message, null);
            this.problem = problem;
        }

        /** The problem document: title, status, detail, remedy; empty where the shop sent none. */
        public Map<String, Object> problem() {
            return problem;
        }
    }
}
