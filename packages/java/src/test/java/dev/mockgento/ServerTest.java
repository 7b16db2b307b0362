package dev.mockgento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mockgento.MockgentoException.BinaryNotFound;
import dev.mockgento.MockgentoException.Refused;
import dev.mockgento.MockgentoException.ServerDied;
import dev.mockgento.MockgentoException.StartFailed;
import dev.mockgento.Server.Options;
import dev.mockgento.junit.Mockgento;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What the library promises, against the real program. */
@Mockgento(bridge = "1.2.19")
class ServerTest {
    private static String get(String url) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString()).body();
    }

    /** A call as a SOAP client makes it. */
    private static void login(Shop shop, String key) throws Exception {
        String envelope = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><m:login xmlns:m=\"urn:Magento\">"
                + "<username>" + shop.user() + "</username><apiKey>" + key + "</apiKey></m:login></e:Body></e:Envelope>";
        HttpRequest request = HttpRequest.newBuilder(URI.create(shop.url() + "api/v2_soap/"))
                .header("Content-Type", "text/xml; charset=utf-8")
                .POST(BodyPublishers.ofString(envelope))
                .build();
        HttpClient.newHttpClient().send(request, BodyHandlers.discarding());
    }

    private static boolean isGone(long pid) throws Exception {
        var process = ProcessHandle.of(pid);
        if (process.isPresent()) {
            process.get().onExit().get(10, TimeUnit.SECONDS);
        }
        return ProcessHandle.of(pid).map(found -> !found.isAlive()).orElse(true);
    }

    private static Options listening(String address) {
        Options usual = Options.DEFAULT;
        return new Options(null, null, null, false, null, address, List.of(), usual.startTime());
    }

    @Test
    void everyRouteIsOneOfTheServers(Shop shop) throws Exception {
        Map<?, ?> paths = (Map<?, ?>) Json.object(get(shop.url() + "__admin/openapi.json")).get("paths");
        Set<String> served = new TreeSet<>();
        paths.forEach((path, item) -> ((Map<?, ?>) item).keySet().stream()
                .filter(method -> !method.equals("parameters"))
                .forEach(method -> served.add(method.toString().toUpperCase() + " " + path.toString().substring("/__admin".length()))));
        served.removeAll(List.of("GET /openapi.json", "GET /ui", "POST /seed"));
        Set<String> ours = Arrays.stream(Shop.Route.values())
                .map(route -> route.method + " " + route.path)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(served, ours);
    }

    @Test
    void everyMethodReachesTheServer(Shop shop) throws Exception {
        assertEquals(shop.wsdl(), shop.health().get("wsdl"));
        assertEquals(shop.wsdl(), Shop.at(shop.url(), shop.user(), shop.key()).wsdl());
        long ann = shop.create("customer", Map.of("email", "ann@example.com", "firstname", "Ann", "lastname", "Lee"));
        shop.update("customer", ann, Map.of("lastname", "Byron"));
        var found = shop.state(Map.of("table", "customer", "containing", "ann@example.com", "offset", 0, "limit", 1));
        assertEquals("Byron", ((Map<?, ?>) ((List<?>) found.get("customer")).get(0)).get("lastname"));
        var both = shop.state(Map.of("table", List.of("customer", "customer_group"), "limit", 1));
        assertEquals(Set.of("customer", "customer_group"), both.keySet());
        assertTrue(shop.tables().stream().anyMatch(table -> "customer".equals(table.get("name"))));
        shop.delete("customer", ann);
        assertFalse(shop.rows("customer").stream().anyMatch(row -> "ann@example.com".equals(row.get("email"))));
        shop.configure("general/locale/timezone", "Europe/Berlin");
        assertEquals("Europe/Berlin", ((Map<?, ?>) shop.settings().get("configuration")).get("general/locale/timezone"));
        assertEquals("none", shop.changeSettings(Map.of("bridge", "none")).get("bridge"));
        assertEquals("2026-01-31T09:00:00Z", shop.setClock(Map.of("now", "2026-01-31T09:00:00Z", "runs", false)).get("now"));
        shop.advance("2 days");
        assertEquals("2026-02-02T09:00:00Z", shop.clock().get("now"));
        long first = shop.disrupt(Map.of("status", 503), Map.of("operation", "login"), 2);
        shop.disrupt("expire-sessions", Map.of(), 1);
        assertEquals(first, shop.disruptions().get(0).get("id"));
        shop.disarm(first);
        assertEquals(1, shop.disruptions().size());
        shop.clearDisruptions();
        assertEquals(List.of(), shop.disruptions());
        long stub = shop.stub("login", Map.of("when", Map.of("username", "nobody"), "fault", Map.of("code", 101, "string", "No luck")));
        assertEquals(stub, shop.stubs().get(0).get("id"));
        shop.removeStub(stub);
        shop.stub("login", Map.of("answer", "a-session"));
        shop.clearStubs();
        assertEquals(List.of(), shop.stubs());
        shop.saveCheckpoint("here");
        shop.create("customer", Map.of("email", "late@example.com", "firstname", "L", "lastname", "A"));
        shop.restoreCheckpoint("here");
        assertFalse(shop.rows("customer").stream().anyMatch(row -> "late@example.com".equals(row.get("email"))));
        assertEquals("here", shop.checkpoints().get(0).get("name"));
        shop.deleteCheckpoint("here");
        shop.saveCheckpoint("zwei Wörter");
        shop.deleteCheckpoint("zwei Wörter");
        assertEquals(List.of(), shop.modules().get("operations"));
        assertThrows(Refused.class, () -> shop.installModule("Acme_Broken", Map.of("api.xml", "<no xml")));
        login(shop, "wrong-key");
        var request = shop.requests(Map.of("operation", "login", "outcome", "fault", "after", 0, "limit", 1)).get(0);
        assertTrue(shop.request((Long) request.get("number")).get("why").toString().contains("is not the one of"));
        shop.forgetRequests();
        assertEquals(List.of(), shop.requests());
        shop.loadSeed(Map.of());
        shop.reset();
        assertEquals(List.of(), shop.rows("customer"));
    }

    @Test
    void whatATestLeavesIsNotThereForTheNext() {
        try (Server server = new Server()) {
            Shop shop = server.start();
            int before = shop.rows("customer").size();
            shop.create("customer", Map.of("email", "left@example.com", "firstname", "L", "lastname", "O"));
            assertEquals(before, server.fresh().rows("customer").size());
            server.shop().loadSeed(Map.of());
            assertEquals(before, server.fresh().rows("customer").size());
        }
    }

    @Test
    void optionsOfTheAnnotationAndServersAreThoseOfTheShop(Shop shop, Server server) {
        assertEquals("1.2.19", shop.settings().get("bridge"));
        assertEquals(shop.url(), server.shop().url());
    }

    @Test
    void anEditThatIsRefusedSaysWhy(Shop shop) {
        Refused refused = assertThrows(Refused.class, () -> shop.create("no_such_table", Map.of("a", 1)));
        assertEquals(409L, refused.problem().get("status"));
        assertTrue(refused.getMessage().matches("POST /__admin/edits: .*no_such_table.*"), refused.getMessage());
        refused = assertThrows(Refused.class, () -> shop.assertCalled("logim"));
        assertTrue(refused.getMessage().contains("no operation logim; did you mean login?"), refused.getMessage());
        refused = assertThrows(Refused.class, () -> shop.assertCalled("login", 1, Map.of("store", 1)));
        assertTrue(refused.getMessage().contains("login has no argument store"), refused.getMessage());
    }

    @Test
    void assertionsTellOfTheCallsThatComeNearest(Shop shop) throws Exception {
        assertFails("0 calls of login, expected at least one", () -> shop.assertCalled("login"));
        login(shop, shop.key());
        login(shop, "wrong-key");
        shop.assertCalled("login");
        shop.assertCalled("login", 2, Map.of("username", shop.user()));
        shop.assertCalled("login", 2, Map.of("username", Map.of("regex", "^test")));
        shop.assertNotCalled("customerCustomerList");
        shop.verify(List.of(Map.of("to", "login"), Map.of("to", "login", "count", Map.of("at most", 2))), false, true, 0);
        assertFails("2 calls of login, expected 3", () -> shop.assertCalled("login", 3));
        assertFails("nearly is one: username is \"tester\", expected \"joe\"", () -> shop.assertCalled("login", 1, Map.of("username", "joe")));
        assertFails("2 calls of login, expected 0", () -> shop.assertNotCalled("login"));
        assertFails("0 calls of customerCustomerInfo", () -> shop.assertCalled("customerCustomerInfo"));
        assertFails("the apiKey is not the one of", shop::assertNoFaults);
    }

    private static void assertFails(String expected, Executable assertion) {
        String message = assertThrows(AssertionError.class, assertion).getMessage();
        assertTrue(message.contains(expected) && !message.contains("wrong-key"), message);
    }

    @Test
    void aServerThatDiesInATestSaysSoAndIsStartedAgain() {
        try (Server server = new Server()) {
            Shop shop = server.start();
            ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
            String message = assertThrows(ServerDied.class, () -> shop.rows("customer")).getMessage();
            assertTrue(message.contains("in the middle of a test"), message);
            assertNotEquals(List.of(), server.fresh().rows("customer_group"));
        }
    }

    @Test
    void aStoppedServerIsGoneAndSaysSo() throws Exception {
        Server server = new Server();
        Shop shop = server.start();
        long pid = server.pid();
        server.close();
        assertTrue(isGone(pid));
        server.close();
        assertTrue(assertThrows(ServerDied.class, shop::reset).getMessage().contains("was stopped"));
        assertThrows(StartFailed.class, server::shop);
    }

    /** Starts a server and says its process id. */
    public static final class Starts {
        private Starts() {}

        public static void main(String[] arguments) throws Exception {
            Server server = new Server();
            server.start();
            System.out.println(server.pid());
            Thread.sleep(60_000);
        }
    }

    @Test
    void nothingIsLeftWhenTheProgramThatStartedItIsKilled() throws Exception {
        String java = System.getProperty("java.home") + "/bin/java";
        String classes = System.getProperty("java.class.path");
        String surefire = System.getProperty("surefire.test.class.path", classes);
        Process parent = new ProcessBuilder(java, "-cp", surefire, Starts.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long pid = Long.parseLong(new BufferedReader(new InputStreamReader(parent.getInputStream())).readLine());
        parent.destroyForcibly().waitFor();
        assertTrue(isGone(pid));
    }

    @Test
    void whatHindersTheStartIsTold() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            String message = assertThrows(StartFailed.class, new Server(listening(address))::start).getMessage();
            assertTrue(message.contains("cannot listen on " + address), message);
        }
        Options noSeed = new Options("no-such-seed.yaml", null, null, false, null, "127.0.0.1:0", List.of(), Duration.ofSeconds(20));
        assertTrue(assertThrows(StartFailed.class, new Server(noSeed)::start).getMessage().contains("no-such-seed"));
    }

    @Test
    void whatAKilledProcessLeftIsRemovedAndWhatIsInUseIsNot(@TempDir Path temporary) throws Exception {
        Path own = Files.createDirectory(temporary.resolve(Binary.PREFIX + "own"));
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        for (String name : List.of("left", "held", "new")) {
            Path folder = Files.createDirectory(temporary.resolve(Binary.PREFIX + name));
            Files.writeString(folder.resolve("mockgento"), "program");
            Files.createFile(folder.resolve(Binary.LOCK));
            if (!name.equals("new")) {
                Files.setLastModifiedTime(folder.resolve(Binary.LOCK), longAgo);
            }
        }
        Path others = Files.createDirectory(temporary.resolve("mockgento-java"));
        try (var channel = FileChannel.open(temporary.resolve(Binary.PREFIX + "held").resolve(Binary.LOCK), StandardOpenOption.WRITE)) {
            channel.lock();
            Binary.removeLeftOver(temporary, own);
        }
        assertFalse(Files.exists(temporary.resolve(Binary.PREFIX + "left")));
        for (Path there : List.of(own, others, temporary.resolve(Binary.PREFIX + "held"), temporary.resolve(Binary.PREFIX + "new"))) {
            assertTrue(Files.exists(there), there.toString());
        }
    }

    @Test
    void aMissingProgramIsTold() {
        String message = assertThrows(BinaryNotFound.class, () -> Binary.find("/no/such", "")).getMessage();
        assertTrue(message.contains("MOCKGENTO_BIN is /no/such, and there is no such file"), message);
    }
}
