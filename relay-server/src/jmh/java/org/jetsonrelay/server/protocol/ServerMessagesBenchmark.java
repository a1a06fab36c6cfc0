// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Texts made for one viewer and frame, where a viewer asked for more than version 1.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class ServerMessagesBenchmark {
  private static final String FROM = "client_1755500000000_k3j9x0a1b";

  private long millis = 1_755_500_000_000L;

  /// `image_frame` with `frame_details`.
  @Benchmark
  public byte[] imageFrameWithDetails() {
    long now = ++millis;
    return ServerMessages.imageFrame(
        FROM, now, 45_231, new FrameDetails("front", now, now - 20, 1280, 720, 21, 0, -1));
  }

  /// `image_frame` of version 1.
  @Benchmark
  public byte[] imageFrame() {
    return ServerMessages.imageFrame(FROM, ++millis, 45_231);
  }
}
