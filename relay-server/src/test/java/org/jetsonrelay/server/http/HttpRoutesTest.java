// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jetsonrelay.server.auth.Access;
import org.jetsonrelay.server.auth.AccessSettings;
import org.jetsonrelay.server.auth.Origins;
import org.jetsonrelay.server.auth.StaticTokens;
import org.jetsonrelay.server.hub.FrameHops;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpRoutesTest {

  private static final Access OPEN = new StaticTokens("", "", "");

  private final FakeReadings relay = new FakeReadings();
  private final AtomicLong received = new AtomicLong();
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private WebServer server = start(OPEN);

  private WebServer start(Access access) {
    List<Measurement> measurements =
        List.of(
            Measurement.counter(
                "relay_frames_received_total", "Frames taken from cameras.", received::get),
            Measurement.counters(
                "relay_frames_skipped_total",
                "Frames replaced before they were written.",
                "cause",
                () -> Map.of("link", 7L)),
            Measurement.gauge("relay_viewers", "Viewers connected now.", () -> 3));
    HttpRoutes routes =
        new HttpRoutes(
            relay,
            measurements,
            new Gate(
                AccessSettings.defaults()
                    .with(access)
                    .gatekeeper(new LongAdder(), () -> {}, System::nanoTime),
                Origins.parse("")),
            Duration.ZERO,
            InstantSource.fixed(Instant.parse("2025-08-25T06:13:50.120Z")));
    return WebServer.builder()
        .host("127.0.0.1")
        .port(0)
        .featuresDiscoverServices(false)
        .addFeature(routes.observers())
        .routing(routes::routing)
        .build()
        .start();
  }

  private void restartWith(Access access) {
    server.stop();
    server = start(access);
  }

  @AfterEach
  void stop() {
    server.stop();
    client.close();
  }

  @Test
  void healthHasTheFrozenNamesAndNesting() {
    HttpResponse<String> response = get("/health");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "content-type")).startsWith("application/json");
    assertThat(header(response, "cache-control")).isEqualTo("no-store");
    JsonObject json = json(response);
    assertThat(json.keysAsStrings())
        .containsExactlyInAnyOrder("status", "uptime", "clients", "memory", "timestamp", "version");
    assertThat(json.stringValue("status")).contains("healthy");
    assertThat(json.longValue("uptime")).contains(4_321L);
    assertThat(json.stringValue("timestamp")).contains("2025-08-25T06:13:50.120Z");
    assertThat(json.objectValue("clients").orElseThrow().toString())
        .isEqualTo("{\"total\":6,\"jetson\":2,\"flutter\":3}");
    JsonObject memory = json.objectValue("memory").orElseThrow();
    assertThat(memory.keysAsStrings())
        .containsExactlyInAnyOrder("rss", "heapTotal", "heapUsed", "external");
    assertThat(memory.longValue("rss").orElseThrow())
        .isGreaterThan(memory.longValue("heapUsed").orElseThrow());
    assertThat(memory.longValue("heapUsed").orElseThrow()).isPositive();
    assertThat(memory.longValue("external").orElseThrow()).isNotNegative();
  }

  @Test
  void saysUnhealthyWithTheReasonsAnd503() {
    relay.troubles = List.of("draining", "1 camera link is down");

    HttpResponse<String> response = get("/health");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(json(response).stringValue("status")).contains("unhealthy");
    assertThat(json(response).arrayValue("reasons").orElseThrow().values())
        .containsExactly(JsonString.create("draining"), JsonString.create("1 camera link is down"));
    assertThat(get("/stats").statusCode()).isEqualTo(200);
    assertThat(get("/observe/health").statusCode()).isEqualTo(503);
  }

  @Test
  void statsHasTheFrozenNamesAndNesting() {
    HttpResponse<String> response = get("/stats");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "cache-control")).isEqualTo("no-store");
    JsonObject json = json(response);
    assertThat(json.longValue("totalConnections")).contains(11L);
    assertThat(json.longValue("totalMessages")).contains(222L);
    assertThat(json.longValue("totalBytes")).contains(3_333L);
    assertThat(json.stringValue("startTime")).contains("2025-08-25T06:13:46.000Z");
    assertThat(json.longValue("uptime")).contains(4_321L);
    assertThat(json.objectValue("currentClients").orElseThrow().toString())
        .isEqualTo("{\"total\":6,\"jetson\":2,\"flutter\":3}");
    assertThat(json.stringValue("version")).contains("1.2.3");
    assertThat(json.objectValue("skipped").orElseThrow().toString())
        .isEqualTo("{\"link\":7,\"rate\":5,\"stalled\":1}");
    assertThat(json.objectValue("cpu").orElseThrow().longValue("timeMillis").orElseThrow())
        .isPositive();
    assertThat(json.arrayValue("cameras").orElseThrow().size()).isZero();
    assertThat(json.arrayValue("viewers").orElseThrow().size()).isZero();
  }

  @Test
  void statsHasARowForEachCameraAndViewerInOrder() {
    relay.cameras = List.of(FakeReadings.camera("rear", 10), FakeReadings.camera("front", 29.976));
    relay.viewers = List.of(FakeReadings.viewer("client_2"), FakeReadings.viewer("client_1"));

    JsonObject json = json(get("/stats"));

    assertThat(json.arrayValue("cameras").orElseThrow().values())
        .extracting(row -> row.asObject().stringValue("name").orElseThrow())
        .containsExactly("front", "rear");
    assertThat(json.arrayValue("cameras").orElseThrow().values().getFirst().toString())
        .isEqualTo(
            """
            {"name":"front","from":"client_1","address":"10.0.0.9:40000","demand":"live",\
            "live":true,"fps":29.98,"bytesPerSecond":450000.46,"width":1280,"height":720,\
            "sequence":77,"frames":78,"lastFrameAgeMs":12,"viewers":3,"connectedMs":60000,\
            "clock":{"errorMs":1.4,"roundTripMs":0.8,"driftPpm":12},\
            "latency":{"toRelay":{"p50":12.3,"p95":20.04,"p99":31,"errorMs":1.46,"frames":300}}}\
            """);
    assertThat(json.arrayValue("viewers").orElseThrow().values().getFirst().toString())
        .isEqualTo(
            """
            {"id":"client_1","address":"10.0.0.5:50000","cameras":["front","rear"],\
            "deliveredFps":29.97,"bytesPerSecond":1234567.89,"delivered":1000,\
            "offered":1005,"skipped":{"link":4},"waiting":1,"pending":1,"inFlight":2,\
            "deliveryMs":8.13,"linkBitsPerSecond":-1,"roundTripMs":-1,"connectedMs":5000,\
            "latency":{"front":{"delivery":{"p50":2,"p95":3,"p99":4,"errorMs":0.1,"frames":290}}}}\
            """);
  }

  @Test
  void aRateThatIsNoNumberIsZeroSoThatTheAnswerStaysJson() {
    relay.cameras =
        List.of(
            FakeReadings.camera("a", Double.NaN),
            FakeReadings.camera("b", Double.POSITIVE_INFINITY));

    assertThat(json(get("/stats")).arrayValue("cameras").orElseThrow().values())
        .extracting(row -> row.asObject().doubleValue("fps").orElseThrow())
        .containsExactly(0.0, 0.0);
  }

  @Test
  void escapesWhateverANameHolds() {
    String hostile = "</script>\"\\\n\u0000\u2028";
    relay.cameras = List.of(FakeReadings.camera(hostile, 1));

    assertThat(
            json(get("/stats")).arrayValue("cameras").orElseThrow().values().getFirst().asObject())
        .extracting(row -> row.stringValue("name").orElseThrow())
        .isEqualTo(hostile);
  }

  @Test
  void exportsCountersAndGaugesToPrometheus() {
    received.set(42);

    HttpResponse<String> response = get("/observe/metrics");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .contains("# TYPE relay_frames_received_total counter")
        .contains("# HELP relay_frames_received_total Frames taken from cameras.")
        .contains("\nrelay_frames_received_total 42\n")
        .contains("\nrelay_frames_skipped_total{cause=\"link\"} 7\n")
        .contains("# TYPE relay_viewers gauge")
        .contains("\nrelay_viewers 3\n");
    assertThat(header(response, "content-type")).startsWith("text/plain");

    received.set(43);
    assertThat(get("/observe/metrics").body()).contains("\nrelay_frames_received_total 43\n");
  }

  /// As a Prometheus server asks.
  @Test
  void exportsTheSameAsOpenMetrics() {
    received.set(42);

    HttpResponse<String> response =
        send(
            request("/observe/metrics")
                .header(
                    "Accept",
                    "application/openmetrics-text;version=1.0.0;q=0.5,"
                        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.1")
                .build());

    assertThat(header(response, "content-type")).startsWith("application/openmetrics-text");
    assertThat(response.body())
        .contains("# TYPE relay_frames_received counter")
        .contains("\nrelay_frames_received_total 42\n")
        .endsWith("\n# EOF\n");
  }

  @Test
  void aDegradedRelaySaysWhyAndStillServes() {
    relay.degradations = List.of("camera front has sent no frame for 3 s");

    HttpResponse<String> response = get("/health");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).stringValue("status")).contains("degraded");
    assertThat(json(response).arrayValue("reasons").orElseThrow().values())
        .containsExactly(JsonString.create("camera front has sent no frame for 3 s"));
    assertThat(json(get("/stats")).stringValue("status")).contains("degraded");
    assertThat(get("/observe/health").statusCode()).isEqualTo(200);

    relay.troubles = List.of("shutting down");
    assertThat(get("/health").statusCode()).isEqualTo(503);
    assertThat(json(get("/health")).arrayValue("reasons").orElseThrow().values())
        .containsExactly(
            JsonString.create("shutting down"),
            JsonString.create("camera front has sent no frame for 3 s"));
  }

  @Test
  void tracesTheWayOfACamerasLastFrames() {
    long unknown = FrameHops.UNKNOWN;
    relay.cameras = List.of(FakeReadings.camera("front", 30));
    relay.trace =
        List.of(
            new FrameHops(
                7,
                45_231,
                1_000_000,
                unknown,
                9_000_000,
                10_000_000,
                1_756_102_426_000L,
                1_400_000,
                List.of(
                    new FrameHops.Delivery(
                        "client_2", 7, 10_250_000, 11_000_000, 500_000, 11_500_000, unknown))),
            new FrameHops(
                8,
                9,
                unknown,
                unknown,
                unknown,
                10_000_000,
                1_756_102_426_000L,
                Long.MAX_VALUE,
                List.of()));

    assertThat(get("/cameras/front/trace").body())
        .isEqualTo(
            """
            {"camera":"front","from":"client_1","clock":{"errorMs":1.4,"roundTripMs":0.8,"driftPpm":12},\
            "frames":[{"sequence":7,"bytes":45231,"receivedAt":"2025-08-25T06:13:46.000Z","errorMs":1.4,\
            "capturedMs":-9,"sentMs":-1,"viewers":[{"id":"client_2","writtenMs":0.25,"arrivedMs":1,"arrivedErrorMs":0.5,\
            "acknowledgedMs":1.5}]},\
            {"sequence":8,"bytes":9,"receivedAt":"2025-08-25T06:13:46.000Z","viewers":[]}]}\
            """);
    assertThat(get("/cameras/rear/trace").statusCode()).isEqualTo(404);
    restartWith(new StaticTokens("feed", "see", "all"));
    assertThat(get("/cameras/front/trace").statusCode()).isEqualTo(401);
  }

  @Test
  void theHealthObserverKnowsTheRelay() {
    assertThat(get("/observe/health").statusCode()).isEqualTo(200);
    assertThat(get("/observe/health/ready").body()).contains("\"relay\"").contains("UP");
  }

  @Test
  void servesTheDashboardWithAStrictPolicy() {
    HttpResponse<String> response = get("/");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "content-type")).isEqualTo("text/html; charset=UTF-8");
    assertThat(header(response, "content-security-policy"))
        .isEqualTo(
            "default-src 'self'; img-src 'self' blob:; connect-src 'self' ws: wss:;"
                + " style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    assertThat(header(response, "x-content-type-options")).isEqualTo("nosniff");
    assertThat(header(response, "referrer-policy")).isEqualTo("same-origin");
    assertThat(response.body())
        .doesNotContainPattern("(?i)<style|\\sstyle=|\\son[a-z]+=|https?://(?!www\\.w3\\.org)")
        .doesNotContainPattern("(?i)<script(?![^>]*\\ssrc=)");
    assertThat(get("/index.html").body()).isEqualTo(response.body());
  }

  @Test
  void everyFileOfThePageIsServedWithItsType() {
    for (Map.Entry<String, String> file : DashboardService.FILES.entrySet()) {
      HttpResponse<String> response = get("/" + file.getKey());
      assertThat(response.statusCode()).as(file.getKey()).isEqualTo(200);
      assertThat(header(response, "content-type")).isEqualTo(file.getValue());
      assertThat(response.body()).isNotBlank();
    }
  }

  @Test
  void theListOfFilesIsTheDirectory() throws Exception {
    Path index = Path.of(HttpRoutesTest.class.getResource("/web/index.html").toURI());
    try (Stream<Path> files = Files.list(index.getParent())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(DashboardService.FILES.keySet());
    }
  }

  @Test
  void anUnchangedFileCostsOnlyA304() {
    String tag = header(get("/"), "etag");
    assertThat(tag).matches("\"[0-9a-f]{24}\"");
    assertThat(header(get("/dashboard.css"), "etag")).isNotEqualTo(tag);

    for (String sent : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
      HttpResponse<String> response = send(request("/").header("If-None-Match", sent).build());
      assertThat(response.statusCode()).as(sent).isEqualTo(304);
      assertThat(response.body()).isEmpty();
      assertThat(header(response, "etag")).isEqualTo(tag);
    }
    assertThat(send(request("/").header("If-None-Match", "\"other\"").build()).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/web/index.html",
        "/index.htm",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/application.yaml",
        "/dashboard.js/x",
        "/observe/nothing",
        "/stats/x",
        "/ws/x"
      })
  void anythingElseIsNotFound(String path) {
    HttpResponse<String> response = get(path);

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(json(response).intValue("status")).contains(404);
    assertThat(json(response).stringValue("error")).contains("Not Found");
    assertThat(header(response, "x-content-type-options")).isEqualTo("nosniff");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/stats", "/", "/dashboard.js"})
  void anotherMethodIsNotAllowed(String path) {
    for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "OPTIONS")) {
      HttpResponse<String> response =
          send(request(path).method(method, HttpRequest.BodyPublishers.noBody()).build());
      assertThat(response.statusCode()).as(method).isEqualTo(405);
      assertThat(header(response, "allow")).isEqualTo("GET, HEAD");
      assertThat(json(response).intValue("status")).contains(405);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/stats", "/", "/relay-feed.js"})
  void headHasTheHeadersAndNoBody(String path) throws IOException {
    String answer = raw("HEAD " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
    assertThat(answer.indexOf("\r\n\r\n")).isEqualTo(answer.length() - 4);
    assertThat(answer).containsPattern("(?i)content-length: [1-9]");
  }

  @Test
  void withoutACredentialOnlyHealthAndThePageAreOpen() {
    restartWith(new StaticTokens("feed", "see", "all"));

    HttpResponse<String> refused = get("/stats");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(header(refused, "www-authenticate")).isEqualTo("Bearer realm=\"relay\"");
    assertThat(json(refused).intValue("status")).contains(401);
    assertThat(get("/observe/metrics").statusCode()).isEqualTo(401);
    assertThat(get("/health").statusCode()).isEqualTo(200);
    assertThat(get("/observe/health").statusCode()).isEqualTo(200);
    assertThat(get("/login").statusCode()).isEqualTo(200);
  }

  @Test
  void figuresWantATokenForThemAndThePageLeadsToTheLogin() {
    restartWith(new StaticTokens("feed", "see", "all"));

    assertThat(get("/stats?token=all").statusCode()).isEqualTo(200);
    assertThat(get("/stats?token=bad").statusCode()).isEqualTo(401);
    assertThat(get("/observe/metrics?token=see").statusCode()).isEqualTo(403);
    assertThat(get("/observe/metrics/application?token=see").statusCode()).isEqualTo(403);
    assertThat(get("/observe?token=feed").statusCode()).isEqualTo(403);
    for (String page : new String[] {"/", "/index.html"}) {
      assertThat(get(page + "?token=see").statusCode()).isEqualTo(200);
      HttpResponse<String> sent = get(page);
      assertThat(sent.statusCode()).isEqualTo(303);
      assertThat(header(sent, "location")).isEqualTo("login");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/observe//metrics",
        "//observe/metrics",
        "/observe/./metrics",
        "/observe/health/../metrics",
        "/observe/health/..%2fmetrics",
        "/observe/%6detrics",
        "/%6fbserve/metrics",
        "/observe;a=b/metrics",
        "/observe/metrics;a=b",
        "/./stats",
        "/%73tats",
        "/stats;a=b",
        "//stats",
        "/health/../stats",
        "/cameras/front/%74race",
        "/cameras//front/trace",
        "/cameras/front/trace;a=b"
      })
  void noSpellingOfAPathGetsAroundTheGuard(String path) throws IOException {
    restartWith(new StaticTokens("feed", "see", "all"));

    String answer = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer).matches("(?s)HTTP/1\\.1 (400|401|404) .*");
    assertThat(answer).doesNotContain("totalConnections").doesNotContain("relay_viewers");
  }

  private HttpResponse<String> get(String path) {
    return send(request(path).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .timeout(Duration.ofSeconds(10));
  }

  private HttpResponse<String> send(HttpRequest request) {
    return client.sendAsync(request, BodyHandlers.ofString()).join();
  }

  /// Sends a path as it is, which [URI] and [HttpClient] would not.
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      // The end of input is what makes the server close, and so ends the answer.
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static JsonObject json(HttpResponse<String> response) {
    return JsonParser.create(response.body()).readJsonObject();
  }
}
