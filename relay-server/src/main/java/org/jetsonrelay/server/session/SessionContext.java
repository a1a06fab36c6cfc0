// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Gatekeeper;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.protocol.CameraEntry;
import org.jetsonrelay.server.protocol.ServerMessages;

/// What all sessions share.
///
/// @param hub the registry of cameras and viewers
/// @param metrics what is counted
/// @param keeper who decides who may do what
/// @param pool the memory of frames
/// @param settings limits and times
/// @param clock the wall clock, for time stamps on the wire
/// @param nanoTime the clock everything is measured by, as [System#nanoTime()]
/// @param onClosed told, once, when a session is over
record SessionContext(
    Hub hub,
    RelayMetrics metrics,
    Gatekeeper keeper,
    BlockPool pool,
    SessionSettings settings,
    InstantSource clock,
    LongSupplier nanoTime,
    Consumer<ClientSession> onClosed) {

  /// A `camera_list` as of now, of the cameras that may be seen with this credential.
  byte[] cameraList(Credential credential) {
    return cameraList(credential, _ -> List.of());
  }

  /// The same, with the relays that each camera has come through.
  byte[] cameraListWithHops(Credential credential) {
    return cameraList(
        credential, row -> Stream.concat(row.hops().stream(), Stream.of(hub.nodeId())).toList());
  }

  private byte[] cameraList(Credential credential, Function<CameraRow, List<String>> hops) {
    List<CameraEntry> cameras =
        hub.cameraRows(nanoTime.getAsLong()).stream()
            .filter(row -> keeper.access().permits(Action.VIEW, row.name(), credential))
            .map(row ->
                new CameraEntry(
                    row.name(),
                    row.from(),
                    row.live(),
                    row.fps(),
                    row.width(),
                    row.height(),
                    row.viewers(),
                    row.node(),
                    hops.apply(row)))
            .toList();
    return ServerMessages.cameraList(cameras);
  }
}
