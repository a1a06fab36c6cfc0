// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.nio.ByteBuffer;
import org.jetsonrelay.server.frame.Block;

/// What a connection tells its owner. Every call comes from the connection's reader thread, one at
/// a time, and may not wait for another socket. An exception closes the connection with 1011.
public interface WebSocketListener {

  /// A whole text message, valid UTF-8, unmasked. The bytes are only lent for the call.
  void onText(ByteBuffer utf8);

  /// A whole binary message. The listener takes over the caller's reference and must release it.
  void onBinary(Block block, int offset, int length);

  /// A pong frame, at most 125 bytes, only lent for the call. Pings are answered by the engine
  /// itself.
  void onPong(ByteBuffer payload);

  /// The connection is over; called exactly once, last, whatever the reason.
  void onClosed(CloseReason reason);
}
