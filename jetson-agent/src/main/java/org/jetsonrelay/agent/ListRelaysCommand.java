// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jetsonrelay.agent.discovery.FoundRelay;
import org.jetsonrelay.agent.discovery.NoRelayException;
import org.jetsonrelay.agent.discovery.RelaySearch;
import org.jetsonrelay.agent.discovery.WantedRelay;
import org.jetsonrelay.agent.settings.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code agent list-relays}: which relays announce themselves here. Filled by picocli. */
@Command(
    name = "list-relays",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description =
        "Lists the relays that announce themselves on this network, as they are written after --relay, with their"
            + " addresses. Exit code 8 when there is none.")
@SuppressWarnings("FieldCanBeFinal")
final class ListRelaysCommand implements Main.Tool {

  @Option(
      names = "--relay",
      paramLabel = "auto[:NAME]",
      description = "Print only the address that an agent with this option would take.")
  @Nullable String relay;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and exit.")
  boolean help;

  @Override
  public ExitCode run(PrintWriter out, PrintWriter err)
      throws UsageException, InterruptedException {
    Optional<WantedRelay> wanted = WantedRelay.parse(relay == null ? "auto" : relay);
    if (wanted.isEmpty()) {
      throw new UsageException("--relay is '" + relay + "', but it must be auto or auto:NAME");
    }
    List<FoundRelay> found = new RelaySearch().find(wanted.get());
    try {
      if (relay != null) {
        out.println(wanted.get().choose(found));
      } else if (found.isEmpty()) {
        wanted.get().choose(found);
      }
    } catch (NoRelayException e) {
      err.println(e.getMessage());
      return ExitCode.NO_RELAY;
    }
    if (relay == null) {
      found.forEach(one -> out.println("auto:" + one.name() + "  " + one.uri()));
    }
    return ExitCode.STOPPED;
  }
}
