// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;

/// Makes frames and announced payloads, and knows how many of them somebody still holds.
final class TestFrames {

  static final int JPEG_BYTES = 100;

  private final BlockPool pool = new BlockPool(1 << 20);

  /// A frame whose only reference is the caller's.
  Frame frame(long sequence, long receivedNanos) {
    return frame(sequence, 0, receivedNanos);
  }

  Frame frame(long sequence, long capturedAtMillis, long receivedNanos) {
    Block block = pool.acquire(Frame.HEADROOM + JPEG_BYTES);
    return Frame.seal(
        block,
        Frame.HEADROOM,
        JPEG_BYTES,
        "client_1",
        sequence,
        capturedAtMillis,
        1_755_500_000_000L,
        receivedNanos,
        640,
        480);
  }

  /// A payload whose only reference is the caller's.
  Announced announced(Announced.Kind kind, int length, boolean keyFrame) {
    return new Announced(kind, pool.acquire(length), 0, length, length, keyFrame, 0);
  }

  /// Frames and payloads that were made and are still held by somebody.
  long held() {
    return pool.outstanding();
  }
}
