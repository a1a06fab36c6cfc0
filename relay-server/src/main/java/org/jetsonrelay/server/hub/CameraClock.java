// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

/// Estimates how far a camera's clock is from the relay's, from nothing but the frames' own time
/// stamps.
///
/// The time from a frame's capture (camera's clock) to its receipt (relay's clock) is the clocks'
/// distance plus the frame's transit. The distance is constant and the transit is never negative,
/// so the smallest sum of the last while is the distance plus the fastest transit. Ages are
/// therefore what a frame is late *beyond the fastest transit*: too small by that transit, which
/// one-way time stamps cannot reveal.
///
/// The window moves in two halves, so the estimate follows a drifting clock within a minute. A
/// camera without a battery-backed clock jumps by years when it finds its time server: a sum
/// smaller than before is taken at once, one larger by more than ten seconds starts the estimate
/// anew.
///
/// The publisher's reader thread observes, any thread asks.
public final class CameraClock {

  private static final long HALF_WINDOW_NANOS = 30_000_000_000L;
  private static final long STEP_MILLIS = 10_000;

  /// 9999-12-31T23:59:59.999Z: a time stamp outside of it is no time.
  private static final long LATEST_MILLIS = 253_402_300_799_999L;

  private static final long UNKNOWN = Long.MIN_VALUE;

  // Only used by the observing thread.
  private long halfStartNanos;
  private long currentMillis = UNKNOWN;
  private long previousMillis = UNKNOWN;

  /// Written by the observing thread, read by any; [#UNKNOWN] before the first time stamp.
  private volatile long offsetMillis = UNKNOWN;

  /// Takes one frame's time stamps into account. A capture time that cannot be one is ignored.
  public void observe(long capturedAtMillis, long receivedAtMillis, long nowNanos) {
    if (!isTime(capturedAtMillis) || !isTime(receivedAtMillis)) {
      return;
    }
    long sample = receivedAtMillis - capturedAtMillis;
    long known = offsetMillis;
    if (known == UNKNOWN || sample - known > STEP_MILLIS) {
      halfStartNanos = nowNanos;
      currentMillis = sample;
      previousMillis = UNKNOWN;
    } else {
      long halves = (nowNanos - halfStartNanos) / HALF_WINDOW_NANOS;
      if (halves > 0) {
        previousMillis = halves == 1 ? currentMillis : UNKNOWN;
        currentMillis = sample;
        halfStartNanos += halves * HALF_WINDOW_NANOS;
      } else {
        currentMillis = Math.min(currentMillis, sample);
      }
    }
    offsetMillis =
        previousMillis == UNKNOWN ? currentMillis : Math.min(previousMillis, currentMillis);
  }

  /// A capture time, told by the relay's clock; `fallbackMillis` (the time of receipt, say) when
  /// the capture time cannot be one or nothing is known of the camera's clock.
  public long onRelayClock(long capturedAtMillis, long fallbackMillis) {
    long offset = offsetMillis;
    return offset == UNKNOWN || !isTime(capturedAtMillis)
        ? fallbackMillis
        : capturedAtMillis + offset;
  }

  /// How old a frame is: from its capture to `nowMillis` on the relay's clock, less the fastest
  /// transit; at least 0. Without a usable capture time, the time since its receipt.
  public long ageMillis(long capturedAtMillis, long receivedAtMillis, long nowMillis) {
    return Math.max(0, nowMillis - onRelayClock(capturedAtMillis, receivedAtMillis));
  }

  private static boolean isTime(long millis) {
    return millis > 0 && millis <= LATEST_MILLIS;
  }
}
