// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jetsonrelay.server.frame.Block;
import org.jspecify.annotations.Nullable;

/// The bytes below a WebSocket. One thread reads, and one at a time writes (whoever holds the
/// transmitter's claim); any thread may close.
interface Wire {
  /// What one blocking write passes to the system at most: a write that fits only in part must not
  /// hold more of the memory than needed, nor be copied over and over by a TLS engine.
  int SLICE_BYTES = 128 * 1024;

  /// Waits for bytes. Returns how many were put into `target`, at least one, or -1 at the end.
  int read(ByteBuffer target) throws IOException;

  /// Writes what is taken without waiting and advances the unit; may be nothing: when the socket is
  /// full or broken, or when this kind of wire always waits. Neither blocks nor throws; returns
  /// whether the whole unit is written.
  boolean tryWrite(Unit unit);

  /// Whether [#trySend] may ever take anything.
  boolean sendsWithoutWaiting();

  /// Whether [#trySend] may well take something now, by reading alone.
  boolean looksFree();

  /// Writes what is taken without waiting of one range of direct memory, like [#tryWrite].
  ///
  /// @param more more follows at once, and may go in the same segment
  /// @return how many bytes were taken, 0 when none
  long trySend(Block block, int offset, int length, boolean more);

  /// Waits until some bytes of the unit were taken, and advances it.
  void write(Unit unit) throws IOException;

  /// Bytes written that the peer's machine has not acknowledged, -1 when the system does not tell.
  /// Does not block.
  long unacknowledgedBytes();

  /// What the system knows of the connection, null when it does not tell. Does not block.
  @Nullable TcpInfo tcpInfo();

  /// Sets the size of the system's send buffer, where that can be done.
  void sendBufferBytes(int bytes);

  /// Tells the peer that nothing more will be sent; false where that cannot be done without
  /// closing.
  boolean finish();

  /// Closes at once; reading and writing threads wake with an exception or the end. May be called
  /// more than once.
  void close();
}
