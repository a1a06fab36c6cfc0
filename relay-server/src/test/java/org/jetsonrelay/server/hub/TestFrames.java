// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
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
    return seal(
        pool.acquire(Frame.HEADROOM + JPEG_BYTES), sequence, capturedAtMillis, receivedNanos);
  }

  /// A frame with something to happen in the midst of an operation: `hook` runs when the method of
  /// this name (`retain` or `release`) is called the first time.
  Frame hooked(long sequence, String method, Runnable hook) {
    Block block = pool.acquire(Frame.HEADROOM + JPEG_BYTES);
    AtomicBoolean ran = new AtomicBoolean();
    Block hooked =
        (Block)
            Proxy.newProxyInstance(
                Block.class.getClassLoader(),
                new Class<?>[] {Block.class},
                (_, called, arguments) -> {
                  if (called.getName().equals(method) && !ran.getAndSet(true)) {
                    hook.run();
                  }
                  return called.invoke(block, arguments);
                });
    return seal(hooked, sequence, 0, 0);
  }

  private static Frame seal(Block block, long sequence, long capturedAtMillis, long receivedNanos) {
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
