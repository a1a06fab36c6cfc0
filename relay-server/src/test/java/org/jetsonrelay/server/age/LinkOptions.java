// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jetsonrelay.server.pacing.Link;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which links are taken.
final class LinkOptions {

  private static final List<String> USUAL = List.of("L1", "L2", "L3", "J", "V", "L4");
  private static final int MOST_DRAWN = 1_000;

  @Option(
      names = "--link",
      paramLabel = "L1,L2,...",
      split = ",",
      hideParamSyntax = true,
      description = {
        "Which of L1, L2, L3, L4, J, V, W, O, and R with a number for a drawn one;",
        "without it, --rate and --drawn: L1,L2,L3,J,V,L4."
      })
  private List<String> names = List.of();

  @Option(
      names = "--rate",
      paramLabel = "8M|8M:10,2M:10",
      description = "A link of your own: bit/s, or a schedule with seconds; 0 is down.")
  private @Nullable String rate;

  @Option(names = "--delay", paramLabel = "MS", description = "Of that link, one way (20).")
  private String delay = "20";

  @Option(names = "--jitter", paramLabel = "MS", description = "Mean of what is added (0).")
  private String jitter = "0";

  @Option(names = "--jitter-slot", paramLabel = "MS", description = "How long it stays (20).")
  private String jitterSlot = "20";

  @Option(names = "--loss", paramLabel = "PERCENT", description = "At random (0).")
  private String loss = "0";

  @Option(names = "--queue-ms", paramLabel = "MS", description = "At its highest rate (1000).")
  private String queue = "1000";

  @Option(
      names = "--up-rate",
      paramLabel = "RATE",
      description = "From the viewer to the relay, where it is not the same.")
  private @Nullable String upRate;

  @Option(
      names = "--drawn",
      paramLabel = "N",
      description = {
        "N links drawn at random: 1-50 Mbit/s, 1-150 ms, loss to 2 %%, queue 50 ms-3 s, jitter.",
        "A summary follows the table."
      })
  private String drawn = "0";

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "The first of them is RS, the next RS+1 (2001).")
  private long seed = 2_001;

  /// Those asked for, at least one.
  ///
  /// @param quick whether one is enough where none is named
  List<Link> links(boolean quick) {
    List<Link> links = new ArrayList<>();
    names.forEach(name -> links.add(Link.named(name)));
    if (rate != null) {
      links.add(
          new Link(
              "own",
              Links.rate(rate),
              Links.within("--delay", delay, 0, 5_000),
              Links.within("--jitter", jitter, 0, 1_000),
              Links.within("--jitter-slot", jitterSlot, 1, 10_000),
              Links.within("--loss", loss, 0, 50),
              Links.within("--queue-ms", queue, 1, 30_000)));
    }
    LongStream.range(seed, seed + drawnLinks()).mapToObj(Link::drawn).forEach(links::add);
    if (links.isEmpty()) {
      (quick ? USUAL.subList(0, 1) : USUAL).forEach(name -> links.add(Link.named(name)));
    }
    return links;
  }

  int drawnLinks() {
    return (int) Links.within("--drawn", drawn, 0, MOST_DRAWN);
  }

  /// The way back of a link: the same, but perhaps at another rate.
  Link up(Link down) {
    return upRate == null
        ? down
        : new Link(
            down.name() + " up",
            Links.rate(upRate),
            down.delayMillis(),
            down.jitterMillis(),
            down.jitterSlotMillis(),
            down.lossPercent(),
            down.queueMillis());
  }
}
