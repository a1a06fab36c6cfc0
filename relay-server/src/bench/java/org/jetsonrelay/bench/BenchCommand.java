// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Runs scenarios against relays, a fresh process for each run, relays taking turns, and prints one
/// table. Started by `scripts/bench.sh`.
@Command(
    name = "bench.sh",
    mixinStandardHelpOptions = true,
    description =
        "Compares relays under load, open loop: latency counts from when a frame was due.")
final class BenchCommand implements Callable<Integer> {
  private static final PrintStream OUT = System.out;
  private static final PrintStream PROGRESS = System.err;

  @Option(names = "--quick", description = "One short round: does it work, not how fast is it.")
  private boolean quick;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds; the table has medians.")
  private @Nullable Integer rounds;

  @Option(names = "--seconds", paramLabel = "S", description = "Length of each measurement.")
  private @Nullable Double seconds;

  @Option(names = "--warm", paramLabel = "S", description = "Seconds of load before it.")
  private @Nullable Double warm;

  @Option(
      names = "--scenario",
      paramLabel = "A,B,...",
      split = ",",
      description = {
        "Which of A, C, D, F, B (highest rate), S (stalled viewers), I (idle viewers);",
        "without: all but I."
      })
  private List<String> scenarios = List.of("A", "C", "D", "F", "B", "S");

  @Option(names = "--viewers", paramLabel = "N", description = "Changes the scenarios.")
  private @Nullable Integer viewers;

  @Option(names = "--cameras", paramLabel = "N", description = "Changes the scenarios.")
  private @Nullable Integer cameras;

  @Option(names = "--stalled", paramLabel = "N", description = "Changes the scenarios.")
  private @Nullable Integer stalled;

  @Option(names = "--fps", paramLabel = "N", description = "Changes the scenarios.")
  private @Nullable Double fps;

  @Option(names = "--size", paramLabel = "BYTES", description = "Changes the scenarios.")
  private @Nullable Integer size;

  @Option(
      names = "--relay",
      paramLabel = "NAME=COMMAND",
      required = true,
      description = {
        "Another relay beside ours and the plain Node.js one, for example",
        "'C=relay_c $PORT copy'; may be given several times."
      })
  private List<String> relays = List.of();

  @Option(names = "--only", paramLabel = "NAME", split = ",", description = "Only these relays.")
  private List<String> only = List.of();

  @Option(names = "--verify", description = "Read and compare every byte (slower viewers).")
  private boolean verify;

  @Option(names = "--pin", paramLabel = "COMMAND", hidden = true, split = " ")
  private List<String> pin = List.of();

  @Option(names = "--logs", paramLabel = "DIRECTORY", hidden = true)
  private Path logs = Path.of(System.getProperty("java.io.tmpdir"));

  public static void main(String[] args) {
    System.exit(new CommandLine(new BenchCommand()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Effort effort = effort();
    List<Relay> contenders =
        relays.stream()
            .map(Relay::parse)
            .filter(relay -> only.isEmpty() || only.contains(relay.name()))
            .toList();
    List<Scenario> asked = scenarios.stream().map(key -> changed(Scenario.named(key))).toList();
    Files.createDirectories(logs);

    int failures = 0;
    Map<String, List<Outcome>> outcomes = new LinkedHashMap<>();
    for (int round = 1; round <= effort.rounds(); round++) {
      for (Scenario scenario : asked) {
        for (Relay relay : contenders) {
          PROGRESS.printf(
              "round %d of %d, %s: %s ...%n", round, effort.rounds(), scenario.key(), relay.name());
          List<Outcome> row =
              outcomes.computeIfAbsent(scenario.key() + relay.name(), _ -> new ArrayList<>());
          try {
            row.add(run(scenario, relay, effort));
          } catch (IOException e) {
            failures++;
            PROGRESS.println("  failed: " + e.getMessage());
          }
        }
      }
    }

    Table table = new Table();
    for (Scenario scenario : asked) {
      for (Relay relay : contenders) {
        table.add(scenario, relay, outcomes.getOrDefault(scenario.key() + relay.name(), List.of()));
      }
    }
    OUT.println(table.markdown());
    OUT.printf(
        Locale.ROOT,
        "Medians of %d round(s), %s s warm-up, %s s measured. B: highest rate with at most %s %% "
            + "skipped and p99 of at most %s ms.%n",
        effort.rounds(),
        Scenario.number(effort.warmSeconds()),
        Scenario.number(effort.seconds()),
        Scenario.number(Search.SKIPPED_PERCENT),
        Scenario.number(Search.P99_MILLIS));
    OUT.println(
        "Latency: from when a frame was due to its last byte at a viewer. "
            + "Late: p99 of how late cameras began to send.");
    return failures == 0 ? 0 : 1;
  }

  private Outcome run(Scenario scenario, Relay relay, Effort effort)
      throws IOException, InterruptedException {
    try (RelayProcess process = RelayProcess.start(relay, pin, logs)) {
      try (Load load = Load.open(scenario, process, verify)) {
        Outcome outcome =
            scenario.search()
                ? new Search(load, effort).highest(scenario.fps())
                : load.measure(scenario.fps(), effort.warmSeconds(), effort.seconds());
        PROGRESS.printf(
            Locale.ROOT,
            "  listening after %.2f s, %.1f fps, %.2f %% skipped, %.0f MB per CPU s, p99 %.2f ms%n",
            process.listeningAfterSeconds(),
            outcome.fps(),
            outcome.skippedPercent(),
            outcome.megabytesPerCpuSecond(),
            outcome.p99());
        return outcome;
      } catch (IOException e) {
        throw process.failed(relay, e);
      }
    }
  }

  private Effort effort() {
    Effort base = quick ? Effort.QUICK : Effort.FULL;
    return new Effort(
        rounds == null ? base.rounds() : rounds,
        warm == null ? base.warmSeconds() : warm,
        seconds == null ? base.seconds() : seconds,
        base.stepWarmSeconds(),
        base.stepSeconds(),
        base.bisections());
  }

  private Scenario changed(Scenario base) {
    return new Scenario(
        base.key(),
        cameras == null ? base.cameras() : cameras,
        viewers == null ? base.viewers() : viewers,
        stalled == null ? base.stalled() : stalled,
        fps == null ? base.fps() : fps,
        size == null ? base.frameBytes() : size,
        base.search());
  }
}
