// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// How much a simulated sender may have on its way, in the manner of a congestion control. Only as
/// good as pacing needs it: the shape of its bursts, queues and stops.
interface Congestion {

  /// Window in segments.
  double window();

  /// Bytes a second, infinite when the sender does not pace.
  default double pacingRate() {
    return Double.POSITIVE_INFINITY;
  }

  /// A segment has been acknowledged.
  ///
  /// @param rateSample delivered bytes a second over the segment's flight
  /// @param busy the sender was not waiting for data then
  /// @param peak most segments in flight lately
  void acked(
      long nowNanos,
      long roundTripNanos,
      double rateSample,
      boolean busy,
      double peak,
      int inFlight);

  void lost(long nowNanos);

  void timedOut(long nowNanos);

  /// How many windows the kernel's self-tuning send buffer holds.
  int buffered();

  enum Kind {
    CUBIC,
    BBR;

    Congestion start() {
      return this == CUBIC ? new Cubic() : new Bbr();
    }
  }

  /// Loss-based: fills the queue until it overflows.
  final class Cubic implements Congestion {
    private double window = 10;
    private double threshold = Double.MAX_VALUE;
    private double most;
    private long cutNanos;
    private long minRoundTrip = Long.MAX_VALUE;
    private long smoothed;

    @Override
    public double window() {
      return window;
    }

    @Override
    public int buffered() {
      return 2;
    }

    @Override
    public void acked(
        long nowNanos,
        long roundTripNanos,
        double rateSample,
        boolean busy,
        double peak,
        int inFlight) {
      minRoundTrip = Math.min(minRoundTrip, roundTripNanos);
      smoothed = smoothed == 0 ? roundTripNanos : (7 * smoothed + roundTripNanos) / 8;
      if (2 * peak <= window || (window >= threshold && peak < 0.9 * window)) {
        return;
      }
      if (window < threshold) {
        window++;
        long slack = Math.clamp(minRoundTrip / 8, 4_000_000L, 16_000_000L);
        if (window > 16 && smoothed > minRoundTrip + slack) {
          threshold = window; // the queue grows: end of slow start
          most = window;
          cutNanos = nowNanos;
        }
        return;
      }
      double seconds = (nowNanos - cutNanos + minRoundTrip) / 1e9;
      double root = Math.cbrt(most * 0.3 / 0.4);
      double target = 0.4 * Math.pow(seconds - root, 3) + most;
      double friendly = 0.7 * most + 0.53 * seconds / (smoothed / 1e9);
      window += Math.clamp((Math.max(target, friendly) - window) / window, 0.01, 0.5);
    }

    @Override
    public void lost(long nowNanos) {
      if (nowNanos - cutNanos < smoothed && cutNanos != 0) {
        return; // once per round trip
      }
      most = window < most ? window * 0.85 : window;
      window = Math.max(2, window * 0.7);
      threshold = window;
      cutNanos = nowNanos;
    }

    @Override
    public void timedOut(long nowNanos) {
      most = window;
      threshold = Math.max(2, window * 0.7);
      window = 1;
      cutNanos = nowNanos;
    }
  }

  /// Model-based: paces at the highest rate seen lately and keeps two windows' worth.
  final class Bbr implements Congestion {
    private static final double[] CYCLE = {1.25, 0.75, 1, 1, 1, 1, 1, 1};
    private final double[] rates = new double[10];
    private int round;
    private long roundEndNanos;
    private double full;
    private int flatRounds;
    private boolean startup = true;
    private boolean drain;
    private long minRoundTrip = Long.MAX_VALUE;
    private long minSeenNanos;
    private long probeUntilNanos;
    private int phase;
    private long phaseNanos;

    private double rate() {
      double best = 0;
      for (double r : rates) {
        best = Math.max(best, r);
      }
      return best;
    }

    private double bdp() {
      return rate() * minRoundTrip / 1e9 / SimulatedTcp.SEGMENT_BYTES;
    }

    @Override
    public double window() {
      if (minRoundTrip == Long.MAX_VALUE) {
        return 10;
      }
      return probeUntilNanos > 0 ? 4 : Math.max(10, (startup ? 2.89 : 2) * bdp() + 3);
    }

    @Override
    public double pacingRate() {
      if (minRoundTrip == Long.MAX_VALUE || rate() == 0) {
        return Double.POSITIVE_INFINITY;
      }
      return rate() * (startup ? 2.89 : drain ? 0.35 : CYCLE[phase]);
    }

    @Override
    public int buffered() {
      return 3;
    }

    @Override
    public void acked(
        long nowNanos,
        long roundTripNanos,
        double rateSample,
        boolean busy,
        double peak,
        int inFlight) {
      if (roundTripNanos <= minRoundTrip) {
        minRoundTrip = roundTripNanos;
        minSeenNanos = nowNanos;
      } else if (nowNanos - minSeenNanos > 10_000_000_000L) {
        probeUntilNanos = nowNanos + 200_000_000L;
        minRoundTrip = roundTripNanos;
        minSeenNanos = nowNanos;
      }
      if (probeUntilNanos > 0 && nowNanos > probeUntilNanos) {
        probeUntilNanos = 0;
      }
      if (busy || rateSample > rate()) {
        rates[round % rates.length] = Math.max(rates[round % rates.length], rateSample);
      }
      if (nowNanos < roundEndNanos) {
        return;
      }
      roundEndNanos = nowNanos + roundTripNanos;
      if (startup && busy) {
        flatRounds = rate() > full * 1.25 ? 0 : flatRounds + 1;
        full = Math.max(full, rate());
        startup = flatRounds < 3;
        drain = !startup;
      } else if (drain && inFlight <= bdp()) {
        drain = false;
      }
      if (!startup && !drain && nowNanos - phaseNanos > minRoundTrip) {
        phase = (phase + 1) % CYCLE.length;
        phaseNanos = nowNanos;
      }
      if (busy) {
        // Without saturation nothing is learnt, and nothing forgotten.
        round++;
        rates[round % rates.length] = 0;
      }
    }

    @Override
    public void lost(long nowNanos) {
      // Loss says nothing about the rate.
    }

    @Override
    public void timedOut(long nowNanos) {
      probeUntilNanos = Math.max(probeUntilNanos, nowNanos + 1);
    }
  }
}
