// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.helidon.common.socket.PlainSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class RequestBufferTest {

  /// Fails when Helidon keeps requests elsewhere from some release on: then 8 KiB for each
  /// connection are back, and somebody has to look for them.
  @Test
  void isLetGoOfWithThisHelidon() throws IOException {
    assertThat(RequestBuffer.supported()).isTrue();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      PlainSocket socket = PlainSocket.server(accepted, "test", "test");
      client.getOutputStream().write(new byte[] {1, 2});
      assertThat(socket.get()).isEqualTo(new byte[] {1, 2});
      RequestBuffer.drop(socket);
      client.getOutputStream().write(3);
      assertThatIllegalStateException()
          .as("there is nothing to read into any more")
          .isThrownBy(socket::get);
    }
  }
}
