// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jetsonrelay.server.auth.TokenStore;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The table in docs/access.md, cell by cell, for each way to show a token, against a real relay:
/// endpoint × role × camera × credential.
@TestInstance(Lifecycle.PER_CLASS)
class AccessMatrixTest {

  enum Way {
    HEADER,
    QUERY,
    COOKIE,
    MESSAGE,
    /// In the query, with the origin of the relay's own page.
    BROWSER
  }

  private static final Path PAGE = Path.of("../docs/access.md");
  private static final byte[] IMAGE = Jpegs.jpeg(2_000, 1);

  private final Map<String, String> tokens = new TreeMap<>();
  private final Map<String, String> cookies = new TreeMap<>();
  private final List<TestClient> cameras = new ArrayList<>();
  private final HttpClient http = HttpClient.newBuilder().followRedirects(Redirect.NEVER).build();
  private TestRelay relay;
  private int fed;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException, TokenStore.Refused, InterruptedException {
    Path file = directory.resolve("tokens");
    TokenStore store = new TokenStore(file);
    for (String role : new String[] {"publish", "view", "admin"}) {
      tokens.put(role, store.create(role, role, "*"));
      tokens.put(role + " *f*", store.create(role + "-f", role, "front*"));
    }
    String feeder = store.create("feeder", "publish", "*");
    tokens.put("unknown", "jr_unknown");
    relay = TestRelay.start("TOKEN_FILE", file.toString(), "FRESH_LIMIT", "1h", "PACING", "off");
    for (String name : new String[] {"front", "rear"}) {
      cameras.add(relay.client("?token=" + feeder).asCamera(name).send(IMAGE).ignoreTheRest());
    }
    for (TestClient camera : cameras) {
      camera.say("{\"type\":\"ping\"}");
    }
    for (Map.Entry<String, String> each : tokens.entrySet()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(address("/login"))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(BodyPublishers.ofString("token=" + each.getValue()))
                  .build(),
              BodyHandlers.ofString());
      boolean mayWatch = each.getKey().startsWith("view") || each.getKey().startsWith("admin");
      assertThat(answer.statusCode())
          .as(each.getKey())
          .isEqualTo(mayWatch ? 303 : each.getKey().equals("unknown") ? 401 : 403);
      answer
          .headers()
          .firstValue("Set-Cookie")
          .ifPresent(cookie -> cookies.put(each.getKey(), cookie.replaceFirst(";.*", "")));
    }
    assertThat(cookies).hasSize(4);
  }

  @AfterAll
  void stop() {
    relay.close();
    http.close();
  }

  private URI address(String path) {
    return URI.create("http://127.0.0.1:" + relay.port() + path);
  }

  static Stream<Arguments> cells() throws IOException {
    List<String[]> rows =
        Files.readAllLines(PAGE).stream()
            .dropWhile(line -> !line.startsWith("| what |"))
            .takeWhile(line -> line.startsWith("|"))
            .map(line ->
                Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
                    .map(cell -> cell.strip().replace("`", ""))
                    .toArray(String[]::new))
            .toList();
    String[] who = rows.getFirst();
    return rows.stream()
        .skip(2)
        .flatMap(row ->
            Stream.iterate(1, i -> i < row.length, i -> i + 1)
                .flatMap(i ->
                    ways(row[0], who[i]).stream()
                        .map(way -> Arguments.of(row[0], who[i], way, row[i]))));
  }

  private static List<Way> ways(String what, String who) {
    List<Way> ways = new ArrayList<>(List.of(Way.QUERY));
    if (who.equals("none")) {
      return ways;
    }
    ways.add(Way.HEADER);
    if (who.startsWith("view") || who.startsWith("admin")) {
      ways.add(Way.COOKIE);
    }
    if (what.startsWith("WebSocket")) {
      ways.add(Way.MESSAGE);
      ways.add(Way.BROWSER);
    }
    return ways;
  }

  @Test
  void theTableIsThere() throws IOException {
    assertThat(cells().count()).isGreaterThan(400);
    assertThat(cells().map(cell -> cell.get()[0]).collect(Collectors.toSet())).hasSize(24);
  }

  @ParameterizedTest(name = "{0} with {1} by {2}: {3}")
  @MethodSource("cells")
  void everyCellOfTheTableIsTrue(String what, String who, Way way, String expected)
      throws IOException, InterruptedException {
    if (what.startsWith("WebSocket: ")) {
      overWebSocket(what.substring("WebSocket: ".length()), who, way, expected);
    } else {
      overHttp(what, who, way, expected);
    }
  }

  private void overHttp(String what, String who, Way way, String expected)
      throws IOException, InterruptedException {
    String method = what.substring(0, what.indexOf(' '));
    String path = what.substring(what.indexOf(' ') + 1);
    if (path.contains("snapshot")) {
      path += (path.contains("?") ? "&" : "?") + "maxAge=3600000";
    }
    String token = tokens.get(who);
    if (token != null && way == Way.QUERY) {
      path += (path.contains("?") ? "&" : "?") + "token=" + token;
    }
    if (method.equals("POST")) {
      path = path.replace("front", "front" + ++fed).replace("rear", "rear" + ++fed);
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address(path))
            .method(
                method,
                method.equals("POST")
                    ? BodyPublishers.ofByteArray(IMAGE)
                    : BodyPublishers.noBody());
    if (method.equals("POST")) {
      request.header("Content-Type", "image/jpeg");
    }
    if (token != null && way == Way.HEADER) {
      request.header("Authorization", "Bearer " + token);
    }
    if (way == Way.COOKIE) {
      request.header("Cookie", String.valueOf(cookies.get(who)));
    }
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
    int status = answer.statusCode();
    if (expected.startsWith("front")) {
      assertThat(status).isEqualTo(200);
      assertThat(names(TestClient.json(answer.body()))).isEqualTo(split(expected));
    } else {
      assertThat(status == 200 ? "yes" : Integer.toString(status)).isEqualTo(expected);
    }
    if (status >= 400) {
      assertThat(answer.body()).doesNotContain(IMAGE.length + "").doesNotContain("jr_");
    }
  }

  /// Cameras of this table only: those that other cells feed are gone sooner or later.
  private static Set<String> names(JsonObject list) {
    return list.arrayValue("cameras").orElseThrow().values().stream()
        .map(value -> value.asObject().stringValue("name", ""))
        .filter(name -> name.equals("front") || name.equals("rear"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> split(String names) {
    return new TreeSet<>(Arrays.asList(names.split(" ", -1)));
  }

  private void overWebSocket(String what, String who, Way way, String expected)
      throws IOException, InterruptedException {
    String token = tokens.get(who);
    List<String> headers = new ArrayList<>();
    String path = "/ws";
    String inMessage = "";
    switch (way) {
      case HEADER -> headers.add("Authorization: Bearer " + token);
      case QUERY -> path += token == null ? "" : "?token=" + token;
      case COOKIE -> headers.add("Cookie: x=y; " + cookies.get(who));
      case MESSAGE -> inMessage = ",\"token\":\"" + token + '"';
      case BROWSER -> {
        path += "?token=" + token;
        headers.add("Origin: http://localhost");
      }
    }
    try (RawWebSocket client = RawWebSocket.connect(relay.port())) {
      client.send(RawWebSocket.handshake(path, headers.toArray(String[]::new)));
      String head = client.readHead();
      if (who.equals("unknown") && (way == Way.HEADER || way == Way.QUERY)) {
        assertThat(head).startsWith("HTTP/1.1 401 ");
        return;
      }
      assertThat(head).startsWith("HTTP/1.1 101 ");
      JsonObject welcome = TestClient.json(client.read().text());
      boolean feeds = what.startsWith("feed");
      String camera = what.replaceFirst(".* ", "");
      client.text(
          "{\"type\":\"client_type\",\"clientType\":\"%s\"%s%s,\"features\":[\"frame_details\"]}"
              .formatted(
                  feeds ? "jetson" : "flutter",
                  feeds ? ",\"name\":\"" + camera + ++fed + '"' : "",
                  inMessage));
      assertThat(outcome(client, welcome.stringValue("clientId", ""), what, camera, expected))
          .isEqualTo(expected);
    }
  }

  private String outcome(
      RawWebSocket client, String id, String what, String camera, String expected)
      throws IOException, InterruptedException {
    String answer = client.read().text();
    if (answer.contains("\"unauthorized\"")) {
      RawWebSocket.Received close = client.read();
      assertThat(close.opcode()).isEqualTo(RawWebSocket.CLOSE);
      return Integer.toString(close.closeCode());
    }
    assertThat(answer).contains("registration_success");
    if (what.startsWith("feed")) {
      return "yes";
    }
    if (what.equals("list")) {
      client.text("{\"type\":\"list_cameras\"}");
      return String.join(" ", names(TestClient.json(client.read().text())));
    }
    boolean all = camera.equals("all");
    client.text(
        "{\"type\":\"request_stream\"%s}"
            .formatted(all ? "" : ",\"cameras\":[\"" + camera + "\"]"));
    Set<String> wanted = expected.equals("yes") ? Set.of(camera) : split(expected);
    Set<String> seen = new TreeSet<>();
    // The latest frame of each comes at once.
    while (!seen.containsAll(wanted)) {
      RawWebSocket.Received next = client.read();
      if (next.opcode() == RawWebSocket.TEXT) {
        JsonObject message = TestClient.json(next.text());
        seen.add(
            message.stringValue("type", "").equals("image_frame")
                ? message.stringValue("camera", "")
                : message.stringValue("code", "").replace("_camera", ""));
      }
    }
    assertThat(watched(id)).isEqualTo(wanted.contains("unknown") ? Set.of() : wanted);
    return all || seen.contains("unknown") ? String.join(" ", wanted) : "yes";
  }

  /// What the relay says that this viewer receives.
  private Set<String> watched(String id) throws IOException, InterruptedException {
    HttpResponse<String> stats =
        http.send(
            HttpRequest.newBuilder(address("/stats?token=" + tokens.get("admin"))).build(),
            BodyHandlers.ofString());
    JsonObject row =
        TestClient.json(stats.body()).arrayValue("viewers").orElseThrow().values().stream()
            .map(value -> value.asObject())
            .filter(viewer -> viewer.stringValue("id", "").equals(id))
            .findFirst()
            .orElseThrow();
    return row.arrayValue("cameras").orElseThrow().values().stream()
        .map(value -> value.asString().value())
        .filter(name -> name.equals("front") || name.equals("rear"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
