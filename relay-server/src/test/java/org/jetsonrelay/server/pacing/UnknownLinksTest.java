// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.server.pacing.Congestion.Kind;
import org.jetsonrelay.server.pacing.Viewing.Ages;
import org.jetsonrelay.server.pacing.Viewing.Relay;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Links nobody tuned anything on, drawn at random from fixed seeds: the [Pacer] must bound the age
/// and not be worse than a send buffer of 64 KiB by more than a margin, on all but one in sixty.
class UnknownLinksTest {

  /// Seeds 1 to 60 were looked at while tuning; these were not.
  private static final long FROM = 1_001;

  private static final int COUNT = 60;

  /// Seed 1020: where the queue is a quarter of the path, BBR loses segments by the dozen, and the
  /// pacer takes what follows for the link.
  private static final int EXCEPTIONS = 1;

  private record Outcome(Link link, Ages paced, Ages small) {
    @Override
    public String toString() {
      return "%s %s paced %s, small buffer %s".formatted(link.name(), describe(link), paced, small);
    }

    private static String describe(Link link) {
      return "(%.1f Mbit/s, %.0f ms, jitter %.0f ms, loss %.2f %%, queue %.0f ms)"
          .formatted(
              link.highestMegabits(),
              link.delayMillis(),
              link.jitterMillis(),
              link.lossPercent(),
              link.queueMillis());
    }
  }

  private static List<Outcome> outcomes(Kind congestion, boolean told) {
    List<Outcome> outcomes = new ArrayList<>();
    for (long seed = FROM; seed < FROM + COUNT; seed++) {
      Link link = Link.drawn(seed);
      outcomes.add(
          new Outcome(
              link,
              Viewing.over(link).with(congestion).seed(seed).told(told).run(),
              Viewing.over(link).with(congestion).seed(seed).with(Relay.SMALL_BUFFER).run()));
    }
    return outcomes;
  }

  @ParameterizedTest(name = "{0}, told by the system: {1}")
  @CsvSource({"CUBIC, true", "CUBIC, false", "BBR, true", "BBR, false"})
  void boundsTheAgeOnAnyLink(Kind congestion, boolean told) {
    List<Outcome> outcomes = outcomes(congestion, told);

    assertThat(outcomes)
        .filteredOn(o -> {
          double least = o.link().leastMedianMillis(Viewing.FRAME_BYTES, 30);
          // With loss, CUBIC's window and not the link decides how long a frame takes.
          double p50 = congestion == Kind.CUBIC && o.link().lossPercent() > 0 ? 9 : 3;
          return o.paced().p50() > p50 * least + 50;
        })
        .hasSizeLessThanOrEqualTo(EXCEPTIONS);
    assertThat(outcomes.stream().mapToDouble(o -> o.paced().p50() / o.small().p50()).sorted())
        .as("half of them well below the small buffer")
        .element(COUNT / 2)
        .satisfies(ratio -> assertThat(ratio).isLessThan(0.9));
  }

  /// A higher rate may cost some age and the other way round, but never both.
  @ParameterizedTest(name = "{0}, told by the system: {1}")
  @CsvSource({"CUBIC, true", "CUBIC, false", "BBR, true", "BBR, false"})
  void isNeverWorseThanASmallSendBufferByMoreThanAMargin(Kind congestion, boolean told) {
    assertThat(outcomes(congestion, told))
        .filteredOn(o -> {
          double gain = Math.max(1, o.paced().fps() / o.small().fps());
          return o.paced().p50() > 1.4 * gain * o.small().p50() + 5
              || o.paced().p95() > 1.4 * gain * o.small().p95() + 10
              || o.paced().fps() < 0.75 * o.small().fps();
        })
        .hasSizeLessThanOrEqualTo(EXCEPTIONS);
  }
}
