// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// The outcomes as one Markdown table; each figure is the median of its rounds.
final class Table {
  private static final List<String> HEAD =
      List.of(
          "scenario",
          "relay",
          "fps sent",
          "fps seen",
          "skipped %",
          "CPU %",
          "MB per CPU s",
          "p50 ms",
          "p99 ms",
          "p99.9 ms",
          "late ms",
          "RSS MB");

  private final List<List<String>> rows = new ArrayList<>();

  Table() {
    rows.add(HEAD);
  }

  /// @param outcomes of all rounds; none when the relay failed every time
  void add(Scenario scenario, Relay relay, List<Outcome> outcomes) {
    String title = scenario.key() + ": " + scenario.description();
    if (outcomes.isEmpty()) {
      List<String> row = new ArrayList<>(List.of(title, relay.name()));
      while (row.size() < HEAD.size()) {
        row.add("failed");
      }
      rows.add(row);
      return;
    }
    rows.add(
        List.of(
            title,
            relay.name(),
            median(outcomes, Outcome::fps, 1),
            median(outcomes, one -> one.deliveredFps(scenario), 1),
            median(outcomes, Outcome::skippedPercent, 2),
            median(outcomes, Outcome::cpuPercent, 1),
            median(outcomes, Outcome::megabytesPerCpuSecond, 0),
            median(outcomes, Outcome::p50, 2),
            median(outcomes, Outcome::p99, 2),
            median(outcomes, Outcome::p999, 2),
            median(outcomes, Outcome::lateP99, 2),
            median(outcomes, Outcome::rssMegabytes, 0)));
  }

  private static String median(
      List<Outcome> outcomes, ToDoubleFunction<Outcome> figure, int decimals) {
    double[] sorted = outcomes.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return Double.isNaN(median) ? "–" : String.format(Locale.ROOT, "%,." + decimals + "f", median);
  }

  /// Aligned, so that it can be read as it is.
  String markdown() {
    int[] widths = new int[HEAD.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      for (int i = 0; i < widths.length; i++) {
        String cell = rows.get(r).get(i);
        String space = " ".repeat(widths[i] - cell.length());
        text.append("| ").append(i < 2 ? cell + space : space + cell).append(' ');
      }
      text.append("|\n");
      if (r == 0) {
        for (int i = 0; i < widths.length; i++) {
          text.append("|").append("-".repeat(widths[i] + (i < 2 ? 2 : 1)));
          text.append(i < 2 ? "" : ":");
        }
        text.append("|\n");
      }
    }
    return text.toString();
  }
}
