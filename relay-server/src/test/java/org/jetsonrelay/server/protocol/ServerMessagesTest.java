// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerMessagesTest {

  /// As the deployed client does it: the quoted word anywhere in the text.
  private static void assertCommandsNobody(byte[] message) {
    for (String command : JsonText.COMMANDS) {
      assertThat(new String(message, UTF_8)).doesNotContain('"' + command + '"');
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ping",
        "start_streaming",
        "stop_streaming",
        "registration_success",
        "\"ping\"",
        "a \"start_streaming\" b",
        "\\\"ping\\\"",
        "\\",
        "\",\"type\":\"stop_streaming\",\"x\":\"",
        "\u0000\n\u2028é😀\ud800"
      })
  void nothingAClientSaysCanBecomeACommandToACamera(String hostile) {
    CameraEntry camera =
        new CameraEntry(hostile, hostile, true, 1, 1, 1, 1, hostile, List.of(hostile));
    FrameDetails details = new FrameDetails(hostile, 1, 1, 1, 1, 1, 1, 1);
    for (ErrorCode code : ErrorCode.values()) {
      assertCommandsNobody(ServerMessages.error(code, hostile));
      assertCommandsNobody(ServerMessages.error(code, code.message(hostile)));
    }
    assertCommandsNobody(ServerMessages.welcome(hostile, 0));
    assertCommandsNobody(ServerMessages.pong(0));
    assertCommandsNobody(ServerMessages.serverShutdown(0));
    assertCommandsNobody(ServerMessages.cameraList(List.of(camera)));
    assertCommandsNobody(ServerMessages.imageFrame(hostile, 0, 1, details));
    assertCommandsNobody(ServerMessages.streamFeedback(1, 1, 1, 1));
    assertThat(new String(ServerMessages.stopStreaming(hostile, 0), UTF_8))
        .doesNotContain("\"start_streaming\"")
        .doesNotContain("\"ping\"");

    String quoted = "{\"type\":\"" + hostile.replaceAll("[\"\\\\\\p{Cntrl}]", "") + "!\"}";
    if (ClientMessages.parse(ByteBuffer.wrap(quoted.getBytes(UTF_8)))
        instanceof ClientMessage.Malformed malformed) {
      assertCommandsNobody(ServerMessages.error(malformed.code(), malformed.message()));
    }

    // A parser reads the very same string all the same.
    JsonObject read =
        JsonParser.create(ServerMessages.error(ErrorCode.BAD_JSON, hostile.replace("\ud800", "")))
            .readJsonObject();
    assertThat(read.stringValue("message")).hasValue(hostile.replace("\ud800", ""));
  }

  @Test
  void anErrorIsShortWhateverTheClientSent() {
    String limit = "x".repeat(ServerMessages.MAX_ERROR_CHARS);
    String longest =
        malformed(
            "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"%s\"}"
                .formatted("\\u0001".repeat(5_000)));

    assertThat(message(limit)).isEqualTo(limit);
    assertThat(message(limit + "y")).isEqualTo(limit);
    assertThat(message(longest)).isEqualTo(longest).endsWith("...'");
  }

  private static String malformed(String json) {
    ByteBuffer wire = ByteBuffer.wrap(json.getBytes(UTF_8));
    return ((ClientMessage.Malformed) ClientMessages.parse(wire)).message();
  }

  private static String message(String message) {
    byte[] error = ServerMessages.error(ErrorCode.UNKNOWN_TYPE, message);
    return JsonParser.create(error).readJsonObject().stringValue("message").orElseThrow();
  }

  @Test
  void ratesAreRoundedToTwoDecimalsAndNeverLeaveJson() {
    assertThat(rate(29.999)).isEqualTo("30");
    assertThat(rate(0.005)).isEqualTo("0.01");
    assertThat(rate(14.05)).isEqualTo("14.05");
    assertThat(rate(-1.5)).isEqualTo("-1.5");
    assertThat(rate(Double.NaN)).isEqualTo("0");
    assertThat(rate(Double.POSITIVE_INFINITY)).isEqualTo("0");
    assertThat(rate(1e300)).isEqualTo("0");
  }

  private static String rate(double value) {
    String text = new String(ServerMessages.streamFeedback(1, value, 7, 1), UTF_8);
    return text.replaceFirst(".*\"deliveredFps\":", "").replaceFirst(",.*", "");
  }

  @Test
  void aLongListOfCamerasIsWhole() {
    CameraEntry camera =
        new CameraEntry("n".repeat(64), "client_1_a", true, 30, 1, 1, 1, "", List.of());

    byte[] list = ServerMessages.cameraList(Collections.nCopies(1_000, camera));

    assertThat(JsonParser.create(list).readJsonObject().arrayValue("cameras").orElseThrow().size())
        .isEqualTo(1_000);
  }

  @Test
  void clientIdsHaveTheirFormAndNeverRepeat() {
    ClientIds ids = new ClientIds(InstantSource.fixed(Instant.ofEpochMilli(1_755_500_000_000L)));
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      String id = ids.next();
      assertThat(id).matches("client_1755500000000_[0-9a-z]{9}");
      assertThat(seen.add(id)).isTrue();
    }
  }
}
