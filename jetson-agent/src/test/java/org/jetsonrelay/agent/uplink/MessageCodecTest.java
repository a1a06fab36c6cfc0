// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {

  @Test
  void readsAMessageWithTrailingNuls() {
    assertThat(MessageCodec.read("{\"type\":\"ping\"}\0\n\0").type())
        .isEqualTo(ServerMessage.Type.PING);
  }

  @Test
  void doesNotMistakeAWordForACommand() {
    assertThat(
            MessageCodec.read("{\"type\":\"camera_list\",\"message\":\"start_streaming\"}").type())
        .isEqualTo(ServerMessage.Type.OTHER);
    assertThat(MessageCodec.read("{\"a\":{\"type\":\"start_streaming\"},\"type\":\"pong\"}").type())
        .isEqualTo(ServerMessage.Type.PONG);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "\"ping\"",
        "null",
        "{}",
        "{\"type\":1}",
        "{\"type\":[\"ping\"]}",
        "{\"type\":\"ping\"} {}",
        "{\"type\":\"ping\"",
        "{\"type\":\"ping\",}"
      })
  void callsEverythingElseBad(String text) {
    assertThat(MessageCodec.read(text).type()).isEqualTo(ServerMessage.Type.BAD);
  }

  @Test
  void acceptsThirtyTwoLevelsAndNoMore() {
    assertThat(MessageCodec.read(nested(32)).type()).isEqualTo(ServerMessage.Type.PING);
    assertThat(MessageCodec.read(nested(33)).type()).isEqualTo(ServerMessage.Type.BAD);
  }

  private static String nested(int levels) {
    return "{\"type\":\"ping\",\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
  }

  @Test
  void escapesWhatUsersChoose() {
    assertThat(MessageCodec.clientType(Optional.of("a\"b"), Optional.of("\\"), false))
        .isEqualTo(
            "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"a\\\"b\",\"token\":\"\\\\\",\"features\":[\"clock\"]}");
  }
}
