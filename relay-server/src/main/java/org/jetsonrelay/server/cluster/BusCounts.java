// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.concurrent.atomic.LongAdder;

/// What one relay counts of its traffic on the bus. Any thread adds.
final class BusCounts {
  final LongAdder framesOut = new LongAdder();
  final LongAdder bytesOut = new LongAdder();
  final LongAdder framesIn = new LongAdder();
  final LongAdder bytesIn = new LongAdder();

  /// Frames that were longer than the server takes.
  final LongAdder tooLarge = new LongAdder();

  /// Frames that came a second time, or after a newer one.
  final LongAdder outdated = new LongAdder();

  /// Frames replaced by a newer one before they were published here.
  final LongAdder overtaken = new LongAdder();

  /// Messages that were none.
  final LongAdder malformed = new LongAdder();

  /// Messages about nodes and cameras that came faster than they were handled.
  final LongAdder overflowed = new LongAdder();
}
