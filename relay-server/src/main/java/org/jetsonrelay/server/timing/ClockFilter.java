// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import org.jspecify.annotations.Nullable;

/// Estimates one peer's clock from exchanges of four time stamps, as NTP does (RFC 5905, section
/// 8): a question leaves at t1, arrives at t2, the answer leaves at t3, arrives at t4; t2 and t3
/// are the peer's.
///
/// ```
/// offset = ((t2 - t1) + (t3 - t4)) / 2      round trip = (t4 - t1) - (t3 - t2)
/// ```
///
/// Whatever the way there and the way back took, the offset is wrong by at most half the round
/// trip. So the exchange with the shortest round trip is the best one, until it is so old that the
/// clocks may have drifted apart by more than a newer one is wrong by. How fast they drift is
/// learnt from the best exchanges of spans that lie far apart; until it is, the worst is assumed.
///
/// An exchange that contradicts the estimate by more than both can be wrong means that the peer's
/// clock was set: what was known is forgotten.
///
/// The connection's reader thread adds, any thread asks.
public final class ClockFilter {

  /// What a clock may run wrong by before anything is known of it: an ordinary one has 50 ppm, one
  /// that is being corrected by a time server 500 ppm.
  static final double WORST_DRIFT = 500e-6;

  /// How much a clock's rate may change while we believe the one we measured: temperature.
  static final double WANDER = 20e-6;

  /// Peers tell the time in milliseconds at worst, so each of their stamps may be one early.
  public static final long RESOLUTION_NANOS = 1_000_000L;

  private static final int SAMPLES = 16;
  private static final int SPANS = 16;
  private static final long SPAN_NANOS = 15_000_000_000L;
  private static final long DRIFT_BASE_NANOS = 3 * SPAN_NANOS;

  /// One exchange: the relay's time in its middle, the offset, and half its round trip.
  private record Sample(long atNanos, long offsetNanos, long errorNanos, long roundTripNanos) {}

  // Only the adding thread's.
  private final @Nullable Sample[] samples = new @Nullable Sample[SAMPLES];
  private final @Nullable Sample[] bests = new @Nullable Sample[SPANS];
  private int count;
  private int spans;
  private long spanBeganNanos;

  /// Written by the adding thread, read by any; null before the first exchange.
  private volatile @Nullable ClockEstimate estimate;

  /// The best that is known now; null when nothing is.
  public @Nullable ClockEstimate estimate() {
    return estimate;
  }

  /// Takes one exchange into account.
  ///
  /// @return false when its time stamps cannot be true; it is ignored
  public boolean add(
      long sentNanos, long peerReceivedNanos, long peerSentNanos, long receivedNanos) {
    long held = peerSentNanos - peerReceivedNanos;
    long elapsed = receivedNanos - sentNanos;
    if (held < 0 || elapsed < 0 || held - elapsed > RESOLUTION_NANOS) {
      return false;
    }
    long roundTrip = Math.max(0, elapsed - held);
    // The same as above, in a form that survives the running time's wrapping around.
    long offset = peerReceivedNanos - sentNanos - (elapsed - held) / 2;
    long error = roundTrip / 2 + RESOLUTION_NANOS;
    Sample sample = new Sample(sentNanos + elapsed / 2, offset, error, roundTrip);
    if (contradicts(sample)) {
      forget();
    }
    remember(sample);
    estimate = best(sample.atNanos());
    return true;
  }

  private boolean contradicts(Sample sample) {
    ClockEstimate known = estimate;
    if (known == null) {
      return false;
    }
    long expected = known.peerNanos(sample.atNanos()) - sample.atNanos();
    long allowed = known.errorNanos(sample.atNanos()) + sample.errorNanos();
    return Math.abs(sample.offsetNanos() - expected) > allowed;
  }

  private void forget() {
    count = 0;
    spans = 0;
  }

  private void remember(Sample sample) {
    samples[count++ % SAMPLES] = sample;
    count = count == 2 * SAMPLES ? SAMPLES : count; // no overflow, in step with the ring
    if (spans == 0 || sample.atNanos() - spanBeganNanos >= SPAN_NANOS) {
      if (spans == SPANS) {
        System.arraycopy(bests, 1, bests, 0, SPANS - 1);
        spans--;
      }
      bests[spans++] = sample;
      spanBeganNanos = sample.atNanos();
    } else {
      Sample best = bests[spans - 1];
      if (best == null || sample.roundTripNanos() < best.roundTripNanos()) {
        bests[spans - 1] = sample;
      }
    }
  }

  /// The sample that is wrong by least at this time, with the drift between the spans' best ones.
  private @Nullable ClockEstimate best(long nowNanos) {
    double drift = 0;
    double driftError = WORST_DRIFT;
    Sample first = spans == 0 ? null : bests[0];
    Sample last = spans == 0 ? null : bests[spans - 1];
    if (first != null && last != null && last.atNanos() - first.atNanos() >= DRIFT_BASE_NANOS) {
      double base = last.atNanos() - first.atNanos();
      double error = (first.errorNanos() + last.errorNanos()) / base + WANDER;
      if (error < WORST_DRIFT) {
        drift = (last.offsetNanos() - first.offsetNanos()) / base;
        driftError = error;
      }
    }
    ClockEstimate best = null;
    for (int i = 0; i < Math.min(count, SAMPLES); i++) {
      Sample one = samples[i];
      if (one == null) {
        continue;
      }
      ClockEstimate candidate =
          new ClockEstimate(
              one.atNanos(),
              one.offsetNanos(),
              one.errorNanos(),
              drift,
              driftError,
              one.roundTripNanos());
      if (best == null || candidate.errorNanos(nowNanos) < best.errorNanos(nowNanos)) {
        best = candidate;
      }
    }
    return best;
  }
}
