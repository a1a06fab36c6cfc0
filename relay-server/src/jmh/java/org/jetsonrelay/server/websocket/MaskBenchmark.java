// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Unmasking a message where it lies, once per image received.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
public class MaskBenchmark {
  private static final int KEY = 0x5ac3963c;

  /// Bytes of the image.
  @Param({"45000", "500000", "2000000"})
  public int bytes;

  private ByteBuffer direct = ByteBuffer.allocate(0);
  private byte[] array = {};

  /// Makes the message.
  @Setup
  public void make() {
    direct = ByteBuffer.allocateDirect(bytes);
    array = new byte[bytes];
  }

  /// What the relay does with images.
  @Benchmark
  public ByteBuffer direct() {
    Mask.apply(direct, 0, bytes, KEY, 1);
    return direct;
  }

  /// What the relay does with control frames.
  @Benchmark
  public byte[] array() {
    Mask.apply(array, 0, bytes, KEY, 1);
    return array;
  }
}
