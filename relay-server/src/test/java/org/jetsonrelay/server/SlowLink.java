// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A slow, long link with a deep queue between one client and a relay: a test double in user space.
///
/// Bytes towards the client leave at a fixed rate and arrive a delay later; up to a queue's worth
/// of them is read ahead, as a router with a deep buffer does, and behind that the relay's own send
/// buffer fills. Bytes towards the relay are only delayed.
final class SlowLink implements AutoCloseable {

  private static final int SEGMENT_BYTES = 1_448;

  private record Segment(ByteBuffer bytes, long dueNanos) {}

  private static final Segment END = new Segment(ByteBuffer.allocate(0), 0);

  private final ServerSocket listener;
  private final int relayPort;
  private final double nanosPerByte;
  private final long delayNanos;
  private final int queueSegments;

  private SlowLink(
      ServerSocket listener, int relayPort, double nanosPerByte, long delayNanos, int segments) {
    this.listener = listener;
    this.relayPort = relayPort;
    this.nanosPerByte = nanosPerByte;
    this.delayNanos = delayNanos;
    this.queueSegments = segments;
  }

  /// @param bitsPerSecond the link's rate towards the client
  /// @param delayMillis one way
  /// @param queueMillis how much the link itself keeps at that rate
  static SlowLink to(int relayPort, long bitsPerSecond, long delayMillis, long queueMillis)
      throws IOException {
    double nanosPerByte = 8e9 / bitsPerSecond;
    int segments = (int) (queueMillis * 1_000_000 / nanosPerByte / SEGMENT_BYTES) + 1;
    ServerSocket listener = new ServerSocket();
    // As small as the system allows: what waits shall wait in this link's own queue or at the
    // relay.
    listener.setReceiveBufferSize(4_096);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    SlowLink link =
        new SlowLink(
            listener,
            relayPort,
            nanosPerByte,
            TimeUnit.MILLISECONDS.toNanos(delayMillis),
            segments);
    Thread.ofVirtual().name("slow-link").start(link::accept);
    return link;
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket relay = new Socket();
        relay.setReceiveBufferSize(4_096);
        relay.setTcpNoDelay(true);
        client.setTcpNoDelay(true);
        relay.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), relayPort));
        carry(relay, client, nanosPerByte, queueSegments);
        carry(client, relay, 0, queueSegments);
      }
    } catch (IOException closed) {
      // the link is closed: no more clients
    }
  }

  private void carry(Socket from, Socket to, double nanosEach, int segments) {
    BlockingQueue<Segment> queue = new LinkedBlockingQueue<>(segments);
    Thread.ofVirtual().start(() -> read(from, queue, nanosEach));
    Thread.ofVirtual().start(() -> write(queue, to, from));
  }

  /// Stamps each segment with the time at which the link has carried it.
  private void read(Socket from, BlockingQueue<Segment> queue, double nanosEach) {
    long free = System.nanoTime();
    try {
      InputStream in = from.getInputStream();
      while (true) {
        byte[] bytes = new byte[SEGMENT_BYTES];
        int length = in.read(bytes);
        if (length < 0) {
          break;
        }
        free = Math.max(free, System.nanoTime()) + (long) (length * nanosEach);
        queue.put(new Segment(ByteBuffer.wrap(bytes, 0, length), free + delayNanos));
      }
      queue.put(END);
    } catch (IOException | InterruptedException gone) {
      close(from);
    }
  }

  @SuppressWarnings("ByteBufferBackingArray") // wrapped above, from the array's beginning
  private static void write(BlockingQueue<Segment> queue, Socket to, Socket from) {
    try {
      OutputStream out = to.getOutputStream();
      for (Segment next = queue.take(); next.bytes().hasRemaining(); next = queue.take()) {
        for (long left; (left = next.dueNanos() - System.nanoTime()) > 0; ) {
          LockSupport.parkNanos(left);
        }
        out.write(next.bytes().array(), 0, next.bytes().remaining());
      }
      to.shutdownOutput();
    } catch (IOException | InterruptedException gone) {
      close(to);
      close(from);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // closed is closed
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
