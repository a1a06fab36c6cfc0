// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jetsonrelay.agent.discovery.FoundRelay;
import org.jetsonrelay.agent.discovery.NoRelayException;
import org.jetsonrelay.agent.discovery.WantedRelay;
import org.jetsonrelay.agent.settings.AgentSettings;
import org.jetsonrelay.agent.settings.Options;
import org.jetsonrelay.agent.settings.SettingsReader;
import org.jetsonrelay.agent.settings.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** When it is looked for the relay, how long, and what happens when it has moved. */
@Timeout(60)
class RelayFinderTest {

  private static final WantedRelay ANY = new WantedRelay(Optional.empty());
  private static final FoundRelay HERE = new FoundRelay("lab", URI.create("ws://10.0.0.1:8080/ws"));
  private static final FoundRelay THERE =
      new FoundRelay("lab", URI.create("ws://10.0.0.7:8080/ws"));

  private static final RelayMemory FORGETFUL = new RelayMemory(Optional.empty());

  @TempDir Path folder;

  @Test
  void aUserIsToldAtOnceThatThereIsNone() {
    AtomicInteger searches = new AtomicInteger();
    RelayFinder finder =
        new RelayFinder(
            wanted -> {
              searches.incrementAndGet();
              return List.of();
            },
            false,
            FORGETFUL);
    assertThatThrownBy(() -> finder.locate(ANY)).isInstanceOf(NoRelayException.class);
    assertThat(searches).hasValue(1);
  }

  @Test
  void aServiceLooksOnUntilThereIsOne() throws NoRelayException {
    AtomicInteger searches = new AtomicInteger();
    RelayFinder finder =
        new RelayFinder(
            wanted ->
                switch (searches.incrementAndGet()) {
                  case 1 -> List.of();
                  case 2 -> List.of(HERE, new FoundRelay("yard", THERE.uri()));
                  default -> List.of(HERE);
                },
            true,
            FORGETFUL);
    assertThat(finder.locate(ANY)).isEqualTo(HERE.uri());
    assertThat(searches).hasValue(3);
  }

  @Test
  void theSettingsHoldWhereItWasFound() throws UsageException {
    AgentSettings settings =
        SettingsReader.read(options("--relay=auto:lab"), Map.of(), wanted -> HERE.uri());
    assertThat(settings.relay()).isEqualTo(HERE.uri());
    assertThat(settings.wanted()).contains(new WantedRelay(Optional.of("lab")));
    assertThat(SettingsReader.read(options("--relay=ws://a"), Map.of()).wanted()).isEmpty();
  }

  @Test
  void theErrorNamesTheSetting() {
    assertThatThrownBy(() -> SettingsReader.read(options(), Map.of("RELAY_URL", "auto")))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("RELAY_URL is 'auto', but no relay announces itself");
  }

  @Test
  void isBackWithoutASearchAfterARestart() throws NoRelayException {
    RelayMemory memory = RelayMemory.of(Map.of("CACHE_DIRECTORY", folder.toString()));
    new RelayFinder(wanted -> List.of(HERE), true, memory).locate(ANY);
    RelayFinder again =
        new RelayFinder(
            wanted -> {
              throw new AssertionError("searched");
            },
            true,
            memory);
    assertThat(again.locate(ANY)).isEqualTo(HERE.uri());
  }

  @Test
  void remembersOneRelayOnlyAndBelievesNoBrokenFile() throws IOException {
    Path file = folder.resolve("relay");
    RelayMemory memory = new RelayMemory(Optional.of(file));
    assertThat(memory.last(ANY)).isEmpty();
    memory.keep(ANY, HERE.uri());
    assertThat(memory.last(new WantedRelay(Optional.of("yard")))).isEmpty();
    for (String broken :
        List.of(
            "",
            "auto",
            "auto\nhttp://x/",
            "auto\nws://10.0.0.1:8080/ws\nmore",
            "\n".repeat(1025))) {
      Files.writeString(file, broken);
      assertThat(memory.last(ANY)).isEmpty();
    }
    RelayMemory nowhere = new RelayMemory(Optional.of(folder.resolve("no/such")));
    nowhere.keep(ANY, HERE.uri());
    assertThat(nowhere.last(ANY)).isEmpty();
    assertThat(RelayMemory.of(Map.of()).last(ANY)).isEmpty();
  }

  private static Options options(String... arguments) {
    Options options = new Options();
    new CommandLine(options).parseArgs(arguments);
    return options;
  }

  @Test
  void followsARelayThatHasMovedButOnlyWhenNoCameraReachesIt() {
    AtomicBoolean reached = new AtomicBoolean(true);
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger searches = new AtomicInteger();
    AtomicReference<URI> moved = new AtomicReference<>();
    RelayFinder finder =
        new RelayFinder(
            wanted -> {
              // First it is gone, then it comes back elsewhere.
              return searches.incrementAndGet() < 3 ? List.of() : List.of(THERE);
            },
            true,
            new RelayMemory(Optional.of(folder.resolve("relay"))));
    try {
      finder.watch(
          ANY,
          HERE.uri(),
          Duration.ofMillis(5),
          () -> {
            looks.incrementAndGet();
            return reached.get();
          },
          moved::set);
      await().until(() -> looks.get() > 5);
      assertThat(searches).hasValue(0);
      reached.set(false);
      await().until(() -> THERE.uri().equals(moved.get()));
      assertThat(searches).hasValueGreaterThanOrEqualTo(3);
      assertThat(new RelayMemory(Optional.of(folder.resolve("relay"))).last(ANY))
          .contains(THERE.uri());
    } finally {
      finder.stop();
    }
  }
}
