// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `relay rehearse`: a camera and viewers for a relay of this machine that writes an ahead-of-time
/// cache when it ends. The scripts run both, once for each build.
@Command(
    name = "rehearse",
    mixinStandardHelpOptions = true,
    versionProvider = RelayVersion.class,
    description =
        "Plays camera and viewers for some seconds to a relay on 127.0.0.1 that was started with"
            + " -XX:AOTCacheOutput=FILE, for its cache to know what a relay does.")
@SuppressWarnings("FieldCanBeFinal") // picocli writes them
final class RehearseCommand implements Runnable {

  private static final System.Logger LOG = System.getLogger(RehearseCommand.class.getName());
  private static final int MOST_SECONDS = 60;
  private static final int MOST_PORT = 65_535;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "N",
      required = true,
      description = "Where that relay listens. It has to be open to all.")
  private int port;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description = "For how long, 1 to " + MOST_SECONDS + " (${DEFAULT-VALUE}).")
  private int seconds;

  @Override
  public void run() {
    within("--port", port, MOST_PORT);
    within("--seconds", seconds, MOST_SECONDS);
    try {
      long frames = new Rehearsal(port).play(Duration.ofSeconds(seconds));
      if (frames == 0) {
        throw new IOException("no frame arrived");
      }
      LOG.log(System.Logger.Level.INFO, "rehearsed with {0} frames", frames);
    } catch (IOException e) {
      Main.fail(
          Main.FAILED,
          "the rehearsal with the relay on 127.0.0.1:" + port + " failed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void within(String option, int value, int most) {
    if (spec != null && (value < 1 || value > most)) {
      throw new ParameterException(
          spec.commandLine(), option + " has to be 1 to " + most + ", not " + value);
    }
  }
}
