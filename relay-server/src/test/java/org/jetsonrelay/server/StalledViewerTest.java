// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A viewer that stops reading costs two frames of memory at most, and nobody else anything.
class StalledViewerTest {

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void delaysNobodyAndHoldsTwoFramesAtMost(String pacing) throws IOException {
    try (TestRelay relay = TestRelay.start("PACING", pacing)) {
      RawWebSocket[] stalled = new RawWebSocket[3];
      for (int i = 0; i < stalled.length; i++) {
        stalled[i] = relay.stalledViewer();
      }
      TestClient viewer = relay.viewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      for (int i = 0; i < 60; i++) {
        byte[] image = Jpegs.jpeg(200_000, i);
        camera.send(image);
        // Every frame, although three others have long taken none.
        viewer.expectFrame(image);
      }
      camera.assertExhausted();
      viewer.assertExhausted();
      // The camera's latest, which is also what waits in each mailbox, and one that each stalled
      // viewer is being written.
      assertThat(relay.outstandingBlocks()).isLessThanOrEqualTo(1 + stalled.length);
      assertThat(relay.stats().objectValue("skipped").orElseThrow().longValue("rate", -1)).isZero();
      for (RawWebSocket one : stalled) {
        one.close();
      }
    }
  }
}
