// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import java.nio.ByteBuffer;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;
import org.jspecify.annotations.Nullable;

/// Gathers one image in a block that grows with what has really arrived: a sender who announces a
/// large image and sends nothing holds no memory for it.
///
/// Owns its block until [#take()]. For one thread.
final class FrameBuffer implements AutoCloseable {

  private static final int FIRST_BYTES = 16 << 10;

  private final BlockPool pool;
  private final int maxBytes;
  private @Nullable Block block;
  private int length;

  /// What the next image will probably need: as much as the one before.
  private int usualBytes = FIRST_BYTES;

  FrameBuffer(BlockPool pool, int maxBytes) {
    this.pool = pool;
    this.maxBytes = maxBytes;
  }

  int maxBytes() {
    return maxBytes;
  }

  /// Bytes gathered.
  int length() {
    return length;
  }

  void append(byte[] from, int offset, int count) throws IngestException {
    if (count > maxBytes - length) {
      throw IngestException.tooLarge(maxBytes);
    }
    room(count).memory().put(Frame.HEADROOM + length, from, offset, count);
    length += count;
  }

  private Block room(int more) {
    Block now = block;
    int needed = Frame.HEADROOM + length + more;
    if (now == null) {
      now = pool.acquire(Math.max(needed, Frame.HEADROOM + usualBytes));
      block = now;
    } else if (now.capacity() < needed) {
      Block larger = pool.acquire(Math.max(needed, (int) Math.min(2L * now.capacity(), limit())));
      ByteBuffer gathered = now.memory();
      larger.memory().put(Frame.HEADROOM, gathered, Frame.HEADROOM, length);
      now.release();
      now = larger;
      block = now;
    }
    return now;
  }

  private int limit() {
    return Frame.HEADROOM + maxBytes;
  }

  /// The block with the image behind [Frame#HEADROOM]; its reference is the caller's now. Null when
  /// nothing was gathered. Afterwards this is empty, and remembers the size.
  @Nullable Block take() {
    Block taken = block;
    block = null;
    if (length > 0) {
      usualBytes = Math.min(maxBytes, length + length / 4);
    }
    length = 0;
    return taken;
  }

  /// Forgets what was gathered.
  @Override
  public void close() {
    Block left = take();
    if (left != null) {
      left.release();
    }
  }
}
