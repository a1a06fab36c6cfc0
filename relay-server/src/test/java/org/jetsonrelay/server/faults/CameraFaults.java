// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.websocket.RawWebSocket;

/// What happens to cameras. Each returns its figures.
final class CameraFaults {

  private CameraFaults() {}

  static String killed(Stage stage) throws IOException, InterruptedException {
    AgentChild victim = stage.victim();
    victim.process().kill();
    long noticed = stage.scene.await("its end is noticed", 2_000, () -> !stage.registered());
    victim.restart();
    stage.scene.await("the new process registers", 30_000, stage::registered);
    long back = stage.awaitVictim("it is seen again", Stage.RECOVERY_LIMIT_MILLIS);
    return "gone after %d ms; seen %d ms after it had registered again".formatted(noticed, back);
  }

  static String frozen(Stage stage) throws IOException, InterruptedException {
    AgentChild victim = stage.victim();
    victim.process().signal("STOP");
    long stale = stage.scene.await("it is called stale", 3_500, () -> !stage.live());
    victim.process().signal("CONT");
    long back = stage.awaitVictim("it is seen again", Stage.RECOVERY_LIMIT_MILLIS);
    return "stale after %d ms; seen %d ms after it went on".formatted(stale, back);
  }

  /// Longer than the relay waits for a sign of life: it is cut, and has to come anew.
  static String frozenForLong(Stage stage) throws IOException, InterruptedException {
    AgentChild victim = stage.victim();
    victim.process().signal("STOP");
    long gone = stage.scene.await("it is given up", 8_000, () -> !stage.registered());
    victim.process().signal("CONT");
    long back = stage.awaitVictim("it is seen again", Stage.RECOVERY_LIMIT_MILLIS);
    return "given up after %d ms; seen %d ms after it went on".formatted(gone, back);
  }

  /// A name that is taken over again and again, and a camera that comes and goes.
  static String flapping(Stage stage) throws IOException, InterruptedException {
    int port = stage.scene.relay.address().getPort();
    byte[] register =
        "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"camera-2\"}"
            .getBytes(StandardCharsets.UTF_8);
    int times = 300;
    for (int i = 0; i < times; i++) {
      RawWebSocket first = RawWebSocket.open(port, "/ws");
      first.frame(RawWebSocket.TEXT, register);
      RawWebSocket second = RawWebSocket.open(port, "/ws");
      second.frame(RawWebSocket.TEXT, register);
      second.send(new byte[] {(byte) 0x82, (byte) 0xfe, 0x40});
      if (i % 2 == 0) {
        first.socket().setSoLinger(true, 0);
      }
      first.close();
      second.close();
    }
    AgentChild victim = stage.victim();
    for (int i = 0; i < 3; i++) {
      victim.process().kill();
      victim.restart();
      stage.scene.await("it registers", 30_000, stage::registered);
    }
    long back = stage.awaitVictim("it is seen again", Stage.RECOVERY_LIMIT_MILLIS);
    return "%d connections, half of them replaced, and an agent killed 3 times; seen after %d ms"
        .formatted(2 * times, back);
  }

  /// Its end never reaches the relay. A successor of the same name, by another way, takes over at
  /// once; without one it is given up.
  static String halfOpen(Stage stage) throws IOException, InterruptedException {
    try (Cable cable = Cable.lay(1)) {
      AgentChild victim =
          stage.scene.agent(Stage.VICTIM, Stage.FPS, cable.otherSide(), cable.host());
      stage.awaitVictim("the victim streams", 30_000);
      cable.cut();
      victim.process().kill();
      long gone = stage.scene.await("it is given up", 8_000, () -> !stage.registered());
      cable.mend();
      victim.restart();
      stage.awaitVictim("the victim streams again", 30_000);
      cable.cut();
      victim.process().kill();
      stage.expect(stage.registered(), "the relay knew of an end that nobody can have told it");
      stage.scene.agent(Stage.VICTIM, Stage.FPS);
      long back = stage.awaitVictim("the successor is seen", 30_000);
      return "given up after %d ms; a successor is seen %d ms after the start of its process"
          .formatted(gone, back);
    }
  }

  /// The same agent, behind a link that carries nothing for a while.
  static String linkCut(Stage stage) throws IOException, InterruptedException {
    long outage = stage.means.patient() ? 60_000 : 8_000;
    try (Cable cable = Cable.lay(2)) {
      stage.scene.agent(Stage.VICTIM, Stage.FPS, cable.otherSide(), cable.host());
      stage.awaitVictim("the victim streams", 30_000);
      cable.cut();
      long begin = System.nanoTime();
      long gone = stage.scene.await("it is given up", 8_000, () -> !stage.registered());
      Stage.pause(outage - (System.nanoTime() - begin) / 1_000_000);
      cable.mend();
      long back = stage.awaitVictim("it is seen again", Stage.RECOVERY_LIMIT_MILLIS);
      return "cut for %d s: given up after %d ms; seen %d ms after the link was back"
          .formatted(outage / 1_000, gone, back);
    }
  }

  /// Sends what is left of a picture when the camera's process dies in the middle of it.
  static String halfPicture(Stage stage) throws IOException, InterruptedException {
    int port = stage.scene.relay.address().getPort();
    byte[] whole = RawWebSocket.encode(0x82, Jpegs.jpeg(1_000_000, 3));
    byte[] half = new byte[600_000];
    System.arraycopy(whole, 0, half, 0, half.length);
    for (int i = 0; i < 50; i++) {
      RawWebSocket camera = RawWebSocket.open(port, "/ws");
      camera.text("{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"camera-2\"}");
      camera.send(half);
      camera.socket().setSoLinger(true, 0);
      camera.close();
    }
    return "50 times 0.6 of 1 MB";
  }
}
