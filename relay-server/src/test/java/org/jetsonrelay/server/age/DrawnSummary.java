// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jetsonrelay.server.age.AgeTable.Row;

/// What many links together say: how near each relay comes to what physics allows, and where pacing
/// loses against the best plain setting.
final class DrawnSummary {

  private static final List<String> HEAD =
      List.of("p50 × least", "links", "median", "quartiles", "worst");

  /// What is nearer to the best plain setting is as good.
  private static final double WORTH_NAMING = 1.05;

  private DrawnSummary() {}

  /// One link, and what relays made of it.
  private record Group(Row paced, List<Row> plain) {

    /// How many times the figure of the best plain setting: above 1 pacing is worse.
    double times(ToDoubleFunction<AgeFigures> figure) {
      return figure.applyAsDouble(paced.median()) / figure.applyAsDouble(best(figure).median());
    }

    Row best(ToDoubleFunction<AgeFigures> figure) {
      return plain.stream()
          .min(Comparator.comparingDouble(row -> figure.applyAsDouble(row.median())))
          .orElseThrow();
    }
  }

  /// @param rows of all links; those of runs that failed do not count
  static String of(List<Row> rows) {
    List<Row> there = rows.stream().filter(row -> !row.rounds().isEmpty()).toList();
    StringBuilder text = new StringBuilder(ratios(there));
    List<Group> groups = groups(there);
    compare(text, groups, "median age", AgeFigures::p50);
    compare(text, groups, "age on the screen", AgeFigures::screen);
    return text.toString().stripTrailing();
  }

  private static String ratios(List<Row> rows) {
    Map<String, List<Double>> byRelay = new LinkedHashMap<>();
    for (Row row : rows) {
      byRelay
          .computeIfAbsent(row.relay(), _ -> new ArrayList<>())
          .add(row.median().p50() / row.least());
    }
    List<List<String>> lines = new ArrayList<>(List.of(HEAD));
    byRelay.forEach((relay, ratios) -> {
      double[] sorted = ratios.stream().mapToDouble(ratio -> ratio).sorted().toArray();
      lines.add(
          List.of(
              relay,
              Integer.toString(sorted.length),
              number(AgeFigures.percentile(sorted, 50)),
              number(AgeFigures.percentile(sorted, 25))
                  + "–"
                  + number(AgeFigures.percentile(sorted, 75)),
              number(AgeFigures.percentile(sorted, 100))));
    });
    return AgeTable.markdown(lines, 1);
  }

  private static List<Group> groups(List<Row> rows) {
    Map<String, List<Row>> byLink = new LinkedHashMap<>();
    for (Row row : rows) {
      byLink.computeIfAbsent(row.link() + row.congestionControl(), _ -> new ArrayList<>()).add(row);
    }
    return byLink.values().stream().map(DrawnSummary::group).flatMap(Optional::stream).toList();
  }

  private static Optional<Group> group(Collection<Row> rows) {
    List<Row> plain = rows.stream().filter(row -> Contender.PLAIN.contains(row.relay())).toList();
    return rows.stream()
        .filter(row -> row.relay().equals(Contender.PACED) && !plain.isEmpty())
        .findFirst()
        .map(paced -> new Group(paced, plain));
  }

  private static void compare(
      StringBuilder text, List<Group> groups, String what, ToDoubleFunction<AgeFigures> figure) {
    if (groups.isEmpty()) {
      return;
    }
    double[] times = groups.stream().mapToDouble(group -> group.times(figure)).sorted().toArray();
    List<Group> worse =
        groups.stream()
            .filter(group -> group.times(figure) > WORTH_NAMING)
            .sorted(Comparator.comparingDouble(group -> -group.times(figure)))
            .toList();
    text.append(
        String.format(
            Locale.ROOT,
            "%n%s, paced to the best plain setting of each link: median %s times, quartiles %s–%s; "
                + "better on %d of %d, worse by more than %.0f %% on %d%s%n",
            what,
            number(AgeFigures.percentile(times, 50)),
            number(AgeFigures.percentile(times, 25)),
            number(AgeFigures.percentile(times, 75)),
            Arrays.stream(times).filter(one -> one < 1).count(),
            groups.size(),
            100 * WORTH_NAMING - 100,
            worse.size(),
            worse.isEmpty() ? "" : ":"));
    for (Group group : worse) {
      AgeFigures paced = group.paced().median();
      Row best = group.best(figure);
      text.append(
          String.format(
              Locale.ROOT,
              "* %s %s, %s times: %.0f ms at %.1f frames/s, %s %.0f ms at %.1f (%s)%n",
              group.paced().link(),
              group.paced().congestionControl(),
              number(group.times(figure)),
              figure.applyAsDouble(paced),
              paced.fps(),
              best.relay(),
              figure.applyAsDouble(best.median()),
              best.median().fps(),
              Links.describe(group.paced().link())));
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
