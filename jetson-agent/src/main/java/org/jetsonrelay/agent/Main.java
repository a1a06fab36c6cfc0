// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jetsonrelay.agent.discovery.NoRelayException;
import org.jetsonrelay.agent.discovery.RelaySearch;
import org.jetsonrelay.agent.settings.AgentSettings;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.settings.Options;
import org.jetsonrelay.agent.settings.SettingsReader;
import org.jetsonrelay.agent.settings.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command. Reads the settings, runs the agent, turns signals into an orderly stop and results
 * into exit codes.
 */
public final class Main {

  private static final Logger LOG = System.getLogger(Main.class.getName());

  /**
   * How long a signal waits for the cameras: within the three seconds that a supervisor is
   * promised.
   */
  private static final long STOP_MILLIS = 2_800;

  /** How often memory, hanging sources and the configuration file are looked at. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** How often a relay that no camera reaches is looked for anew. */
  private static final Duration LOST_RELAY = Duration.ofSeconds(15);

  /** What systemd sets for its services: somebody who waits until there is a relay. */
  private static final String SUPERVISED = "INVOCATION_ID";

  private Main() {}

  /** Runs until a signal comes or no camera is left. */
  public static void main(String[] arguments) throws InterruptedException {
    // Against a relay that stops reading the kernel would otherwise take megabytes: seconds of old
    // pictures.
    if (System.getProperty("jdk.httpclient.sendBufferSize") == null) {
      System.setProperty("jdk.httpclient.sendBufferSize", "262144");
    }
    System.exit(
        run(
            arguments,
            System.getenv(),
            new PrintWriter(System.out, true, Charset.defaultCharset()),
            new PrintWriter(System.err, true, Charset.defaultCharset())));
  }

  /** All of main but its end, for tests. */
  static int run(
      String[] arguments, Map<String, String> environment, PrintWriter out, PrintWriter err)
      throws InterruptedException {
    Options options = new Options();
    CommandLine command = commands(options).setOut(out).setErr(err);
    try {
      ParseResult parsed = command.parseArgs(arguments);
      if (CommandLine.printHelpIfRequested(parsed)) {
        return ExitCode.STOPPED.code();
      }
      if (parsed.hasSubcommand()) {
        LineLoggerFinder.threshold(Level.WARNING);
        Object chosen = parsed.subcommand().commandSpec().userObject();
        return ((Tool) chosen).run(out, err).code();
      }
      RelayFinder finder =
          new RelayFinder(
              new RelaySearch()::find,
              environment.containsKey(SUPERVISED),
              RelayMemory.of(environment));
      AgentSettings settings = SettingsReader.read(options, environment, finder);
      LineLoggerFinder.threshold(settings.logLevel());
      return run(settings, options, environment, finder).code();
    } catch (UnmatchedArgumentException e) {
      err.println("'" + e.getUnmatched().get(0) + "' is not an option; --help lists them");
    } catch (ParameterException e) {
      err.println(e.getMessage() + "; --help shows how each option is used");
    } catch (UsageException e) {
      err.println(e.getMessage());
      if (e.getCause() instanceof NoRelayException) {
        return ExitCode.NO_RELAY.code();
      }
    }
    return ExitCode.USAGE.code();
  }

  /** A subcommand: does its work and is done. */
  interface Tool {
    /**
     * Does it.
     *
     * @throws UsageException when an option cannot be used
     */
    ExitCode run(PrintWriter out, PrintWriter err) throws UsageException, InterruptedException;
  }

  private static CommandLine commands(Options options) {
    CommandLine command = new CommandLine(options);
    command.addSubcommand(new DoctorCommand());
    command.addSubcommand(new BenchCommand());
    command.addSubcommand(new ListCamerasCommand());
    command.addSubcommand(new ListRelaysCommand());
    command.getCommandSpec().version("jetson-agent " + version());
    String[] codes =
        Arrays.stream(ExitCode.values())
            .map(code -> "  " + code.code() + "  " + code.meaning())
            .toArray(String[]::new);
    command.getCommandSpec().usageMessage().footer(codes);
    return command;
  }

  private static ExitCode run(
      AgentSettings settings, Options options, Map<String, String> environment, RelayFinder finder)
      throws InterruptedException {
    LOG.log(
        Level.INFO,
        "jetson-agent {0} on Java {1}, {2} camera(s)",
        version(),
        Runtime.version(),
        settings.cameras().size());
    Agent agent = new Agent(settings, new FrameSources(InstantSource.system()));
    Watchdog watchdog =
        new Watchdog(
            new Watchdog.Limits(
                LOOK,
                Duration.ofMillis(STOP_MILLIS),
                settings.mostResidentBytes(),
                settings.hang()),
            agent);
    Optional<ConfigWatch> config =
        settings
            .config()
            .map(file ->
                new ConfigWatch(
                    file, LOOK, () -> camerasNow(options, environment, settings), agent::change));
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook = new Thread(() -> stopAndHalt(agent, ended), "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    ExitCode code = ExitCode.FAILED;
    try {
      watchdog.start();
      config.ifPresent(ConfigWatch::start);
      settings
          .wanted()
          .ifPresent(wanted ->
              finder.watch(
                  wanted, settings.relay(), LOST_RELAY, agent::connected, agent::relocate));
      code = agent.run();
    } catch (UncheckedIOException e) {
      LOG.log(Level.ERROR, "the agent cannot open a connection on this machine", e);
    } finally {
      ended.countDown();
      watchdog.stop();
      config.ifPresent(ConfigWatch::stop);
      finder.stop();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.log(Level.TRACE, "a signal is being served; its thread ends the process", e);
    }
    return code;
  }

  /** What the file says by now; the relay is not looked for because of that. */
  private static List<CameraSettings> camerasNow(
      Options options, Map<String, String> environment, AgentSettings before)
      throws UsageException {
    return SettingsReader.read(options, environment, wanted -> before.relay()).cameras();
  }

  /**
   * On a signal: the JVM would report the signal's number, but a stop that was asked for is a
   * success.
   */
  private static void stopAndHalt(Agent agent, CountDownLatch ended) {
    agent.stop(ExitCode.STOPPED);
    boolean orderly = false;
    try {
      orderly = ended.await(STOP_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!orderly) {
      LOG.log(Level.WARNING, "the cameras did not stop in time; ending anyway");
    }
    Runtime.getRuntime().halt(ExitCode.STOPPED.code());
  }

  private static String version() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
