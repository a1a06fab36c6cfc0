// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;

/// A client that watches cameras, as the hub sees it. No method blocks; the hub calls them from any
/// thread, never while it holds a lock.
public interface Viewer {

  /// The client id, `client_…`.
  String id();

  /// One of this viewer's mailboxes has a new frame.
  void mail();

  /// A camera came, went, or turned live or stale.
  void camerasChanged();

  /// How this viewer stands now.
  ViewerRow row();

  /// The way of the frames of one camera that were written to this viewer last, as far as it is
  /// known.
  default List<FrameHops.Delivery> deliveries(String camera) {
    return List.of();
  }

  /// How this viewer is served now.
  default Reception reception(long nowNanos) {
    return Reception.UNKNOWN;
  }
}
