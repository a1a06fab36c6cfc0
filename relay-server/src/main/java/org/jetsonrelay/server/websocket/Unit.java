// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
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

  /// Room for a frame, its announcement and its pings. More are rare: most connections never have
  /// more than one piece to send.
  private static final int FIRST_PIECES = 4;

  private static final int SMALL_BYTES = 256;

  // A range: the address of the memory it lies in (0 when that is not direct), and its bytes there.
  private static final int ADDRESS = 0;
  private static final int OFFSET = 1;
  private static final int LENGTH = 2;
  private static final int RANGE = 4;

  private final BlockPool pool;
  // Where the pieces lie: a block, or null for the short pieces' own memory. Most units have but
  // one piece, and that one's block is here: the array then need not be fetched for a send.
  private @Nullable Block head;
  private @Nullable Block[] blocks = new @Nullable Block[FIRST_PIECES];
  // What is left of each: side by side in one array, because each send touches it.
  private long[] ranges = new long[FIRST_PIECES * RANGE];
  private int first;
  private int count;
  private long remaining;
  private boolean carriesFrames;
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
      carriesFrames = true;
      append(block.retain(), block.address(), offset, length);
    }
  }

  @Override
  public void add(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    if (bytes.length > SMALL_BYTES - smallUsed) {
      requireRoom();
      Block block = pool.acquire(bytes.length);
      block.memory().put(0, bytes);
      append(block, block.address(), 0, bytes.length);
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
    if (last >= 0 && block(last) == null) { // they lie one after the other: one piece
      ranges[last * RANGE + LENGTH] += bytes.length;
      remaining += bytes.length;
    } else {
      requireRoom();
      append(null, smallAddress, smallUsed, bytes.length);
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
    if (count == blocks.length) {
      blocks = Arrays.copyOf(blocks, MAX_PIECES);
      ranges = Arrays.copyOf(ranges, MAX_PIECES * RANGE);
    }
  }

  private void append(@Nullable Block block, long address, int offset, int length) {
    place(count, block);
    int range = count * RANGE;
    ranges[range + ADDRESS] = address;
    ranges[range + OFFSET] = offset;
    ranges[range + LENGTH] = length;
    count++;
    remaining += length;
  }

  /// Bytes not written yet.
  long remaining() {
    return remaining;
  }

  /// Whether there are frames in it, or other payloads of cameras.
  boolean carriesFrames() {
    return carriesFrames;
  }

  /// Pieces not wholly written yet.
  int pieces() {
    return count - first;
  }

  /// Where in this process the unwritten part of a piece begins; 0 when it is not direct memory.
  long address(int piece) {
    int range = (first + piece) * RANGE;
    long address = ranges[range + ADDRESS];
    return address == 0 ? 0 : address + ranges[range + OFFSET];
  }

  /// Unwritten bytes of a piece.
  int length(int piece) {
    return (int) ranges[(first + piece) * RANGE + LENGTH];
  }

  /// New views of the unwritten bytes, `maxBytes` at most.
  ByteBuffer[] views(int maxBytes) {
    int n = 0;
    int bytes = 0;
    while (first + n < count && bytes < maxBytes) {
      bytes += Math.min(length(n++), maxBytes - bytes);
    }
    ByteBuffer[] views = new ByteBuffer[n];
    int left = maxBytes;
    for (int i = 0; i < n; i++) {
      int length = Math.min(left, length(i));
      int offset = (int) ranges[(first + i) * RANGE + OFFSET];
      views[i] = memory(first + i).slice(offset, length);
      left -= length;
    }
    return views;
  }

  private ByteBuffer memory(int piece) {
    Block block = block(piece);
    return block != null ? block.memory() : Objects.requireNonNull(small);
  }

  /// `bytes` more have been written; empty and ready for the next unit when these were the last.
  void advance(long bytes) {
    long left = bytes;
    if (left > remaining) {
      throw new IllegalArgumentException("more written than there was");
    }
    remaining -= left;
    while (left > 0) {
      int range = first * RANGE;
      long n = Math.min(left, ranges[range + LENGTH]);
      ranges[range + OFFSET] += n;
      ranges[range + LENGTH] -= n;
      left -= n;
      if (ranges[range + LENGTH] == 0) {
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
    carriesFrames = false;
    smallUsed = 0;
  }

  private void drop(int piece) {
    Block block = block(piece);
    if (block != null) {
      place(piece, null);
      block.release();
    }
  }

  private @Nullable Block block(int piece) {
    return piece == 0 ? head : blocks[piece];
  }

  private void place(int piece, @Nullable Block block) {
    if (piece == 0) {
      head = block;
    } else {
      blocks[piece] = block;
    }
  }
}
