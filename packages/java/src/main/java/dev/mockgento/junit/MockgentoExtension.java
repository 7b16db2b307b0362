package dev.mockgento.junit;

import dev.mockgento.Server;
import dev.mockgento.Server.Options;
import dev.mockgento.Shop;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Lends each test a server of its own for as long as it runs; they are started when they are needed and end with the JVM's tests.
 * A class that asks for one itself, in {@code @BeforeAll} or the constructor of an instance for all its tests, shares that one with its
 * tests, and each begins with the shop as it was started.
 */
public final class MockgentoExtension implements ParameterResolver, BeforeEachCallback, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(MockgentoExtension.class);
    /** The instance that this thread makes for the test that follows: its constructor is asked of the class. */
    private static final ThreadLocal<Made> MADE = new ThreadLocal<>();

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Shop.class || type == Server.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Lent lent = lent(parameter, context);
        return parameter.getParameter().getType() == Shop.class ? lent.server.shop() : lent.server;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Made made = MADE.get();
        MADE.remove();
        for (Lent lent : ofClasses(context)) {
            lent.begin(context.getUniqueId());
            // A constructor had it fresh, and what it did is for the test.
            if (made == null || made.lent != lent) {
                lent.server.fresh();
            }
        }
        if (made != null && !made.lent.isOfClass) {
            context.getStore(NAMESPACE).put(key(context), made.lent);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        ofClasses(context).forEach(lent -> lent.end(context.getUniqueId()));
    }

    private static Lent lent(ParameterContext parameter, ExtensionContext context) {
        if (context.getTestMethod().isPresent()) {
            return ofTest(context);
        }
        boolean isConstructor = parameter.getDeclaringExecutable() instanceof Constructor<?>;
        boolean isForAll = context.getTestInstanceLifecycle().orElse(Lifecycle.PER_METHOD) == Lifecycle.PER_CLASS;
        return isConstructor && !isForAll ? ofInstance(parameter.getParameter(), context) : ofClass(context);
    }

    private static Lent ofTest(ExtensionContext context) {
        Lent own = context.getStore(NAMESPACE).get(key(context), Lent.class);
        if (own != null) {
            return own;
        }
        return shared(context).orElseGet(() -> context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(key(context), key -> pool(context).lend(false), Lent.class));
    }

    private static Lent ofClass(ExtensionContext context) {
        return shared(context).orElseGet(() -> context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(key(context), key -> pool(context).lend(true), Lent.class));
    }

    private static Lent ofInstance(Parameter asked, ExtensionContext context) {
        Made made = MADE.get();
        if (made != null && made.lent.pool != pool(context)) {
            made.giveBack();
            made = null;
        }
        if (made == null) {
            Optional<Lent> shared = shared(context);
            shared.ifPresent(lent -> lent.server.fresh());
            made = new Made(shared.orElseGet(() -> pool(context).lend(false)));
            MADE.set(made);
        } else if (made.asked.contains(asked)) {
            // The instance before this one came to no test.
            made.asked.clear();
            made.lent.server.fresh();
        }
        made.asked.add(asked);
        return made.lent;
    }

    /** What a class around this lent for itself, if it is started in the same way. */
    private static Optional<Lent> shared(ExtensionContext context) {
        return ofClasses(context).stream().filter(lent -> lent.pool == pool(context)).findFirst();
    }

    /** What the classes around this lent for themselves, the nearest first. */
    private static List<Lent> ofClasses(ExtensionContext context) {
        List<Lent> found = new ArrayList<>();
        for (ExtensionContext at = context; at != null; at = at.getParent().orElse(null)) {
            Lent lent = context.getStore(NAMESPACE).get(key(at), Lent.class);
            if (lent != null && lent.isOfClass) {
                found.add(lent);
            }
        }
        return found;
    }

    /** A store shows what its parents have, so that each context has a key of its own. */
    private static String key(ExtensionContext context) {
        return "lent to " + context.getUniqueId();
    }

    /** The servers that are started in one way. */
    private static Pool pool(ExtensionContext context) {
        Options options = options(context);
        return context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(options, key -> new Pool(options), Pool.class);
    }

    private static Options options(ExtensionContext context) {
        Optional<Mockgento> found = Optional.empty();
        for (Class<?> type = context.getTestClass().orElse(null); type != null && found.isEmpty(); type = type.getEnclosingClass()) {
            found = AnnotationSupport.findAnnotation(type, Mockgento.class);
        }
        Options usual = Options.DEFAULT;
        return found.map(given -> new Options(
                        text(given.seed()), text(given.bridge()), text(given.flavor()), given.wsi(), text(given.now()),
                        usual.listen(), List.of(given.args()), usual.startTime()))
                .orElse(usual);
    }

    private static String text(String given) {
        return given.isEmpty() ? null : given;
    }

    /** An instance that is made for one test. */
    private static final class Made {
        private final Lent lent;
        private final Set<Parameter> asked = new HashSet<>();

        Made(Lent lent) {
            this.lent = lent;
        }

        void giveBack() {
            if (!lent.isOfClass) {
                lent.close();
            }
        }
    }

    private static final class Pool implements CloseableResource {
        private final Options options;
        private final Queue<Server> idle = new ConcurrentLinkedQueue<>();

        Pool(Options options) {
            this.options = options;
        }

        Lent lend(boolean isOfClass) {
            Server server = idle.poll();
            if (server == null) {
                server = new Server(options);
            }
            server.fresh();
            return new Lent(this, server, isOfClass);
        }

        @Override
        public void close() {
            idle.forEach(Server::close);
        }
    }

    private static final class Lent implements CloseableResource {
        private final Pool pool;
        private final Server server;
        private final boolean isOfClass;
        private final Set<String> running = ConcurrentHashMap.newKeySet();

        Lent(Pool pool, Server server, boolean isOfClass) {
            this.pool = pool;
            this.server = server;
            this.isOfClass = isOfClass;
        }

        /** A test begins with the shop of its class, which no other may be using. */
        synchronized void begin(String test) {
            if (!running.isEmpty()) {
                throw new ExtensionConfigurationException(
                        "tests of this class run at once and share the shop that the class asked for; ask for it in each test or in "
                                + "@BeforeEach, which gives each a shop of its own, or let the class run in one thread");
            }
            running.add(test);
        }

        synchronized void end(String test) {
            running.remove(test);
        }

        @Override
        public void close() {
            pool.idle.add(server);
        }
    }
}
