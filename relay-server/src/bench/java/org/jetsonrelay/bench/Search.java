// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.io.IOException;

/// Finds the highest rate that a relay carries: upwards in steps until one fails, then by halving.
final class Search {
  // What counts as carried. A relay that queues instead of skipping fails by its latency.
  static final double SKIPPED_PERCENT = 1;
  static final double P99_MILLIS = 100;

  private static final double STEP = 1.6;
  private static final double MAX_FPS = 20_000;
  private static final double MIN_FPS = 8;

  private final Load load;
  private final Effort effort;

  Search(Load load, Effort effort) {
    this.load = load;
    this.effort = effort;
  }

  /// What was measured at the highest rate carried, or at a small one if not even that was.
  Outcome highest(double first) throws IOException, InterruptedException {
    load.measure(first, effort.warmSeconds(), effort.stepSeconds());
    Outcome best = step(first);
    double failed = Double.POSITIVE_INFINITY;
    while (!carried(best)) {
      if (best.fps() < MIN_FPS) {
        return best;
      }
      failed = best.fps();
      load.calm();
      best = step(failed / 2);
    }
    while (Double.isInfinite(failed) && best.fps() * STEP <= MAX_FPS) {
      double higher = best.fps() * STEP;
      best = better(best, higher);
      failed = best.fps() < higher ? higher : failed;
    }
    for (int i = 0; i < effort.bisections() && Double.isFinite(failed); i++) {
      double middle = (best.fps() + failed) / 2;
      Outcome next = better(best, middle);
      if (next.fps() < middle) {
        failed = middle;
      }
      best = next;
    }
    return best;
  }

  /// The outcome at this rate if it was carried, at the second attempt if need be, else `best`.
  private Outcome better(Outcome best, double fps) throws IOException, InterruptedException {
    for (int attempt = 0; attempt < 2; attempt++) {
      Outcome outcome = step(fps);
      if (carried(outcome)) {
        return outcome;
      }
      load.calm();
    }
    return best;
  }

  private Outcome step(double fps) throws IOException, InterruptedException {
    return load.measure(fps, effort.stepWarmSeconds(), effort.stepSeconds());
  }

  private static boolean carried(Outcome outcome) {
    return outcome.skippedPercent() <= SKIPPED_PERCENT && outcome.p99() <= P99_MILLIS;
  }
}
