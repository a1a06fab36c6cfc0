// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.helidon.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Relays that are viewers of other relays.
class UpstreamTest {

  private final List<TestRelay> relays = new ArrayList<>();

  private TestRelay relay(String... settings) {
    List<String> all = new ArrayList<>(List.of("LINGER", "0ms"));
    all.addAll(List.of(settings));
    TestRelay relay = TestRelay.start(all.toArray(String[]::new));
    relays.add(relay);
    return relay;
  }

  private static String address(int port) {
    return "ws://127.0.0.1:" + port + "/ws";
  }

  @AfterEach
  void stop() {
    // Each link is a session of another relay, which waits for the end of its sessions.
    relays.forEach(TestRelay::closeLinksNow);
    TestRelay.closeAll(relays);
  }

  private static Optional<JsonObject> row(TestRelay relay, String camera) {
    return relay.stats().arrayValue("cameras").orElseThrow().values().stream()
        .map(value -> value.asObject())
        .filter(row -> row.stringValue("name", "").equals(camera))
        .findFirst();
  }

  private static void awaitCamera(TestRelay relay, String camera) {
    await(camera).atMost(20, SECONDS).until(() -> row(relay, camera).isPresent());
  }

  private static JsonObject upstream(TestRelay relay) {
    return relay.stats().objectValue("upstream").orElseThrow();
  }

  private static TestClient viewer(TestRelay relay, String camera) {
    return relay.client().asViewer().watch(",\"cameras\":[\"" + camera + "\"]").assertExhausted();
  }

  @Test
  void anEdgeShowsTheCamerasAboveOnDemandByteForByteAndTakesOneCopy() {
    TestRelay above = relay();
    TestRelay edge = relay("UPSTREAM", address(above.port()));
    TestClient camera = above.camera("front");
    awaitCamera(edge, "front");
    assertThat(row(edge, "front").orElseThrow().stringValue("node")).hasValue("127.0.0.1");
    camera.assertExhausted();

    List<TestClient> viewers = List.of(viewer(edge, "front"), viewer(edge, "front"));
    camera.awaitText("start_streaming");
    for (int i = 0; i < 20; i++) {
      byte[] jpeg = Jpegs.jpeg(32 + i * 30_011, i);
      camera.send(jpeg);
      viewers.forEach(viewer -> viewer.expectFrame(jpeg));
    }
    assertThat(upstream(edge).longValue("receivedFrames")).hasValue(20L);
    viewers.forEach(TestClient::close);
    camera.awaitText("stop_streaming");
  }

  @Test
  void relaysThatPointAtEachOtherShowEachCameraOnceAndPassItOnOnlyForward() throws IOException {
    // Both ports must be known before either starts.
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    TestRelay a = relay("UPSTREAM", address(port));
    TestRelay b = relay("UPSTREAM", address(a.port()), "PORT", Integer.toString(port));
    TestRelay below = relay("UPSTREAM", address(b.port()));
    a.camera("at-a");
    b.camera("at-b");
    for (TestRelay relay : relays) {
      awaitCamera(relay, "at-a");
      awaitCamera(relay, "at-b");
    }
    await("a sees its own camera come back")
        .atMost(20, SECONDS)
        .until(() -> upstream(a).intValue("refused", 0) == 1);
    for (TestRelay relay : relays) {
      assertThat(relay.stats().arrayValue("cameras").orElseThrow().size()).isEqualTo(2);
    }
    assertThat(row(a, "at-a").orElseThrow().stringValue("node")).isEmpty();
    assertThat(upstream(below).intValue("refused")).hasValue(0);
  }

  @Test
  void aRelayThatPointsAtItselfSeesNothingTwice() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    TestRelay self = relay("UPSTREAM", address(port), "PORT", Integer.toString(port));
    self.camera("front");
    await("refused").atMost(20, SECONDS).until(() -> upstream(self).intValue("refused", 0) == 1);
    assertThat(self.stats().arrayValue("cameras").orElseThrow().size()).isEqualTo(1);
  }

  @Test
  void aCameraHereKeepsItsNameAndTheOneAboveIsStillToBeSeen() {
    TestRelay above = relay();
    TestRelay edge = relay("UPSTREAM", address(above.port()));
    TestClient here = edge.camera("front");
    TestClient there = above.camera("front");
    awaitCamera(edge, "front@127.0.0.1");
    TestClient near = viewer(edge, "front");
    here.awaitText("start_streaming");
    TestClient far = viewer(edge, "front@127.0.0.1");
    there.awaitText("start_streaming");
    byte[] one = Jpegs.jpeg(4_000, 1);
    byte[] two = Jpegs.jpeg(4_000, 2);
    here.send(one);
    there.send(two);
    near.expectFrame(one);
    far.expectFrame(two);
    near.close();
    far.close();
    here.awaitText("stop_streaming");
    there.awaitText("stop_streaming");
  }

  @Test
  void theRelayAboveIsFoundAgainAfterItWasGone() {
    Map<String, String> settings = Map.of("LINGER", "0ms");
    RelayProcess first = RelayProcess.start(settings);
    TestRelay edge = relay("UPSTREAM", address(first.port()));
    TestClient camera = first.client().asCamera("front");
    awaitCamera(edge, "front");
    TestClient viewer = viewer(edge, "front");
    camera.awaitText("start_streaming");
    byte[] one = Jpegs.jpeg(4_000, 1);
    camera.send(one);
    viewer.expectFrame(one);

    first.kill();
    camera.vanish();
    await("the camera is gone").atMost(20, SECONDS).until(() -> row(edge, "front").isEmpty());
    assertThat(upstream(edge).booleanValue("connected")).hasValue(false);
    try (RelayProcess second =
        RelayProcess.start(Map.of("LINGER", "0ms", "PORT", Integer.toString(first.port())))) {
      TestClient again = second.client().asCamera("front");
      again.awaitText("start_streaming");
      byte[] two = Jpegs.jpeg(4_000, 2);
      again.send(two);
      viewer.expectFrame(two);
      again.vanish();
    }
  }

  @Test
  void showsItsTokenAndSaysWhenThatIsRefused() {
    TestRelay above = relay("VIEW_TOKEN", "s3cret");
    TestRelay right = relay("UPSTREAM", address(above.port()), "UPSTREAM_TOKEN", "s3cret");
    TestRelay wrong = relay("UPSTREAM", address(above.port()), "UPSTREAM_TOKEN", "other");
    above.camera("front");
    awaitCamera(right, "front");
    await("a reason")
        .atMost(20, SECONDS)
        .until(() -> !upstream(wrong).stringValue("lastProblem", "").isEmpty());
    assertThat(upstream(wrong).stringValue("lastProblem", ""))
        .contains("401")
        .doesNotContain("other");
    assertThat(row(wrong, "front")).isEmpty();
  }

  @Test
  void oneCameraMoreThanThereMayBeIsNotShown() {
    TestRelay above = relay();
    TestRelay edge = relay("UPSTREAM", address(above.port()), "MAX_REMOTE_CAMERAS", "2");
    List.of("a", "b", "c").forEach(above::camera);
    await("two of three")
        .atMost(20, SECONDS)
        .until(() -> upstream(edge).intValue("cameras", 0) == 2);
    edge.camera("mine").assertExhausted();
    await("and room for its own")
        .atMost(20, SECONDS)
        .until(() -> edge.stats().arrayValue("cameras").orElseThrow().size() == 3);
  }
}
