// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.CameraClock;
import org.jetsonrelay.server.timing.Moment;
import org.jspecify.annotations.Nullable;

/// What is said about a frame in headers.
///
/// @param sequence the camera's count of frames
/// @param capturedAtMillis when it was taken, by the relay's clock
/// @param ageMillis from its capture until now
/// @param tag its validator: the count begins anew with a camera that comes back, the time does not
record Stamps(long sequence, long capturedAtMillis, long ageMillis, String tag) {

  static final String SEQUENCE = "X-Sequence";
  static final String AGE = "X-Age-Ms";
  static final String CAPTURED = "X-Captured-At";

  /// Seconds with a fraction, as mjpg-streamer writes it; read from posted images as well.
  static final String TIMESTAMP = "X-Timestamp";

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();
  private static final Pattern SECONDS = Pattern.compile("([0-9]{1,11})(?:\\.([0-9]{1,9}))?");

  /// @param clock the estimate of the camera's clock; null when the camera is gone
  static Stamps of(Frame frame, @Nullable CameraClock clock, Moment now) {
    long received = frame.receivedAtMillis();
    long captured =
        clock == null ? received : clock.onRelayClock(frame.capturedAtMillis(), received, now);
    return new Stamps(
        frame.sequence(),
        captured,
        Math.max(0, now.millis() - captured),
        "\"%d-%s\"".formatted(frame.sequence(), Long.toString(received, 36)));
  }

  /// The capture time as [#TIMESTAMP].
  String seconds() {
    return String.format(
        Locale.ROOT, "%d.%03d000", capturedAtMillis / 1000, Math.floorMod(capturedAtMillis, 1000));
  }

  /// The capture time as [#CAPTURED].
  String iso() {
    return ISO.format(Instant.ofEpochMilli(capturedAtMillis));
  }

  /// Milliseconds of a posted [#TIMESTAMP]; 0, for unknown, when it is none.
  static long millis(@Nullable String seconds) {
    if (seconds == null) {
      return 0;
    }
    Matcher matcher = SECONDS.matcher(seconds.strip());
    if (!matcher.matches()) {
      return 0;
    }
    String fraction = matcher.group(2) == null ? "" : matcher.group(2);
    return Long.parseLong(matcher.group(1)) * 1000
        + Long.parseLong((fraction + "000").substring(0, 3));
  }
}
