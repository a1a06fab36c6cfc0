// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.helidon.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jetsonrelay.server.auth.TokenStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A token file that changes while clients are connected.
class RevocationTest {

  private static final byte[] IMAGE = Jpegs.jpeg(2_000, 1);

  private static final byte[] OTHER = Jpegs.jpeg(3_000, 2);

  @TempDir private Path directory;
  private Path file;
  private TokenStore store;
  private String robot;
  private String wall;
  private String ops;
  private TestRelay relay;

  @BeforeEach
  void start() throws IOException, TokenStore.Refused {
    file = directory.resolve("tokens");
    store = new TokenStore(file);
    robot = store.create("robot", "publish", "*");
    wall = store.create("wall", "view", "*");
    ops = store.create("ops", "admin", "*");
    relay = TestRelay.start("TOKEN_FILE", file.toString());
  }

  @AfterEach
  void stop() {
    relay.close();
  }

  @Test
  void whoseTokenIsRevokedIsSentAwayAndNobodyElse() throws IOException, TokenStore.Refused {
    String other = store.create("other", "view", "*");
    TestClient camera = relay.client("?token=" + robot).asCamera("front");
    TestClient viewer = relay.client("?token=" + wall).asViewer().watch();
    camera.awaitText("start_streaming");
    TestClient known = relay.client();
    known.say("{\"type\":\"client_type\",\"clientType\":\"flutter\",\"token\":\"" + wall + "\"}");
    known.awaitText("registration_success");

    store.revoke("wall");

    assertThat(viewer.awaitClose(4401)).contains("no longer");
    known.awaitClose(4401);
    TestClient newcomer = relay.client("?token=" + other).asViewer().watch();
    camera.send(IMAGE);
    newcomer.expectFrame(IMAGE);

    store.revoke("robot");
    camera.awaitClose(4401);
    newcomer.assertExhausted();
  }

  @Test
  void aStreamOverHttpEndsWithItsToken()
      throws IOException, InterruptedException, TokenStore.Refused {
    TestClient camera = relay.client("?token=" + robot).asCamera("front");
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> stream =
          http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://127.0.0.1:"
                              + relay.port()
                              + "/cameras/front/stream.mjpg?token="
                              + wall))
                  .build(),
              BodyHandlers.ofInputStream());
      assertThat(stream.statusCode()).isEqualTo(200);
      camera.awaitText("start_streaming");
      camera.send(IMAGE);
      store.revoke("wall");
      try (InputStream body = stream.body()) {
        assertThat(body.readAllBytes().length).isGreaterThan(IMAGE.length);
      }
    }
    camera.ignoreTheRest();
  }

  @Test
  void aViewerSeesTheCamerasThatItMaySeeNow() throws IOException {
    TestClient front = relay.client("?token=" + robot).asCamera("front");
    TestClient rear = relay.client("?token=" + robot).asCamera("rear");
    TestClient viewer = relay.client("?token=" + wall).asViewer().watch();
    front.awaitText("start_streaming");
    rear.awaitText("start_streaming");
    rear.send(IMAGE);
    viewer.expectFrame(IMAGE);
    assertThat(watched()).containsExactly("front", "rear");

    Files.writeString(
        file, Files.readString(file).replaceAll("(?m)^wall view \\* ", "wall view front* "));

    await().atMost(10, SECONDS).until(() -> watched().equals(List.of("front")));
    rear.send(OTHER).assertExhausted();
    front.send(IMAGE);
    viewer.expectFrame(IMAGE);
    viewer.say("{\"type\":\"list_cameras\"}");
    assertThat(viewer.awaitText("camera_list")).contains("\"front\"").doesNotContain("\"rear\"");
    viewer.watch(",\"cameras\":[\"front\",\"rear\"]");
    assertThat(viewer.nextError("unknown_camera")).contains("rear");
    rear.ignoreTheRest();
  }

  private List<String> watched() {
    JsonObject stats = TestClient.json(relay.get("/stats?token=" + ops).body());
    return stats.arrayValue("viewers").orElseThrow().values().stream()
        .flatMap(row -> row.asObject().arrayValue("cameras").orElseThrow().values().stream())
        .map(name -> name.asString().value())
        .sorted()
        .toList();
  }
}
