package dev.mockgento;

import com.google.gson.JsonParseException;
import dev.mockgento.MockgentoException.Refused;
import dev.mockgento.MockgentoException.ServerDied;
import dev.mockgento.MockgentoException.StartFailed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code mockgento serve} on a free port of this machine; it ends with {@link #close}, and when this process ends in any way. */
public final class Server implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final int LOG_LINES = 30;

    private final Options options;
    private final String key;
    private final ArrayDeque<String> said = new ArrayDeque<>();
    private Process process;
    private CompletableFuture<Void> told;
    private Shop shop;

    /**
     * How a server is started.
     *
     * @param seed a seed file, or the name of a shop that comes with the program; null for the default
     * @param bridge release of the OroCRM bridge, or "none"; null for the default
     * @param flavor which Magento or OpenMage it poses as; null for the default
     * @param wsi WS-I document/literal instead of RPC/encoded
     * @param now freezes the shop's clock there, such as 2026-01-31T09:00:00Z; null lets it run
     * @param listen address and port; port 0 takes any free one
     * @param args more arguments of {@code mockgento serve}
     * @param startTime how long the start may take
     */
    public record Options(
            String seed, String bridge, String flavor, boolean wsi, String now, String listen, List<String> args, Duration startTime) {
        /** As {@code mockgento serve} is without arguments, on any free port. */
        public static final Options DEFAULT =
                new Options(null, null, null, false, null, "127.0.0.1:0", List.of(), Duration.ofSeconds(20));
    }

    public Server() {
        this(Options.DEFAULT);
    }

    public Server(Options options) {
        this.options = options;
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        key = HexFormat.of().formatHex(random);
    }

    /**
     * Starts it and waits until clients can call it.
     *
     * @throws MockgentoException when there is no program, or it does not start
     */
    public synchronized Shop start() {
        close();
        Path binary = Binary.find();
        ProcessBuilder builder = new ProcessBuilder(command(binary));
        builder.environment().put("MOCKGENTO_API_KEY", key);
        builder.environment().put("NO_COLOR", "1");
        try {
            // Its standard input is a pipe to us: it closes when this process is gone, which ends it.
            process = builder.start();
        } catch (IOException error) {
            throw new StartFailed("cannot start " + binary + ": " + error.getMessage(), error);
        }
        told = keep(process);
        Map<String, Object> ready = ready();
        shop = new Shop((String) ready.get("url"), (String) ready.get("wsdl"), "tester", key, null, explainer(process));
        return shop;
    }

    /** The shop as it was started, whatever was done to it: put back, or started again where it died or lost its seed. */
    public synchronized Shop fresh() {
        if (!isRunning() || shop.hasOtherSeed()) {
            start();
        }
        try {
            // A new one too: what is saved from here on is a test's own.
            shop.reset();
        } catch (ServerDied wasDying) {
            start().reset();
        }
        return shop;
    }

    public synchronized Shop shop() {
        if (shop == null) {
            throw new StartFailed("the server is not started; call start() first", null);
        }
        return shop;
    }

    public synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Its process id; -1 while there is none. */
    public synchronized long pid() {
        return process == null ? -1 : process.pid();
    }

    /** Ends it; nothing happens when it is not there. */
    @Override
    public synchronized void close() {
        if (process == null) {
            return;
        }
        Process ending = process;
        process = null;
        shop = null;
        ending.destroy();
        try {
            if (!ending.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                ending.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            ending.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private List<String> command(Path binary) {
        List<String> command = new ArrayList<>(List.of(
                binary.toString(), "serve", "--listen", options.listen(), "--user", "tester", "--log-format", "json", "--die-with-parent"));
        add(command, "--seed", options.seed());
        add(command, "--bridge", options.bridge());
        add(command, "--flavor", options.flavor());
        add(command, "--now", options.now());
        if (options.wsi()) {
            command.add("--wsi");
        }
        command.addAll(options.args());
        return command;
    }

    private static void add(List<String> command, String name, String value) {
        if (value != null) {
            command.add(name);
            command.add(value);
        }
    }

    /** Reads what the server says, so that it never waits for us, and keeps the end of it. */
    private CompletableFuture<Void> keep(Process of) {
        synchronized (said) {
            said.clear();
        }
        return run("what mockgento says", () -> {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(of.getErrorStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    synchronized (said) {
                        said.add(plain(line));
                        if (said.size() > LOG_LINES) {
                            said.remove();
                        }
                    }
                }
            } catch (IOException ended) {
                // It is gone, and so is what it would have said.
            }
            return null;
        });
    }

    /** The line that the server prints once clients can call it. */
    private Map<String, Object> ready() {
        Process started = process;
        BufferedReader out = new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        CompletableFuture<String> line = run("the address of mockgento", out::readLine);
        try {
            String text = line.get(options.startTime().toMillis(), TimeUnit.MILLISECONDS);
            if (text != null) {
                return Json.object(text);
            }
            started.waitFor(1, TimeUnit.SECONDS);
            throw failed("ended with exit code " + started.exitValue() + " before it was ready", null);
        } catch (TimeoutException late) {
            throw failed("was not ready after " + options.startTime(), late);
        } catch (ExecutionException | JsonParseException | IllegalThreadStateException error) {
            throw failed("did not say where it is", error);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failed("was waited for by a thread that was interrupted", interrupted);
        }
    }

    private StartFailed failed(String how, Exception cause) {
        String text = "mockgento serve " + how + "; it said:\n" + said();
        close();
        return new StartFailed(text, cause);
    }

    private String said() {
        try {
            told.get(1, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException stillThere) {
            // What was said so far will do.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (said) {
            return said.isEmpty() ? "nothing" : String.join("\n", said);
        }
    }

    /** What a failed request to the control API means. */
    private Shop.Explainer explainer(Process of) {
        return error -> {
            synchronized (this) {
                if (process != of) {
                    return new ServerDied("the server was stopped; this shop belongs to one that is gone", error);
                }
            }
            try {
                // A process that just broke a connection may take a moment to be gone.
                if (of.waitFor(500, TimeUnit.MILLISECONDS)) {
                    String how = "ended with exit code " + of.exitValue() + " in the middle of a test";
                    return new ServerDied("mockgento serve " + how + "; it said:\n" + said(), error);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return new Refused("the shop does not answer: " + error, Map.of());
        };
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    /** A thread that keeps no process waiting. */
    private static <T> CompletableFuture<T> run(String name, Work<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        done.complete(work.run());
                    } catch (IOException | RuntimeException error) {
                        done.completeExceptionally(error);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    /** The message of a line of the log; other lines as they are. */
    private static String plain(String line) {
        try {
            Object fields = Json.object(line).get("fields");
            return fields instanceof Map<?, ?> map && map.get("message") != null ? map.get("message").toString() : line;
        } catch (JsonParseException noLog) {
            return line;
        }
    }
}
