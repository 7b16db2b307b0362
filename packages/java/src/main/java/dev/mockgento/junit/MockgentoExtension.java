package dev.mockgento.junit;

import dev.mockgento.Server;
import dev.mockgento.Server.Options;
import dev.mockgento.Shop;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Lends each test a server of its own for as long as it runs; they are started when they are needed and end with the JVM's tests. */
public final class MockgentoExtension implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(MockgentoExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Shop.class || type == Server.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Lent lent = context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(Lent.class, key -> pool(context).lend(), Lent.class);
        return parameter.getParameter().getType() == Shop.class ? lent.server.shop() : lent.server;
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

    private static final class Pool implements CloseableResource {
        private final Options options;
        private final Queue<Server> idle = new ConcurrentLinkedQueue<>();

        Pool(Options options) {
            this.options = options;
        }

        Lent lend() {
            Server server = idle.poll();
            if (server == null) {
                server = new Server(options);
            }
            server.fresh();
            return new Lent(this, server);
        }

        @Override
        public void close() {
            idle.forEach(Server::close);
        }
    }

    private static final class Lent implements CloseableResource {
        private final Pool pool;
        private final Server server;

        Lent(Pool pool, Server server) {
            this.pool = pool;
            this.server = server;
        }

        @Override
        public void close() {
            pool.idle.add(server);
        }
    }
}
