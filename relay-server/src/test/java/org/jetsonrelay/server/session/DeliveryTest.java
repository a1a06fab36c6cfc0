// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.TestClient;
import org.jetsonrelay.server.TestRelay;
import org.junit.jupiter.api.Test;

/// Frames from cameras to viewers, byte for byte.
class DeliveryTest {

  @Test
  void deliversEveryFrameOfSevenCamerasToEveryViewerAsWholePairs() {
    try (TestRelay relay = TestRelay.start()) {
      List<TestClient> viewers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        viewers.add(relay.viewer());
      }
      List<TestClient> cameras = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        cameras.add(relay.camera("camera-" + i));
        cameras.get(i).awaitText("start_streaming");
      }
      for (int round = 0; round < 12; round++) {
        Map<String, byte[]> sent = new HashMap<>();
        for (TestClient camera : cameras) {
          byte[] image = Jpegs.jpeg(20_000 + 7_001 * sent.size(), 100L * round + sent.size());
          sent.put(camera.id(), image);
          camera.send(image);
        }
        for (TestClient viewer : viewers) {
          Map<String, byte[]> got = new HashMap<>();
          for (int i = 0; i < cameras.size(); i++) {
            TestClient.Pair pair = viewer.nextPair();
            got.put(pair.json().stringValue("from", ""), pair.jpeg());
          }
          assertThat(got.keySet()).isEqualTo(sent.keySet());
          got.forEach((from, image) -> assertThat(image).isEqualTo(sent.get(from)));
        }
      }
    }
  }

  @Test
  void keepsPairsWholeAndInOrderWhenFramesComeFasterThanTheyAreTaken() {
    deliversWholeAndInOrder(1, 120_000);
  }

  /// The system then reads the frames' memory while it has long been used for the next ones.
  @Test
  void keepsThemWholeWhenTheyAreSentToManyWithoutBeingCopied() {
    deliversWholeAndInOrder(12, 45_000);
  }

  private static void deliversWholeAndInOrder(int viewers, int bytes) {
    try (TestRelay relay = TestRelay.start("PACING", "off")) {
      List<TestClient> watching = new ArrayList<>();
      for (int i = 0; i < viewers; i++) {
        watching.add(relay.viewer());
      }
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      List<byte[]> images = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        images.add(Jpegs.jpeg(bytes, i));
        camera.send(images.getLast());
      }
      watching.forEach(viewer -> takesWholeFramesInOrder(viewer, images));
    }
  }

  private static void takesWholeFramesInOrder(TestClient viewer, List<byte[]> images) {
    int at = -1;
    while (at < images.size() - 1) {
      byte[] jpeg = viewer.nextPair().jpeg();
      int before = at;
      do {
        at++;
        assertThat(at).as("a frame after %s, whole and newer", before).isLessThan(images.size());
      } while (!Arrays.equals(jpeg, images.get(at)));
    }
  }

  @Test
  void requestAndStopOfOneViewerAffectNobodyElse() {
    try (TestRelay relay = TestRelay.start()) {
      TestClient one = relay.viewer();
      TestClient other = relay.client().asViewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      byte[] first = Jpegs.jpeg(5_000, 1);
      camera.send(first);
      one.expectFrame(first);
      other.assertExhausted();

      other.watch();
      other.expectFrame(first);
      one.assertExhausted();
      one.say("{\"type\":\"stop_stream\"}").assertExhausted();
      byte[] second = Jpegs.jpeg(5_000, 2);
      camera.send(second);
      other.expectFrame(second);
      one.assertExhausted();
      camera.assertExhausted();
    }
  }

  @Test
  void aViewerThatVanishesHarmsNobody() {
    try (TestRelay relay = TestRelay.start()) {
      TestClient stays = relay.viewer();
      TestClient goes = relay.viewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      goes.vanish();
      for (int i = 0; i < 5; i++) {
        byte[] image = Jpegs.jpeg(30_000, i);
        camera.send(image);
        stays.expectFrame(image);
      }
      await().atMost(10, SECONDS).until(() -> relay.openSessions() == 2);
    }
  }

  @Test
  void givesAViewerTheLatestFrameAtOnce() {
    try (TestRelay relay = TestRelay.start()) {
      TestClient camera = relay.camera("front");
      byte[] latest = Jpegs.jpeg(5_000, 2);
      camera.send(Jpegs.jpeg(5_000, 1)).send(latest).assertExhausted();
      TestClient viewer = relay.client().asViewer().watch();
      viewer.expectFrame(latest);
      camera.awaitText("start_streaming");
    }
  }

  @Test
  void givesAViewerNoFrameOlderThanTheLimit() {
    try (TestRelay relay = TestRelay.start("FRESH_LIMIT", "200ms")) {
      TestClient camera = relay.camera("front");
      camera.send(Jpegs.jpeg(5_000, 1)).assertExhausted();
      await()
          .atMost(10, SECONDS)
          .until(() -> relay.onlyRow("cameras").longValue("lastFrameAgeMs", -1) > 200);
      TestClient viewer = relay.viewer();
      camera.awaitText("start_streaming");
      byte[] next = Jpegs.jpeg(5_000, 2);
      camera.send(next);
      viewer.expectFrame(next);
    }
  }
}
