// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/// One counter or gauge to be shown under `/observe/metrics`, read when somebody asks.
///
/// @param name by Prometheus' conventions: `relay_`, then words and the unit in lower case; a
///   counter ends in `_total`
/// @param description one sentence, shown as the metric's help
/// @param kind counter or gauge
/// @param labels label names and values; only values of a small fixed set belong here
/// @param value the current value; called from request threads, must not block
public record Measurement(
    String name, String description, Kind kind, Map<String, String> labels, LongSupplier value) {

  private static final Pattern NAME = Pattern.compile("relay(_[a-z0-9]+)+");
  private static final String TOTAL = "_total";

  /// What the value does over time.
  public enum Kind {
    /// Only grows, from zero at start.
    COUNTER,
    /// Goes up and down.
    GAUGE
  }

  /// Checks the name and copies the labels.
  ///
  /// @throws IllegalArgumentException when the name breaks the conventions
  public Measurement {
    if (!NAME.matcher(name).matches() || (kind == Kind.COUNTER) != name.endsWith(TOTAL)) {
      throw new IllegalArgumentException("not a name for a " + kind + ": " + name);
    }
    labels = Map.copyOf(labels);
  }

  /// A counter without labels.
  public static Measurement counter(String name, String description, LongSupplier value) {
    return new Measurement(name, description, Kind.COUNTER, Map.of(), value);
  }

  /// A gauge without labels.
  public static Measurement gauge(String name, String description, LongSupplier value) {
    return new Measurement(name, description, Kind.GAUGE, Map.of(), value);
  }

  /// The name as the registry wants it, which adds `_total` to counters itself.
  String registeredName() {
    return kind == Kind.COUNTER ? name.substring(0, name.length() - TOTAL.length()) : name;
  }
}
