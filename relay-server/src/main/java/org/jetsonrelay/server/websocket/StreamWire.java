// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jetsonrelay.server.frame.Block;
import org.jspecify.annotations.Nullable;

/// Helidon's reader and writer, which do TLS. Every write may wait, so it is left to the writer
/// thread, and each byte is copied once on its way.
final class StreamWire implements Wire {
  private final DataReader reader;
  private final DataWriter writer;
  private final Runnable cut;
  // Only the holder of the transmitter's claim touches it.
  private byte @Nullable [] slice;

  /// @param cut closes the socket below, from any thread, without waiting
  StreamWire(DataReader reader, DataWriter writer, Runnable cut) {
    this.reader = reader;
    this.writer = writer;
    this.cut = cut;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    try {
      reader.ensureAvailable();
      int n = Math.min(reader.available(), target.remaining());
      target.put(reader.readBytes(n));
      return n;
    } catch (DataReader.InsufficientDataAvailableException end) {
      return -1;
    } catch (RuntimeException e) {
      throw unwrapped(e);
    }
  }

  @Override
  public boolean tryWrite(Unit unit) {
    return false;
  }

  @Override
  public boolean sendsWithoutWaiting() {
    return false;
  }

  @Override
  public boolean looksFree() {
    return false;
  }

  @Override
  public long trySend(Block block, int offset, int length, boolean more) {
    return 0;
  }

  @Override
  public void write(Unit unit) throws IOException {
    byte[] target = slice;
    if (target == null || target.length < Math.min(unit.remaining(), SLICE_BYTES)) {
      target = new byte[(int) Math.min(Math.max(unit.remaining(), 4_096), SLICE_BYTES)];
      slice = target;
    }
    int n = 0;
    for (ByteBuffer view : unit.views(target.length)) {
      int bytes = view.remaining();
      view.get(target, n, bytes);
      n += bytes;
    }
    try {
      writer.writeNow(BufferData.create(target, 0, n));
    } catch (RuntimeException e) {
      throw unwrapped(e);
    }
    unit.advance(n);
  }

  private static IOException unwrapped(RuntimeException e) {
    IOException cause = e instanceof UncheckedIOException unchecked ? unchecked.getCause() : null;
    return cause != null ? cause : new IOException(e.toString(), e);
  }

  @Override
  public long unacknowledgedBytes() {
    return -1; // what it holds is encrypted, and who holds the socket is below
  }

  @Override
  public @Nullable TcpInfo tcpInfo() {
    return null; // the same
  }

  @Override
  public void sendBufferBytes(int bytes) {
    // Helidon owns the socket below the TLS engine
  }

  @Override
  public boolean finish() {
    // TLS cannot be half closed here; Helidon says goodbye when the connection is over
    return false;
  }

  @Override
  public void close() {
    cut.run();
  }
}
