// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
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
    CommandLine command = new CommandLine(options).setOut(out).setErr(err);
    command.getCommandSpec().version("jetson-agent " + version());
    command
        .getCommandSpec()
        .usageMessage()
        .footer(
            Arrays.stream(ExitCode.values())
                .map(code -> "  " + code.code() + "  " + code.meaning())
                .toArray(String[]::new));
    AgentSettings settings;
    try {
      command.parseArgs(arguments);
      if (CommandLine.printHelpIfRequested(command.getParseResult())) {
        return ExitCode.STOPPED.code();
      }
      settings = SettingsReader.read(options, environment);
    } catch (UnmatchedArgumentException e) {
      err.println("'" + e.getUnmatched().get(0) + "' is not an option; --help lists them");
      return ExitCode.USAGE.code();
    } catch (ParameterException e) {
      err.println(e.getMessage() + "; --help shows how each option is used");
      return ExitCode.USAGE.code();
    } catch (UsageException e) {
      err.println(e.getMessage());
      return ExitCode.USAGE.code();
    }
    LineLoggerFinder.threshold(settings.logLevel());
    return run(settings).code();
  }

  private static ExitCode run(AgentSettings settings) throws InterruptedException {
    LOG.log(
        Level.INFO,
        "jetson-agent {0} on Java {1}, {2} camera(s)",
        version(),
        Runtime.version(),
        settings.cameras().size());
    Agent agent = new Agent(settings);
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook = new Thread(() -> stopAndHalt(agent, ended), "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    ExitCode code = ExitCode.FAILED;
    try {
      code = agent.run();
    } catch (UncheckedIOException e) {
      LOG.log(Level.ERROR, "the agent cannot open a connection on this machine", e);
    } finally {
      ended.countDown();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.log(Level.TRACE, "a signal is being served; its thread ends the process", e);
    }
    return code;
  }

  /**
   * On a signal: the JVM would report the signal's number, but a stop that was asked for is a
   * success.
   */
  private static void stopAndHalt(Agent agent, CountDownLatch ended) {
    agent.stop();
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
