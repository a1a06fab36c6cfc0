// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jetsonrelay.server.pacing.Link;
import org.jspecify.annotations.Nullable;

/// Two network name spaces, the relay's and the viewer's, with a device in each for an emulated
/// link between them. The machine's own settings and devices stay as they are.
///
/// One thread opens, starts and closes.
final class LinkedSpaces implements AutoCloseable {

  /// The relay's address for the viewer.
  static final String RELAY = "10.77.0.1";

  private static final String VIEWER = "10.77.0.2";
  private static final String DEVICE = "emulated0";

  /// What waits here would not be in the link's queue: the emulator is to take it at once.
  private static final int DEVICE_QUEUE = 10_000;

  private final NetworkSpace relaySide;
  private final NetworkSpace viewerSide;
  private int relayTun = -1;
  private int viewerTun = -1;
  private @Nullable Emulator emulator;

  private LinkedSpaces(NetworkSpace relaySide, NetworkSpace viewerSide) {
    this.relaySide = relaySide;
    this.viewerSide = viewerSide;
  }

  /// @param congestionControl of both ends' TCP, for example `bbr`
  static LinkedSpaces open(String congestionControl) throws IOException, InterruptedException {
    NetworkSpace relaySide = NetworkSpace.create("relay-side");
    LinkedSpaces spaces;
    try {
      spaces = new LinkedSpaces(relaySide, NetworkSpace.create("viewer-side"));
    } catch (IOException | InterruptedException | RuntimeException e) {
      relaySide.close();
      throw e;
    }
    try {
      spaces.relayTun = device(spaces.relaySide, RELAY, VIEWER, congestionControl);
      spaces.viewerTun = device(spaces.viewerSide, VIEWER, RELAY, congestionControl);
      return spaces;
    } catch (IOException | InterruptedException | RuntimeException e) {
      spaces.close();
      throw e;
    }
  }

  private static int device(NetworkSpace space, String own, String other, String congestionControl)
      throws IOException, InterruptedException {
    int tun = space.call(() -> Kernel.openTun(DEVICE));
    try {
      space.ip("addr add " + own + " peer " + other + " dev " + DEVICE);
      space.ip("link set " + DEVICE + " mtu 1500 txqueuelen " + DEVICE_QUEUE + " up");
      // Of the route, so that it holds for what goes over this link and for nothing else.
      space.ip(
          "route replace %s dev %s src %s congctl %s"
              .formatted(other, DEVICE, own, congestionControl));
      return tun;
    } catch (IOException | InterruptedException | RuntimeException e) {
      Kernel.close(tun);
      throw e;
    }
  }

  /// Refuses what this machine's kernel does not have.
  ///
  /// @throws IllegalArgumentException when there is no such congestion control
  static void requireCongestionControl(String name) throws IOException {
    String there =
        Files.readString(Path.of("/proc/sys/net/ipv4/tcp_available_congestion_control")).strip();
    List<String> available = Arrays.asList(there.split(" ", -1));
    if (!available.contains(name)) {
      throw new IllegalArgumentException(
          "no congestion control \"%s\": this kernel has %s; perhaps: modprobe tcp_%s"
              .formatted(name, there, name));
    }
  }

  NetworkSpace relaySide() {
    return relaySide;
  }

  NetworkSpace viewerSide() {
    return viewerSide;
  }

  /// Joins the two.
  ///
  /// @param down from the relay to the viewer
  /// @param up from the viewer to the relay
  Emulator join(Link down, Link up, long seed) {
    Emulator started = Emulator.start(relayTun, viewerTun, down, up, seed);
    emulator = started;
    return started;
  }

  /// Ends the link.
  ///
  /// @return what it did
  Emulator.Report part() throws InterruptedException {
    Emulator running = emulator;
    if (running == null) {
      throw new IllegalStateException("not joined");
    }
    emulator = null;
    return running.stop();
  }

  @Override
  public void close() {
    try {
      if (emulator != null) {
        part();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    for (int tun : new int[] {relayTun, viewerTun}) {
      if (tun >= 0) {
        Kernel.close(tun);
      }
    }
    viewerSide.close();
    relaySide.close();
  }
}
