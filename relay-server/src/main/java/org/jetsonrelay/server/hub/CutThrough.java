// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import org.jetsonrelay.server.frame.Frame;

/// A viewer's way past its mailboxes: from the camera's reader thread straight to the socket, while
/// nothing else waits for that viewer.
@FunctionalInterface
public interface CutThrough {

  /// Tries to send a frame without waiting. Called by cameras' reader threads, several at once; the
  /// caller keeps its reference.
  ///
  /// @return whether the frame has been taken, all of it, and is counted as taken; false leaves
  ///   everything as it was, and the frame takes the usual way
  boolean pass(Subscription from, Frame frame);
}
