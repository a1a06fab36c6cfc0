// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import java.util.Collection;

/// Encodes what the relay sends: each method answers the UTF-8 of one JSON text, a fresh array that
/// nobody else holds. The texts of version 1 are frozen to the byte. Stateless; every time is in
/// milliseconds since 1970.
public final class ServerMessages {

  /// Longest message of an `error`, above the longest of our own; the rest is cut off.
  static final int MAX_ERROR_CHARS = 360;

  private static final int CONTROL_BYTES = 192;
  private static final int CAMERA_BYTES = 192;
  private static final int FRAME_BYTES = 128;
  private static final int DETAILED_FRAME_BYTES = 320;

  private ServerMessages() {}

  /// `welcome`, the first message of every connection.
  public static byte[] welcome(String clientId, long nowMillis) {
    return JsonText.ofType("welcome", CONTROL_BYTES)
        .field("clientId", clientId)
        .time("serverTime", nowMillis)
        .field("message", "Connected to Video Streaming Server")
        .end();
  }

  /// `registration_success`, the answer to `client_type`.
  public static byte[] registrationSuccess(ClientRole role) {
    return JsonText.ofType("registration_success", CONTROL_BYTES)
        .field("clientType", role.wireName())
        .field("message", "Registered as " + role.wireName() + " client")
        .end();
  }

  /// `pong`, the answer to `ping`.
  public static byte[] pong(long nowMillis) {
    return JsonText.ofType("pong", CONTROL_BYTES).time("timestamp", nowMillis).end();
  }

  /// `start_streaming`: there is now an audience.
  public static byte[] startStreaming(String requestedBy, long nowMillis) {
    return demand("start_streaming", requestedBy, nowMillis);
  }

  /// `stop_streaming`: the last viewer is gone.
  public static byte[] stopStreaming(String requestedBy, long nowMillis) {
    return demand("stop_streaming", requestedBy, nowMillis);
  }

  private static byte[] demand(String type, String requestedBy, long nowMillis) {
    return JsonText.ofType(type, CONTROL_BYTES)
        .field("requestedBy", requestedBy)
        .time("timestamp", nowMillis)
        .end();
  }

  /// `server_shutdown`, followed by a close with 1001.
  public static byte[] serverShutdown(long nowMillis) {
    return JsonText.ofType("server_shutdown", CONTROL_BYTES)
        .field("message", "Server is shutting down")
        .time("timestamp", nowMillis)
        .end();
  }

  /// `error`. For a message that names what a client sent, use [ErrorCode#message(String)] or
  /// [Shown].
  public static byte[] error(ErrorCode code, String message) {
    String shortened =
        message.length() <= MAX_ERROR_CHARS ? message : message.substring(0, MAX_ERROR_CHARS);
    return JsonText.ofType("error", CONTROL_BYTES)
        .field("code", code.wireName())
        .field("message", shortened)
        .end();
  }

  /// `camera_list`, the answer to `list_cameras` and the push of `camera_events`.
  public static byte[] cameraList(Collection<CameraEntry> cameras) {
    JsonText json =
        JsonText.ofType("camera_list", CONTROL_BYTES + CAMERA_BYTES * cameras.size())
            .list("cameras");
    for (CameraEntry camera : cameras) {
      json.object()
          .field("name", camera.name())
          .field("from", camera.from())
          .field("live", camera.live())
          .field("fps", camera.fps())
          .field("width", camera.width())
          .field("height", camera.height())
          .field("viewers", camera.viewers());
      if (!camera.node().isEmpty()) {
        json.field("node", camera.node());
      }
      if (!camera.hops().isEmpty()) {
        json.strings("hops", camera.hops());
      }
      json.endObject();
    }
    return json.endList().end();
  }

  /// `image_frame` as in version 1, the same for every viewer of the frame.
  public static byte[] imageFrame(String from, long timestampMillis, int sizeBytes) {
    return frame(FRAME_BYTES, from, timestampMillis, sizeBytes).end();
  }

  /// `image_frame` with details, made for one viewer.
  public static byte[] imageFrame(
      String from, long timestampMillis, int sizeBytes, FrameDetails details) {
    JsonText json =
        frame(DETAILED_FRAME_BYTES, from, timestampMillis, sizeBytes)
            .field("camera", details.camera())
            .field("sequence", details.sequence())
            .time("capturedAt", details.capturedAtMillis())
            .field("width", details.width())
            .field("height", details.height())
            .field("ageMs", details.ageMillis())
            .field("skipped", details.skipped());
    if (details.ageErrorMillis() >= 0) {
      json.field("ageErrorMs", details.ageErrorMillis());
    }
    return json.end();
  }

  private static JsonText frame(int bytes, String from, long timestampMillis, int sizeBytes) {
    return JsonText.ofType("image_frame", bytes)
        .field("from", from)
        .time("timestamp", timestampMillis)
        .field("size", sizeBytes);
  }

  /// `stream_feedback`, so that a publisher can send less when nobody can take it.
  public static byte[] streamFeedback(
      int viewers, double deliveredFps, double wantedFps, long ageMillis) {
    return JsonText.ofType("stream_feedback", CONTROL_BYTES)
        .field("viewers", viewers)
        .field("deliveredFps", deliveredFps)
        .field("wantedFps", wantedFps)
        .field("ageMs", ageMillis)
        .end();
  }

  /// `clock_probe`: asks for a `clock_answer`, and says what came out of those before.
  public static byte[] clockProbe(ClockProbe probe) {
    JsonText json = JsonText.ofType("clock_probe", CONTROL_BYTES).field("probe", probe.number());
    if (probe.sequence() >= 0) {
      json.field("sequence", probe.sequence());
    }
    if (probe.errorMicros() >= 0) {
      json.micros("offsetMs", probe.offsetMicros()).micros("errorMs", probe.errorMicros());
    }
    return json.end();
  }
}
