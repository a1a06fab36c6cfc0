// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.TestClient;
import org.jetsonrelay.server.TestRelay;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Each code of the error list, and that the connection stays open after it; `unauthorized` and
/// `name_taken` are in [TokensTest].
class ErrorsTest {
  private static final String WHO = "{\"type\":\"client_type\",\"clientType\":";

  private static final List<String> BAD =
      List.of(
          "",
          "nonsense",
          "{\"type\":\"ping\"",
          "{\"type\":\"ping\"}}",
          "[{\"type\":\"ping\"}]",
          "\"ping\"",
          "null",
          "{'type':'ping'}",
          "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"no spaces\"}",
          "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":7}",
          "{\"type\":\"client_type\",\"clientType\":\"flutter\",\"token\":{}}",
          "{\"type\":\"client_type\",\"clientType\":\"flutter\",\"features\":\"all\"}",
          "{\"type\":\"request_stream\",\"maxFps\":0}",
          "{\"type\":\"request_stream\",\"maxFps\":-1}",
          "{\"type\":\"request_stream\",\"maxFps\":\"10\"}",
          "{\"type\":\"request_stream\",\"cameras\":\"front\"}",
          "{\"type\":\"request_stream\",\"cameras\":[1]}");

  private final TestRelay relay = TestRelay.start("MAX_CAMERAS", "1");

  @AfterEach
  void stop() {
    relay.close();
  }

  @Test
  void badJson() {
    TestClient client = relay.client();
    for (String text : BAD) {
      client.say(text);
      client.nextError("bad_json");
    }
    client.assertExhausted();
  }

  @Test
  void unknownTypeNamesTheOffendingValueShortenedAndEscaped() {
    TestClient client = relay.client();
    client.say("{\"type\":\"reboot\"}");
    assertThat(client.nextError("unknown_type")).contains("reboot");
    client.say("{\"type\":null}");
    client.nextError("unknown_type");
    client.say("{}");
    client.nextError("unknown_type");
    client.say("{\"type\":\"\\u0007\\n\\\"" + "x".repeat(10_000) + "\"}");
    assertThat(client.nextError("unknown_type"))
        .hasSizeLessThan(200)
        .doesNotContain("\n", "\u0007");
    client.asViewer().assertExhausted();
  }

  @Test
  void unknownClientType() {
    TestClient client = relay.client();
    client.say(WHO + "\"toaster\"}");
    assertThat(client.nextError("unknown_client_type")).contains("toaster");
    client.say("{\"type\":\"client_type\"}");
    client.nextError("unknown_client_type");
    client.asViewer().assertExhausted();
  }

  @Test
  void notAViewer() {
    TestClient nobody = relay.client();
    TestClient camera = relay.camera("front");
    for (String type : new String[] {"request_stream", "stop_stream", "list_cameras"}) {
      nobody.say("{\"type\":\"" + type + "\"}");
      assertThat(nobody.nextError("not_a_viewer")).contains(type);
      camera.say("{\"type\":\"" + type + "\"}");
      assertThat(camera.nextError("not_a_viewer")).contains(type);
    }
    nobody.assertExhausted();
    camera.assertExhausted();
  }

  @Test
  void notACamera() {
    TestClient viewer = relay.viewer();
    for (String type : new String[] {"image_data", "h264_chunk", "h264_frame", "complete_video"}) {
      viewer.say("{\"type\":\"" + type + "\"}");
      assertThat(viewer.nextError("not_a_camera")).contains(type);
    }
    viewer.send(Jpegs.jpeg(2_000, 1));
    viewer.nextError("not_a_camera");
    viewer.assertExhausted();
    assertThat(relay.outstandingBlocks()).isZero();
  }

  @Test
  void notAnImageIsNotRelayed() {
    TestClient viewer = relay.viewer();
    TestClient camera = relay.camera("front");
    camera.awaitText("start_streaming");
    byte[] png = Jpegs.jpeg(5_000, 1);
    png[0] = (byte) 0x89;
    byte[][] wrong = {png, {}, {(byte) 0xff}, {(byte) 0xff, (byte) 0xd8}, new byte[100_000]};
    for (byte[] image : wrong) {
      camera.send(image);
      camera.nextError("not_an_image");
    }
    viewer.assertExhausted();
    byte[] right = Jpegs.jpeg(5_000, 2);
    camera.send(right);
    viewer.expectFrame(right);
  }

  @Test
  void unknownCamera() {
    TestClient viewer = relay.client().asViewer().watch(",\"cameras\":[\"attic\"]");
    assertThat(viewer.nextError("unknown_camera")).contains("attic");
    viewer.assertExhausted();
  }

  @Test
  void tooLarge() {
    TestClient viewer = relay.client().asViewer();
    StringBuilder names = new StringBuilder("\"c0\"");
    for (int i = 1; i < 64; i++) {
      names.append(",\"c").append(i).append('"');
    }
    viewer.watch(",\"cameras\":[" + names + "]");
    viewer.nextError("unknown_camera");
    viewer.watch(",\"cameras\":[" + names + ",\"c64\"]");
    assertThat(viewer.nextError("too_large")).contains("64");
    viewer.assertExhausted();

    relay.camera("only");
    TestClient second = relay.client();
    second.say(WHO + "\"jetson\",\"name\":\"second\"}");
    assertThat(second.nextError("too_large")).contains("1 cameras");
    second.assertExhausted();
  }
}
