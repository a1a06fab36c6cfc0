// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jetsonrelay.server.pacing.Congestion.Kind;
import org.jetsonrelay.server.pacing.Viewing.Answers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The scripts that the agent's twin of the [Pacer] is replayed against are what this pacer does.
/// After a wanted change: run this test with `-Dpacer.scripts=write`, then make the same change to
/// the twin, whose test fails until it is made.
class PacerScriptsTest {

  private static final Path SCRIPTS = Path.of("src", "test", "resources", "pacing");
  private static final Link SHORT_V =
      new Link("V", List.of(new Link.Step(8, 3), new Link.Step(2, 3)), 20, 0, 0, 0, 1000);
  private static final Link SHORT_O =
      new Link("O", List.of(new Link.Step(8, 2), new Link.Step(0, 2)), 20, 0, 0, 0, 1000);

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "saturated, L1, AT_ONCE, 3, 30",
    "loss, L2, AT_ONCE, 5, 30",
    "jitter, W, AT_ONCE, 5, 30",
    "steps, V, AT_ONCE, 7, 30",
    "outage, O, AT_ONCE, 6, 30",
    "fast, L4, AT_ONCE, 2, 120",
    "drained, L3, AT_ONCE, 12, 30",
    "silent, L1, NEVER, 4, 30",
    "stops, L1, STOPS, 15, 12",
    "coalesced, L1, COALESCED, 3, 30",
  })
  void areWhatThisPacerDoes(String name, String link, Answers answers, int seconds, double fps)
      throws IOException {
    PacerScript script = new PacerScript(PacerSettings.DEFAULTS, Viewing.FIRST_PING);
    Viewing.over(named(link))
        .with(Kind.BBR)
        .with(answers)
        .frames(Viewing.FRAME_BYTES, fps)
        .seconds(seconds)
        .told(false) // the agent's twin is not
        .recording(script)
        .run();

    Path file = SCRIPTS.resolve(name + ".txt");
    if ("write".equals(System.getProperty("pacer.scripts"))) {
      Files.createDirectories(SCRIPTS);
      Files.writeString(file, script.toString());
    }
    assertThat(script.toString().lines()).containsExactlyElementsOf(Files.readAllLines(file));
  }

  private static Link named(String name) {
    return switch (name) {
      case "L1" -> Link.L1;
      case "L2" -> Link.L2;
      case "L3" -> Link.L3;
      case "L4" -> Link.L4;
      case "V" -> SHORT_V;
      case "O" -> SHORT_O;
      default -> Link.W;
    };
  }
}
