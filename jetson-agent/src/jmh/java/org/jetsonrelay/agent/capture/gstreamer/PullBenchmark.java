// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.agent.capture.SourceException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What it costs to bring a frame that lies ready in the pipeline to Java, through the real library
 * into a reused direct buffer. All frames of a round wait in the sink before the clock runs, and a
 * pull that finds none ends the run: waiting for the pipeline cannot be in a figure. Beside it, in
 * the same run: a copy of as much memory within Java, and frames so small that their copy is no
 * cost, which is what the way through JNI, library and GStreamer costs by itself.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(PullBenchmark.FRAMES)
@State(Scope.Thread)
public class PullBenchmark {

  static final int FRAMES = 500;
  private static final int WIDTH = 512;
  private static final int HEIGHT = 400;
  private static final int FRAME_BYTES = WIDTH * HEIGHT;
  private static final int WARM_UP_FRAMES = 50_000;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ByteBuffer target = ByteBuffer.allocateDirect(FRAME_BYTES);

  /** Compiles what is measured: a round alone is too short for that. */
  @Setup
  public void warmUp() throws SourceException {
    try (GstCapture capture =
        GstLibrary.load().open(frames(16, 1, true, WARM_UP_FRAMES) + "max-buffers=64")) {
      long sum = 0;
      while (capture.next(target, PATIENCE) > 0) {
        sum += capture.capturedAtMillis();
      }
      if (sum == 0) {
        throw new IllegalStateException("no frame at all");
      }
    }
  }

  /** A full sink. */
  @State(Scope.Thread)
  public static class Waiting {

    /**
     * {@code one}: all frames are the same memory, which lies in the processor's caches as a frame
     * does that was encoded just now. {@code own}: each has its own, 100 MB in all, so that it
     * comes from main memory; and it is the pull that gives it back.
     */
    @Param({"one", "own"})
    public String memory = "";

    private @Nullable GstCapture capture;

    /** Fills the sink. */
    @Setup(Level.Iteration)
    public void fill() throws SourceException {
      capture = filled(WIDTH, HEIGHT, memory.equals("one"));
    }

    /** Takes the pipeline down. */
    @TearDown(Level.Iteration)
    public void close() {
      sink().close();
    }

    GstCapture sink() {
      return Objects.requireNonNull(capture);
    }
  }

  /** The same with frames of 16 bytes. */
  @State(Scope.Thread)
  public static class SmallWaiting {

    private @Nullable GstCapture capture;

    /** Fills the sink. */
    @Setup(Level.Iteration)
    public void fill() throws SourceException {
      capture = filled(16, 1, true);
    }

    /** Takes the pipeline down. */
    @TearDown(Level.Iteration)
    public void close() {
      sink().close();
    }

    GstCapture sink() {
      return Objects.requireNonNull(capture);
    }
  }

  /** What a copy within Java reads. */
  @State(Scope.Thread)
  public static class Memory {

    /** As in {@link Waiting}. */
    @Param({"one", "own"})
    public String memory = "";

    private ByteBuffer frames = ByteBuffer.allocateDirect(0);
    private int strideBytes;

    /** Writes all of it once, as a pipeline has. */
    @Setup(Level.Iteration)
    public void fill() {
      boolean one = memory.equals("one");
      int bytes = one ? FRAME_BYTES : FRAMES * FRAME_BYTES;
      if (frames.capacity() != bytes) {
        frames = ByteBuffer.allocateDirect(bytes);
      }
      strideBytes = one ? 0 : FRAME_BYTES;
      for (int offset = 0; offset < bytes; offset += Long.BYTES) {
        frames.putLong(offset, offset);
      }
    }
  }

  private static String frames(int width, int height, boolean oneMemory, int count) {
    String picture =
        " ! video/x-raw,format=GRAY8,width=" + width + ",height=" + height + ",framerate=30/1";
    String source =
        oneMemory
            ? "videotestsrc num-buffers=1" + picture + " ! imagefreeze num-buffers=" + count
            : "videotestsrc num-buffers=" + count + picture;
    return source + " ! appsink name=sink sync=false ";
  }

  private static GstCapture filled(int width, int height, boolean oneMemory)
      throws SourceException {
    GstCapture capture =
        GstLibrary.load().open(frames(width, height, oneMemory, FRAMES) + "max-buffers=0");
    // Full when this process has nothing to do any more, seen three times.
    Duration busy = Duration.ZERO;
    for (int quiet = 0; quiet < 3; ) {
      LockSupport.parkNanos(LOOK_NANOS);
      Duration now = ProcessHandle.current().info().totalCpuDuration().orElseThrow();
      quiet = now.equals(busy) ? quiet + 1 : 0;
      busy = now;
    }
    return capture;
  }

  private static int pullAll(GstCapture capture, ByteBuffer target) throws SourceException {
    int bytes = 0;
    for (int frame = 0; frame < FRAMES; frame++) {
      int answer = capture.pull(target, 0);
      if (answer <= 0) {
        throw new IllegalStateException("no frame lay ready: " + answer);
      }
      bytes += answer;
    }
    return bytes;
  }

  /** The whole way of a frame of 200 KB. */
  @Benchmark
  public int pull(Waiting frames) throws SourceException {
    return pullAll(frames.sink(), target);
  }

  /** The same without a copy worth speaking of. */
  @Benchmark
  public int pullSmall(SmallWaiting frames) throws SourceException {
    return pullAll(frames.sink(), target);
  }

  /** The copy alone. */
  @Benchmark
  public int copy(Memory from) {
    int offset = 0;
    for (int frame = 0; frame < FRAMES; frame++) {
      target.put(0, from.frames, offset, FRAME_BYTES);
      offset += from.strideBytes;
    }
    return target.get(FRAME_BYTES - 1);
  }

  /** A call into the library that does nothing. */
  @Benchmark
  public long call(SmallWaiting frames) {
    GstCapture capture = frames.sink();
    long sum = 0;
    for (int frame = 0; frame < FRAMES; frame++) {
      sum += capture.capturedAtMillis();
    }
    return sum;
  }
}
