// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

/// How a peer's clock relates to this relay's, as known at one moment: where it stood, how fast it
/// runs, and how wrong both may be.
///
/// The relay's times are [System#nanoTime()], which never jumps; a peer's are nanoseconds since
/// 1970 by whatever clock it has.
///
/// @param atNanos when it was measured, relay
/// @param offsetNanos peer's clock less relay's, at that time
/// @param errorNanos bound of the offset's error at that time
/// @param drift how much faster than the relay's the peer's clock runs (1e-6 is one ppm)
/// @param driftError bound of the drift's error
/// @param roundTripNanos of the exchange it was measured by
public record ClockEstimate(
    long atNanos,
    long offsetNanos,
    long errorNanos,
    double drift,
    double driftError,
    long roundTripNanos) {

  /// Bound of the error of what the other methods answer about this time: the older the
  /// measurement, the larger.
  public long errorNanos(long nowNanos) {
    return errorNanos + (long) (Math.abs(nowNanos - atNanos) * driftError);
  }

  /// The same, as known at another moment: offset and error are those of then.
  public ClockEstimate at(long nowNanos) {
    return new ClockEstimate(
        nowNanos, offsetAt(nowNanos), errorNanos(nowNanos), drift, driftError, roundTripNanos);
  }

  /// What the peer's clock shows at a time of ours.
  public long peerNanos(long relayNanos) {
    return relayNanos + offsetAt(relayNanos);
  }

  /// When the peer's clock showed this, in our time.
  public long relayNanos(long peerNanos) {
    return peerNanos - offsetAt(peerNanos - offsetNanos);
  }

  private long offsetAt(long relayNanos) {
    return offsetNanos + (long) ((relayNanos - atNanos) * drift);
  }
}
