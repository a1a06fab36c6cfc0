// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jetsonrelay.server.pacing.Link;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `scripts/bench-age.sh`: compares how old frames are behind emulated links, a fresh relay and
/// link for each run, relays taking turns, and prints one table.
@Command(
    name = "bench-age.sh",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Compares how old frames are when they have come over a slow link, from the camera's first",
      "byte to the viewer's last. What the columns mean: docs/performance.md.",
      ""
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all runs were made",
      "1:some failed",
      "2:something is wrong with the options",
      "3:this machine makes no emulated links: needs root, /dev/net/tun and iproute2"
    })
final class AgeCommand implements Callable<Integer> {

  private static final int IMPOSSIBLE = 3;
  private static final int MOST_ROUNDS = 99;
  private static final int HELP_COLUMNS = 110;

  /// A run that others on the machine have disturbed is made again, but not for ever.
  private static final int ATTEMPTS = 3;

  private static final PrintStream OUT = System.out;
  private static final PrintStream PROGRESS = System.err;

  @Option(
      names = "--quick",
      description = "One short round, L1 with CUBIC: does it work, not how old are frames.")
  private boolean quick;

  @Mixin private final LinkOptions linkOptions = new LinkOptions();

  @Option(
      names = "--congestion",
      paramLabel = "cubic,bbr",
      split = ",",
      hideParamSyntax = true,
      description = "TCP's congestion control on both sides (both).")
  private List<String> congestion = List.of();

  @Option(
      names = "--viewer",
      paramLabel = "KIND",
      description = "How it answers pings: normal, never, late[:MS] or coalesces[:MS].")
  private String viewer = "normal";

  @Option(
      names = "--relay",
      paramLabel = "NAME=COMMAND",
      description = {
        "Another relay beside ours, for example 'C=./relay_c $PORT copy': it is to listen at",
        "$PORT on all of its addresses. May be given several times."
      })
  private List<String> others = List.of();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      hideParamSyntax = true,
      description = "Only these: paced, unpaced, snd64k, lowat16k, and your own.")
  private List<String> only = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Seeds 1 to N of loss and jitter; the table has medians (3).")
  private @Nullable String rounds;

  @Option(names = "--seconds", paramLabel = "S", description = "Length of each run (20).")
  private @Nullable Double seconds;

  @Option(names = "--settle", paramLabel = "S", description = "Over the link before it (2).")
  private double settle = 2;

  @Option(names = "--warm", paramLabel = "S", description = "Over loopback before that (3).")
  private double warm = 3;

  @Option(names = "--fps", paramLabel = "N", description = "The camera's rate (30).")
  private double fps = 30;

  @Option(names = "--size", paramLabel = "BYTES", description = "Of a frame (45000).")
  private int size = 45_000;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      description = {
        "Keeps each run's figures there, and takes those that are there already: a long",
        "comparison can be made in pieces. Take another file after a new build."
      })
  private @Nullable Path file;

  @Option(names = "--own-relay", required = true, hidden = true)
  private String ownRelay = "";

  @Option(names = "--logs", required = true, hidden = true)
  private Path logs = Path.of("");

  private AgeCommand() {}

  /// One line of the table.
  ///
  /// @param key names all that makes a difference
  private record Cell(AgeTrial trial, Contender contender, String key) {}

  public static void main(String[] arguments) {
    CommandLine command = new CommandLine(new AgeCommand()).setUsageHelpWidth(HELP_COLUMNS);
    command.setExecutionExceptionHandler((e, _, _) -> {
      // What is on the command line is checked where it is used.
      if (e instanceof IllegalArgumentException) {
        PROGRESS.println("error: " + e.getMessage());
        return CommandLine.ExitCode.USAGE;
      }
      throw e;
    });
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    int count =
        rounds == null ? (quick ? 1 : 3) : (int) Links.within("--rounds", rounds, 1, MOST_ROUNDS);
    Answering answering = Answering.parse(viewer);
    List<Cell> cells = cells(answering);
    String impossible = NetworkSpace.impossible();
    if (impossible != null) {
      PROGRESS.println("error: no emulated link on this machine: " + impossible);
      return IMPOSSIBLE;
    }
    for (String name : controls()) {
      LinkedSpaces.requireCongestionControl(name);
    }
    Files.createDirectories(logs);
    AgeResults results = AgeResults.open(file);
    int failures = 0;
    for (int round = 1; round <= count; round++) {
      for (Cell cell : cells) {
        if (!results.has(cell.key, round)) {
          PROGRESS.printf("round %d of %d, %s ...%n", round, count, cell.key.replace('\t', ' '));
          try {
            results.add(cell.key, round, run(cell, round));
          } catch (IOException e) {
            failures++;
            PROGRESS.println("  failed: " + e.getMessage());
          }
        }
      }
    }
    print(cells, results, count, answering);
    return failures == 0 ? 0 : 1;
  }

  private List<String> controls() {
    return congestion.isEmpty() ? List.of("cubic", "bbr").subList(0, quick ? 1 : 2) : congestion;
  }

  private List<Contender> contenders() {
    List<Contender> all =
        Stream.concat(Contender.ours(ownRelay).stream(), others.stream().map(Contender::parse))
            .toList();
    List<String> names = all.stream().map(Contender::name).toList();
    only.stream()
        .filter(name -> !names.contains(name))
        .forEach(name -> {
          throw new IllegalArgumentException("--only \"" + name + "\": there are " + names);
        });
    return all.stream().filter(one -> only.isEmpty() || only.contains(one.name())).toList();
  }

  private List<Cell> cells(Answering answering) throws IOException {
    List<Contender> contenders = contenders();
    byte[] picture = StampedJpeg.picture(size);
    double length = seconds == null ? (quick ? 6 : 20) : seconds;
    List<Cell> cells = new ArrayList<>();
    for (Link link : linkOptions.links(quick)) {
      Link up = linkOptions.up(link);
      for (String control : controls()) {
        AgeTrial trial =
            new AgeTrial(link, up, control, answering, picture, fps, warm, settle, length);
        for (Contender contender : contenders) {
          String key =
              String.join(
                  "\t",
                  link.name(),
                  control,
                  contender.name(),
                  Links.describe(link) + (up.equals(link) ? "" : "; up " + Links.describe(up)),
                  answering.toString(),
                  "%d bytes at %s fps for %s s".formatted(size, fps, length));
          cells.add(new Cell(trial, contender, key));
        }
      }
    }
    return cells;
  }

  private AgeFigures run(Cell cell, long seed) throws IOException, InterruptedException {
    AgeFigures quietest = attempt(cell, seed);
    for (int again = 1; quietest.disturbed() && again < ATTEMPTS; again++) {
      PROGRESS.printf("  disturbed: once more, %d of at most %d%n", again, ATTEMPTS - 1);
      AgeFigures next = attempt(cell, seed);
      quietest = next.late() < quietest.late() ? next : quietest;
    }
    return quietest;
  }

  private AgeFigures attempt(Cell cell, long seed) throws IOException, InterruptedException {
    AgeTrial.Outcome outcome = cell.trial.run(cell.contender, seed, logs);
    AgeFigures figures = outcome.figures();
    PROGRESS.printf(
        Locale.ROOT,
        "  p50 %.1f, p95 %.1f, most %.1f ms, %.1f frames/s; down %s; up %s%n",
        figures.p50(),
        figures.p95(),
        figures.most(),
        figures.fps(),
        outcome.link().down(),
        outcome.link().up());
    return figures;
  }

  private void print(List<Cell> cells, AgeResults results, int count, Answering answering) {
    List<AgeTable.Row> rows = new ArrayList<>();
    for (Cell cell : cells) {
      AgeTrial trial = cell.trial;
      rows.add(
          new AgeTable.Row(
              trial.down(),
              trial.congestionControl(),
              cell.contender.name(),
              trial.down().leastMedianMillis(size, fps),
              results.rounds(cell.key, count)));
    }
    OUT.println(AgeTable.markdown(rows));
    OUT.printf(
        Locale.ROOT,
        "Medians of %d round(s), viewer %s, %,d bytes at %.0f fps. ! is disturbed: late by more than "
            + "%.0f ms.%n",
        count,
        answering,
        size,
        fps,
        AgeFigures.MOST_LATE);
    cells.stream()
        .map(cell -> cell.trial.down())
        .distinct()
        .forEach(link -> OUT.println(link + ": " + Links.describe(link)));
    if (linkOptions.drawnLinks() > 0) {
      OUT.println();
      OUT.println(DrawnSummary.of(rows));
    }
  }
}
