// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The parts that limits are made of, with time and channels passed in.
class LimitPartsTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void countsSecondBySecondAcrossTheEndOfTheClock() throws ProtocolViolation {
    long now = Long.MAX_VALUE - SECOND / 2;
    ControlRate rate = new ControlRate(3, now);
    for (int second = 0; second < 3; second++) {
      for (int i = 0; i < 3; i++) {
        rate.count(now + second * SECOND);
      }
    }
    long last = now + 3 * SECOND - 1;
    assertThatThrownBy(() -> rate.count(last))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            violation -> {
              assertThat(violation.code()).isEqualTo(4429);
              assertThat(violation.limit()).isEqualTo(EngineLimit.CONTROL_RATE);
            });
    rate.count(now + 4 * SECOND);
  }

  @Test
  void memoryThatIsRefusedIsNotTaken() throws ProtocolViolation {
    MessageMemory memory = new MessageMemory(100);
    memory.take(60);
    memory.take(40);
    assertThatThrownBy(() -> memory.take(1)).isInstanceOf(ProtocolViolation.class);
    assertThat(memory.takenBytes()).isEqualTo(100);
    memory.give(60);
    memory.take(60);
    assertThat(memory.takenBytes()).isEqualTo(100);
  }

  @Test
  void forgetsConnectionsThatWereClosedBeforeItRefusesOne() throws IOException {
    OpenConnections open = new OpenConnections(3, 2, false);
    InetAddress one = InetAddress.getByName("10.0.0.1");
    InetAddress other = InetAddress.getByName("10.0.0.2");
    List<SocketChannel> channels = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        channels.add(SocketChannel.open());
      }
      assertThat(open.admit(channels.get(0), one)).isNull();
      assertThat(open.admit(channels.get(1), one)).isNull();
      assertThat(open.admit(channels.get(2), one)).isEqualTo(EngineLimit.CONNECTIONS_PER_ADDRESS);
      assertThat(open.admit(channels.get(3), other)).isNull();
      assertThat(open.admit(channels.get(4), other)).isEqualTo(EngineLimit.CONNECTIONS);
      channels.get(0).close();
      assertThat(open.admit(channels.get(2), one)).isNull();
      assertThat(open.size()).isEqualTo(3);
      for (SocketChannel channel : channels) {
        channel.close();
      }
      open.sweep();
      assertThat(open.size()).isZero();
      assertThat(open.addresses()).isZero();
    } finally {
      for (SocketChannel channel : channels) {
        channel.close();
      }
    }
  }
}
