// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jetsonrelay.server.websocket.RawWebSocket;

/// A viewer that is a process: it can be put into a network name space, and killed there.
final class LoneViewer {

  private LoneViewer() {}

  /// Watches until it is killed.
  ///
  /// @param arguments host and port of the relay
  public static void main(String[] arguments) throws IOException {
    try (Socket socket = new Socket(arguments[0], Integer.parseInt(arguments[1]))) {
      socket
          .getOutputStream()
          .write(RawWebSocket.handshake("/ws").getBytes(StandardCharsets.US_ASCII));
      for (String json :
          new String[] {
            "{\"type\":\"client_type\",\"clientType\":\"flutter\"}", Watcher.all(),
          }) {
        socket
            .getOutputStream()
            .write(RawWebSocket.encode(0x81, json.getBytes(StandardCharsets.UTF_8)));
      }
      Thread.ofVirtual().start(() -> showLife(socket));
      InputStream in = socket.getInputStream();
      byte[] scratch = new byte[64 << 10];
      while (in.read(scratch) >= 0) {
        // looks at nothing
      }
    }
  }

  private static void showLife(Socket socket) {
    try {
      while (true) {
        socket.getOutputStream().write(RawWebSocket.encode(0x8a, new byte[0]));
        Stage.pause(500);
      }
    } catch (IOException | InterruptedException _) {
      // the end
    }
  }
}
