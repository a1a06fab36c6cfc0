// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jetsonrelay.agent.policy.AudienceReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The agent's codec against the samples that the relay's codec is tested against, too. */
class GoldenSamplesTest {

  private static final Path SAMPLES = Path.of("..", "docs", "protocol");

  /** One sample: its texts by field, those of {@code decoded} included. */
  private static List<Map<String, String>> samples(String type) throws IOException {
    Path file = SAMPLES.resolve(type + ".json");
    assumeTrue(Files.exists(file), () -> file + " does not exist");
    List<Map<String, String>> samples = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      Map<String, String> sample = new LinkedHashMap<>();
      int depth = 0;
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token.isScalarValue() && json.currentName() != null) {
          sample.put(json.currentName(), json.getText());
        } else if (token == JsonToken.END_OBJECT && depth == 1) {
          samples.add(sample);
          sample = new LinkedHashMap<>();
        }
      }
    }
    assertThat(samples).isNotEmpty();
    return samples;
  }

  private static String json(Map<String, String> sample) {
    return sample.getOrDefault("json", "");
  }

  @ParameterizedTest
  @CsvSource({
    "welcome,WELCOME,clientId",
    "registration_success,REGISTERED,",
    "start_streaming,START,requestedBy",
    "stop_streaming,STOP,requestedBy",
    "server_shutdown,SHUTDOWN,",
    "error,ERROR,code",
    "stream_feedback,FEEDBACK,",
    "clock_probe,CLOCK,"
  })
  void readsWhatARelaySays(String file, ServerMessage.Type type, String subject)
      throws IOException {
    for (Map<String, String> sample : samples(file)) {
      ServerMessage message = MessageCodec.read(json(sample));
      assertThat(message.type()).as(sample.get("name")).isEqualTo(type);
      if (subject != null) {
        assertThat(message.subject()).isEqualTo(sample.get(subject));
      }
    }
  }

  @Test
  void readsWhatTheAudienceGets() throws IOException {
    assertThat(samples("stream_feedback"))
        .extracting(sample -> MessageCodec.read(json(sample)).report())
        .containsExactly(new AudienceReport(2, 14.5, 30, 85));
  }

  @Test
  void readsQuestionsForTheTime() throws IOException {
    assertThat(samples("clock_probe"))
        .extracting(sample -> MessageCodec.read(json(sample)).clock())
        .containsExactly(
            new ServerMessage.ClockQuestion(1, 0),
            new ServerMessage.ClockQuestion(9, 0),
            new ServerMessage.ClockQuestion(1, 0),
            new ServerMessage.ClockQuestion(10, 1803));
  }

  @Test
  void writesAnswersThatARelayReads() throws IOException {
    assertThat(samples("clock_answer"))
        .extracting(GoldenSamplesTest::json)
        .contains(MessageCodec.clockAnswer(9, 1_755_500_000_123_456L, 1_755_500_000_123_789L));
  }

  @Test
  void writesARegistrationThatARelayReads() throws IOException {
    assertThat(samples("client_type"))
        .extracting(GoldenSamplesTest::json)
        .contains(MessageCodec.clientType(Optional.empty(), Optional.empty(), false))
        .contains(
            MessageCodec.clientType(Optional.of("front-left_2.0"), Optional.of("s3cret"), true));
  }

  @Test
  void writesMetadataThatARelayReads() throws IOException {
    assertThat(samples("image_data"))
        .extracting(GoldenSamplesTest::json)
        .contains(MessageCodec.imageData("jetson", "camera0", 45231, 1755500000123L))
        .contains(
            MessageCodec.imageData(
                "jetson", "camera0", 45231, 1755500000123L, 1755500000131L, 1755500000132L));
  }

  @Test
  void writesPongsThatARelayReads() throws IOException {
    assertThat(samples("pong")).extracting(GoldenSamplesTest::json).contains(MessageCodec.PONG);
  }

  @Test
  void takesNothingMalformedForACommand() throws IOException {
    for (Map<String, String> sample : samples("malformed")) {
      if ("malformed".equals(sample.get("kind")) && "bad_json".equals(sample.get("code"))) {
        assertThat(MessageCodec.read(json(sample)).type())
            .as(sample.get("name"))
            .isNotIn(
                ServerMessage.Type.START, ServerMessage.Type.STOP, ServerMessage.Type.REGISTERED);
      }
    }
  }
}
