// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The limit of control messages that wait for one client.
class ControlFifoTest {

  @Test
  void takesAsManyAsTheLimitAndNotOneMore() {
    int limit = SessionSettings.defaults().maxControlMessages();
    assertThat(limit).isEqualTo(256);
    ControlFifo fifo = new ControlFifo(limit);
    for (int i = 0; i < limit; i++) {
      assertThat(fifo.offer(new byte[] {(byte) i})).isTrue();
    }
    assertThat(fifo.offer(new byte[] {1})).isFalse();
    assertThat(fifo.size()).isEqualTo(limit);
    assertThat(fifo.poll()).containsExactly(0);
    assertThat(fifo.offer(new byte[] {2})).isTrue();
    assertThat(fifo.offer(new byte[] {3})).isFalse();
    for (int i = 1; i < limit; i++) {
      assertThat(fifo.poll()).containsExactly(i);
    }
    assertThat(fifo.poll()).containsExactly(2);
    assertThat(fifo.poll()).isNull();
    assertThat(fifo.size()).isZero();
  }
}
