// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What happens once to each frame between its receipt and the hub.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class FrameBenchmark {
  private static final int JPEG_BYTES = 45_000;
  private static final int APP0_BYTES = 16;
  private static final int TABLE_BYTES = 67;

  private final BlockPool pool = new BlockPool(1 << 20);
  private final ByteBuffer jpeg = ByteBuffer.allocateDirect(JPEG_BYTES);
  private long sequence;

  /// Lays out what cameras send in front of the frame header: APP0 and two quantisation tables.
  @Setup
  public void make() {
    jpeg.clear().putShort((short) 0xffd8);
    segment(0xffe0, APP0_BYTES);
    segment(0xffdb, TABLE_BYTES);
    segment(0xffdb, TABLE_BYTES);
    jpeg.putShort((short) 0xffc0)
        .putShort((short) 17)
        .put((byte) 8)
        .putShort((short) 720)
        .putShort((short) 1280)
        .put((byte) 3)
        .clear();
    if (!(JpegHeader.parse(jpeg, 0, JPEG_BYTES) instanceof JpegHeader.Size)) {
      throw new IllegalStateException("the benchmark's picture is not a JPEG");
    }
  }

  private void segment(int marker, int length) {
    jpeg.putShort((short) marker)
        .putShort((short) length)
        .position(jpeg.position() + length - Short.BYTES);
  }

  /// Memory from the pool and back.
  @Benchmark
  public int acquireAndRelease() {
    Block block = pool.acquire(Frame.HEADROOM + JPEG_BYTES);
    int capacity = block.capacity();
    block.release();
    return capacity;
  }

  /// The same with both headers written in front of the picture.
  @Benchmark
  public int seal() {
    Frame frame =
        Frame.seal(
            pool.acquire(Frame.HEADROOM + JPEG_BYTES),
            Frame.HEADROOM,
            JPEG_BYTES,
            "client_1755500000000_k3j9x0a1b",
            ++sequence,
            1_755_500_000_000L,
            1_755_500_000_000L + sequence,
            sequence,
            1280,
            720);
    int offset = frame.messageOffset();
    frame.release();
    return offset;
  }

  /// Width and height out of a picture's beginning.
  @Benchmark
  public JpegHeader parseJpegHeader() {
    return JpegHeader.parse(jpeg, 0, JPEG_BYTES);
  }
}
