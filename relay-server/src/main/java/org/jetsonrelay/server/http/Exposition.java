// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Writes measurements as Prometheus' text format, version 0.0.4, or as OpenMetrics 1.0, which is
/// what a Prometheus server asks for first. Stateless.
final class Exposition {

  private static final String TOTAL = "_total";

  private Exposition() {}

  static String text(List<Measurement> measurements) {
    return of(measurements, false).toString();
  }

  static String openMetrics(List<Measurement> measurements) {
    return of(measurements, true).append("# EOF\n").toString();
  }

  private static StringBuilder of(List<Measurement> measurements, boolean families) {
    StringBuilder text = new StringBuilder(16 << 10);
    for (Measurement measurement : measurements) {
      String name = measurement.name();
      // OpenMetrics calls a counter's family by the name without the suffix.
      String family =
          families && name.endsWith(TOTAL)
              ? name.substring(0, name.length() - TOTAL.length())
              : name;
      text.append("# HELP ").append(family).append(' ');
      escape(text, measurement.description(), false);
      text.append("\n# TYPE ").append(family).append(' ');
      text.append(measurement.kind().name().toLowerCase(Locale.ROOT)).append('\n');
      for (Measurement.Sample sample : measurement.samples().get()) {
        switch (sample) {
          case Measurement.Sample.Value(var labels, double value) ->
              line(text, name, "", labels, value);
          case Measurement.Sample.Buckets buckets -> histogram(text, name, buckets);
        }
      }
    }
    return text;
  }

  private static void histogram(
      StringBuilder text, String name, Measurement.Sample.Buckets buckets) {
    Map<String, String> labels = new TreeMap<>(buckets.labels());
    long[] counts = buckets.cumulative();
    for (int i = 0; i < counts.length; i++) {
      labels.put("le", i < buckets.bounds().length ? number(buckets.bounds()[i]) : "+Inf");
      line(text, name, "_bucket", labels, (double) counts[i]);
    }
    line(text, name, "_sum", buckets.labels(), buckets.sum());
    line(text, name, "_count", buckets.labels(), (double) counts[counts.length - 1]);
  }

  private static void line(
      StringBuilder text, String name, String suffix, Map<String, String> labels, double value) {
    text.append(name).append(suffix);
    char separator = '{';
    for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
      text.append(separator).append(label.getKey()).append("=\"");
      escape(text, label.getValue(), true);
      text.append('"');
      separator = ',';
    }
    text.append(labels.isEmpty() ? " " : "} ").append(number(value)).append('\n');
  }

  private static void escape(StringBuilder text, String value, boolean quotes) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '"' -> text.append(quotes ? "\\\"" : "\"");
        default -> text.append(c);
      }
    }
  }

  /// As Go reads it: whole numbers without a fraction, and its own words for what is none.
  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
