// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jetsonrelay.server.protocol.Samples.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenSamplesTest {

  private static final Set<String> DIRECTIONS = Set.of("to-jetson", "to-flutter", "to-any");

  static List<Sample> fromClients() throws IOException {
    return Samples.all().stream().filter(s -> s.direction().equals(Samples.TO_RELAY)).toList();
  }

  static List<Sample> fromTheRelay() throws IOException {
    return Samples.all().stream().filter(s -> !s.direction().equals(Samples.TO_RELAY)).toList();
  }

  @ParameterizedTest
  @MethodSource("fromClients")
  void decodesWhatClientsSend(Sample sample) {
    ByteBuffer wire = ByteBuffer.wrap(sample.json().getBytes(UTF_8));

    ClientMessage decoded = ClientMessages.parse(wire);

    assertThat(wire.position()).isZero();
    switch (decoded) {
      case ClientMessage.Malformed malformed -> {
        assertThat(sample.text("kind")).isEqualTo("malformed");
        assertThat(malformed.code().wireName()).isEqualTo(sample.text("code"));
        assertThat(malformed.message()).startsWith(sentence(malformed));
      }
      case Announcement announcement -> {
        assertThat(announcement.kind().wireName()).isEqualTo(sample.text("kind"));
        assertThat(announcement.json()).asString(UTF_8).isEqualTo(sample.text("relayed"));
      }
      default -> assertThat(decoded).isEqualTo(expected(sample));
    }
  }

  /// A limit has a sentence that names the limit.
  private static String sentence(ClientMessage.Malformed malformed) {
    return malformed.code() == ErrorCode.TOO_LARGE ? "cameras may" : malformed.code().message();
  }

  private static ClientMessage expected(Sample sample) {
    return switch (sample.text("kind")) {
      case "client_type" ->
          new ClientMessage.Register(
              role(sample),
              sample.given("name") ? sample.text("name") : null,
              sample.given("token") ? sample.text("token") : null,
              sample.texts("features").stream().map(Feature::named).collect(Collectors.toSet()));
      case "ping" -> new ClientMessage.Ping();
      case "pong" -> new ClientMessage.Pong();
      case "request_stream" ->
          new ClientMessage.RequestStream(
              sample.given("cameras") ? sample.texts("cameras") : null,
              sample.given("maxFps")
                  ? OptionalDouble.of(sample.decimal("maxFps"))
                  : OptionalDouble.empty());
      case "stop_stream" -> new ClientMessage.StopStream();
      case "image_data" ->
          new ClientMessage.ImageData(
              sample.number("capturedAtMillis"),
              sample.number("encodedAtMillis"),
              sample.number("sentAtMillis"));
      case "clock_answer" ->
          new ClientMessage.ClockAnswer(
              sample.number("probe"),
              sample.number("receivedAtMicros"),
              sample.number("sentAtMicros"));
      case "frame_painted" ->
          new ClientMessage.FramePainted(
              sample.text("camera"), sample.number("sequence"), sample.number("paintedAtMicros"));
      case "list_cameras" -> new ClientMessage.ListCameras();
      default -> throw new AssertionError(sample + " should not have been decoded");
    };
  }

  @ParameterizedTest
  @MethodSource("fromTheRelay")
  void encodesWhatTheRelaySends(Sample sample) {
    assertThat(DIRECTIONS).contains(sample.direction());
    assertThat(encoded(sample)).asString(UTF_8).isEqualTo(sample.json());
  }

  @ParameterizedTest
  @MethodSource("fromTheRelay")
  void relaySamplesAreJsonOfTheTypeTheFileIsNamedAfter(Sample sample) {
    JsonParser parser = JsonParser.create(sample.json());
    assertThat(parser.readJsonObject().stringValue("type")).hasValue(sample.file());
  }

  private static byte[] encoded(Sample sample) {
    return switch (sample.file()) {
      case "welcome" ->
          ServerMessages.welcome(sample.text("clientId"), sample.number("serverTimeMillis"));
      case "registration_success" -> ServerMessages.registrationSuccess(role(sample));
      case "pong" -> ServerMessages.pong(sample.number("timestampMillis"));
      case "start_streaming" ->
          ServerMessages.startStreaming(
              sample.text("requestedBy"), sample.number("timestampMillis"));
      case "stop_streaming" ->
          ServerMessages.stopStreaming(
              sample.text("requestedBy"), sample.number("timestampMillis"));
      case "server_shutdown" -> ServerMessages.serverShutdown(sample.number("timestampMillis"));
      case "error" ->
          ServerMessages.error(
              Stream.of(ErrorCode.values())
                  .filter(code -> code.wireName().equals(sample.text("code")))
                  .findFirst()
                  .orElseThrow(),
              sample.text("message"));
      case "camera_list" -> ServerMessages.cameraList(cameras(sample));
      case "image_frame" -> imageFrame(sample);
      case "clock_probe" ->
          ServerMessages.clockProbe(
              new ClockProbe(
                  sample.number("probe"),
                  sample.given("sequence") ? sample.number("sequence") : -1,
                  sample.given("offsetMicros") ? sample.number("offsetMicros") : 0,
                  sample.given("errorMicros") ? sample.number("errorMicros") : -1));
      case "stream_feedback" ->
          ServerMessages.streamFeedback(
              (int) sample.number("viewers"),
              sample.decimal("deliveredFps"),
              sample.decimal("wantedFps"),
              sample.number("ageMs"));
      default -> throw new AssertionError("no encoder for " + sample.file());
    };
  }

  private static byte[] imageFrame(Sample sample) {
    String from = sample.text("from");
    long timestamp = sample.number("timestampMillis");
    int size = (int) sample.number("size");
    if (!sample.given("details")) {
      return ServerMessages.imageFrame(from, timestamp, size);
    }
    Sample details = part(sample, sample.decoded().value("details").orElseThrow());
    return ServerMessages.imageFrame(
        from,
        timestamp,
        size,
        new FrameDetails(
            details.text("camera"),
            details.number("sequence"),
            details.number("capturedAtMillis"),
            (int) details.number("width"),
            (int) details.number("height"),
            details.number("ageMs"),
            details.number("skipped"),
            details.number("ageErrorMs")));
  }

  private static List<CameraEntry> cameras(Sample sample) {
    List<CameraEntry> cameras = new ArrayList<>();
    for (JsonValue value : sample.decoded().arrayValue("cameras").orElseThrow().values()) {
      Sample camera = part(sample, value);
      cameras.add(
          new CameraEntry(
              camera.text("name"),
              camera.text("from"),
              camera.decoded().booleanValue("live").orElseThrow(),
              camera.decimal("fps"),
              (int) camera.number("width"),
              (int) camera.number("height"),
              (int) camera.number("viewers"),
              camera.decoded().stringValue("node", ""),
              camera.decoded().arrayValue("hops").map(JsonArray::values).orElse(List.of()).stream()
                  .map(hop -> hop.asString().value())
                  .toList()));
    }
    return cameras;
  }

  private static Sample part(Sample sample, JsonValue value) {
    return new Sample(
        sample.file(), sample.name(), sample.direction(), sample.json(), value.asObject());
  }

  private static ClientRole role(Sample sample) {
    return Objects.requireNonNull(ClientRole.named(sample.text("clientType")));
  }

  @Test
  void thePageLinksToExactlyTheSampleFilesAndNoneIsEmpty() throws IOException {
    String page = Files.readString(Samples.docs().resolve("protocol.md"));
    Set<String> linked =
        Pattern.compile("\\(protocol/([^)]+)\\)")
            .matcher(page)
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());
    Set<String> read =
        Samples.all().stream().map(sample -> sample.file() + ".json").collect(Collectors.toSet());

    assertThat(Samples.files().stream().map(Path::getFileName).map(Path::toString))
        .containsExactlyInAnyOrderElementsOf(linked)
        .containsExactlyInAnyOrderElementsOf(read);
  }

  @Test
  void everyErrorCodeAndEveryKindOfMessageHasASample() throws IOException {
    List<Sample> samples = Samples.all();

    assertThat(samples.stream().filter(s -> s.file().equals("error")).map(s -> s.text("code")))
        .contains(Stream.of(ErrorCode.values()).map(ErrorCode::wireName).toArray(String[]::new));
    assertThat(fromClients().stream().map(s -> s.text("kind")).distinct())
        .containsExactlyInAnyOrder(
            "client_type",
            "ping",
            "pong",
            "request_stream",
            "stop_stream",
            "image_data",
            "list_cameras",
            "clock_answer",
            "frame_painted",
            "h264_chunk",
            "h264_frame",
            "complete_video",
            "malformed");
  }

  @Test
  void thePageNamesEveryWireNameAndCloseCode() throws Exception {
    String page = Files.readString(Samples.docs().resolve("protocol.md"));
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(page).contains("`" + code.wireName() + "`");
    }
    for (Feature feature : Feature.values()) {
      assertThat(page).contains("`" + feature.wireName() + "`");
    }
    for (var field : CloseCodes.class.getFields()) {
      assertThat(page).contains("| " + field.getInt(null) + " |");
    }
  }
}
