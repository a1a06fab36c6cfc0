// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jetsonrelay.server.age.AgeViewer.Arrival;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgeFiguresTest {

  private static final long MILLIS = 1_000_000;

  private static Arrival arrival(long atMillis, long ageMillis) {
    return new Arrival(atMillis * MILLIS, ageMillis * MILLIS);
  }

  @Test
  void onlyWhatArrivesInTheWindowCounts() {
    AgeFigures figures =
        AgeFigures.of(
            List.of(arrival(99, 900), arrival(100, 10), arrival(200, 30), arrival(1_100, 900)),
            100 * MILLIS,
            1_100 * MILLIS,
            30,
            0.1);

    assertThat(figures.fps()).isEqualTo(2);
    assertThat(figures.p50()).isEqualTo(10);
    assertThat(figures.most()).isEqualTo(30);
  }

  @Test
  void aFrameAgesOnTheScreenUntilTheNextOneComes() {
    // 100 ms from 10 to 110, then 300 ms from 20 to 320.
    AgeFigures figures =
        AgeFigures.of(
            List.of(arrival(0, 10), arrival(100, 20), arrival(400, 500)), 0, 500 * MILLIS, 30, 0);

    assertThat(figures.screen()).isEqualTo((100 * 60 + 300 * 170) / 400.0);
  }

  @Test
  void nothingIsNotANumber() {
    AgeFigures figures = AgeFigures.of(List.of(), 0, 1_000, 30, 0);

    assertThat(figures.p50()).isNaN();
    assertThat(figures.screen()).isNaN();
    assertThat(figures.fps()).isZero();
  }

  @Test
  void aPercentileIsAValueThatOccurred() {
    double[] sorted = {1, 2, 3, 4};

    assertThat(AgeFigures.percentile(sorted, 50)).isEqualTo(2);
    assertThat(AgeFigures.percentile(sorted, 51)).isEqualTo(3);
    assertThat(AgeFigures.percentile(sorted, 100)).isEqualTo(4);
    assertThat(AgeFigures.percentile(sorted, 0)).isEqualTo(1);
  }

  private static AgeFigures all(double value) {
    return new AgeFigures(value, value, value, value, value, value, value);
  }

  @Test
  void takesTheMedianOfEachFigure() {
    assertThat(AgeFigures.median(List.of(all(3), all(1), all(7)))).isEqualTo(all(3));
    assertThat(AgeFigures.median(List.of(all(3), all(1)))).isEqualTo(all(2));
  }

  @Test
  void resultsAreThereAgainWhenTheirFileIsOpenedAgain(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("results");
    AgeResults first = AgeResults.open(file);
    first.add("L1\tcubic", 1, all(1.25));
    first.add("L1\tcubic", 3, all(Double.NaN));

    AgeResults second = AgeResults.open(file);
    assertThat(second.has("L1\tcubic", 1)).isTrue();
    assertThat(second.has("L1\tcubic", 2)).isFalse();
    assertThat(second.rounds("L1\tcubic", 2)).containsExactly(all(1.25));
    assertThat(second.rounds("L1\tcubic", 3)).hasSize(2);
  }

  @Test
  void namesTheLineOfAFileThatHoldsNoResults(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("other"), "something else\n");

    assertThatIOException()
        .isThrownBy(() -> AgeResults.open(file))
        .withMessageContaining("something else");
  }
}
