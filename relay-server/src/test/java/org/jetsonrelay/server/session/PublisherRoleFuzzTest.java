// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.fuzz.Fuzz;
import org.jetsonrelay.server.hub.Admission;
import org.jetsonrelay.server.hub.Announced;
import org.jetsonrelay.server.hub.Attachment;
import org.jetsonrelay.server.hub.Choice;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.hub.HubSettings;
import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.hub.Viewer;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.protocol.Announcement;
import org.jetsonrelay.server.protocol.ClientMessage;
import org.jetsonrelay.server.protocol.ClientMessages;
import org.junit.jupiter.api.Test;

/// Metadata and payloads in any order and of any shape: what belongs together reaches viewers
/// together, and everything is given back.
///
/// An input is a script: a byte for what comes (text, or binary behind so much headroom), two for
/// its length, then its bytes.
class PublisherRoleFuzzTest {

  private final BlockPool pool = new BlockPool(1 << 22);

  private static byte[] script(Object... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Object part : parts) {
      boolean text = part instanceof String;
      byte[] bytes = text ? ((String) part).getBytes(StandardCharsets.UTF_8) : (byte[]) part;
      all.write(text ? 0 : 1);
      all.write(bytes.length >> 8);
      all.write(bytes.length);
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  @Test
  void keepsPairsTogetherAndGivesEverythingBack() throws IOException {
    byte[] key = {0, 0, 0, 1, 0x65, 1, 2, 3};
    byte[] delta = {0, 0, 1, 0x41, 1, 2, 3};
    Fuzz.of("publisher")
        .from(script("{\"type\":\"image_data\",\"timestamp\":\"5\"}", Jpegs.jpeg(40, 1)))
        .from(script("{\"type\":\"h264_chunk\"}", key, "{\"type\":\"h264_frame\"}", delta))
        .from(script("{\"type\":\"complete_video\"}", Jpegs.jpeg(40, 1), Jpegs.jpeg(50, 2), key))
        .from(script("{\"type\":\"h264_frame\"}", "{\"type\":\"complete_video\"}", new byte[0]))
        .words("\"h264_chunk\"", "\"complete_video\"", "\"image_data\"", "\"timestamp\":", "-1")
        .executions(10_000)
        .run(this::feed);
  }

  private void feed(byte[] input) {
    Hub hub = new Hub(HubSettings.defaults(), new RelayMetrics());
    if (!(hub.attach(new SilentPublisher("client_camera"), "front", "", 0)
            instanceof Attachment.Attached(var feed))
        || !(hub.join(new Nobody()) instanceof Admission.Admitted(var watch))) {
      throw new AssertionError("there is room");
    }
    hub.choose(watch, Choice.ALL, 0);
    PublisherRole role = new PublisherRole(feed, "client_camera", pool);
    ByteBuffer script = ByteBuffer.wrap(input);
    while (script.remaining() >= 3) {
      int kind = script.get();
      int length = Math.min(script.getShort() & 0xffff, script.remaining());
      ByteBuffer bytes = script.slice(script.position(), length);
      script.position(script.position() + length);
      if (kind == 0) {
        tell(role, ClientMessages.parse(bytes));
      } else {
        // Less headroom than a frame's only where a payload was announced, as over HTTP.
        int offset = role.awaitsPayload() && kind % 2 == 0 ? 0 : Frame.HEADROOM;
        Block block = pool.acquire(offset + length + 8);
        block.memory().put(offset, bytes, 0, length);
        boolean announced = role.awaitsPayload();
        boolean passed = role.accept(block, offset, length, 1, 1);
        assertThat(passed || !announced).as("an announced payload is always passed on").isTrue();
      }
      take(watch);
    }
    hub.leave(watch, 1);
    hub.detach(feed, 1);
    assertThat(pool.outstanding()).isZero();
  }

  private static void tell(PublisherRole role, ClientMessage message) {
    switch (message) {
      case ClientMessage.ImageData image -> role.about(image);
      case Announcement next -> role.announced(next);
      default -> {
        // not for a camera's pictures
      }
    }
  }

  private static void take(Watch watch) {
    for (Subscription subscription : watch.subscriptions()) {
      Frame frame = subscription.take();
      if (frame != null) {
        assertThat(frame.messageLength()).isGreaterThan(frame.jpegLength());
        frame.release();
      }
      Announced payload = subscription.pollAnnounced();
      if (payload != null) {
        assertThat(payload.block().memory().get(payload.offset())).isEqualTo((byte) 0x81);
        payload.release();
      }
    }
  }

  private static final class Nobody implements Viewer {
    @Override
    public String id() {
      return "client_viewer";
    }

    @Override
    public void mail() {}

    @Override
    public void camerasChanged() {}

    @Override
    public ViewerRow row() {
      return new ViewerRow(
          id(), "192.0.2.2:1", List.of(), 0, 0, 0, 0, Map.of(), 0, 0, -1, -1, -1, -1, 0, Map.of());
    }
  }
}
