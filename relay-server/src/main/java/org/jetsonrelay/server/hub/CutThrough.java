// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import org.jetsonrelay.server.frame.Frame;

/// A viewer's way past its mailboxes: from the camera's reader thread straight to the socket, while
/// nothing else waits for that viewer.
///
/// Called by cameras' reader threads, several at once, in the order [#looksFree], [#hold], [#send],
/// [#letGo]; who was not given the way calls neither of the others.
public interface CutThrough {

  /// Whether [#hold] may well succeed, found out by reading alone: nothing is promised, and nothing
  /// changes. What has to be fetched from memory for many viewers then comes side by side; taking a
  /// claim makes the processor wait for each.
  ///
  /// @param nowNanos [System#nanoTime()], a moment ago
  boolean looksFree(Subscription from, Frame frame, long nowNanos);

  /// Asks whether a frame may go this way now. If so, the way is the caller's until [#letGo], which
  /// has to be called soon and whatever happens; the caller keeps its reference to the frame.
  ///
  /// @param nowNanos [System#nanoTime()], a moment ago
  /// @return false leaves everything as it was, and the frame takes the usual way
  boolean hold(Subscription from, Frame frame, long nowNanos);

  /// Sends the frame, and never waits. What is not taken at once goes later, before anything else.
  void send(Frame frame);

  /// Counts the frame as taken, if it was sent, and gives the way back.
  void letGo(Subscription from, Frame frame);
}
