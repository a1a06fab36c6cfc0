// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.TestClient;
import org.jetsonrelay.server.TestRelay;
import org.junit.jupiter.api.Test;

/// When a camera is told to start and to stop.
class StreamDemandTest {

  private static String demand(TestRelay relay) {
    return relay.onlyRow("cameras").stringValue("demand", "");
  }

  @Test
  void startsWithTheFirstViewerAndStopsALingerTimeAfterTheLast() {
    try (TestRelay relay = TestRelay.start("LINGER", "300ms")) {
      TestClient camera = relay.camera("front").assertExhausted();
      assertThat(demand(relay)).isEqualTo("idle");
      TestClient registered = relay.client().asViewer().assertExhausted();
      camera.assertExhausted();
      registered.watch();
      assertThat(camera.nextJson("start_streaming").stringValue("requestedBy", ""))
          .isEqualTo(registered.id());
      assertThat(demand(relay)).isEqualTo("starting");
      byte[] image = Jpegs.jpeg(1_000, 1);
      camera.send(image);
      registered.expectFrame(image);
      assertThat(demand(relay)).isEqualTo("live");

      TestClient second = relay.client().asViewer().watch();
      second.expectFrame(image);
      camera.assertExhausted();
      registered.say("{\"type\":\"stop_stream\"}").assertExhausted();
      camera.assertExhausted();
      second.close();
      assertThat(camera.nextJson("stop_streaming").stringValue("requestedBy", ""))
          .isEqualTo(second.id());
      assertThat(demand(relay)).isEqualTo("idle");
    }
  }

  @Test
  void saysNothingWhenAViewerComesBackWithinTheLingerTime() {
    try (TestRelay relay = TestRelay.start("LINGER", "1h")) {
      TestClient camera = relay.camera("front");
      TestClient viewer = relay.viewer();
      camera.awaitText("start_streaming");
      viewer.say("{\"type\":\"stop_stream\"}").assertExhausted();
      assertThat(demand(relay)).isEqualTo("lingering");
      camera.assertExhausted();
      viewer.watch().assertExhausted();
      assertThat(demand(relay)).isEqualTo("starting");
      camera.assertExhausted();
    }
  }

  @Test
  void startsOnlyTheCamerasThatWereChosen() {
    try (TestRelay relay = TestRelay.start("LINGER", "0ms")) {
      TestClient front = relay.camera("front");
      TestClient rear = relay.camera("rear");
      TestClient viewer = relay.client().asViewer().watch(",\"cameras\":[\"front\"]");
      front.awaitText("start_streaming");
      rear.assertExhausted();
      viewer.watch(",\"cameras\":[\"rear\"]");
      rear.awaitText("start_streaming");
      front.awaitText("stop_streaming");
      viewer.watch();
      front.awaitText("start_streaming");
      rear.assertExhausted();
    }
  }

  @Test
  void startsACameraThatComesBackToItsViewers() {
    try (TestRelay relay = TestRelay.start()) {
      TestClient viewer = relay.viewer();
      TestClient before = relay.camera("front");
      before.awaitText("start_streaming");
      before.vanish();
      TestClient after = relay.camera("front");
      after.awaitText("start_streaming");
      byte[] image = Jpegs.jpeg(1_000, 1);
      after.send(image);
      viewer.expectFrame(image);
    }
  }
}
