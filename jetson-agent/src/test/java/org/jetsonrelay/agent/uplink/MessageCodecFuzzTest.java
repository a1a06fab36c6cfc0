// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.jetsonrelay.agent.fuzz.Damage;
import org.jetsonrelay.agent.policy.AudienceReport;
import org.junit.jupiter.api.Test;

/** Whatever calls itself a relay: what it says is a message, or none, and in range. */
class MessageCodecFuzzTest {

  @Test
  void readsAnythingAsAMessageOrNone() {
    Damage.feed(
        MessageCodecFuzzTest::feed,
        utf8("{\"type\":\"welcome\",\"clientId\":\"client_1\",\"message\":\"Connected\"}"),
        utf8("{\"type\":\"start_streaming\",\"requestedBy\":\"client_2\"}\0"),
        utf8("{\"type\":\"error\",\"code\":\"too_large\",\"message\":\"\\ud83d\\ude00 \\u0000\"}"),
        utf8(
            "{\"type\":\"stream_feedback\",\"viewers\":-3,\"deliveredFps\":1e999,\"wantedFps\":-0.0,"
                + "\"ageMs\":99999999999999999999}"),
        utf8("{\"type\":\"clock_probe\",\"probe\":17,\"sequence\":9007199254740993}"),
        utf8("{\"type\":\"other\",\"a\":[[[[{\"b\":[null,true,1e5,\"\"]}]]]]}"));
  }

  private static void feed(byte[] input) {
    ServerMessage message = MessageCodec.read(new String(input, UTF_8));
    assertThat(message.type()).isNotNull();
    AudienceReport report = message.report();
    assertThat(report != null).isEqualTo(message.type() == ServerMessage.Type.FEEDBACK);
    if (report != null) {
      assertThat(report.viewers()).isNotNegative();
      assertThat(report.deliveredFps()).isBetween(0.0, 1_000.0);
      assertThat(report.wantedFps()).isBetween(0.0, 1_000.0);
      assertThat(report.ageMillis()).isNotNegative();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
