// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jetsonrelay.server.fuzz.Fuzz;
import org.junit.jupiter.api.Test;

/// Any bytes are a message or a fault with a sentence, and what is answered is JSON again.
class ClientMessagesFuzzTest {

  @Test
  void readsAnythingAsAMessageOrAFault() throws IOException {
    Fuzz.of("client-messages")
        .from(
            """
            {"type":"client_type","clientType":"jetson","name":"front","token":"x","features":["feedback"]}\
            """)
        .from("{\"type\":\"request_stream\",\"cameras\":[\"a\",\"b\"],\"maxFps\":7.5}")
        .from("{\"type\":\"image_data\",\"size\":45231,\"timestamp\":\"1755500000000\"}")
        .from("{\"type\":\"h264_chunk\",\"n\":[1,{\"k\":null}],\"s\":\"\\ud83d\\ude00\"}")
        .from("{\"type\":\"pong\"}\0")
        .from("{\"type\":\"list_cameras\",\"\":[[[[{}]]]]}")
        .words(
            "\"type\":",
            "\"client_type\"",
            "\"complete_video\"",
            "\"stop_stream\"",
            "\\u0000",
            "\\ud800",
            "1e999",
            "-0.0",
            "[[[[[[[[",
            "{\"a\":{",
            "null",
            "true",
            "\"features\":",
            "\"cameras\":",
            "\"maxFps\":",
            "\uFEFF",
            "ä",
            "\"timestamp\":")
        .run(ClientMessagesFuzzTest::feed);
  }

  private static void feed(byte[] input) {
    ClientMessage message = ClientMessages.parse(ByteBuffer.wrap(input));
    switch (message) {
      case ClientMessage.Malformed(ErrorCode code, String text) -> {
        byte[] answer = ServerMessages.error(code, text);
        assertThat(answer.length).isLessThan(2_000);
        JsonParser.create(answer).readJsonObject();
      }
      case ClientMessage.RequestStream request -> {
        if (request.cameras() != null) {
          assertThat(request.cameras()).hasSizeLessThanOrEqualTo(ClientMessages.MAX_CAMERAS);
        }
        request.maxFps().ifPresent(fps -> assertThat(fps).isPositive().isFinite());
      }
      case ClientMessage.Register register -> {
        if (register.name() != null) {
          assertThat(CameraNames.valid(register.name())).isTrue();
        }
      }
      case Announcement announcement ->
          // It is relayed as it came: a viewer's parser must be able to take it.
          JsonParser.create(
                  new String(announcement.json(), StandardCharsets.UTF_8)
                      .getBytes(StandardCharsets.UTF_8))
              .readJsonObject();
      default -> {
        // carries nothing that could be wrong
      }
    }
  }
}
