// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValue;
import io.helidon.json.JsonValueType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Decodes what clients send. Old clients are understood as generously as the old server did;
/// fields that this relay added are checked strictly, and all limits are here. Stateless.
public final class ClientMessages {

  /// Longest JSON message, whatever the connection would let through.
  public static final int MAX_BYTES = 64 * 1024;

  /// Most names in one `request_stream`.
  public static final int MAX_CAMERAS = 64;

  /// Most elements in `features`; far above what exists, for newer clients.
  static final int MAX_FEATURES = 32;

  /// A binary message of this size or more is never JSON.
  static final int BINARY_JSON_BYTES = 1_000;

  /// Up to here a JSON number is exact (RFC 8259, section 6).
  private static final double MAX_COUNT = (1L << 53) - 1;

  private ClientMessages() {}

  /// Whether a binary message is JSON: some clients send every message as binary. Not to be asked
  /// about a payload that was announced.
  public static boolean looksLikeJson(ByteBuffer memory, int offset, int length) {
    return length > 0 && length < BINARY_JSON_BYTES && memory.get(offset) == '{';
  }

  /// Decodes one message and keeps no reference to the buffer, whose position stays. Never throws:
  /// what isn't a message is a [ClientMessage.Malformed].
  public static ClientMessage parse(ByteBuffer utf8) {
    if (utf8.remaining() > MAX_BYTES) {
      return new ClientMessage.Malformed(
          ErrorCode.TOO_LARGE, "A JSON message may have at most " + MAX_BYTES + " bytes");
    }
    byte[] text = new byte[utf8.remaining()];
    utf8.get(utf8.position(), text);
    int end = trimmedLength(text);
    if (!validUtf8(text, end)) {
      return badJson("not UTF-8");
    }
    String flaw = JsonSyntax.flaw(text, end);
    if (flaw != null) {
      return badJson(flaw);
    }
    try {
      return decode(JsonParser.create(text, 0, end).readJsonObject(), text, end);
    } catch (Invalid invalid) {
      return invalid.problem;
    } catch (RuntimeException e) {
      // The library decodes lazily and throws several types, here for half a surrogate pair in a
      // field that is asked for. Its message holds a dump of the input: not for the client.
      return badJson("a field that can't be decoded");
    }
  }

  private static ClientMessage decode(JsonObject json, byte[] text, int end) throws Invalid {
    String type = string(json, "type");
    if (type == null) {
      return new ClientMessage.Malformed(
          ErrorCode.UNKNOWN_TYPE, ErrorCode.UNKNOWN_TYPE.message() + ": none given");
    }
    return switch (type) {
      case "client_type" -> register(json);
      case "ping" -> new ClientMessage.Ping();
      case "pong" -> new ClientMessage.Pong();
      case "request_stream" -> requestStream(json);
      case "stop_stream" -> new ClientMessage.StopStream();
      case "image_data" ->
          new ClientMessage.ImageData(
              ClientTimes.millis(json, "timestamp"),
              ClientTimes.millis(json, "encodedAt"),
              ClientTimes.millis(json, "sentAt"));
      case "list_cameras" -> new ClientMessage.ListCameras();
      case "clock_answer" ->
          new ClientMessage.ClockAnswer(
              count(json, "probe"), micros(json, "receivedAt"), micros(json, "sentAt"));
      case "frame_painted" -> painted(json);
      default -> {
        Announcement.Kind kind = Announcement.Kind.named(type);
        yield kind != null
            ? new Announcement(kind, withoutNul(text, end))
            : malformed(ErrorCode.UNKNOWN_TYPE, type);
      }
    };
  }

  private static ClientMessage register(JsonObject json) throws Invalid {
    String wireName = string(json, "clientType");
    if (wireName == null) {
      return new ClientMessage.Malformed(
          ErrorCode.UNKNOWN_CLIENT_TYPE, ErrorCode.UNKNOWN_CLIENT_TYPE.message() + ": none given");
    }
    ClientRole role = ClientRole.named(wireName);
    if (role == null) {
      return malformed(ErrorCode.UNKNOWN_CLIENT_TYPE, wireName);
    }
    String name = role == ClientRole.PUBLISHER ? cameraName(present(json, "name")) : null;
    return new ClientMessage.Register(role, name, token(json), features(json));
  }

  private static @Nullable String cameraName(@Nullable JsonValue value) throws Invalid {
    return value == null ? null : name(value, CameraNames::valid);
  }

  private static String name(JsonValue value, Predicate<String> valid) throws Invalid {
    if (value.type() != JsonValueType.STRING) {
      throw new Invalid("a camera name must be a string");
    }
    String name = value.asString().value();
    if (!valid.test(name)) {
      throw new Invalid(
          "a camera name is 1 to " + CameraNames.MAX_CHARS + " of A-Z a-z 0-9 . _ -, not ", name);
    }
    return name;
  }

  private static @Nullable String token(JsonObject json) throws Invalid {
    JsonValue value = present(json, "token");
    if (value == null) {
      return null;
    }
    if (value.type() != JsonValueType.STRING) {
      throw new Invalid("token must be a string");
    }
    return value.asString().value();
  }

  private static Set<Feature> features(JsonObject json) throws Invalid {
    EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
    for (JsonValue value : list(json, "features", MAX_FEATURES)) {
      if (value.type() != JsonValueType.STRING) {
        throw new Invalid("features must be a list of strings");
      }
      Feature feature = Feature.named(value.asString().value());
      if (feature != null) {
        features.add(feature);
      }
    }
    return features;
  }

  private static ClientMessage requestStream(JsonObject json) throws Invalid {
    List<String> cameras = null;
    if (present(json, "cameras") != null) {
      LinkedHashSet<String> names = new LinkedHashSet<>();
      for (JsonValue value : list(json, "cameras", MAX_CAMERAS)) {
        names.add(name(value, CameraNames::watchable));
      }
      cameras = new ArrayList<>(names);
    }
    return new ClientMessage.RequestStream(cameras, maxFps(json));
  }

  private static OptionalDouble maxFps(JsonObject json) throws Invalid {
    JsonValue value = present(json, "maxFps");
    if (value == null) {
      return OptionalDouble.empty();
    }
    double fps = value.type() == JsonValueType.NUMBER ? value.asNumber().doubleValue() : Double.NaN;
    if (!(fps > 0) || Double.isInfinite(fps)) {
      throw new Invalid("maxFps must be a number above 0");
    }
    return OptionalDouble.of(fps);
  }

  private static ClientMessage painted(JsonObject json) throws Invalid {
    JsonValue camera = present(json, "camera");
    if (camera == null) {
      throw new Invalid("frame_painted names no camera");
    }
    return new ClientMessage.FramePainted(
        name(camera, CameraNames::watchable), count(json, "sequence"), micros(json, "paintedAt"));
  }

  private static long micros(JsonObject json, String field) throws Invalid {
    long micros = ClientTimes.micros(json, field);
    if (micros <= 0) {
      throw new Invalid(field + " must be a time in milliseconds since 1970");
    }
    return micros;
  }

  private static long count(JsonObject json, String field) throws Invalid {
    JsonValue value = present(json, field);
    double number =
        value != null && value.type() == JsonValueType.NUMBER
            ? value.asNumber().doubleValue()
            : Double.NaN;
    if (!(number >= 0 && number <= MAX_COUNT) || number != Math.rint(number)) {
      throw new Invalid(field + " must be a whole number");
    }
    return (long) number;
  }

  private static List<JsonValue> list(JsonObject json, String field, int max) throws Invalid {
    JsonValue value = present(json, field);
    if (value == null) {
      return List.of();
    }
    if (value.type() != JsonValueType.ARRAY) {
      throw new Invalid(field + " must be a list");
    }
    JsonArray array = value.asArray();
    if (array.size() > max) {
      throw new Invalid(
          new ClientMessage.Malformed(
              ErrorCode.TOO_LARGE, field + " may have at most " + max + " elements"));
    }
    return array.values();
  }

  private static @Nullable String string(JsonObject json, String field) {
    JsonValue value = present(json, field);
    return value != null && value.type() == JsonValueType.STRING ? value.asString().value() : null;
  }

  /// The field's value; null when it is absent or `null`, which means the same.
  static @Nullable JsonValue present(JsonObject json, String field) {
    JsonValue value = json.value(field).orElse(null);
    return value == null || value.type() == JsonValueType.NULL ? null : value;
  }

  private static boolean validUtf8(byte[] text, int end) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text, 0, end));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /// Length without trailing NULs and white space, mixed as they may be.
  private static int trimmedLength(byte[] text) {
    int end = text.length;
    while (end > 0 && text[end - 1] >= 0 && text[end - 1] <= ' ') {
      end--;
    }
    return end;
  }

  /// All that was sent, up to the first NUL behind the end of the JSON.
  private static byte[] withoutNul(byte[] text, int end) {
    int length = end;
    while (length < text.length && text[length] != 0) {
      length++;
    }
    return length == text.length ? text : Arrays.copyOf(text, length);
  }

  private static ClientMessage.Malformed badJson(String reason) {
    return new ClientMessage.Malformed(
        ErrorCode.BAD_JSON, ErrorCode.BAD_JSON.message() + ": " + reason);
  }

  private static ClientMessage.Malformed malformed(ErrorCode code, String offending) {
    return new ClientMessage.Malformed(code, code.message(offending));
  }

  /// Leaves the decoding of a field; never leaves this class.
  private static final class Invalid extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ClientMessage.Malformed problem;

    Invalid(ClientMessage.Malformed problem) {
      super(problem.message(), null, false, false);
      this.problem = problem;
    }

    Invalid(String reason) {
      this(badJson(reason));
    }

    Invalid(String reason, String offending) {
      this(badJson(reason + Shown.value(offending)));
    }
  }
}
