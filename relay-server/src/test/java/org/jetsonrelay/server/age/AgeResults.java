// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The figures of runs, by what was run, and perhaps a file that keeps them: a line a run, fields
/// separated by tabs. One thread.
final class AgeResults {

  private static final int FIGURES = 7;
  private static final int MOST_BYTES = 16 << 20;

  private final @Nullable Path file;
  private final Map<String, AgeFigures> figures = new HashMap<>();

  private AgeResults(@Nullable Path file) {
    this.file = file;
  }

  /// @param file where they are kept, made when it is not there; null for nowhere
  static AgeResults open(@Nullable Path file) throws IOException {
    AgeResults results = new AgeResults(file);
    if (file == null || !Files.exists(file)) {
      return results;
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + " has more than " + MOST_BYTES + " bytes: take another file");
    }
    for (String line : Files.readAllLines(file)) {
      List<String> fields = List.of(line.split("\t", -1));
      if (fields.size() <= FIGURES) {
        throw new IOException("not a line of --results in " + file + ": \"" + line + "\"");
      }
      int first = fields.size() - FIGURES;
      results.figures.put(
          String.join("\t", fields.subList(0, first)), read(fields.subList(first, fields.size())));
    }
    return results;
  }

  private static AgeFigures read(List<String> fields) {
    double[] values = fields.stream().mapToDouble(Double::parseDouble).toArray();
    return new AgeFigures(
        values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
  }

  private static List<Double> values(AgeFigures one) {
    return List.of(
        one.p50(), one.p95(), one.most(), one.screen(), one.fps(), one.mostFps(), one.late());
  }

  boolean has(String run, int round) {
    return figures.containsKey(key(run, round));
  }

  void add(String run, int round, AgeFigures one) throws IOException {
    figures.put(key(run, round), one);
    if (file != null) {
      StringBuilder line = new StringBuilder(key(run, round));
      values(one).forEach(value -> line.append('\t').append(value));
      Files.writeString(
          file,
          line.append('\n'),
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  /// Those rounds that there are.
  List<AgeFigures> rounds(String run, int rounds) {
    List<AgeFigures> there = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      AgeFigures one = figures.get(key(run, round));
      if (one != null) {
        there.add(one);
      }
    }
    return there;
  }

  private static String key(String run, int round) {
    return run + "\t" + round;
  }
}
