// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.gstreamer.Encoder;
import org.jetsonrelay.agent.doctor.Trial;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.settings.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code agent bench}: the encoders that are here, side by side. Filled by picocli. */
@Command(
    name = "bench",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description =
        "Measures each encoder of this device with the test picture: at a camera's rate, and how fast it can be at"
            + " most. Exit code 3 when none delivers.")
@SuppressWarnings("FieldCanBeFinal")
final class BenchCommand implements Main.Tool {

  /** The highest rate that a source may be asked for. */
  private static final String MOST_FPS = "240";

  private static final Duration SILENCE = Duration.ofSeconds(20);
  private static final int LEAST_FRAMES = 2;
  private static final int MOST_FRAMES = 100_000;

  @Option(names = "--frames", paramLabel = "N", description = "Frames of each run (default 150).")
  int frames = 150;

  @Option(
      names = "--fps",
      paramLabel = "N",
      description = "Rate of the first of two runs (default 30).")
  String fps = "30";

  @Option(
      names = "--size",
      paramLabel = "WxH",
      description = "Size of the picture (default 1280x720).")
  String size = "1280x720";

  @Option(names = "--quality", paramLabel = "1-100", description = "JPEG quality (default 80).")
  String quality = "80";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and exit.")
  boolean help;

  @Override
  public ExitCode run(PrintWriter out, PrintWriter err)
      throws UsageException, InterruptedException {
    if (frames < LEAST_FRAMES || frames > MOST_FRAMES) {
      throw new UsageException(
          "--frames is '" + frames + "', but it must be from 2 to " + MOST_FRAMES);
    }
    FrameSources sources = new FrameSources(InstantSource.system());
    out.printf(Locale.ROOT, "%s at quality %s, %d frames a run%n", size, quality, frames);
    out.printf(
        "%-10s %8s %8s %8s %8s %10s%n", "encoder", "fps", "p50 ms", "p99 ms", "CPU %", "most fps");
    List<String> absent = new ArrayList<>();
    int delivered = 0;
    for (Encoder encoder : List.of(Encoder.NVJPEG, Encoder.CPU, Encoder.JAVACV)) {
      err.println("measuring " + encoder.word() + " ...");
      Trial paced = trial(sources, encoder, fps);
      if (paced.failure().isPresent()) {
        absent.add(paced.failure().get());
        continue;
      }
      Trial fastest = trial(sources, encoder, MOST_FPS);
      delivered++;
      out.printf(
          Locale.ROOT,
          "%-10s %8.1f %8d %8d %8.0f %10.0f%n",
          encoder.word(),
          paced.fps(),
          paced.p50Millis(),
          paced.p99Millis(),
          paced.cpuPercent(),
          fastest.fps());
      out.flush();
    }
    absent.forEach(out::println);
    out.println(
        "p50 and p99: from capture to Java. CPU: of one core, drawing the picture included. Most: asked for "
            + MOST_FPS
            + " fps.");
    return delivered > 0 ? ExitCode.STOPPED : ExitCode.SOURCE;
  }

  private Trial trial(FrameSources sources, Encoder encoder, String rate)
      throws UsageException, InterruptedException {
    CameraSettings camera =
        CameraSettings.of("bench", "test", encoder.word()).with(rate, size, quality);
    try {
      return Trial.of(sources.create(camera), frames, SILENCE);
    } catch (SourceException e) {
      return new Trial("test", 0, 0, 0, 0, 0, 0, Optional.of(String.valueOf(e.getMessage())));
    }
  }
}
