// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;

/// Gives out what waits in it, and notices when two threads ask it at once, or anybody after its
/// end.
final class QueueOutbox implements Outbox {
  private final BlockPool pool;
  final ConcurrentLinkedQueue<byte[]> waiting = new ConcurrentLinkedQueue<>();
  final AtomicInteger users = new AtomicInteger();
  final AtomicInteger overlaps = new AtomicInteger();
  final AtomicInteger discarded = new AtomicInteger();
  final AtomicInteger afterDiscard = new AtomicInteger();
  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger sent = new AtomicInteger();
  final AtomicLong openAt = new AtomicLong(Long.MIN_VALUE);
  final Queue<byte[]> lastWords = new ConcurrentLinkedQueue<>();
  volatile boolean waits;
  volatile boolean breaks;
  volatile boolean farewellLies;

  QueueOutbox(BlockPool pool) {
    this.pool = pool;
  }

  @Override
  public long next(Gather out, long nowNanos) {
    if (users.incrementAndGet() != 1) {
      overlaps.incrementAndGet();
    }
    asked.incrementAndGet();
    try {
      if (discarded.get() > 0) {
        afterDiscard.incrementAndGet();
      }
      if (waits) {
        return openAt.get() - nowNanos > 0 ? openAt.get() - nowNanos : fill(out);
      }
      return fill(out);
    } finally {
      users.decrementAndGet();
    }
  }

  private long fill(Gather out) {
    byte[] next = waiting.poll();
    if (next == null) {
      return NOTHING;
    }
    Block block = pool.acquire(next.length);
    block.memory().put(0, next);
    out.add(block, 0, next.length);
    block.release();
    if (breaks) {
      throw new IllegalStateException("broken on purpose");
    }
    return 0;
  }

  @Override
  public boolean farewell(Gather out) {
    byte[] words = lastWords.poll();
    if (words != null) {
      out.add(words);
    }
    return (words != null) != farewellLies;
  }

  @Override
  public void sent(long nowNanos) {
    sent.incrementAndGet();
  }

  @Override
  public void discard() {
    discarded.incrementAndGet();
  }
}
