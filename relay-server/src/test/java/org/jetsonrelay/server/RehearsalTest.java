// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A camera and viewers for a relay that learns.
class RehearsalTest {

  @Test
  void bringsFramesToEveryViewerAndLeavesNothingBehind() throws IOException, InterruptedException {
    try (TestRelay relay = TestRelay.start()) {
      long frames = new Rehearsal(relay.port()).play(Duration.ofSeconds(1));

      assertThat(frames).isGreaterThan(Rehearsal.VIEWERS);
    }
  }

  @Test
  void saysWhichPageARelayThatIsNotOpenRefuses() {
    try (TestRelay relay = TestRelay.start("ADMIN_TOKEN", "0123456789abcdef0123456789abcdef")) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> new Rehearsal(relay.port()).play(Duration.ofSeconds(1)))
          .withMessageContaining("/stats answered \"HTTP/1.1 401");
    }
  }

  @Test
  void failsWhereNobodyListens() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> new Rehearsal(free).play(Duration.ofSeconds(1)))
        .withMessageContaining("refused");
  }
}
