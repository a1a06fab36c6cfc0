// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jetsonrelay.server.frame.Block;
import org.jspecify.annotations.Nullable;

/// Plain text on the captured socket channel in blocking mode, read and written by virtual threads,
/// and written without waiting through the kernel socket where the platform allows.
final class ChannelWire implements Wire {
  private final SocketChannel channel;
  private final @Nullable KernelSocket kernel;
  // Bytes that arrived together with the handshake; only the reader thread touches them.
  private @Nullable ByteBuffer early;

  /// @param early what was read beyond the handshake
  ChannelWire(SocketChannel channel, @Nullable KernelSocket kernel, byte[] early) {
    this.channel = channel;
    this.kernel = kernel;
    this.early = early.length == 0 ? null : ByteBuffer.wrap(early);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    ByteBuffer first = early;
    if (first == null) {
      return channel.read(target);
    }
    int n = Math.min(first.remaining(), target.remaining());
    target.put(first.slice(first.position(), n));
    first.position(first.position() + n);
    if (!first.hasRemaining()) {
      early = null;
    }
    return n;
  }

  @Override
  public boolean tryWrite(Unit unit) {
    if (kernel != null) {
      kernel.trySend(unit);
    }
    return unit.remaining() == 0;
  }

  @Override
  public boolean sendsWithoutWaiting() {
    return kernel != null;
  }

  @Override
  public boolean looksFree() {
    return kernel != null && kernel.looksFree();
  }

  @Override
  public long trySend(Block block, int offset, int length, boolean more) {
    return kernel == null ? 0 : kernel.trySend(block, offset, length, more);
  }

  @Override
  public void write(Unit unit) throws IOException {
    ByteBuffer[] views = unit.views(SLICE_BYTES);
    unit.advance(views.length == 1 ? channel.write(views[0]) : channel.write(views));
  }

  @Override
  public long unacknowledgedBytes() {
    return kernel == null ? -1 : kernel.unacknowledgedBytes();
  }

  @Override
  public @Nullable TcpInfo tcpInfo() {
    return kernel == null ? null : kernel.tcpInfo();
  }

  @Override
  public void sendBufferBytes(int bytes) {
    try {
      channel.setOption(StandardSocketOptions.SO_SNDBUF, bytes);
    } catch (IOException alreadyGone) {
      // there is nothing left to send
    }
  }

  @Override
  public boolean finish() {
    try {
      channel.shutdownOutput();
    } catch (IOException alreadyGone) {
      // the peer was faster: there is nobody left to tell, and reading finds that out, too
    }
    return true;
  }

  @Override
  public void close() {
    // The duplicated descriptor keeps the connection alive, so it is shut down first: the peer has
    // to hear of the end now, not when the last descriptor goes.
    finish();
    try {
      channel.close();
    } catch (IOException alreadyGone) {
      // closed is closed
    }
    if (kernel != null) {
      kernel.close();
    }
  }
}
