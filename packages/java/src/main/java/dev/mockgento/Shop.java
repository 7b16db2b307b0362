package dev.mockgento;

import com.google.gson.JsonParseException;
import dev.mockgento.MockgentoException.Refused;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The control API of a running shop, as /__admin/openapi.json describes it: one method a route. */
public final class Shop {
    /** Every route this client uses, compared with the document of the server by a test. */
    enum Route {
        HEALTH("GET", "/health"),
        REQUESTS("GET", "/requests"),
        REQUEST("GET", "/requests/{number}"),
        FORGET_REQUESTS("DELETE", "/requests"),
        VERIFY("POST", "/requests/verify"),
        RESET("POST", "/reset"),
        LOAD_SEED("PUT", "/seed"),
        STATE("GET", "/state"),
        TABLES("GET", "/tables"),
        EDIT("POST", "/edits"),
        CLOCK("GET", "/clock"),
        SET_CLOCK("PUT", "/clock"),
        DISRUPTIONS("GET", "/disruptions"),
        DISRUPT("POST", "/disruptions"),
        CLEAR_DISRUPTIONS("DELETE", "/disruptions"),
        DISARM("DELETE", "/disruptions/{id}"),
        STUBS("GET", "/stubs"),
        STUB("POST", "/stubs"),
        CLEAR_STUBS("DELETE", "/stubs"),
        REMOVE_STUB("DELETE", "/stubs/{id}"),
        MODULES("GET", "/modules"),
        INSTALL_MODULE("POST", "/modules"),
        CHECKPOINTS("GET", "/checkpoints"),
        CHECKPOINT("POST", "/checkpoints"),
        DELETE_CHECKPOINT("DELETE", "/checkpoints/{name}"),
        SETTINGS("GET", "/settings"),
        CHANGE_SETTINGS("PUT", "/settings");

        final String method;
        final String path;

        Route(String method, String path) {
            this.method = method;
            this.path = path;
        }
    }

    /** What a request that got no answer means. */
    interface Explainer {
        MockgentoException explain(IOException error);
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String wsdl;
    private final String user;
    private final String key;
    private final String token;
    private final Explainer explainer;
    private volatile boolean hasOtherSeed;

    Shop(String url, String wsdl, String user, String key, String token, Explainer explainer) {
        this.url = url.endsWith("/") ? url : url + "/";
        this.user = user;
        this.key = key;
        this.token = token;
        this.explainer = explainer;
        this.wsdl = wsdl != null ? wsdl : seenFromHere(URI.create((String) health().get("wsdl")));
    }

    /** A shop in a container knows itself by another host and port than we do. */
    private String seenFromHere(URI told) {
        String query = told.getRawQuery() == null ? "" : "?" + told.getRawQuery();
        return URI.create(url).resolve(told.getRawPath() + query).toString();
    }

    /** A shop that somebody else started. */
    public static Shop at(String url, String user, String key) {
        return at(url, user, key, null);
    }

    /** The same on another machine or in a container, which was started with this token as --admin-token. */
    public static Shop at(String url, String user, String key, String token) {
        return new Shop(url, null, user, key, token, error -> new Refused(url + " does not answer: " + error, Map.of()));
    }

    /** The shop's base URL, with a slash at its end. */
    public String url() {
        return url;
    }

    /** What clients are configured with. */
    public String wsdl() {
        return wsdl;
    }

    public String user() {
        return user;
    }

    public String key() {
        return key;
    }

    /** Whether resets go back to another seed than the one it was started on. */
    public boolean hasOtherSeed() {
        return hasOtherSeed;
    }

    public Map<String, Object> health() {
        return ask(Route.HEALTH, "", "", null);
    }

    /** Requests received, oldest first. */
    public List<Map<String, Object>> requests() {
        return requests(Map.of());
    }

    /** The same by operation, outcome (value, fault, wsdl, page), since, after, limit. */
    public List<Map<String, Object>> requests(Map<String, ?> filter) {
        return list(ask(Route.REQUESTS, "", query(filter), null), "requests");
    }

    /** One request with both messages, and why it failed. */
    public Map<String, Object> request(long number) {
        return ask(Route.REQUEST, Long.toString(number), "", null);
    }

    public void forgetRequests() {
        ask(Route.FORGET_REQUESTS, "", "", null);
    }

    /**
     * Fails unless these calls came, and tells of those that come nearest.
     *
     * @param calls each with to (an operation), with (conditions), answered, count
     * @param inOrder whether they came in this order; others may have come in between
     * @param nothingElse whether no other calls came
     * @param after only calls with a greater number
     */
    public void verify(List<? extends Map<String, ?>> calls, boolean inOrder, boolean nothingElse, long after) {
        Map<String, Object> question = Map.of("calls", calls, "in order", inOrder, "nothing else", nothingElse, "after", after);
        String problem;
        try {
            ask(Route.VERIFY, "", "", question);
            return;
        } catch (Refused refused) {
            if (!(refused.problem().get("unmet") instanceof List<?> unmet)) {
                throw refused;
            }
            problem = Calls.told(unmet);
        }
        throw new AssertionError(problem);
    }

    /** Fails unless the operation was called once or more. */
    public void assertCalled(String operation) {
        verify(List.of(Map.of("to", operation)), false, false, 0);
    }

    /** Fails unless the operation was called exactly so often. */
    public void assertCalled(String operation, int times) {
        assertCalled(operation, times, Map.of());
    }

    /** The same with arguments like these: values, or conditions such as {@code Map.of("regex", "@example")}. */
    public void assertCalled(String operation, int times, Map<String, ?> with) {
        verify(List.of(Map.of("to", operation, "with", with, "count", times)), false, false, 0);
    }

    public void assertNotCalled(String operation) {
        assertCalled(operation, 0);
    }

    /** Fails when a call was answered with a fault or an error page, and tells why. */
    public void assertNoFaults() {
        String problem = Calls.failures(requests());
        if (problem != null) {
            throw new AssertionError(problem);
        }
    }

    /** The rows of a table by Magento's name. */
    public List<Map<String, Object>> rows(String table) {
        return list(state(Map.of("table", table)), table);
    }

    /** Tables by their names; parameters table (one, or a list of them), containing, offset, limit. */
    public Map<String, Object> state(Map<String, ?> parameters) {
        return ask(Route.STATE, "", query(parameters), null);
    }

    /** Names, keys and sizes of the tables. */
    public List<Map<String, Object>> tables() {
        return list(ask(Route.TABLES, "", "", null), "tables");
    }

    /** Any edit of the control API, such as {@code Map.of("create_customer", Map.of("fields", …))}; the record's key. */
    public long edit(Map<String, ?> edit) {
        return (Long) ask(Route.EDIT, "", "", edit).get("id");
    }

    /** Makes a row; its key. */
    public long create(String table, Map<String, ?> fields) {
        return edit(Map.of("create", Map.of("table", table, "fields", fields)));
    }

    public void update(String table, long id, Map<String, ?> fields) {
        edit(Map.of("update", Map.of("table", table, "id", id, "fields", fields)));
    }

    public void delete(String table, long id) {
        edit(Map.of("delete", Map.of("table", table, "id", id)));
    }

    /** Sets a value of Magento's configuration, such as general/locale/timezone. */
    public void configure(String path, String value) {
        edit(Map.of("configure", Map.of("path", path, "value", value)));
    }

    /** Puts the shop back as it was started: data, settings, clock, sessions, disruptions, requests. */
    public void reset() {
        ask(Route.RESET, "", "", Map.of());
    }

    /** Opens the shop on another seed, which resets go back to from now on. */
    public void loadSeed(Map<String, ?> seed) {
        ask(Route.LOAD_SEED, "", "", seed);
        hasOtherSeed = true;
    }

    /** Keeps the state of the shop under a name. */
    public void saveCheckpoint(String name) {
        ask(Route.CHECKPOINT, "", "", Map.of("save", name));
    }

    /** Goes back to a state that was kept; requests stay. */
    public void restoreCheckpoint(String name) {
        ask(Route.CHECKPOINT, "", "", Map.of("restore", name));
    }

    /** Name and time of each. */
    public List<Map<String, Object>> checkpoints() {
        return list(ask(Route.CHECKPOINTS, "", "", null), "checkpoints");
    }

    public void deleteCheckpoint(String name) {
        ask(Route.DELETE_CHECKPOINT, encoded(name).replace("+", "%20"), "", null);
    }

    /** What an operation answers before the shop does (when, answer, fault, delay, times, then, …); its id. */
    public long stub(String operation, Map<String, ?> stub) {
        Map<String, Object> all = new LinkedHashMap<>(stub);
        all.put("operation", operation);
        List<Map<String, Object>> added = list(ask(Route.STUB, "", "", all), "stubs");
        return (Long) added.get(added.size() - 1).get("id");
    }

    /** The stubs in order, and how often each was called. */
    public List<Map<String, Object>> stubs() {
        return list(ask(Route.STUBS, "", "", null), "stubs");
    }

    public void removeStub(long id) {
        ask(Route.REMOVE_STUB, Long.toString(id), "", null);
    }

    public void clearStubs() {
        ask(Route.CLEAR_STUBS, "", "", null);
    }

    /** Installs a module from the texts of its files: api.xml, wsdl.xml, wsi.xml. Clients fetch the WSDL again then. */
    public Map<String, Object> installModule(String name, Map<String, String> files) {
        Map<String, Object> all = new LinkedHashMap<>(files);
        all.put("name", name);
        return ask(Route.INSTALL_MODULE, "", "", all);
    }

    /** Operations that modules declare. */
    public Map<String, Object> modules() {
        return ask(Route.MODULES, "", "", null);
    }

    /**
     * Arms a disruption; its id.
     *
     * @param disruption a name such as "expire-sessions", or a map such as {@code Map.of("status", 503)}
     * @param when operation, nth, page, every, session, percent, seed, from, until
     * @param times how often; 0 is until it is disarmed
     */
    public long disrupt(Object disruption, Map<String, ?> when, int times) {
        return (Long) ask(Route.DISRUPT, "", "", Map.of("disruption", disruption, "when", when, "times", times)).get("id");
    }

    public List<Map<String, Object>> disruptions() {
        return list(ask(Route.DISRUPTIONS, "", "", null), "disruptions");
    }

    public void disarm(long id) {
        ask(Route.DISARM, Long.toString(id), "", null);
    }

    public void clearDisruptions() {
        ask(Route.CLEAR_DISRUPTIONS, "", "", null);
    }

    /** The shop's time: now, runs. */
    public Map<String, Object> clock() {
        return ask(Route.CLOCK, "", "", null);
    }

    /** now, advance ("2 days"), runs: what is given. */
    public Map<String, Object> setClock(Map<String, ?> change) {
        return ask(Route.SET_CLOCK, "", "", change);
    }

    /** Lets time pass, such as "90s" or "2 days". */
    public void advance(String by) {
        setClock(Map.of("advance", by));
    }

    public Map<String, Object> settings() {
        return ask(Route.SETTINGS, "", "", null);
    }

    /** Changes what is given: wsi, bridge, flavor, web_server, configuration. Clients fetch the WSDL again then. */
    public Map<String, Object> changeSettings(Map<String, ?> settings) {
        return ask(Route.CHANGE_SETTINGS, "", "", settings);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> answer, String member) {
        return (List<Map<String, Object>>) answer.get(member);
    }

    private static String query(Map<String, ?> parameters) {
        return parameters.entrySet().stream()
                .flatMap(one -> values(one.getValue()).map(value -> encoded(one.getKey()) + "=" + encoded(String.valueOf(value))))
                .collect(Collectors.joining("&"));
    }

    /** Of a parameter that may be given more than once. */
    private static Stream<?> values(Object given) {
        return given instanceof Collection<?> several ? several.stream() : Stream.of(given);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Map<String, Object> ask(Route route, String inPath, String query, Map<String, ?> body) {
        String target = "/__admin" + route.path.replaceAll("\\{\\w+}", inPath) + (query.isEmpty() ? "" : "?" + query);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url).resolve(target)).timeout(TIMEOUT);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body == null) {
            request.method(route.method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(route.method, BodyPublishers.ofString(Json.text(body)));
        }
        HttpResponse<String> answer;
        try {
            answer = http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException error) {
            throw explainer.explain(error);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Refused("the thread was interrupted while the shop was asked", Map.of());
        }
        if (answer.statusCode() == 204) {
            return new LinkedHashMap<>();
        }
        if (answer.statusCode() < 300) {
            return Json.object(answer.body());
        }
        throw refused(route.method + " " + target, answer);
    }

    private static Refused refused(String request, HttpResponse<String> answer) {
        try {
            Map<String, Object> problem = Json.object(answer.body());
            if (problem.containsKey("title")) {
                String why = problem.get("title") + ": " + problem.get("detail") + "; " + problem.get("remedy");
                return new Refused(request + ": " + why, problem);
            }
        } catch (JsonParseException noProblem) {
            // Nor is it a control API.
        }
        String what = ": HTTP " + answer.statusCode() + ", which is no answer of a control API; is this a Mockgento?";
        return new Refused(request + what, Map.of());
    }
}
