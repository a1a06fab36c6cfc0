// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jetsonrelay.server.websocket.RawWebSocket;

/// Clients that come for a moment: people with a browser, and those who send what nobody should.
/// Each on a virtual thread of its own; what becomes of them is not looked at, only what they leave
/// behind.
final class Troublemaker {

  private static final String UPGRADE = RawWebSocket.handshake("/ws");

  private final InetSocketAddress relay;

  Troublemaker(InetSocketAddress relay) {
    this.relay = relay;
  }

  /// Watches a camera as MJPEG for a while, then goes without a word.
  void browse(String camera, long millis) {
    String request = "GET /cameras/" + camera + "/stream.mjpg HTTP/1.1\r\nHost: x\r\n\r\n";
    visit(bytes(request), millis);
  }

  /// Looks at one picture.
  void glance(String camera) {
    String request =
        "GET /cameras/" + camera + "/snapshot.jpg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    visit(bytes(request), 3_000);
  }

  /// Does one of the things that are not done.
  void abuse(Random random) {
    byte[] handshake = bytes(UPGRADE);
    byte[] register =
        RawWebSocket.encode(0x81, bytes("{\"type\":\"client_type\",\"clientType\":\"jetson\"}"));
    byte[] noise = new byte[random.nextInt(1, 4_000)];
    random.nextBytes(noise);
    byte[] half = RawWebSocket.encode(0x82, new byte[100_000]);
    switch (random.nextInt(6)) {
      case 0 -> visit(noise, 500);
      case 1 -> visit(bytes("GET /ws HTTP/1.1\r\nUpgrade: web"), 1_000);
      case 2 -> visit(join(handshake, noise), 500);
      case 3 -> visit(join(handshake, register, new byte[] {half[0], half[1], half[2]}), 1_000);
      case 4 -> visit(join(handshake, RawWebSocket.encode(0x81, noise)), 500);
      default -> visit(join(handshake, RawWebSocket.encode(0x82, noise)), 500);
    }
  }

  private void visit(byte[] says, long millis) {
    Thread.ofVirtual().name("visitor").start(() -> come(says, millis));
  }

  private void come(byte[] says, long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try (Socket socket = new Socket()) {
      socket.connect(relay, 2_000);
      socket.setSoTimeout(200);
      socket.getOutputStream().write(says);
      InputStream in = socket.getInputStream();
      byte[] scratch = new byte[16 << 10];
      while (System.nanoTime() - end < 0 && read(in, scratch) >= 0) {
        // whatever the relay says
      }
    } catch (IOException _) {
      // it is free to throw such guests out
    }
  }

  private static int read(InputStream in, byte[] into) throws IOException {
    try {
      return in.read(into);
    } catch (SocketTimeoutException _) {
      return 0;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
