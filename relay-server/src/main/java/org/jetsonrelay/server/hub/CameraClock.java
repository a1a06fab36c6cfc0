// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import org.jetsonrelay.server.timing.ClockEstimate;
import org.jetsonrelay.server.timing.Moment;
import org.jspecify.annotations.Nullable;

/// How far a camera's clock is from the relay's: by the exchange of time stamps with a camera that
/// takes part in it, else estimated from nothing but the frames' own time stamps.
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
/// An exchange tells the distance itself, with a bound of its error, so ages then contain the
/// transit, and are told by the relay's running time: a wall clock that is set changes none of
/// them.
///
/// The publisher's reader thread observes and is told of exchanges, any thread asks.
public final class CameraClock {

  private static final long HALF_WINDOW_NANOS = 30_000_000_000L;
  private static final long STEP_MILLIS = 10_000;

  /// 9999-12-31T23:59:59.999Z: a time stamp outside of it is no time.
  private static final long LATEST_MILLIS = 253_402_300_799_999L;

  /// The last time whose nanoseconds fit.
  private static final long LATEST_EXACT_MILLIS = Long.MAX_VALUE / 2_000_000;

  private static final long UNKNOWN = Long.MIN_VALUE;

  // Only used by the observing thread.
  private long halfStartNanos;
  private long currentMillis = UNKNOWN;
  private long previousMillis = UNKNOWN;

  /// Written by the observing thread, read by any; [#UNKNOWN] before the first time stamp.
  private volatile long offsetMillis = UNKNOWN;

  /// Written by the observing thread, read by any; null when there was no exchange.
  private volatile @Nullable ClockEstimate exchanged;

  /// Time stamps were exchanged: from now on this goes before what frames tell.
  ///
  /// @param estimate the camera's clock against the relay's running time
  public void exchanged(ClockEstimate estimate) {
    exchanged = estimate;
  }

  /// The estimate by exchange; null when there was none.
  public @Nullable ClockEstimate estimate() {
    return exchanged;
  }

  /// A time of the camera's in [System#nanoTime()] of this relay; [FrameHops#UNKNOWN] when the
  /// clock is not known by exchange, or it cannot be a time.
  public long relayNanos(long cameraMillis) {
    ClockEstimate known = exchanged;
    return known == null || cameraMillis <= 0 || cameraMillis > LATEST_EXACT_MILLIS
        ? FrameHops.UNKNOWN
        : known.relayNanos(cameraMillis * 1_000_000);
  }

  /// By how much [#relayNanos] may be wrong; [Long#MAX_VALUE] when nothing is known.
  public long errorNanos(long nowNanos) {
    ClockEstimate known = exchanged;
    return known == null ? Long.MAX_VALUE : known.errorNanos(nowNanos);
  }

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
  public long onRelayClock(long capturedAtMillis, long fallbackMillis, Moment now) {
    long nanos = relayNanos(capturedAtMillis);
    if (nanos != FrameHops.UNKNOWN) {
      return now.millisAt(nanos);
    }
    long offset = offsetMillis;
    return offset == UNKNOWN || !isTime(capturedAtMillis)
        ? fallbackMillis
        : capturedAtMillis + offset;
  }

  /// How old a frame is now: since its capture, and without an exchange less the fastest transit;
  /// at least 0. Without a usable capture time, the time since its receipt.
  public long ageMillis(long capturedAtMillis, long receivedAtMillis, Moment now) {
    return Math.max(0, now.millis() - onRelayClock(capturedAtMillis, receivedAtMillis, now));
  }

  /// By how much [#ageMillis] may be wrong, rounded up; -1 when the clock is not known by exchange.
  public long ageErrorMillis(long nowNanos) {
    ClockEstimate known = exchanged;
    return known == null ? -1 : known.errorNanos(nowNanos) / 1_000_000 + 1;
  }

  private static boolean isTime(long millis) {
    return millis > 0 && millis <= LATEST_MILLIS;
  }
}
