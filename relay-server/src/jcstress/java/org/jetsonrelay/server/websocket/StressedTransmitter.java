// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jspecify.annotations.Nullable;

/// A transmitter between an outbox that counts what waits and a wire that counts what goes out;
/// both notice when two threads use them at once.
final class StressedTransmitter implements Outbox, Wire, Transmitter.Owner {
  /// Only reached when a signal was lost.
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final byte[] UNIT = {1};
  private static final BlockPool POOL = new BlockPool(0);

  /// How many tries without waiting the wire refuses, so that the claim goes to the writer thread.
  private final AtomicInteger refusals;

  private final Transmitter transmitter = new Transmitter(this, POOL, this, "stress");
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger discarded = new AtomicInteger();
  private final AtomicInteger users = new AtomicInteger();
  private volatile boolean overlapped;
  // Claim: deliberately plain, as an outbox may have it; a missing happens-before loses counts.
  private int delays;
  private int taken;

  /// @param refusals how often the socket is full
  /// @param delays how often the outbox asks for a little patience (the pacer does)
  StressedTransmitter(int refusals, int delays) {
    this.refusals = new AtomicInteger(refusals);
    this.delays = delays;
    transmitter.start(this);
  }

  void offer() {
    waiting.incrementAndGet();
    transmitter.signal();
  }

  /// Writes past the outbox if nobody writes, else leaves a unit there.
  void pass() {
    if (!transmitter.tryHold()) {
      offer();
      return;
    }
    Block block = POOL.acquire(2);
    taken++;
    if (transmitter.send(block, 0, 2)) {
      written.incrementAndGet();
    }
    transmitter.letGo();
    block.release();
  }

  void end() {
    transmitter.end();
  }

  /// Waits until everything offered has been written: units that were, or -1 when some never are.
  int await(int offered) {
    long begin = System.nanoTime();
    while (written.get() < offered) {
      if (System.nanoTime() - begin > PATIENCE_NANOS) {
        return -1;
      }
      Thread.onSpinWait();
    }
    return written.get();
  }

  /// Ends it. Result: 0 when the outbox was discarded once and nothing ever overlapped.
  int finish(int offered) {
    transmitter.end();
    long begin = System.nanoTime();
    while (discarded.get() == 0) {
      if (System.nanoTime() - begin > PATIENCE_NANOS) {
        return 1;
      }
      Thread.onSpinWait();
    }
    return (discarded.get() == 1 ? 0 : 2) + (overlapped ? 4 : 0) + (taken <= offered ? 0 : 8);
  }

  private void enter() {
    if (users.incrementAndGet() != 1) {
      overlapped = true;
    }
  }

  private void leave() {
    users.decrementAndGet();
  }

  @Override
  public long next(Gather out, long nowNanos) {
    enter();
    try {
      if (waiting.get() == 0) {
        return NOTHING;
      }
      if (delays > 0) {
        delays--;
        return 1_000;
      }
      waiting.decrementAndGet();
      taken++;
      out.add(UNIT);
      return 0;
    } finally {
      leave();
    }
  }

  @Override
  public void sent(long nowNanos) {
    enter();
    leave();
    written.incrementAndGet();
  }

  @Override
  public void discard() {
    discarded.incrementAndGet();
  }

  @Override
  public boolean tryWrite(Unit unit) {
    enter();
    try {
      if (refusals.get() > 0) {
        refusals.decrementAndGet();
        return false;
      }
      unit.advance(unit.remaining());
      return true;
    } finally {
      leave();
    }
  }

  @Override
  public void write(Unit unit) {
    enter();
    unit.advance(unit.remaining());
    leave();
  }

  @Override
  public int read(ByteBuffer target) {
    return -1;
  }

  @Override
  public void sendBufferBytes(int bytes) {}

  @Override
  public boolean sendsWithoutWaiting() {
    return true;
  }

  @Override
  public boolean looksFree() {
    return true;
  }

  /// Half a unit at most while the socket refuses: the rest is for the writer thread.
  @Override
  public long trySend(Block block, int offset, int length, boolean more) {
    enter();
    try {
      if (refusals.get() > 0) {
        refusals.decrementAndGet();
        return length / 2;
      }
      return length;
    } finally {
      leave();
    }
  }

  @Override
  public @Nullable TcpInfo tcpInfo() {
    return null;
  }

  @Override
  public long unacknowledgedBytes() {
    return -1;
  }

  @Override
  public boolean finish() {
    return true;
  }

  @Override
  public void close() {}

  @Override
  public void closeSent() {
    overlapped = true; // nobody asked for it
  }

  @Override
  public void writeFailed(IOException e) {
    overlapped = true; // this wire never fails
  }

  @Override
  public void outboxFailed(Throwable e) {
    overlapped = true; // nor does this outbox
  }
}
