// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// Relays of a cluster that are killed, in the middle of everything. What happens to the broker is
/// in [ClusterTest].
class ClusterFailureTest {

  private static RelayProcess process(NatsServer nats, String node) {
    return RelayProcess.start(
        Map.of("NATS_URL", nats.url(), "NODE_NAME", node, "LINGER", "0ms", "LOG_LEVEL", "info"));
  }

  private static TestClient viewer(RelayProcess relay) {
    return relay.client().asViewer().watch(",\"cameras\":[\"front\"]");
  }

  private static boolean hasFront(TestRelay relay) {
    return !relay.stats().arrayValue("cameras").orElseThrow().values().isEmpty();
  }

  @Test
  void demandEndsWithTheRelayThatWantedAndPicturesComeBackWithTheOneThatHadTheCamera() {
    try (NatsServer nats = NatsServer.start();
        TestRelay c = TestRelay.start("NATS_URL", nats.url(), "NODE_NAME", "c", "LINGER", "0ms");
        RelayProcess first = process(nats, "a")) {
      TestClient camera = first.client().asCamera("front");
      await("c knows").atMost(20, SECONDS).until(() -> hasFront(c));

      // b is killed while it alone watches: its lease ends, and with it the demand.
      RelayProcess b = process(nats, "b");
      TestClient atB = viewer(b);
      camera.awaitText("start_streaming");
      byte[] one = Jpegs.jpeg(20_000, 1);
      camera.send(one);
      expectFirst(atB, one);
      b.kill();
      atB.vanish();
      camera.awaitText("stop_streaming");

      // c is not affected, and b is served again when it is back.
      TestClient atC = c.client().asViewer().watch(",\"cameras\":[\"front\"]").assertExhausted();
      camera.awaitText("start_streaming");
      try (RelayProcess again = process(nats, "b")) {
        TestClient back = viewer(again);
        byte[] two = Jpegs.jpeg(20_000, 2);
        await("b wants it again").atMost(20, SECONDS).until(() -> wantedByTwo(first));
        camera.send(two);
        atC.expectFrame(two);
        expectFirst(back, two);
        back.vanish();
      }

      // a is killed: its camera goes, comes back with it, and c's viewer need not do anything.
      first.kill();
      camera.vanish();
      await("c has forgotten").atMost(20, SECONDS).until(() -> !hasFront(c));
      try (RelayProcess second = process(nats, "a")) {
        TestClient returned = second.client().asCamera("front");
        returned.awaitText("start_streaming");
        byte[] three = Jpegs.jpeg(20_000, 3);
        returned.send(three);
        atC.expectFrame(three);
        returned.vanish();
      }
    }
  }

  /// The viewer may have been told first that there is no such camera yet.
  private static void expectFirst(TestClient viewer, byte[] jpeg) {
    viewer.skipError("unknown_camera");
    viewer.expectFrame(jpeg);
  }

  private static boolean wantedByTwo(RelayProcess relay) {
    return TestRelay.fetch(relay.uri("/stats")).contains("cluster: b, c");
  }
}
