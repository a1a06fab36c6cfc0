// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A thousand connections that do everything wrong, beside two clients that must not notice.
class AbuseTest {

  private static final int CONNECTIONS = 1_000;

  private interface Attack {
    void on(RawWebSocket client) throws IOException;
  }

  private static final String[] SHAPES = {
    "{\"type\":{\"type\":\"client_type\"}}",
    "{\"type\":\"client_type\",\"clientType\":[\"jetson\"]}",
    "{\"type\":\"request_stream\",\"cameras\":{\"0\":\"front\"}}",
    "[".repeat(30_000),
    "{\"a\":".repeat(5_000),
    "{\"type\":\"image_data\",\"timestamp\":1e999999}",
    "{\"type\":\"client_type\",\"clientType\":\"\\ud800\"}",
    "{\"type\":\"list_cameras\",\"type\":\"ping\"}",
    "\u0000",
  };

  private static final Attack[] ATTACKS = {
    client -> client.send("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"),
    client -> client.send("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n"),
    client -> client.send("GET " + "/x".repeat(20_000) + " HTTP/1.1\r\n\r\n"),
    client -> client.send("\r\n\r\n\r\n"),
    client -> {
      client.shakeHands("/ws");
      client.send(new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0, (byte) 0xf0});
    },
    client -> {
      client.shakeHands("/ws");
      byte[] half = RawWebSocket.encode(0x82, Jpegs.jpeg(100_000, 1));
      client.send(Arrays.copyOf(half, 60_000));
    },
    client -> {
      client.shakeHands("/ws");
      client.frame(RawWebSocket.BINARY, Jpegs.jpeg(50_000, 2));
      client.frame(false, RawWebSocket.BINARY, Jpegs.jpeg(50_000, 3));
    },
    client -> {
      client.shakeHands("/ws");
      for (String shape : SHAPES) {
        client.text(shape);
      }
    },
    client -> {
      client.shakeHands("/ws");
      client.text("{\"type\":\"client_type\",\"clientType\":\"flutter\"}");
      client.text("{\"type\":\"request_stream\"}");
      client.frame(RawWebSocket.BINARY, new byte[70_000]);
    },
    client -> {
      client.shakeHands("/ws");
      client.text("{\"type\":\"client_type\",\"clientType\":\"jetson\"}");
      client.frame(RawWebSocket.BINARY, new byte[30_000]);
      client.text("{\"type\":\"complete_video\"}");
    },
    client -> {
      client.shakeHands("/ws");
      client.send(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff});
    },
  };

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "open sockets are counted in /proc")
  void leavesThreadsSocketsAndFramesAtBaseAndOthersUndisturbed() throws IOException {
    try (TestRelay relay = TestRelay.start("MAX_CAMERA_MESSAGE_BYTES", "1000000")) {
      TestClient viewer = relay.client().asViewer().watch(",\"cameras\":[\"front\"]");
      viewer.nextError("unknown_camera");
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      pass(camera, viewer, -1);
      try (RawWebSocket warm = RawWebSocket.open(relay.port(), "/ws")) {
        assertThat(warm.read().text()).contains("welcome");
      }
      await().atMost(10, SECONDS).until(() -> relay.openSessions() == 2);
      int threads = TestRelay.threads().size();
      int sockets = sockets();
      Random random = new Random(7);
      for (int i = 0; i < CONNECTIONS; i++) {
        RawWebSocket client = RawWebSocket.connect(relay.port());
        ATTACKS[i % ATTACKS.length].on(client);
        if (random.nextBoolean()) {
          client.socket().setSoLinger(true, 0); // goes with a reset
        }
        client.close();
        if (i % 20 == 0) {
          pass(camera, viewer, i);
        }
      }
      await().atMost(20, SECONDS).until(() -> relay.openSessions() == 2);
      // Only the camera's latest frame is held.
      await().atMost(10, SECONDS).until(() -> relay.outstandingBlocks() == 1);
      // The two that stay may have got a writer thread each meanwhile: it starts at first need.
      await().atMost(20, SECONDS).until(() -> TestRelay.threads().size() <= threads + 2);
      await().atMost(20, SECONDS).until(() -> sockets() <= sockets);
      pass(camera, viewer, CONNECTIONS);
      camera.assertExhausted();
      viewer.assertExhausted();
    }
  }

  private static void pass(TestClient camera, TestClient viewer, int seed) {
    byte[] image = Jpegs.jpeg(20_000, seed);
    camera.send(image);
    viewer.expectFrame(image);
  }

  /// Only sockets: the pipes that frames go through are opened at some time and stay.
  private static int sockets() {
    File[] open = new File("/proc/self/fd").listFiles();
    int sockets = 0;
    for (File one : open == null ? new File[0] : open) {
      try {
        sockets += Files.readSymbolicLink(one.toPath()).toString().startsWith("socket:") ? 1 : 0;
      } catch (IOException closedMeanwhile) {
        // not there any more: not open
      }
    }
    return sockets;
  }
}
