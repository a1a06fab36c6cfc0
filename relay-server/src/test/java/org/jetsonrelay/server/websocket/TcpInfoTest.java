// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the system tells, of real connections over the loopback interface.
class TcpInfoTest {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  @SuppressWarnings("NullAway.Init")
  private KernelSocketPair pair;

  @BeforeEach
  void connect() throws IOException {
    assumeTrue(KernelSocket.supported(), "needs Linux and permissions");
    pair = new KernelSocketPair(new Duplicates(1));
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private TcpInfo info() {
    return Objects.requireNonNull(pair.socket.tcpInfo());
  }

  @Test
  void knowsHowLongTheWayIs() throws IOException {
    pair.sending.write(ByteBuffer.allocate(1));
    pair.receive(1);

    TcpInfo info = info();
    assertThat(info.roundTripNanos()).isBetween(1L, NANOS_PER_SECOND);
    assertThat(info.deviationNanos()).isBetween(0L, NANOS_PER_SECOND);
    assertThat(info.leastRoundTripNanos()).isBetween(0L, NANOS_PER_SECOND);
    assertThat(info.unsentBytes()).isZero();
  }

  @Test
  void countsWhatWaitsToBeSent() throws IOException {
    pair.sending.configureBlocking(false);
    long written = 0;
    for (long more = 1; more > 0; written += more) {
      more = pair.sending.write(ByteBuffer.allocate(1 << 20));
    }

    assertThat(info().unsentBytes()).isBetween(1L, written);
    pair.receive((int) written);
    assertThat(info().unsentBytes()).isZero();
  }

  @Test
  void isUnknownOfAConnectionThatIsClosed() throws IOException {
    pair.end();

    assertThat(pair.socket.tcpInfo()).isNull();
  }

  @Test
  void isUnknownOfWhatIsNoConnection() {
    assertThat(TcpInfo.of(-1)).isNull();
  }
}
