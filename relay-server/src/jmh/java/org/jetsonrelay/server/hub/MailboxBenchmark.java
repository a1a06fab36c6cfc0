// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.concurrent.TimeUnit;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// The hand-over of one frame to one viewer: by one thread, and between two that compete.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Group)
public class MailboxBenchmark {
  private final Frame frame = frame(new BlockPool(0), 1);
  private final Mailbox mailbox = new Mailbox();

  static Frame frame(BlockPool pool, long sequence) {
    return Frame.seal(
        pool.acquire(Frame.HEADROOM + 100),
        Frame.HEADROOM,
        100,
        "client_1",
        sequence,
        0,
        0,
        0,
        640,
        480);
  }

  /// The taker is always faster than the camera.
  @Benchmark
  @Group("alone")
  @GroupThreads(1)
  public boolean putAndTake() {
    boolean replaced = mailbox.put(frame) == Mailbox.Put.REPLACED;
    return take() || replaced;
  }

  /// The camera's thread.
  @Benchmark
  @Group("both")
  @GroupThreads(1)
  public Mailbox.Put put() {
    return mailbox.put(frame);
  }

  /// The writer.
  @Benchmark
  @Group("both")
  @GroupThreads(1)
  public boolean take() {
    Frame taken = mailbox.take();
    if (taken == null) {
      return false;
    }
    taken.release();
    return true;
  }
}
