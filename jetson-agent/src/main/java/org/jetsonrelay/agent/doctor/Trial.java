// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.doctor;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jetsonrelay.agent.capture.Jpeg;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.policy.Latencies;

/**
 * Frames of a source, taken for a trial and measured from the first one on.
 *
 * @param source what was tried
 * @param frames how many came
 * @param fps how many a second, without the first one
 * @param p50Millis half of the frames were in Java so soon after they were captured
 * @param p99Millis and 99 of 100 so soon
 * @param cpuPercent the whole process' share of one core meanwhile
 * @param meanBytes of a frame
 * @param failure why it ended early
 */
public record Trial(
    String source,
    int frames,
    double fps,
    long p50Millis,
    long p99Millis,
    double cpuPercent,
    long meanBytes,
    Optional<String> failure) {

  private static final Duration SLICE = Duration.ofMillis(200);

  /**
   * Takes frames from a source, and closes it.
   *
   * @param frames how many; at least two
   * @param silence how long each may take
   */
  public static Trial of(Source source, int frames, Duration silence) throws InterruptedException {
    Meter meter = new Meter();
    Optional<String> failure = Optional.empty();
    String description = source.description();
    try (source) {
      source.open();
      description = source.description();
      while (meter.frames < frames) {
        next(source, meter, silence);
      }
    } catch (SourceException e) {
      failure = Optional.of(String.valueOf(e.getMessage()));
    }
    return meter.trial(description, failure);
  }

  private static void next(Source source, Meter meter, Duration silence)
      throws SourceException, InterruptedException {
    long begun = System.nanoTime();
    while (true) {
      switch (source.read(meter.picture, SLICE)) {
        case PICTURE -> {
          if (!Jpeg.begins(meter.picture.data())) {
            throw new SourceException("frame " + (meter.frames + 1) + " is not a JPEG");
          }
          meter.frame();
          return;
        }
        case END -> throw new SourceException("the source ended after " + meter.frames + " frames");
        case TIMEOUT -> {
          if (System.nanoTime() - begun > silence.toNanos()) {
            throw new SourceException("no frame for " + silence.toSeconds() + " s");
          }
        }
      }
    }
  }

  /** What is counted on the way. */
  private static final class Meter {
    private final Picture picture = new Picture(256 * 1024);
    private final Latencies latencies = new Latencies();
    private int frames;
    private long bytes;
    private long firstNanos;
    private long lastNanos;
    private long firstCpuNanos;

    void frame() {
      lastNanos = System.nanoTime();
      if (frames == 0) {
        firstNanos = lastNanos;
        firstCpuNanos = cpuNanos();
      }
      frames++;
      bytes += picture.data().remaining();
      latencies.record(System.currentTimeMillis() - picture.capturedAtMillis());
    }

    Trial trial(String description, Optional<String> failure) {
      double seconds = (lastNanos - firstNanos) / 1e9;
      boolean measured = seconds > 0;
      return new Trial(
          description,
          frames,
          measured ? (frames - 1) / seconds : 0,
          latencies.quantile(0.5),
          latencies.quantile(0.99),
          measured ? (cpuNanos() - firstCpuNanos) / 1e7 / seconds : 0,
          frames == 0 ? 0 : bytes / frames,
          failure);
    }

    private static long cpuNanos() {
      return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }
  }

  /** One line for people. */
  public String toText() {
    String measured =
        String.format(
            Locale.ROOT,
            "%d frames at %.1f fps, capture to Java p50 %d ms, p99 %d ms, %d KB a frame, %.0f %% of a core",
            frames,
            fps,
            p50Millis,
            p99Millis,
            meanBytes / 1000,
            cpuPercent);
    return failure.map(words -> "failed: " + words + "; before that ").orElse("") + measured;
  }
}
