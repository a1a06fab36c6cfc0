// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jetsonrelay.server.pacing.Link;

/// The figures as one Markdown table, aligned so that it can be read as it is.
final class AgeTable {

  private static final List<String> HEAD =
      List.of(
          "link",
          "TCP",
          "relay",
          "least ms",
          "p50 ms",
          "× least",
          "p95 ms",
          "most ms",
          "screen ms",
          "frames/s",
          "of possible",
          "late ms");

  /// The first so many columns are words.
  private static final int WORDS = 3;

  private AgeTable() {}

  /// A line.
  ///
  /// @param least what physics allows for the median, in milliseconds
  /// @param rounds none when all failed
  record Row(
      Link link, String congestionControl, String relay, double least, List<AgeFigures> rounds) {

    /// Of each figure.
    AgeFigures median() {
      return AgeFigures.median(rounds);
    }

    private List<String> cells() {
      List<String> cells = new ArrayList<>(List.of(link.name(), congestionControl, relay));
      cells.add(number(least, 1));
      if (rounds.isEmpty()) {
        cells.addAll(Collections.nCopies(HEAD.size() - cells.size(), "failed"));
        return cells;
      }
      AgeFigures median = median();
      cells.addAll(
          List.of(
              number(median.p50(), 1),
              number(median.p50() / least, 2),
              number(median.p95(), 0),
              number(median.most(), 0),
              number(median.screen(), 0),
              number(median.fps(), 1),
              number(100 * median.fps() / median.mostFps(), 0) + " %",
              number(median.late(), 1) + (median.late() > AgeFigures.MOST_LATE ? " !" : "")));
      return cells;
    }
  }

  private static String number(double value, int decimals) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  static String markdown(List<Row> rows) {
    List<List<String>> lines = new ArrayList<>(List.of(HEAD));
    rows.forEach(row -> lines.add(row.cells()));
    return markdown(lines, WORDS);
  }

  /// @param lines the head first
  /// @param words so many columns are aligned to the left, the others to the right
  static String markdown(List<List<String>> lines, int words) {
    int[] widths = new int[lines.getFirst().size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int l = 0; l < lines.size(); l++) {
      for (int i = 0; i < widths.length; i++) {
        String cell = lines.get(l).get(i);
        String space = " ".repeat(widths[i] - cell.length());
        text.append("| ").append(i < words ? cell + space : space + cell).append(' ');
      }
      text.append("|\n");
      if (l == 0) {
        for (int i = 0; i < widths.length; i++) {
          text.append('|').append("-".repeat(widths[i] + (i < words ? 2 : 1)));
          text.append(i < words ? "" : ":");
        }
        text.append("|\n");
      }
    }
    return text.toString();
  }
}
