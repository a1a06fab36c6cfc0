// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Hands out direct memory and takes it back: the only place that allocates memory for messages.
///
/// Sizes are powers of two and one and a half times these, from 4 KiB, so at most a third of a
/// block is unused. Idle memory of each size is a stack (the last one returned is the warmest in
/// the processor's cache). When more than the permitted bytes lie idle, a returned block is left to
/// the garbage collector.
///
/// Any thread may call any method; no method locks or blocks. Each [Block] handed out is a handle
/// of its own around recycled memory, so a reference used after it was given back is always
/// noticed: it can never reach whoever has the memory now.
public final class BlockPool {
  /// The smallest size.
  public static final int MIN_BYTES = 4 * 1024;

  /// The largest size.
  public static final int MAX_BYTES = 1 << 30;

  private static final int SMALLEST_SHIFT = Integer.numberOfTrailingZeros(MIN_BYTES);
  private static final int SIZES = sizeIndex(MAX_BYTES) + 1;

  /// Memory at rest. A new node for each return, so that comparing references cannot confuse two
  /// generations of the same memory (the ABA problem of lock-free stacks).
  private record Idle(ByteBuffer memory, long address, @Nullable Idle below) {}

  private final long maxIdleBytes;
  // Tops of the stacks; any thread pushes and pops with compare-and-set.
  private final AtomicReference<@Nullable Idle>[] stacks;
  private final AtomicLong idleBytes = new AtomicLong();
  private final LongAdder acquired = new LongAdder();
  private final LongAdder returned = new LongAdder();
  private final LongAdder missed = new LongAdder();

  /// @param maxIdleBytes how many bytes may lie idle at most, all sizes together
  public BlockPool(long maxIdleBytes) {
    if (maxIdleBytes < 0) {
      throw new IllegalArgumentException("maxIdleBytes is negative: " + maxIdleBytes);
    }
    this.maxIdleBytes = maxIdleBytes;
    this.stacks = newStacks();
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static AtomicReference<@Nullable Idle>[] newStacks() {
    AtomicReference<@Nullable Idle>[] stacks = new AtomicReference[SIZES];
    for (int i = 0; i < SIZES; i++) {
      stacks[i] = new AtomicReference<>();
    }
    return stacks;
  }

  /// A block of at least `bytes` bytes with one reference, held by the caller. What it contains is
  /// undefined.
  ///
  /// @throws IllegalArgumentException when more than [#MAX_BYTES] are wanted
  public Block acquire(int bytes) {
    if (bytes < 0 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException("no block of " + bytes + " bytes");
    }
    int size = sizeIndex(bytes);
    AtomicReference<@Nullable Idle> stack = stacks[size];
    Idle top = stack.get();
    while (top != null) {
      if (stack.compareAndSet(top, top.below)) {
        idleBytes.addAndGet(-top.memory.capacity());
        acquired.increment();
        return new Pooled(this, top.memory, top.address, size);
      }
      top = stack.get();
    }
    ByteBuffer memory = ByteBuffer.allocateDirect(sizeBytes(size));
    missed.increment();
    acquired.increment();
    return new Pooled(this, memory, size);
  }

  private void giveBack(ByteBuffer memory, long address, int size) {
    returned.increment();
    int bytes = memory.capacity();
    if (idleBytes.addAndGet(bytes) > maxIdleBytes) {
      idleBytes.addAndGet(-bytes);
      return;
    }
    AtomicReference<@Nullable Idle> stack = stacks[size];
    Idle top;
    do {
      top = stack.get();
    } while (!stack.compareAndSet(top, new Idle(memory, address, top)));
  }

  /// Blocks handed out whose last reference was not given back yet; exact when nobody is using the
  /// pool.
  public long outstanding() {
    return acquired.sum() - returned.sum();
  }

  /// Bytes that lie idle.
  public long idleBytes() {
    return idleBytes.get();
  }

  /// How many blocks had to be allocated because none of their size lay idle.
  public long missed() {
    return missed.sum();
  }

  /// The bytes of the block that [#acquire] gives for `bytes`.
  public static int roundUp(int bytes) {
    return sizeBytes(sizeIndex(bytes));
  }

  // Even indices are powers of two, odd ones 1.5 times the one before.
  private static int sizeIndex(int bytes) {
    if (bytes <= MIN_BYTES) {
      return 0;
    }
    int shift = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bytes - 1);
    int half = 1 << (shift - 1);
    int index = (shift - SMALLEST_SHIFT) * 2;
    return bytes - (1 << shift) <= half ? index + 1 : index + 2;
  }

  private static int sizeBytes(int index) {
    int power = 1 << (SMALLEST_SHIFT + index / 2);
    return index % 2 == 0 ? power : power + power / 2;
  }

  private static final class Pooled implements Block {
    private final BlockPool pool;
    private final ByteBuffer memory;
    private final long address;
    private final int size;
    // Written by every holder; 0 means the memory belongs to the pool again, for good.
    private final AtomicInteger references = new AtomicInteger(1);
    // A hint: who has not seen it yet takes it for few.
    private int receivers;

    Pooled(BlockPool pool, ByteBuffer memory, int size) {
      this.pool = pool;
      this.memory = memory;
      this.size = size;
      this.address = Block.super.address();
    }

    Pooled(BlockPool pool, ByteBuffer memory, long address, int size) {
      this.pool = pool;
      this.memory = memory;
      this.address = address;
      this.size = size;
    }

    @Override
    public ByteBuffer memory() {
      return memory;
    }

    @Override
    public ByteBuffer view(int offset, int length) {
      return memory.slice(offset, length);
    }

    @Override
    public int capacity() {
      return memory.capacity();
    }

    @Override
    public long address() {
      return address;
    }

    @Override
    public void expectReceivers(int number) {
      receivers = number;
    }

    @Override
    public int receivers() {
      return receivers;
    }

    @Override
    public Block retain() {
      int n;
      do {
        n = references.get();
        if (n == 0) {
          throw new IllegalStateException("the block was already returned to its pool");
        }
      } while (!references.compareAndSet(n, n + 1));
      return this;
    }

    @Override
    public void release() {
      int n;
      do {
        n = references.get();
        if (n == 0) {
          throw new IllegalStateException("the block has no reference left to give back");
        }
      } while (!references.compareAndSet(n, n - 1));
      if (n == 1) {
        pool.giveBack(memory, address, size);
      }
    }
  }
}
