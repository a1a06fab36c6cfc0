// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/// A connection over the loopback interface, with a [KernelSocket] at the end that sends.
final class KernelSocketPair implements AutoCloseable {
  final SocketChannel sending;
  final SocketChannel receiving;
  final KernelSocket socket;

  /// With the system's buffers, and a copy for each receiver.
  KernelSocketPair(Duplicates duplicates) throws IOException {
    this(duplicates, PagePipes.NONE, 0);
  }

  /// @param receiveBufferBytes 0 for the system's own
  KernelSocketPair(Duplicates duplicates, PagePipes pipes, int receiveBufferBytes)
      throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      receiving = SocketChannel.open();
      if (receiveBufferBytes > 0) {
        receiving.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
      }
      receiving.connect(server.getLocalAddress());
      sending = server.accept();
    }
    socket = Objects.requireNonNull(KernelSocket.of(sending, duplicates, pipes));
  }

  byte[] receive(int bytes) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(bytes);
    while (all.hasRemaining()) {
      assertThat(receiving.read(all)).isPositive();
    }
    return all.array();
  }

  @Override
  public void close() throws IOException {
    end();
  }

  void end() throws IOException {
    sending.close();
    receiving.close();
    socket.close();
  }
}
