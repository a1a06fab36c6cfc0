// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// One open connection, as its owner sees it. Any thread may call any method; none of them blocks.
public interface WebSocket {

  /// The peer's address.
  InetSocketAddress peer();

  /// The outbox may have something new. Writes on the calling thread when the socket is free and
  /// takes the bytes without waiting; otherwise the connection's writer thread does it.
  void signal();

  /// The right to write past the outbox; null where writing always waits (TLS, or a system without
  /// the means).
  @Nullable Claim claim();

  /// Starts the closing handshake: what is being written is finished, then a close frame goes out
  /// and nothing after it. The first call wins. The socket is closed when the peer answers, or
  /// after the time limit for closing.
  void close(int code, String text);

  /// Cuts the connection at once, without a closing handshake.
  void abort(String text);

  /// Sets the limit of one message, all fragments together, in bytes; a longer one closes with
  /// 1009.
  void maxMessageBytes(int text, int binary);

  /// Limits what the operating system keeps for this socket before it pushes back (`SO_SNDBUF`). It
  /// cannot be undone: the system stops tuning the size itself. Without effect where it cannot be
  /// set.
  void sendBufferBytes(int bytes);

  /// Bytes written that the peer's machine has not acknowledged, by the word of the system's TCP;
  /// -1 when it does not tell. Bytes that still wait to be sent count. For the outbox, while it is
  /// asked what comes next.
  long unacknowledgedBytes();

  /// What the system's TCP knows of the connection; null when it does not tell. For the outbox,
  /// while it is asked what comes next.
  @Nullable TcpInfo tcpInfo();

  /// [System#nanoTime()] of the last bytes read from the peer.
  long lastReadNanos();

  /// For how long a message has been coming that is not complete, in nanoseconds; 0 when there is
  /// none.
  long messageAgeNanos(long nowNanos);

  /// For how long the unit being written has been waiting for the socket, in nanoseconds; 0 when
  /// nothing is being written.
  long writingForNanos(long nowNanos);
}
