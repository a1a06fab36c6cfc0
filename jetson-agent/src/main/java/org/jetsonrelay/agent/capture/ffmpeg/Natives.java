// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.ffmpeg;

import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;
import org.jetsonrelay.agent.capture.SourceException;

/** Loads FFmpeg's libraries out of JavaCV's jars, or says in a sentence what is missing. */
public final class Natives {

  private Natives() {}

  /**
   * Makes sure that FFmpeg can be used.
   *
   * @throws SourceException when its jars are missing or do not fit this machine
   */
  public static void require() throws SourceException {
    try {
      Loads.all();
    } catch (LinkageError e) {
      throw new SourceException(
          "JavaCV's FFmpeg cannot be loaded on "
              + System.getProperty("os.name")
              + "-"
              + System.getProperty("os.arch")
              + " ("
              + firstLine(e)
              + "). Build the agent for this machine (on a Jetson with -Pjetpack4, -Pjetpack5 or -Pjetpack6) and, on"
              + " arm64, install libva2 libva-drm2 libdrm2 libxcb-shm0 libpulse0",
          e);
    }
  }

  private static String firstLine(LinkageError e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /**
   * Apart from {@link Natives}, so that a missing jar is an error inside of the try above and not
   * before it.
   */
  private static final class Loads {
    static void all() {
      Loader.load(avutil.class);
      Loader.load(avcodec.class);
      Loader.load(avformat.class);
      Loader.load(swscale.class);
      // FFmpeg writes to stderr by itself; what matters reaches the log through return codes.
      avutil.av_log_set_level(avutil.AV_LOG_FATAL);
    }
  }
}
