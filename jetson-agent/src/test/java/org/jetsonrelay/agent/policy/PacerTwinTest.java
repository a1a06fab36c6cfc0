// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pacer against what its twin in the relay did, event by event. When the relay's has been
 * changed on purpose, its test writes the scripts anew, and this one fails until the same change
 * was made here.
 */
class PacerTwinTest {

  private static final Path SCRIPTS =
      Path.of("..", "relay-server", "src", "test", "resources", "pacing");

  private static List<String> lines(String name) {
    try {
      return Files.readAllLines(SCRIPTS.resolve(name + ".txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String estimates(Pacer pacer, long nowNanos) {
    return pacer.roundTripNanos()
        + " "
        + Math.round(pacer.linkBitsPerSecond())
        + " "
        + pacer.inFlight(nowNanos)
        + " "
        + pacer.deliveryNanos()
        + " "
        + pacer.fellBack();
  }

  private static String answer(Pacer pacer, String kind, long nowNanos, long argument) {
    return switch (kind) {
      case "send" -> Long.toString(pacer.onSend(nowNanos, (int) argument));
      case "pong" -> Boolean.toString(pacer.onPong(nowNanos, argument));
      default -> pacer.gate(nowNanos) + " " + pacer.waiting();
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "saturated",
        "loss",
        "jitter",
        "steps",
        "outage",
        "fast",
        "drained",
        "silent",
        "stops",
        "coalesced"
      })
  void answersAsItsTwinDid(String name) {
    List<String> script = lines(name);
    assertThat(script.get(0)).isEqualTo("# " + PacerSettings.DEFAULTS);
    Pacer pacer = new Pacer(PacerSettings.DEFAULTS, Long.parseLong(script.get(1).substring(6)));
    String last = "";
    for (int i = 2; i < script.size(); i++) {
      String line = script.get(i);
      String[] words = line.split(" ", 4);
      long now = Long.parseLong(words[1]);
      String did = answer(pacer, words[0], now, Long.parseLong(words[2]));
      String estimates = estimates(pacer, now);
      String news = estimates.equals(last) ? "" : " | " + estimates;
      last = estimates;

      assertThat(words[0] + " " + words[1] + " " + words[2] + " = " + did + news)
          .as("line %d of %s", i + 1, name)
          .isEqualTo(line);
    }
  }

  @Test
  void isTestedWithAllScriptsThereAre() throws IOException {
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      assertThat(files).hasSize(10);
    }
    assertThat(lines("saturated")).hasSizeGreaterThan(500);
  }
}
