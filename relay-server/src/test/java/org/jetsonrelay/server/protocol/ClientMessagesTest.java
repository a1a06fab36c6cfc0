// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.jetsonrelay.server.protocol.Samples.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientMessagesTest {

  private static final ClientMessage PING = new ClientMessage.Ping();

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":", "{\"type\":\"ping\",\"a\":[", "[{\"a\":"})
  void deepNestingDoesNotOverflowTheStack(String opening) {
    String deep = opening.repeat(60_000 / opening.length());

    assertCode(parse(deep), ErrorCode.BAD_JSON);
    assertCode(parse("{\"type\":\"ping\",\"a\":" + deep), ErrorCode.BAD_JSON);
  }

  /// Well-formed, so that nothing but the limit keeps it from the library, which recurses.
  @Test
  void deepNestingThatIsWellFormedIsRefusedAsTooDeep() {
    String arrays = "{\"type\":\"ping\",\"a\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}";
    String objects = "{\"a\":".repeat(10_000) + "0" + "}".repeat(10_000);

    for (String deep : new String[] {arrays, objects}) {
      assertThat(parse(deep))
          .isEqualTo(
              new ClientMessage.Malformed(
                  ErrorCode.BAD_JSON,
                  "This is not a message of the protocol: nested deeper than 32"));
    }
  }

  @Test
  void aMessageAtTheLimitIsReadAndOneByteMoreIsTooLarge() {
    String frame = "{\"type\":\"ping\",\"a\":\"\"}";
    String filler = "x".repeat(ClientMessages.MAX_BYTES - frame.length());

    assertThat(parse(frame.replace("\"\"", "\"" + filler + "\""))).isEqualTo(PING);
    assertCode(parse(frame.replace("\"\"", "\"" + filler + "x\"")), ErrorCode.TOO_LARGE);
  }

  @Test
  void featuresHaveALimit() {
    assertThat(parse(features(32))).isInstanceOf(ClientMessage.Register.class);
    assertCode(parse(features(33)), ErrorCode.TOO_LARGE);
  }

  private static String features(int count) {
    return "{\"type\":\"client_type\",\"clientType\":\"flutter\",\"features\":["
        + "\"new\",".repeat(count - 1)
        + "\"new\"]}";
  }

  @Test
  void numbersHaveALimitBecauseTheirConversionIsQuadratic() {
    String message = "{\"type\":\"request_stream\",\"maxFps\":1%s}";

    assertThat(parse(message.formatted("0".repeat(63))))
        .isInstanceOf(ClientMessage.RequestStream.class);
    assertCode(parse(message.formatted("0".repeat(64))), ErrorCode.BAD_JSON);
  }

  @Test
  void invalidUtf8IsNotJson() {
    byte[] text = "{\"type\":\"ping\",\"a\":\"?\"}".getBytes(UTF_8);
    text[20] = (byte) 0xff;

    assertCode(ClientMessages.parse(ByteBuffer.wrap(text)), ErrorCode.BAD_JSON);
  }

  @Test
  void readsDirectBuffersFromTheirPositionAndLeavesItThere() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64);
    buffer.put("xx{\"type\":\"ping\"}yy".getBytes(UTF_8)).flip().position(2);
    buffer.limit(buffer.limit() - 2);

    assertThat(ClientMessages.parse(buffer)).isEqualTo(PING);
    assertThat(buffer.position()).isEqualTo(2);
  }

  @Test
  void anAnnouncementKeepsItsBytesWhenTheBufferIsUsedAgain() {
    String json = "{\"type\":\"h264_chunk\" , \"n\":1.50}";
    byte[] lent = json.getBytes(UTF_8);

    Announcement announcement = (Announcement) ClientMessages.parse(ByteBuffer.wrap(lent));
    lent[0] = 'x';

    assertThat(announcement.json()).asString(UTF_8).isEqualTo(json);
  }

  @Test
  void aRegistrationNeverShowsItsToken() {
    ClientMessage message =
        parse("{\"type\":\"client_type\",\"clientType\":\"jetson\",\"token\":\"s3cret\"}");

    assertThat(message).hasToString("Register[role=PUBLISHER, name=null, token=***, features=[]]");
  }

  @Test
  void malformedMessagesShowLittleOfWhatWasSentAndNothingThatIsActive() {
    ClientMessage.Malformed malformed =
        (ClientMessage.Malformed) parse("{\"type\":\"<script>\\n\\\"é" + "x".repeat(1_000) + "\"}");

    assertThat(malformed.message())
        .isEqualTo(
            "Unknown message type: '\\u003cscript\\u003e\\u000a\\u0022\\u00e9"
                + "x".repeat(29)
                + "...'");
  }

  @Test
  void smallBinaryMessagesThatBeginWithABraceAreJson() {
    ByteBuffer memory = ByteBuffer.allocateDirect(2_000).put(100, "{".getBytes(UTF_8));

    assertThat(ClientMessages.looksLikeJson(memory, 100, 1)).isTrue();
    assertThat(ClientMessages.looksLikeJson(memory, 100, 999)).isTrue();
    assertThat(ClientMessages.looksLikeJson(memory, 100, 1_000)).isFalse();
    assertThat(ClientMessages.looksLikeJson(memory, 100, 0)).isFalse();
    assertThat(ClientMessages.looksLikeJson(memory, 99, 10)).isFalse();
  }

  @Test
  void survivesAnyMutationOfAnySample() throws IOException {
    Random random = new Random(42);
    List<byte[]> samples =
        Samples.all().stream().map(Sample::json).map(json -> json.getBytes(UTF_8)).toList();
    byte[] likely = "{}[]\",:\\u0e-+.19tfn\0 \n\u007f".getBytes(UTF_8);
    int malformed = 0;
    for (int round = 0; round < 40_000; round++) {
      byte[] text = samples.get(random.nextInt(samples.size())).clone();
      for (int n = random.nextInt(4); n >= 0 && text.length > 0; n--) {
        text[random.nextInt(text.length)] =
            random.nextBoolean()
                ? likely[random.nextInt(likely.length)]
                : (byte) random.nextInt(256);
      }
      int length = random.nextInt(8) == 0 ? random.nextInt(text.length + 1) : text.length;
      if (ClientMessages.parse(ByteBuffer.wrap(text, 0, length))
          instanceof ClientMessage.Malformed) {
        malformed++;
      }
    }
    assertThat(malformed).isBetween(10_000, 39_999);
  }

  private static ClientMessage parse(String json) {
    return ClientMessages.parse(ByteBuffer.wrap(json.getBytes(UTF_8)));
  }

  private static void assertCode(ClientMessage message, ErrorCode code) {
    assertThat(message)
        .isInstanceOfSatisfying(
            ClientMessage.Malformed.class,
            malformed -> assertThat(malformed.code()).isEqualTo(code));
  }
}
