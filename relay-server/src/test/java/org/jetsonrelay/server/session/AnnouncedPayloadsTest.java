// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.TestClient;
import org.jetsonrelay.server.TestRelay;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `h264_chunk`, `h264_frame` and `complete_video`: metadata and payload together, unchanged, in
/// order.
class AnnouncedPayloadsTest {

  private static final int KEY_FRAME = 5;
  private static final int OTHER_FRAME = 1;

  /// An H.264 unit in Annex B with its number behind the header.
  private static byte[] unit(int type, int number, int bytes) {
    ByteBuffer unit = ByteBuffer.allocate(bytes);
    return unit.putInt(1).put((byte) (0x60 | type)).putInt(number).array();
  }

  @ParameterizedTest
  @ValueSource(strings = {"h264_chunk", "h264_frame", "complete_video"})
  void relaysMetadataAndPayloadTogetherAndUnchanged(String type) {
    try (TestRelay relay = TestRelay.start()) {
      TestClient viewer = relay.viewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      String metadata =
          "{ \"frameNumber\" : 7,\"type\":\"" + type + "\", \"x\":[1, {\"ü\":null}]\n}";
      byte[][] payloads = {
        unit(KEY_FRAME, 1, 70_000),
        "{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8),
        Jpegs.jpeg(3_000, 1),
        new byte[0],
        unit(OTHER_FRAME, 2, 64),
      };
      for (byte[] payload : payloads) {
        camera.say(metadata).send(payload);
      }
      for (byte[] payload : payloads) {
        assertThat(viewer.awaitText(type)).isEqualTo(metadata);
        assertThat(viewer.nextBinary()).isEqualTo(payload);
      }
      // The announcement is spent: an image is an image again.
      byte[] image = Jpegs.jpeg(3_000, 2);
      camera.send(image);
      viewer.expectFrame(image);
    }
  }

  @Test
  void relaysMetadataThatDoesNotFitInFrontOfItsPayload() {
    try (TestRelay relay = TestRelay.start()) {
      TestClient viewer = relay.viewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      String metadata = "{\"type\":\"complete_video\",\"x\":\"" + "x".repeat(60_000) + "\"}";
      byte[] payload = unit(KEY_FRAME, 1, 500_000);
      camera.say(metadata).send(payload);
      assertThat(viewer.awaitText("complete_video")).isEqualTo(metadata);
      assertThat(viewer.nextBinary()).isEqualTo(payload);
    }
  }

  @Test
  void isNotReplacedByNewerFrames() {
    try (TestRelay relay = TestRelay.start()) {
      TestClient viewer = relay.viewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      for (int i = 0; i < 30; i++) {
        camera.say("{\"type\":\"h264_frame\",\"n\":" + i + "}").send(unit(OTHER_FRAME, i, 20_000));
      }
      for (int i = 0; i < 30; i++) {
        assertThat(viewer.awaitText("h264_frame"))
            .isEqualTo("{\"type\":\"h264_frame\",\"n\":" + i + "}");
        assertThat(viewer.nextBinary()).isEqualTo(unit(OTHER_FRAME, i, 20_000));
      }
    }
  }

  @Test
  void isCutWhenTooMuchWaitsAndResumesAtAKeyFrame() throws IOException {
    try (TestRelay relay = TestRelay.start("PACING", "off", "MAX_WAITING_PAYLOADS", "4")) {
      RawWebSocket stalled = relay.stalledViewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      int sent = 0;
      // Each round of ten begins with a key frame; the socket takes a few megabytes, then no more.
      while (relay.onlyRow("viewers").intValue("pending", 0) < 4 && sent < 400) {
        announce(camera, sent++);
      }
      for (int i = 0; i < 30; i++) {
        announce(camera, sent++);
      }
      camera.assertExhausted();
      List<Integer> got = new ArrayList<>();
      await()
          .atMost(20, SECONDS)
          .until(() -> {
            readPair(stalled, got);
            return relay.onlyRow("viewers").intValue("pending", -1) == 0;
          });
      while (sent % 10 != 0) {
        announce(camera, sent++);
      }
      announce(camera, sent);
      while (got.getLast() != sent) {
        readPair(stalled, got);
      }
      int cuts = 0;
      for (int i = 1; i < got.size(); i++) {
        if (got.get(i) != got.get(i - 1) + 1) {
          cuts++;
          assertThat(got.get(i)).isGreaterThan(got.get(i - 1));
          assertThat(got.get(i) % 10).as("a decoder can begin at %s", got.get(i)).isZero();
        }
      }
      assertThat(cuts).isPositive();
    }
  }

  private static void announce(TestClient camera, int number) {
    int type = number % 10 == 0 ? KEY_FRAME : OTHER_FRAME;
    camera.say("{\"type\":\"h264_frame\",\"n\":" + number + "}").send(unit(type, number, 100_000));
  }

  private static void readPair(RawWebSocket viewer, List<Integer> numbers) throws IOException {
    String metadata = readData(viewer).text();
    int number = ByteBuffer.wrap(readData(viewer).payload()).getInt(5);
    assertThat(metadata).isEqualTo("{\"type\":\"h264_frame\",\"n\":" + number + "}");
    numbers.add(number);
  }

  private static RawWebSocket.Received readData(RawWebSocket viewer) throws IOException {
    RawWebSocket.Received next = viewer.read();
    while (next.opcode() > RawWebSocket.BINARY) {
      next = viewer.read();
    }
    return next;
  }
}
