// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import java.time.Duration;

/**
 * How patient the capture thread is.
 *
 * @param firstFrame how long an opened source may take for its first frame
 * @param nextFrame how long it may be silent after that
 * @param read how long one read waits, and so how long a stop may be overlooked
 * @param reopenFirst the backoff after the first failure is at most this
 * @param reopenLast and later failures wait at most this
 * @param steady how long a source must have delivered for its failures to be forgotten
 * @param closing how long a stop waits for the source to close
 */
public record CaptureSettings(
    Duration firstFrame,
    Duration nextFrame,
    Duration read,
    Duration reopenFirst,
    Duration reopenLast,
    Duration steady,
    Duration closing) {

  /** A source that is silent for three seconds is rebuilt. */
  public static CaptureSettings defaults() {
    return new CaptureSettings(
        Duration.ofSeconds(10),
        Duration.ofSeconds(3),
        Duration.ofMillis(200),
        Duration.ofMillis(500),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(2));
  }

  /**
   * The same for a source that is asked for {@code fps}: a slow one is not taken for a silent one.
   */
  public CaptureSettings forRate(double fps) {
    Duration threePeriods = Duration.ofNanos((long) (3e9 / fps));
    return threePeriods.compareTo(nextFrame) <= 0
        ? this
        : new CaptureSettings(
            threePeriods.compareTo(firstFrame) > 0 ? threePeriods : firstFrame,
            threePeriods,
            read,
            reopenFirst,
            reopenLast,
            steady,
            closing);
  }
}
