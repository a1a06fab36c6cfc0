// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.Frame;

/// A frame that counts its references, in heap memory: stress tests make millions.
final class CountedFrame implements Block {
  private static final int BYTES = Frame.HEADROOM + 4;

  private final ByteBuffer memory = ByteBuffer.allocate(BYTES);
  private final AtomicInteger references = new AtomicInteger(1);
  private final Frame frame;

  CountedFrame(long sequence) {
    frame = Frame.seal(this, Frame.HEADROOM, 4, "c", sequence, 0, 0, 0, 1, 1);
  }

  Frame frame() {
    return frame;
  }

  int references() {
    return references.get();
  }

  @Override
  public ByteBuffer memory() {
    return memory;
  }

  @Override
  public ByteBuffer view(int offset, int length) {
    return memory.slice(offset, length);
  }

  @Override
  public int capacity() {
    return BYTES;
  }

  @Override
  public Block retain() {
    if (references.getAndIncrement() <= 0) {
      throw new IllegalStateException("retained after the last release");
    }
    return this;
  }

  @Override
  public void release() {
    if (references.getAndDecrement() <= 0) {
      throw new IllegalStateException("released once too often");
    }
  }
}
