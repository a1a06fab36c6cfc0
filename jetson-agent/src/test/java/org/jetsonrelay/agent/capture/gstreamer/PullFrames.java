// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * Pulls frames from a source in a process of its own and says what came: for the tests whose faults
 * end the process or whose JVM needs other flags, and for machines without JUnit. Arguments: SOURCE
 * FRAMES ENCODER WIDTH HEIGHT FPS.
 */
final class PullFrames {

  static final int FAILED = 3;
  static final int SILENT = 4;
  static final int ENDED = 5;
  static final int BAD_FRAME = 6;

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SILENCE = Duration.ofSeconds(3);
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private PullFrames() {}

  public static void main(String[] arguments) throws InterruptedException, IOException {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) throws InterruptedException, IOException {
    int frames = Integer.parseInt(arguments[1]);
    Picture picture = new Picture(1024);
    long bytes = 0;
    long residentAtFirst = 0;
    long lastMillis = 0;
    try (GstSource source = new GstSource(settings(arguments))) {
      source.open();
      OUT.println("choice=" + source.choice());
      for (int count = 0; count < frames; count++) {
        Source.Read read = source.read(picture, count == 0 ? PATIENCE : SILENCE);
        if (read != Source.Read.PICTURE) {
          OUT.println("frames=" + count + " and then " + read);
          return read == Source.Read.END ? ENDED : SILENT;
        }
        ByteBuffer data = picture.data();
        if (!whole(data) || picture.capturedAtMillis() < lastMillis) {
          OUT.println("bad frame " + count);
          return BAD_FRAME;
        }
        lastMillis = picture.capturedAtMillis();
        bytes += data.remaining();
        // The first tenth warms up: pools, the compiler's code, the allocator's arenas.
        if (count == frames / 10) {
          residentAtFirst = residentKilobytes();
        }
      }
    } catch (SourceException e) {
      OUT.println("failed=" + e.getMessage());
      return FAILED;
    }
    OUT.println("frames=" + frames);
    OUT.println("bytes=" + bytes);
    OUT.println("growth=" + (residentKilobytes() - residentAtFirst));
    return 0;
  }

  private static GstSettings settings(String[] arguments) throws SourceException {
    return GstSettings.of(Input.parse(arguments[0]))
        .withEncoder(Encoder.named(arguments[2]).orElseThrow())
        .withSize(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]))
        .withFps(Double.parseDouble(arguments[5]));
  }

  private static boolean whole(ByteBuffer data) {
    int end = data.limit();
    return end > 100
        && data.getShort(0) == (short) 0xFFD8
        && data.getShort(end - 2) == (short) 0xFFD9;
  }

  private static long residentKilobytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("no VmRSS");
  }
}
