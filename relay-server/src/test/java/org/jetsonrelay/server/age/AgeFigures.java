// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jetsonrelay.server.age.AgeViewer.Arrival;

/// How old frames were on arrival, in milliseconds; not a number where nothing arrived.
///
/// @param p50 the median
/// @param most the oldest
/// @param screen mean over time of the age of what is on the screen: a frame goes on ageing there
///   until the next one comes, so a low rate counts as well as a long way
/// @param fps frames that arrived, a second
/// @param mostFps what the link could carry at that time
/// @param late how late the emulator was, at its 99th percentile: above some milliseconds it was
///   not the link that was measured
record AgeFigures(
    double p50, double p95, double most, double screen, double fps, double mostFps, double late) {

  /// Above so many milliseconds the emulator was disturbed.
  static final double MOST_LATE = 2;

  /// Whether others on the machine have kept the emulator from its work.
  boolean disturbed() {
    return late > MOST_LATE;
  }

  /// @param arrivals in their order; those outside of the window do not count
  static AgeFigures of(
      List<Arrival> arrivals, long fromNanos, long toNanos, double mostFps, double late) {
    List<Arrival> counted =
        arrivals.stream()
            .filter(one -> one.atNanos() - fromNanos >= 0 && one.atNanos() - toNanos < 0)
            .toList();
    double[] ages = counted.stream().mapToDouble(one -> one.ageNanos() / 1e6).sorted().toArray();
    double area = 0;
    double time = 0;
    for (int i = 1; i < counted.size(); i++) {
      double shown = (counted.get(i).atNanos() - counted.get(i - 1).atNanos()) / 1e6;
      area += shown * (counted.get(i - 1).ageNanos() / 1e6 + shown / 2);
      time += shown;
    }
    return new AgeFigures(
        percentile(ages, 50),
        percentile(ages, 95),
        percentile(ages, 100),
        time == 0 ? Double.NaN : area / time,
        ages.length * 1e9 / (toNanos - fromNanos),
        mostFps,
        late);
  }

  /// The value that so many percent do not exceed.
  ///
  /// @param sorted upwards
  static double percentile(double[] sorted, double percent) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int rank = (int) Math.ceil(sorted.length * percent / 100);
    return sorted[Math.max(1, rank) - 1];
  }

  /// Of each figure the median of all rounds.
  static AgeFigures median(List<AgeFigures> rounds) {
    return new AgeFigures(
        median(rounds, AgeFigures::p50),
        median(rounds, AgeFigures::p95),
        median(rounds, AgeFigures::most),
        median(rounds, AgeFigures::screen),
        median(rounds, AgeFigures::fps),
        median(rounds, AgeFigures::mostFps),
        median(rounds, AgeFigures::late));
  }

  private static double median(List<AgeFigures> rounds, ToDoubleFunction<AgeFigures> figure) {
    double[] sorted = rounds.stream().mapToDouble(figure).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
