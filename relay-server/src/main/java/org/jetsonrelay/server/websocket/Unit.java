// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jspecify.annotations.Nullable;

/// What is being written: ranges of direct memory, and how far the writing got.
///
/// Owns a reference to each block until its last byte is written or the unit is cleared. Only the
/// holder of the transmitter's claim touches it, so nothing here is synchronised.
final class Unit implements Gather {
  /// Pieces at most; more are a fault of the outbox.
  static final int MAX_PIECES = 16;

  private static final int SMALL_BYTES = 256;

  private final BlockPool pool;
  private final @Nullable Block[] blocks = new @Nullable Block[MAX_PIECES];
  private final @Nullable ByteBuffer[] memory = new @Nullable ByteBuffer[MAX_PIECES];
  private final long[] addresses = new long[MAX_PIECES];
  private final int[] offsets = new int[MAX_PIECES];
  private final int[] lengths = new int[MAX_PIECES];
  private int first;
  private int count;
  private long remaining;
  // Pings and other short pieces of this unit, one after the other; allocated at first need.
  private @Nullable ByteBuffer small;
  private long smallAddress;
  private int smallUsed;

  Unit(BlockPool pool) {
    this.pool = pool;
  }

  @Override
  public void add(Block block, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, block.capacity());
    requireRoom();
    if (length > 0) {
      append(block.retain(), block.memory(), block.address(), offset, length);
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // is it the same memory, not the same content
  public void add(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    if (bytes.length > SMALL_BYTES - smallUsed) {
      requireRoom();
      Block block = pool.acquire(bytes.length);
      block.memory().put(0, bytes);
      append(block, block.memory(), block.address(), 0, bytes.length);
      return;
    }
    ByteBuffer target = small;
    if (target == null) {
      target = ByteBuffer.allocateDirect(SMALL_BYTES);
      small = target;
      smallAddress = MemorySegment.ofBuffer(target).address();
    }
    target.put(smallUsed, bytes);
    int last = count - 1;
    if (last >= 0 && memory[last] == target) { // they lie one after the other: one piece
      lengths[last] += bytes.length;
      remaining += bytes.length;
    } else {
      requireRoom();
      append(null, target, smallAddress, smallUsed, bytes.length);
    }
    smallUsed += bytes.length;
  }

  @Override
  public void addPing(long payload) {
    add(ControlFrames.ping(payload));
  }

  private void requireRoom() {
    if (count == MAX_PIECES) {
      throw new IllegalStateException("a unit of more than " + MAX_PIECES + " pieces");
    }
  }

  private void append(
      @Nullable Block block, ByteBuffer bytes, long address, int offset, int length) {
    blocks[count] = block;
    memory[count] = bytes;
    addresses[count] = address;
    offsets[count] = offset;
    lengths[count] = length;
    count++;
    remaining += length;
  }

  /// Bytes not written yet.
  long remaining() {
    return remaining;
  }

  /// Pieces not wholly written yet.
  int pieces() {
    return count - first;
  }

  /// Where in this process the unwritten part of a piece begins; 0 when it is not direct memory.
  long address(int piece) {
    int i = first + piece;
    return addresses[i] == 0 ? 0 : addresses[i] + offsets[i];
  }

  /// Unwritten bytes of a piece.
  int length(int piece) {
    return lengths[first + piece];
  }

  /// New views of the unwritten bytes, `maxBytes` at most.
  ByteBuffer[] views(int maxBytes) {
    int n = 0;
    int bytes = 0;
    while (first + n < count && bytes < maxBytes) {
      bytes += Math.min(lengths[first + n++], maxBytes - bytes);
    }
    ByteBuffer[] views = new ByteBuffer[n];
    int left = maxBytes;
    for (int i = 0; i < n; i++) {
      int length = Math.min(left, lengths[first + i]);
      views[i] = Objects.requireNonNull(memory[first + i]).slice(offsets[first + i], length);
      left -= length;
    }
    return views;
  }

  /// `bytes` more have been written; empty and ready for the next unit when these were the last.
  void advance(long bytes) {
    long left = bytes;
    if (left > remaining) {
      throw new IllegalArgumentException("more written than there was");
    }
    remaining -= left;
    while (left > 0) {
      int n = (int) Math.min(left, lengths[first]);
      offsets[first] += n;
      lengths[first] -= n;
      left -= n;
      if (lengths[first] == 0) {
        drop(first++);
      }
    }
    if (remaining == 0) {
      clear();
    }
  }

  /// Gives back every reference; empty afterwards.
  void clear() {
    for (int i = first; i < count; i++) {
      drop(i);
    }
    first = 0;
    count = 0;
    remaining = 0;
    smallUsed = 0;
  }

  private void drop(int piece) {
    Block block = blocks[piece];
    blocks[piece] = null;
    memory[piece] = null;
    if (block != null) {
      block.release();
    }
  }
}
