// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.gstreamer.Encoder;
import org.jetsonrelay.agent.capture.gstreamer.EncoderChoice;
import org.jetsonrelay.agent.capture.gstreamer.GstLibrary;
import org.jetsonrelay.agent.capture.gstreamer.Input;
import org.jetsonrelay.agent.doctor.DeviceProbe;
import org.jetsonrelay.agent.doctor.DeviceReport;
import org.jetsonrelay.agent.doctor.Trial;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.settings.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code agent doctor}: what this device has and lacks. Filled by picocli. */
@Command(
    name = "doctor",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description =
        "Says what this device has: board, GStreamer, encoders, cameras, and what is missing. Exit code 3 when nothing"
            + " can be captured or --smoke fails.")
@SuppressWarnings("FieldCanBeFinal")
final class DoctorCommand implements Main.Tool {

  private static final int SMOKE_FRAMES = 30;
  private static final Duration SMOKE_SILENCE = Duration.ofSeconds(20);

  @Option(names = "--smoke", description = "Run 30 frames through the encoder, too.")
  boolean smoke;

  @Option(
      names = "--source",
      paramLabel = "SOURCE",
      description = "What to take them from (default: test).")
  @Nullable String source;

  @Option(
      names = "--encoder",
      paramLabel = "ENCODER",
      description = "By which encoder (default: the one that auto takes).")
  @Nullable String encoder;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and exit.")
  boolean help;

  @Override
  public ExitCode run(PrintWriter out, PrintWriter err)
      throws UsageException, InterruptedException {
    CameraSettings camera =
        CameraSettings.of(
            "doctor", source == null ? "test" : source, encoder == null ? "auto" : encoder);
    DeviceReport report = DeviceProbe.probe();
    if (!json) {
      out.print(report.toText());
      out.flush();
    }
    Optional<Trial> trial = Optional.empty();
    if (smoke) {
      err.println("taking " + SMOKE_FRAMES + " frames from " + camera.source() + " ...");
      trial = Optional.of(smoke(camera));
      if (!json) {
        out.println("smoke test    " + trial.get().source() + ": " + trial.get().toText());
      }
    }
    if (json) {
      out.println(report.toJson(trial));
    }
    boolean failed = trial.flatMap(Trial::failure).isPresent();
    return failed || !report.canCapture() ? ExitCode.SOURCE : ExitCode.STOPPED;
  }

  private static Trial smoke(CameraSettings camera) throws InterruptedException {
    try {
      Encoder encoder = camera.encoder();
      if (camera.source().equals("test") && encoder == Encoder.AUTO) {
        // Not the picture with the marker, which is about the relay: what a camera would be given.
        encoder = best();
      }
      FrameSources sources = new FrameSources(InstantSource.system());
      return Trial.of(
          sources.create(camera.from(camera.source(), encoder)), SMOKE_FRAMES, SMOKE_SILENCE);
    } catch (SourceException e) {
      return new Trial(
          camera.source(), 0, 0, 0, 0, 0, 0, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private static Encoder best() {
    try {
      return EncoderChoice.choose(
              new Input.Test(), Encoder.AUTO, GstLibrary.load().device(), Set.of())
          .encoder();
    } catch (SourceException e) {
      return Encoder.JAVACV;
    }
  }
}
