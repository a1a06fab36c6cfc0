// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jspecify.annotations.Nullable;

/// The memory of the binary message that is being put together: grows with what has arrived, never
/// with what a header claims.
///
/// Owned by the connection's reader thread. Holds one reference, until the message is taken or
/// given up.
final class MessageBlock {
  /// Memory that a message gets before anything of it arrived.
  private static final int FIRST_BYTES = 16 * 1024;

  private final BlockPool pool;
  private final int headroom;
  private @Nullable Block block;
  private int previousBytes;

  /// @param headroom left free in front of the message
  MessageBlock(BlockPool pool, int headroom) {
    this.pool = pool;
    this.headroom = headroom;
  }

  /// A block that begins with the `arrived` bytes and has room for some of the `due` ones: for all
  /// of them when the block is large enough, when the last message was of a similar size, or when
  /// as much has arrived before.
  Block room(int arrived, int due) {
    int wanted = headroom + arrived + due;
    int earned = Math.max(FIRST_BYTES, Math.max(2 * arrived, 2 * previousBytes));
    Block old = block;
    if (old != null && (wanted <= old.capacity() || headroom + arrived < old.capacity())) {
      return old;
    }
    Block larger = pool.acquire(Math.min(wanted, headroom + Math.max(earned, arrived + 1)));
    if (old != null) {
      larger.memory().put(headroom, old.memory(), headroom, arrived);
      old.release();
    }
    block = larger;
    return larger;
  }

  /// The whole message, with the reference to it.
  Block take(int length) {
    Block whole = room(length, 0);
    block = null;
    previousBytes = length;
    return whole;
  }

  /// Gives up what is unfinished.
  void release() {
    Block unfinished = block;
    block = null;
    if (unfinished != null) {
      unfinished.release();
    }
  }
}
