// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

/// How much time a comparison takes.
///
/// @param rounds how often each relay runs each scenario
/// @param warmSeconds frames that are sent before the window
/// @param seconds the window
/// @param stepWarmSeconds the same for each step of the search for the highest rate
/// @param stepSeconds the same for each step of the search for the highest rate
/// @param bisections how often the search halves its interval
record Effort(
    int rounds,
    double warmSeconds,
    double seconds,
    double stepWarmSeconds,
    double stepSeconds,
    int bisections) {
  static final Effort FULL = new Effort(3, 5, 10, 0.5, 2, 5);
  static final Effort QUICK = new Effort(1, 1.5, 2.5, 0.2, 0.6, 3);

  Effort {
    if (rounds < 1 || rounds > 99) {
      throw new IllegalArgumentException("rounds must be from 1 to 99, not " + rounds);
    }
    inRange(warmSeconds);
    inRange(seconds);
  }

  private static void inRange(double seconds) {
    if (!(seconds >= 0.1 && seconds <= 3_600)) {
      throw new IllegalArgumentException("seconds must be from 0.1 to 3600, not " + seconds);
    }
  }
}
