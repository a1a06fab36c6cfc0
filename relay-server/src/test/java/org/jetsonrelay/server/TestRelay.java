// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import io.helidon.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jetsonrelay.server.auth.Access;
import org.jetsonrelay.server.websocket.RawWebSocket;

/// A real relay on a free port of the loopback interface, with the settings a test wants.
///
/// Closing it closes its clients and fails when one of them got something nobody asked for, when a
/// session or a frame's memory is left, or a thread of the relay.
public final class TestRelay implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(5);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Pattern OURS =
      Pattern.compile("#\\d+ \"(writer-|closing-|timer|files|bus-|remote-|upstream)[^\"]*\"");

  // What another test left behind is not this relay's.
  private final List<String> threadsBefore = threads();
  private final RelayServer server;
  private final List<AutoCloseable> clients = new ArrayList<>();
  private boolean closed;

  private TestRelay(RelaySettings settings) {
    server = RelayServer.start(settings);
  }

  /// Starts a relay.
  ///
  /// @param settings key, value, key, value; what is not given is as by default
  public static TestRelay start(String... settings) {
    return new TestRelay(settings(settings));
  }

  /// Starts a relay that asks this access, which need not be one that settings can make.
  public static TestRelay start(Access access, String... settings) {
    return new TestRelay(settings(settings).with(access));
  }

  private static RelaySettings settings(String... keysAndValues) {
    Map<String, String> given = new HashMap<>(Map.of("HOST", "127.0.0.1", "PORT", "0"));
    for (int i = 0; i < keysAndValues.length; i += 2) {
      given.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return RelaySettings.read(new SettingsReader(given::get));
  }

  /// The port.
  public int port() {
    return server.port();
  }

  /// Connects a client.
  public TestClient client() {
    return client("");
  }

  /// Connects a client with a query, `?` included.
  public TestClient client(String query) {
    return client(query, Map.of());
  }

  /// Connects a client with a query and headers.
  public TestClient client(String query, Map<String, String> headers) {
    TestClient client =
        TestClient.open(URI.create("ws://127.0.0.1:" + port() + "/ws" + query), headers);
    clients.add(client);
    return client;
  }

  /// A registered camera, not streaming yet.
  public TestClient camera(String name) {
    return client().asCamera(name);
  }

  /// A viewer of all cameras.
  public TestClient viewer() {
    return client().asViewer().watch().assertExhausted();
  }

  /// Connects byte by byte, handshake done, welcome taken.
  public RawWebSocket raw() throws IOException {
    return raw(0);
  }

  /// The same with a receive buffer of this size (0: the system's choice).
  public RawWebSocket raw(int receiveBufferBytes) throws IOException {
    RawWebSocket client = RawWebSocket.connect(port(), receiveBufferBytes);
    clients.add(client);
    client.shakeHands("/ws");
    assertThat(client.read().text()).contains("\"welcome\"");
    return client;
  }

  /// A viewer that has registered, has asked for all cameras, and reads no more from then on.
  public RawWebSocket stalledViewer() throws IOException {
    RawWebSocket viewer = raw(4096);
    viewer.text("{\"type\":\"client_type\",\"clientType\":\"flutter\"}");
    assertThat(viewer.read().text()).contains("registration_success");
    viewer.text("{\"type\":\"request_stream\"}");
    return viewer;
  }

  /// An HTTP answer.
  public HttpResponse<String> get(String path) {
    return answer(URI.create("http://127.0.0.1:" + port() + path));
  }

  /// The body of any relay's HTTP answer.
  static String fetch(URI uri) {
    return answer(uri).body();
  }

  private static HttpResponse<String> answer(URI uri) {
    try {
      return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /// `/stats` as it stands.
  public JsonObject stats() {
    return TestClient.json(get("/stats").body());
  }

  /// The only row of `cameras` or `viewers` in `/stats`.
  public JsonObject onlyRow(String list) {
    List<JsonObject> rows =
        stats().arrayValue(list).orElseThrow().values().stream()
            .map(value -> value.asObject())
            .toList();
    assertThat(rows).hasSize(1);
    return rows.getFirst();
  }

  /// Connections that the relay holds open.
  public int openSessions() {
    return server.openSessions();
  }

  /// Blocks of frame memory that somebody holds.
  public long outstandingBlocks() {
    return server.outstandingBlocks();
  }

  /// Parts it from other relays.
  void closeLinksNow() {
    server.closeLinks();
  }

  /// Stops the relay as a signal does, whatever its clients do.
  public void shutDown() {
    closed = true;
    server.close();
  }

  @Override
  public void close() {
    closeAll(List.of(this));
  }

  /// Closes relays that were started in this order; then none of them may have left a thread.
  static void closeAll(List<TestRelay> relays) {
    relays.reversed().forEach(TestRelay::stop);
    if (!relays.isEmpty()) {
      relays.getFirst().awaitEndOfThreads();
    }
  }

  private void stop() {
    try {
      for (AutoCloseable client : clients) {
        closeClient(client);
      }
      await("sessions end")
          .pollInterval(POLL)
          .atMost(10, SECONDS)
          .until(() -> server.openSessions() == 0);
      // The last frame of another relay's camera is kept as long as that is known.
      server.closeLinks();
      await("frames are freed")
          .pollInterval(POLL)
          .atMost(10, SECONDS)
          .until(() -> server.outstandingBlocks() == 0);
    } finally {
      if (!closed) {
        closed = true;
        server.close();
      }
    }
  }

  private void awaitEndOfThreads() {
    await("threads end")
        .pollInterval(POLL)
        .atMost(10, SECONDS)
        .untilAsserted(() -> assertThat(threads()).isSubsetOf(threadsBefore));
  }

  @SuppressWarnings("try") // whatever the close of a socket throws, a test hears of it
  private static void closeClient(AutoCloseable client) {
    try {
      client.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("a client could not be closed", e);
    }
  }

  /// The relay's own threads that live in this process, virtual ones included.
  static List<String> threads() {
    try {
      Path dump = Files.createTempDirectory("threads").resolve("dump.txt");
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
      List<String> ours =
          OURS.matcher(Files.readString(dump)).results().map(match -> match.group()).toList();
      Files.delete(dump);
      Files.delete(dump.getParent());
      return ours;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
