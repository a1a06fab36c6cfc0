// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.settings.Options;
import org.jetsonrelay.agent.settings.SettingsReader;
import org.jetsonrelay.agent.settings.UsageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What ends the process, and what is looked at again and again. */
@Timeout(60)
class WatchdogTest {

  private static final long MOST = 1000;
  private static final Duration HANG = Duration.ofSeconds(7);

  private final AtomicLong resident = new AtomicLong(MOST);
  private final AtomicLong inside = new AtomicLong(HANG.toNanos() - 1);
  private final AtomicLong looks = new AtomicLong();
  private final List<Integer> halted = new CopyOnWriteArrayList<>();
  private final Watchdog watchdog;

  WatchdogTest() throws UsageException {
    Agent agent =
        new Agent(
            SettingsReader.read(new Options(), Map.of()), new FrameSources(InstantSource.system()));
    watchdog =
        new Watchdog(
            new Watchdog.Limits(
                Duration.ofMillis(5), Duration.ofMillis(5), OptionalLong.of(MOST), HANG),
            agent,
            resident::get,
            now -> {
              looks.incrementAndGet();
              return inside.get();
            },
            halted::add);
  }

  @AfterEach
  void end() {
    watchdog.stop();
  }

  @Test
  void letsWhatIsWithinTheLimitsBe() {
    watchdog.start();
    await().until(() -> looks.get() > 5);
    assertThat(halted).isEmpty();
  }

  @Test
  void endsWhatHasTooMuchMemory() {
    watchdog.start();
    resident.set(MOST + 1);
    await().until(() -> halted.equals(List.of(ExitCode.MEMORY.code())));
  }

  @Test
  void endsWhatHangs() {
    watchdog.start();
    inside.set(HANG.toNanos());
    await().until(() -> halted.equals(List.of(ExitCode.HUNG.code())));
  }

  @Test
  void knowsThisProcessMemory() {
    assertThat(Watchdog.residentBytes()).isBetween(10L << 20, 100L << 30);
  }

  @Test
  void handsOnAFileThatHasChangedAndOnlyIfItCanBeRead(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("agent.yaml"), "fps: 1\n");
    List<Double> rates = new CopyOnWriteArrayList<>();
    AtomicLong reads = new AtomicLong();
    ConfigWatch watch =
        new ConfigWatch(
            file,
            Duration.ofMillis(5),
            () -> {
              reads.incrementAndGet();
              return SettingsReader.read(new Options(), Map.of("CONFIG", file.toString()))
                  .cameras();
            },
            cameras -> rates.add(rate(cameras)));
    watch.start();
    try {
      Files.writeString(file, "fps: 22\n");
      await().until(() -> rates.contains(22.0));
      long before = reads.get();
      Files.writeString(file, "fps: fast\n");
      await().until(() -> reads.get() > before);
      Files.writeString(file, "fps: 4444\n# wrong, too\n");
      Files.writeString(file, "fps: 33\n# right again\n");
      await().until(() -> rates.contains(33.0));
    } finally {
      watch.stop();
    }
  }

  private static double rate(List<CameraSettings> cameras) {
    return cameras.get(0).fps().orElse(0);
  }
}
