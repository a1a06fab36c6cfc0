// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The relay's command line. What it sets wins over the environment, which wins over
/// `application.yaml`.
@Command(
    name = "relay",
    mixinStandardHelpOptions = true,
    versionProvider = RelayVersion.class,
    subcommands = {TokenCommand.class, RehearseCommand.class},
    description = "Relays camera pictures from Jetson boards to Flutter apps and browsers.",
    footer = {
      "",
      "Every other setting is an environment variable (PING_PERIOD=10s, MAX_CLIENTS=200, ...)",
      "or a key of application.yaml; docs/operations.md lists them all.",
      "",
      "Exit codes: 130 or 143 stopped by Ctrl-C or SIGTERM, 1 failed while running,",
      "2 a setting cannot be used, 3 the address cannot be listened on."
    })
final class RelayCommand {

  @Option(names = "--port", paramLabel = "N", description = "Port to listen on (PORT, 8080).")
  private @Nullable String port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address to listen on (HOST, 0.0.0.0: every interface).")
  private @Nullable String host;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace (LOG_LEVEL, info).")
  private @Nullable String logLevel;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any other setting; may be given several times.")
  private @Nullable Map<String, String> others;

  /// What was given, by key.
  Map<String, String> settings() {
    Map<String, String> given = new LinkedHashMap<>();
    if (others != null) {
      given.putAll(others);
    }
    put(given, "PORT", port);
    put(given, "HOST", host);
    put(given, "LOG_LEVEL", logLevel);
    return given;
  }

  private static void put(Map<String, String> given, String key, @Nullable String value) {
    if (value != null) {
      given.put(key, value);
    }
  }
}
