// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.logging.LogManager;

/// Sends what `System.Logger` gets to standard error, one line an event. The only class that knows
/// what is behind `System.Logger`.
final class LogSetup {

  private static final Map<String, String> LEVELS =
      Map.of(
          "error", "SEVERE",
          "warn", "WARNING",
          "info", "INFO",
          "debug", "FINE",
          "trace", "FINER");

  /// The names `LOG_LEVEL` may have, from quiet to chatty.
  static final List<String> NAMES = List.of("error", "warn", "info", "debug", "trace");

  private LogSetup() {}

  /// Makes [KeepingLogManager] the process's log manager, unless another one was asked for. To be
  /// called before anything logs. It is named here, not touched: its superclass chooses the manager
  /// as soon as it is initialized.
  static void install() {
    String property = "java.util.logging.manager";
    if (System.getProperty(property) == null) {
      System.setProperty(property, KeepingLogManager.class.getName());
    }
  }

  /// Applies the level to our own loggers; the libraries' stay one step quieter, so that "info"
  /// shows one line per change of the relay's own life and nothing else. Helidon's logger of
  /// starting and stopping is off: when it cannot listen it prints a stack trace, where [Main] says
  /// one sentence.
  static void apply(String level) {
    KeepingLogManager.mayForget(true);
    String own = LEVELS.get(level);
    String others = level.equals("error") || level.equals("trace") ? own : "WARNING";
    String properties =
        """
        handlers=java.util.logging.ConsoleHandler
        java.util.logging.ConsoleHandler.level=ALL
        java.util.logging.ConsoleHandler.filter=%s
        java.util.logging.ConsoleHandler.formatter=java.util.logging.SimpleFormatter
        java.util.logging.SimpleFormatter.format=%%1$tFT%%1$tT.%%1$tL %%4$-7s %%5$s%%6$s%%n
        .level=%s
        io.helidon.webserver.LoomServer.level=OFF
        org.jetsonrelay.level=%s
        """
            .formatted(HangUpFilter.class.getName(), others, own);
    try {
      LogManager.getLogManager()
          .readConfiguration(new ByteArrayInputStream(properties.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    KeepingLogManager.mayForget(false);
  }
}
