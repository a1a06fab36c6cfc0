// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import io.helidon.config.Config;
import io.helidon.service.registry.Services;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jetsonrelay.server.auth.Access;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.websocket.WebSocketTransport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// Starts the relay from the command line and stops it on SIGTERM or Ctrl-C.
public final class Main {

  static {
    LogSetup.install(); // before the first logger
    EnduringProvider.install(); // before the first channel
  }

  private static final System.Logger LOG = System.getLogger(Main.class.getName());
  static final int FAILED = 1;
  private static final int UNUSABLE_SETTING = 2;
  private static final int CANNOT_LISTEN = 3;

  private Main() {}

  /// The entry point.
  ///
  /// @param args see `--help`
  public static void main(String[] args) {
    LogSetup.apply("info"); // until the settings have said what it shall be
    RelayCommand command = new RelayCommand();
    CommandLine line = new CommandLine(command);
    try {
      line.parseArgs(args);
      if (CommandLine.printHelpIfRequested(line.getParseResult())) {
        return;
      }
      if (line.getParseResult().hasSubcommand()) {
        new CommandLine.RunLast().execute(line.getParseResult());
        return;
      }
      start(RelaySettings.read(new SettingsReader(values(command.settings()))));
    } catch (ParameterException | SettingsException e) {
      fail(UNUSABLE_SETTING, e.getMessage() + " (see --help and docs/operations.md)");
    }
  }

  private static void start(RelaySettings settings) {
    LogSetup.apply(settings.logLevel());
    RelayServer relay;
    try {
      relay = RelayServer.start(settings);
    } catch (UncheckedIOException e) {
      fail(
          CANNOT_LISTEN,
          "cannot listen on %s:%d: %s. Is another relay running? Set PORT or HOST."
              .formatted(settings.host(), settings.port(), rootMessage(e)));
      return;
    } catch (RuntimeException e) {
      fail(FAILED, "cannot start: " + rootMessage(e));
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(relay::close, "shutdown"));
    LOG.log(
        System.Logger.Level.INFO,
        "Jetson Relay {0} listens on {1}:{2}; dashboard at {3}://localhost:{2}/",
        RelayVersion.current(),
        settings.host(),
        Integer.toString(relay.port()),
        settings.certificate() == null ? "http" : "https");
    sayWhoMayComeIn(settings.access().access());
    if (!WebSocketTransport.writesWithoutWaiting()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "running without direct socket writes (slower): see scripts/relay.jvm for the JVM flags");
    }
  }

  /// Nobody shall learn by accident that a relay was open.
  private static void sayWhoMayComeIn(Access access) {
    List<String> open =
        Arrays.stream(Action.values())
            .filter(action -> !access.guarded(action))
            .map(action ->
                switch (action) {
                  case PUBLISH -> "feed cameras (PUBLISH_TOKEN)";
                  case VIEW -> "watch (VIEW_TOKEN)";
                  case ADMIN -> "read statistics (ADMIN_TOKEN)";
                })
            .toList();
    if (!open.isEmpty()) {
      LOG.log(
          System.Logger.Level.INFO,
          "everybody who can reach this relay may {0}; set TOKEN_FILE, or what is in brackets",
          String.join(", ", open));
    }
  }

  /// Command line first, then the environment and `application.yaml`, as Helidon orders them.
  private static UnaryOperator<@Nullable String> values(Map<String, String> given) {
    Config config = Config.create();
    Services.set(Config.class, config);
    return key -> given.containsKey(key) ? given.get(key) : fromConfig(config, key);
  }

  private static @Nullable String fromConfig(Config config, @Nullable String key) {
    return key == null ? null : config.get(key).asString().orElse(null);
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  static void fail(int code, String message) {
    System.Logger log = LOG;
    log.log(System.Logger.Level.ERROR, message);
    System.exit(code);
  }
}
