// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jetsonrelay.server.age.AgeTable.Row;
import org.jetsonrelay.server.pacing.Link;
import org.junit.jupiter.api.Test;

class DrawnSummaryTest {

  private static Row row(Link link, String relay, double p50, double screen) {
    AgeFigures figures = new AgeFigures(p50, 2 * p50, 3 * p50, screen, 20, 25, 0.5);
    return new Row(link, "bbr", relay, 100, List.of(figures));
  }

  private final List<Row> rows =
      List.of(
          row(Link.L1, "paced", 110, 150),
          row(Link.L1, "unpaced", 900, 900),
          row(Link.L1, "snd64k", 220, 250),
          row(Link.L2, "paced", 150, 170),
          row(Link.L2, "unpaced", 180, 200),
          row(Link.L2, "lowat16k", 120, 180));

  @Test
  void saysHowNearEachRelayComesToTheLeast() {
    assertThat(DrawnSummary.of(rows))
        .containsPattern("paced +\\| +2 \\| +1\\.10 \\| 1\\.10–1\\.50 \\| +1\\.50")
        .containsPattern("unpaced +\\| +2 \\| +1\\.80 \\| 1\\.80–9\\.00 \\| +9\\.00");
  }

  @Test
  void namesEachLinkOnWhichPacingLosesSoThatItCanBeHadAgain() {
    assertThat(DrawnSummary.of(rows))
        .contains("median age, paced to the best plain setting of each link")
        .contains("better on 1 of 2, worse by more than 5 % on 1:")
        .contains(
            "* L2 bbr, 1.25 times: 150 ms at 20.0 frames/s, lowat16k 120 ms at 20.0 "
                + "(20 Mbit/s, 40 ms, loss 1 %, queue 200 ms)")
        .endsWith("better on 2 of 2, worse by more than 5 % on 0")
        .doesNotContain("* L1");
  }

  @Test
  void runsThatFailedDoNotCount() {
    List<Row> some =
        List.of(
            row(Link.L1, "paced", 110, 150), new Row(Link.L1, "bbr", "unpaced", 100, List.of()));

    assertThat(DrawnSummary.of(some)).contains("paced").doesNotContain("unpaced");
  }

  @Test
  void theTableMarksWhatWasDisturbedAndWhatFailed() {
    AgeFigures disturbed = new AgeFigures(100, 200, 300, 150, 20, 25, 4.2);
    String table =
        AgeTable.markdown(
            List.of(
                new Row(Link.L1, "bbr", "paced", 80, List.of(disturbed)),
                new Row(Link.L1, "bbr", "unpaced", 80, List.of())));

    assertThat(table).contains("1.25").contains("80 %").contains("4.2 !").contains("failed");
  }
}
