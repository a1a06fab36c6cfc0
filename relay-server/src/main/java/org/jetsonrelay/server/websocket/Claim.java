// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import org.jetsonrelay.server.frame.Block;

/// The right to write on one connection, for who has one range of memory to send and does not want
/// to wait for the outbox to be asked.
///
/// Any thread may try; who got it must let go of it soon, and may not block meanwhile. It counts as
/// the holder that the [Outbox] speaks of: what only the outbox's methods touch may be touched.
public interface Claim {

  /// Whether [#tryHold] may well succeed, and sending after it; by reading alone.
  boolean looksFree();

  /// Takes the claim if nobody has it and the connection is up. Then nothing is being written, and
  /// all that was signalled before has been asked of the outbox.
  boolean tryHold();

  /// Sends one unit, and never waits. Only while holding, once, this way or with a ping.
  ///
  /// @return whether the system has taken all of it. If not, the rest is written after [#letGo],
  ///   before anything else, and [Outbox#sent] then tells so.
  boolean send(Block block, int offset, int length);

  /// The same with a ping right behind it, in the same segment where the system can do that.
  boolean sendAsking(Block block, int offset, int length, long ping);

  /// Gives the claim back. What was signalled meanwhile is done now, on this thread, as
  /// [WebSocket#signal()] would.
  void letGo();
}
