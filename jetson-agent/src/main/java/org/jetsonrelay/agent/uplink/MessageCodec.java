// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Optional;
import org.jetsonrelay.agent.policy.AudienceReport;

/** Reads and writes the JSON of the wire protocol. Stateless. */
final class MessageCodec {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxStringLength(64 * 1024)
                  .build())
          .build();

  static final String PONG = "{\"type\":\"pong\"}";

  private MessageCodec() {}

  /**
   * Reads what a relay has sent; anything that is not a JSON object with a type is {@link
   * ServerMessage.Type#BAD}.
   */
  static ServerMessage read(String text) {
    String type = "";
    String clientId = "";
    String requestedBy = "";
    String code = "";
    String message = "";
    double viewers = 0;
    double deliveredFps = 0;
    double wantedFps = 0;
    double ageMillis = 0;
    double probe = 0;
    double sequence = 0;
    try (JsonParser json = JSON.createParser(trimmed(text))) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return bad("not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken token = json.nextToken();
        json.skipChildren();
        String value = token == JsonToken.VALUE_STRING ? json.getText() : "";
        double number = token.isNumeric() ? json.getDoubleValue() : 0;
        switch (field) {
          case "type" -> type = value;
          case "clientId" -> clientId = value;
          case "requestedBy" -> requestedBy = value;
          case "code" -> code = value;
          case "message" -> message = value;
          case "viewers" -> viewers = number;
          case "deliveredFps" -> deliveredFps = number;
          case "wantedFps" -> wantedFps = number;
          case "ageMs" -> ageMillis = number;
          case "probe" -> probe = number;
          case "sequence" -> sequence = number;
          default -> {}
        }
      }
      if (json.nextToken() != null) {
        return bad("more than one JSON value");
      }
    } catch (IOException e) {
      return bad("not JSON: " + e.getClass().getSimpleName());
    }
    return switch (type) {
      case "welcome" -> new ServerMessage(ServerMessage.Type.WELCOME, clientId, message);
      case "registration_success" -> new ServerMessage(ServerMessage.Type.REGISTERED, "", message);
      case "start_streaming" -> new ServerMessage(ServerMessage.Type.START, requestedBy, message);
      case "stop_streaming" -> new ServerMessage(ServerMessage.Type.STOP, requestedBy, message);
      case "ping" -> new ServerMessage(ServerMessage.Type.PING, "", message);
      case "pong" -> new ServerMessage(ServerMessage.Type.PONG, "", message);
      case "server_shutdown" -> new ServerMessage(ServerMessage.Type.SHUTDOWN, "", message);
      case "error" -> new ServerMessage(ServerMessage.Type.ERROR, code, message);
      case "stream_feedback" ->
          new ServerMessage(
              ServerMessage.Type.FEEDBACK,
              "",
              message,
              new AudienceReport((int) viewers, deliveredFps, wantedFps, (long) ageMillis),
              ServerMessage.ClockQuestion.NONE);
      case "clock_probe" ->
          new ServerMessage(
              ServerMessage.Type.CLOCK,
              "",
              message,
              null,
              new ServerMessage.ClockQuestion((long) probe, (long) sequence));
      case "" -> bad("no type");
      default -> new ServerMessage(ServerMessage.Type.OTHER, "", message);
    };
  }

  private static ServerMessage bad(String why) {
    return new ServerMessage(ServerMessage.Type.BAD, "", why);
  }

  /** Without the NUL bytes that C++ peers of this protocol leave at the end of a message. */
  private static String trimmed(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) <= ' ') {
      end--;
    }
    return text.substring(0, end);
  }

  /** The registration as a camera; the exchange of time stamps is always asked for. */
  static String clientType(Optional<String> name, Optional<String> token, boolean feedback) {
    return write(json -> {
      json.writeStringField("type", "client_type");
      json.writeStringField("clientType", "jetson");
      if (name.isPresent()) {
        json.writeStringField("name", name.get());
      }
      if (token.isPresent()) {
        json.writeStringField("token", token.get());
      }
      json.writeArrayFieldStart("features");
      if (feedback) {
        json.writeString("feedback");
      }
      json.writeString("clock");
      json.writeEndArray();
    });
  }

  /** What goes before an image. */
  static String imageData(String from, String source, int bytes, long capturedAtMillis) {
    return imageData(from, source, bytes, capturedAtMillis, 0, 0);
  }

  /** The same with the times of two more hops, for a relay that exchanges time stamps. */
  static String imageData(
      String from,
      String source,
      int bytes,
      long capturedAtMillis,
      long encodedAtMillis,
      long sentAtMillis) {
    return write(json -> {
      json.writeStringField("type", "image_data");
      json.writeStringField("from", from);
      json.writeNumberField("size", bytes);
      json.writeStringField("format", "jpeg");
      json.writeStringField("timestamp", Long.toString(capturedAtMillis));
      json.writeStringField("source", source);
      if (encodedAtMillis > 0) {
        json.writeNumberField("encodedAt", encodedAtMillis);
      }
      if (sentAtMillis > 0) {
        json.writeNumberField("sentAt", sentAtMillis);
      }
    });
  }

  /** The answer to a {@code clock_probe}; times in microseconds since 1970. */
  static String clockAnswer(long probe, long receivedAtMicros, long sentAtMicros) {
    return write(json -> {
      json.writeStringField("type", "clock_answer");
      json.writeNumberField("probe", probe);
      json.writeNumberField("receivedAt", BigDecimal.valueOf(receivedAtMicros, 3));
      json.writeNumberField("sentAt", BigDecimal.valueOf(sentAtMicros, 3));
    });
  }

  private interface Fields {
    void to(JsonGenerator json) throws IOException;
  }

  private static String write(Fields fields) {
    StringWriter text = new StringWriter(160);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      fields.to(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
