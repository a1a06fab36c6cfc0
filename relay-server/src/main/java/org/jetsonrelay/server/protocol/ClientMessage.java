// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All that a client may say, and what was wrong when it said something else.
public sealed interface ClientMessage
    permits ClientMessage.Register,
        ClientMessage.Ping,
        ClientMessage.Pong,
        ClientMessage.RequestStream,
        ClientMessage.StopStream,
        ClientMessage.ImageData,
        ClientMessage.ListCameras,
        ClientMessage.ClockAnswer,
        ClientMessage.FramePainted,
        ClientMessage.Malformed,
        Announcement {

  /// `client_type`.
  ///
  /// @param role what the client is
  /// @param name the camera's name; null when the client gave none, and for viewers
  /// @param token the token as sent; null when there was none
  /// @param features what it asked for and this relay knows
  record Register(
      ClientRole role, @Nullable String name, @Nullable String token, Set<Feature> features)
      implements ClientMessage {

    /// Copies the features.
    public Register {
      features = Set.copyOf(features);
    }

    /// Without the token: this may end up in a log.
    @Override
    public String toString() {
      return "Register[role=%s, name=%s, token=%s, features=%s]"
          .formatted(role, name, token == null ? "none" : "***", features);
    }
  }

  /// `ping`, to be answered with a `pong`.
  record Ping() implements ClientMessage {}

  /// `pong`, a sign of life.
  record Pong() implements ClientMessage {}

  /// `request_stream`.
  ///
  /// @param cameras the cameras wanted, each once, in the order given; null means all
  /// @param maxFps the most frames a second it wants of each camera, finite and above 0
  record RequestStream(@Nullable List<String> cameras, OptionalDouble maxFps)
      implements ClientMessage {

    /// Copies the list.
    public RequestStream {
      cameras = cameras == null ? null : List.copyOf(cameras);
    }
  }

  /// `stop_stream`.
  record StopStream() implements ClientMessage {}

  /// `image_data`: metadata of the next binary message. All times are milliseconds since 1970 by
  /// the client's clock, 0 when the client did not say, or nothing that can be a time.
  ///
  /// @param capturedAtMillis when it was captured
  /// @param encodedAtMillis when it was a JPEG
  /// @param sentAtMillis when the client began to send it
  record ImageData(long capturedAtMillis, long encodedAtMillis, long sentAtMillis)
      implements ClientMessage {}

  /// `list_cameras`.
  record ListCameras() implements ClientMessage {}

  /// `clock_answer`: the client's half of an exchange of time stamps.
  ///
  /// @param probe number of the `clock_probe` it answers
  /// @param receivedAtMicros when that arrived, microseconds since 1970 by the client's clock
  /// @param sentAtMicros when this left
  record ClockAnswer(long probe, long receivedAtMicros, long sentAtMicros)
      implements ClientMessage {}

  /// `frame_painted`: a viewer has shown a frame.
  ///
  /// @param camera the camera's name
  /// @param sequence the frame's sequence in its camera
  /// @param paintedAtMicros when it was on the screen, microseconds since 1970 by the client's
  ///   clock
  record FramePainted(String camera, long sequence, long paintedAtMicros)
      implements ClientMessage {}

  /// Something else.
  ///
  /// @param code what was wrong
  /// @param message for people; names the offending value, shortened and escaped
  record Malformed(ErrorCode code, String message) implements ClientMessage {}
}
