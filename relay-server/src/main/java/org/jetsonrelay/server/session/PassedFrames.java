// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.function.Consumer;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.Subscription;
import org.jspecify.annotations.Nullable;

/// What went past one viewer's mailboxes and is not in its books yet: a few frames side by side in
/// memory, so that the books need not be fetched for each of them.
///
/// For the holder of the connection's claim. Takes no memory before the first frame.
final class PassedFrames {

  /// How many frames wait for the books at most.
  static final int MOST = 16;

  private static final int SEQUENCE = 0;
  private static final int CAPTURED = 1;
  private static final int RECEIVED = 2;
  private static final int WRITTEN = 3;
  private static final int BYTES = 4;
  private static final int RECORD = 5;

  /// One of them.
  ///
  /// @param from the camera's mailbox that it passed
  /// @param capturedAtMillis as in [Frame#capturedAtMillis()]
  record Passed(
      Subscription from,
      long sequence,
      long capturedAtMillis,
      long receivedNanos,
      long writtenNanos,
      int jpegBytes) {}

  private @Nullable Subscription[] from = {};
  private long[] records = {};
  private int count;

  /// A frame has been written.
  ///
  /// @return whether there is no room for another one: the books have to be kept now
  boolean add(Subscription of, Frame frame, long writtenNanos) {
    if (records.length == 0) {
      from = new @Nullable Subscription[MOST];
      records = new long[MOST * RECORD];
    }
    if (from[count] != of) { // mostly it is the same as the last time around
      from[count] = of;
    }
    int at = count * RECORD;
    records[at + SEQUENCE] = frame.sequence();
    records[at + CAPTURED] = frame.capturedAtMillis();
    records[at + RECEIVED] = frame.receivedNanos();
    records[at + WRITTEN] = writtenNanos;
    records[at + BYTES] = frame.jpegLength();
    return ++count == MOST;
  }

  /// Gives out all of them, oldest first, and forgets them.
  void drain(Consumer<Passed> books) {
    int frames = count;
    count = 0;
    for (int i = 0; i < frames; i++) {
      Subscription of = from[i];
      int at = i * RECORD;
      if (of != null) {
        books.accept(
            new Passed(
                of,
                records[at + SEQUENCE],
                records[at + CAPTURED],
                records[at + RECEIVED],
                records[at + WRITTEN],
                (int) records[at + BYTES]));
      }
    }
  }
}
