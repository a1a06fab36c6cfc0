// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the system tells, of real connections over the loopback interface.
class TcpInfoTest {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  @SuppressWarnings("NullAway.Init")
  private SocketChannel sending;

  @SuppressWarnings("NullAway.Init")
  private SocketChannel receiving;

  @SuppressWarnings("NullAway.Init")
  private KernelSocket socket;

  @BeforeEach
  void connect() throws IOException {
    assumeTrue(KernelSocket.supported(), "needs Linux and permissions");
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      receiving = SocketChannel.open(server.getLocalAddress());
      sending = server.accept();
    }
    socket = Objects.requireNonNull(KernelSocket.of(sending, new Duplicates(1)));
  }

  @AfterEach
  void close() throws IOException {
    sending.close();
    receiving.close();
    socket.close();
  }

  private TcpInfo info() {
    return Objects.requireNonNull(socket.tcpInfo());
  }

  @Test
  void knowsHowLongTheWayIs() throws IOException {
    sending.write(ByteBuffer.allocate(1));
    assertThat(receiving.read(ByteBuffer.allocate(1))).isOne();

    TcpInfo info = info();
    assertThat(info.roundTripNanos()).isBetween(1L, NANOS_PER_SECOND);
    assertThat(info.deviationNanos()).isBetween(0L, NANOS_PER_SECOND);
    assertThat(info.leastRoundTripNanos()).isBetween(0L, NANOS_PER_SECOND);
    assertThat(info.unsentBytes()).isZero();
  }

  @Test
  void countsWhatWaitsToBeSent() throws IOException {
    sending.configureBlocking(false);
    long written = 0;
    for (long more = 1; more > 0; written += more) {
      more = sending.write(ByteBuffer.allocate(1 << 20));
    }

    assertThat(info().unsentBytes()).isBetween(1L, written);
    receiving.configureBlocking(true);
    for (ByteBuffer rest = ByteBuffer.allocate((int) written); rest.hasRemaining(); ) {
      assertThat(receiving.read(rest)).isPositive();
    }
    assertThat(info().unsentBytes()).isZero();
  }

  @Test
  void isUnknownOfAConnectionThatIsClosed() throws IOException {
    sending.close();
    socket.close();

    assertThat(socket.tcpInfo()).isNull();
  }

  @Test
  void isUnknownOfWhatIsNoConnection() {
    assertThat(TcpInfo.of(-1)).isNull();
  }
}
