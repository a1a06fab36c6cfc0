// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import org.jetsonrelay.server.frame.Frame;

/// One frame to some of a camera's viewers, in four steps: whose way looks free is read for all of
/// them, these ways are taken, then the frame goes to one right behind the other, and the books are
/// kept afterwards.
///
/// Between two sends there is nothing but the next one. What has to be looked up and written down
/// for a viewer lies in a dozen places in memory; were it done between the sends, each frame would
/// be older at every viewer after the first, and whoever reads for many viewers would fall asleep
/// between two of them and have to be woken again.
///
/// For the camera's reader thread.
final class Volley {

  /// Viewers at most: there is a bit for each.
  static final int MOST = Long.SIZE;

  private Volley() {}

  /// Delivers to the subscriptions from `begin` to before `end`.
  static void deliver(Subscription[] all, int begin, int end, Frame frame) {
    long held = 0;
    try {
      long nowNanos = System.nanoTime();
      long free = looksFree(all, begin, end, frame, nowNanos);
      for (long left = free; left != 0; left &= left - 1) {
        if (first(all, begin, left).holdsWay(frame, nowNanos)) {
          held |= Long.lowestOneBit(left);
        }
      }
      for (long left = held; left != 0; left &= left - 1) {
        first(all, begin, left).send(frame);
      }
    } finally {
      for (long left = held; left != 0; left &= left - 1) {
        first(all, begin, left).letGoWay(frame);
      }
    }
    for (int i = begin; i < end; i++) {
      if ((held & 1L << (i - begin)) == 0) {
        all[i].deliver(frame);
      }
    }
  }

  private static long looksFree(
      Subscription[] all, int begin, int end, Frame frame, long nowNanos) {
    long free = 0;
    for (int i = begin; i < end; i++) {
      if (all[i].looksFree(frame, nowNanos)) {
        free |= 1L << (i - begin);
      }
    }
    return free;
  }

  /// Who belongs to the lowest of these bits.
  private static Subscription first(Subscription[] all, int begin, long bits) {
    return all[begin + Long.numberOfTrailingZeros(bits)];
  }
}
