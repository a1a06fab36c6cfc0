// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import org.jetsonrelay.server.frame.Block;
import org.jspecify.annotations.Nullable;

/// The wire of a test that only reads: a reader that writes, or ends the connection, fails it.
abstract class ReadOnlyWire implements Wire {

  @Override
  public boolean tryWrite(Unit unit) {
    throw new AssertionError("a reader writes nothing");
  }

  @Override
  public boolean sendsWithoutWaiting() {
    throw new AssertionError("a reader writes nothing");
  }

  @Override
  public boolean looksFree() {
    throw new AssertionError("a reader writes nothing");
  }

  @Override
  public long trySend(Block block, int offset, int length, boolean more) {
    throw new AssertionError("a reader writes nothing");
  }

  @Override
  public void write(Unit unit) {
    throw new AssertionError("a reader writes nothing");
  }

  @Override
  public @Nullable TcpInfo tcpInfo() {
    throw new AssertionError("not the reader's business");
  }

  @Override
  public long unacknowledgedBytes() {
    throw new AssertionError("not the reader's business");
  }

  @Override
  public void sendBufferBytes(int bytes) {
    throw new AssertionError("not the reader's business");
  }

  @Override
  public boolean finish() {
    throw new AssertionError("not the reader's business");
  }

  @Override
  public void close() {
    throw new AssertionError("not the reader's business");
  }
}
