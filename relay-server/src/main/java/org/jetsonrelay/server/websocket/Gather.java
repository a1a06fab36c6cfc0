// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import org.jetsonrelay.server.frame.Block;

/// The unit being written: pieces that go out in one gathering write, in the order added.
///
/// Filled by [Outbox#next] and emptied by the transmitter, always by the holder of its claim.
public interface Gather {

  /// Adds `length` bytes of a shared block. The gather takes a reference of its own until they are
  /// written, so the caller may release its own right away.
  void add(Block block, int offset, int length);

  /// Adds bytes that nobody will change any more, for example an encoded text message.
  void add(byte[] bytes);

  /// Adds a whole ping frame with an eight-byte payload (RFC 6455, section 5.5.2).
  void addPing(long payload);
}
