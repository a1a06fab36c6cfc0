// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.server.frame.Block;
import org.jspecify.annotations.Nullable;

/// Takes what the script says: -1 everything, else so many bytes at each try.
final class ScriptedWire implements Wire {
  final ByteArrayOutputStream written = new ByteArrayOutputStream();
  final AtomicInteger users = new AtomicInteger();
  final AtomicInteger overlaps = new AtomicInteger();
  final AtomicInteger tries = new AtomicInteger();
  final Queue<String> writers = new ConcurrentLinkedQueue<>();
  final CountDownLatch closed = new CountDownLatch(1);
  volatile int takes = -1;
  volatile boolean random;
  volatile CountDownLatch gate = new CountDownLatch(0);

  @Override
  public @Nullable TcpInfo tcpInfo() {
    throw new AssertionError("nobody asked for that");
  }

  @Override
  public long unacknowledgedBytes() {
    throw new AssertionError("nobody asked for that");
  }

  @Override
  public void sendBufferBytes(int bytes) {
    throw new AssertionError("nobody asked for that");
  }

  @Override
  public int read(ByteBuffer target) {
    return -1;
  }

  @Override
  public boolean tryWrite(Unit unit) {
    tries.incrementAndGet();
    int n = random ? ThreadLocalRandom.current().nextInt(-3, 8) : takes;
    enter();
    take(unit, n < 0 ? Integer.MAX_VALUE : n);
    leave();
    return unit.remaining() == 0;
  }

  @Override
  public boolean sendsWithoutWaiting() {
    return true;
  }

  @Override
  public boolean looksFree() {
    return true;
  }

  @Override
  public long trySend(Block block, int offset, int length, boolean more) {
    tries.incrementAndGet();
    int limit = takes;
    int n = limit < 0 ? length : Math.min(limit, length);
    enter();
    byte[] bytes = new byte[n];
    block.memory().get(offset, bytes);
    written.writeBytes(bytes);
    leave();
    return n;
  }

  @Override
  public void write(Unit unit) throws IOException {
    enter();
    try {
      writers.add(Thread.currentThread().getName());
      if (!gate.await(20, TimeUnit.SECONDS)) {
        throw new IOException("the test forgot to open the gate");
      }
      if (closed.getCount() == 0) {
        throw new IOException("closed");
      }
      take(unit, random ? ThreadLocalRandom.current().nextInt(1, 20) : Integer.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      leave();
    }
  }

  private void take(Unit unit, int max) {
    long n = 0;
    if (max > 0) {
      for (ByteBuffer view : unit.views(max)) {
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        written.writeBytes(bytes);
        n += bytes.length;
      }
      unit.advance(n);
    }
  }

  private void enter() {
    if (users.incrementAndGet() != 1) {
      overlaps.incrementAndGet();
    }
  }

  private void leave() {
    users.decrementAndGet();
  }

  @Override
  public boolean finish() {
    return true;
  }

  @Override
  public void close() {
    closed.countDown();
    gate.countDown();
  }
}
