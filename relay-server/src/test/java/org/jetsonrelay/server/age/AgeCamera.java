// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.server.websocket.RawWebSocket;

/// A camera whose frames carry when their first byte was sent. Frames that are due while the relay
/// still holds up the one before are left out, as a real camera would.
///
/// One thread at a time.
final class AgeCamera implements AutoCloseable {

  /// Masked with this, bytes stay what they are, so that a stamp can be written into the frame.
  private static final byte[] NO_MASK = new byte[4];

  private final RawWebSocket socket;
  private final byte[] frame;
  private final int pictureAt;
  private long sequence;

  private AgeCamera(RawWebSocket socket, byte[] picture) {
    this.socket = socket;
    frame = RawWebSocket.encode(0x80 | RawWebSocket.BINARY, picture, NO_MASK);
    pictureAt = frame.length - picture.length;
  }

  /// Connects to the relay beside it and registers.
  static AgeCamera open(NetworkSpace space, int port, String name, byte[] picture)
      throws IOException, InterruptedException {
    RawWebSocket socket = space.call(() -> RawWebSocket.open(port, "/ws"));
    try {
      socket.text("{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"" + name + "\"}");
      RawWebSocket.Received answer;
      do {
        answer = socket.read();
      } while (!answer.text().contains("\"registration_success\""));
      return new AgeCamera(socket, picture);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// Sends from now on.
  void film(double fps, long nanos) throws IOException {
    OutputStream out = socket.socket().getOutputStream();
    long period = Math.round(1e9 / fps);
    long begin = System.nanoTime();
    for (long due = begin; due - begin < nanos; due += period) {
      for (long left; (left = due - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(left); // the camera's rate, not a wait for something
      }
      StampedJpeg.stamp(ByteBuffer.wrap(frame), pictureAt, System.nanoTime(), ++sequence);
      out.write(frame);
      due += (System.nanoTime() - due) / period * period;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
