// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// One metric to be shown under `/observe/metrics`, read when somebody asks.
///
/// @param name by Prometheus' conventions: what it belongs to, then words and the base unit, in
///   lower case; a counter ends in `_total`
/// @param description one sentence, shown as the metric's help
/// @param kind what it does over time
/// @param samples the current values, each with labels of a bounded set; called from request
///   threads, must not block
public record Measurement(
    String name, String description, Kind kind, Supplier<List<Sample>> samples) {

  private static final Pattern NAME = Pattern.compile("(relay|process|jvm)(_[a-z0-9]+)+");
  private static final String TOTAL = "_total";

  /// What the value does over time.
  public enum Kind {
    /// Only grows, from zero at start.
    COUNTER,
    /// Goes up and down.
    GAUGE,
    /// Counts by size.
    HISTOGRAM
  }

  /// A value, or the buckets of a histogram, with its labels.
  public sealed interface Sample {
    /// Label names and values.
    Map<String, String> labels();

    /// Of a counter or a gauge.
    record Value(Map<String, String> labels, double value) implements Sample {
      /// Copies the labels.
      public Value {
        labels = Map.copyOf(labels);
      }
    }

    /// Of a histogram.
    ///
    /// @param bounds upper bounds, ascending, the infinite one left out
    /// @param cumulative how many were at most as large as each bound, the last one of all
    /// @param sum all together
    @SuppressWarnings("ArrayRecordComponent") // made for one reader, never compared
    record Buckets(Map<String, String> labels, double[] bounds, long[] cumulative, double sum)
        implements Sample {
      /// Copies the labels.
      public Buckets {
        labels = Map.copyOf(labels);
      }
    }
  }

  /// Checks the name.
  ///
  /// @throws IllegalArgumentException when the name breaks the conventions
  public Measurement {
    if (!NAME.matcher(name).matches() || (kind == Kind.COUNTER) != name.endsWith(TOTAL)) {
      throw new IllegalArgumentException("not a name for a " + kind + ": " + name);
    }
  }

  /// A counter without labels.
  public static Measurement counter(String name, String description, DoubleSupplier value) {
    return new Measurement(name, description, Kind.COUNTER, only(value));
  }

  /// A gauge without labels.
  public static Measurement gauge(String name, String description, DoubleSupplier value) {
    return new Measurement(name, description, Kind.GAUGE, only(value));
  }

  /// A counter for each value of one label.
  public static Measurement counters(
      String name, String description, String label, Supplier<Map<String, Long>> values) {
    return new Measurement(name, description, Kind.COUNTER, each(label, values));
  }

  /// A gauge for each value of one label.
  public static Measurement gauges(
      String name,
      String description,
      String label,
      Supplier<? extends Map<String, ? extends Number>> values) {
    return new Measurement(name, description, Kind.GAUGE, each(label, values));
  }

  private static Supplier<List<Sample>> only(DoubleSupplier value) {
    return () -> List.of(new Sample.Value(Map.of(), value.getAsDouble()));
  }

  private static Supplier<List<Sample>> each(
      String label, Supplier<? extends Map<String, ? extends Number>> values) {
    return () ->
        values.get().entrySet().stream()
            .<Sample>map(entry ->
                new Sample.Value(Map.of(label, entry.getKey()), entry.getValue().doubleValue()))
            .toList();
  }
}
