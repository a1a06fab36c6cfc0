// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.upstream;

import java.util.concurrent.atomic.LongAdder;

/// What came from the relay above. Any thread adds.
final class UpstreamCounts {
  final LongAdder frames = new LongAdder();
  final LongAdder bytes = new LongAdder();

  /// Frames replaced by a newer one before the hub took them.
  final LongAdder overtaken = new LongAdder();
}
