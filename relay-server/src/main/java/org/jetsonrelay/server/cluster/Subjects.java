// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

/// The names of what is said on the bus. The version is part of each: relays that speak another one
/// neither hear nor disturb.
///
/// @param prefix what all begin with, so that several clusters can share a server
record Subjects(String prefix) {

  private static final String VERSION = ".v1.";

  /// Signs of life.
  String beats() {
    return prefix + VERSION + "beat";
  }

  /// Lists of cameras.
  String tables() {
    return prefix + VERSION + "cameras";
  }

  /// What others want of this node.
  String wants(long node) {
    return prefix + VERSION + "want." + hex(node);
  }

  /// The frames of one camera of one node.
  String frames(long node, String camera) {
    // A dot would part the name, and two in a row would make it invalid; `~` is in no camera's
    // name.
    return prefix + VERSION + "frame." + hex(node) + '.' + camera.replace('.', '~');
  }

  private static String hex(long node) {
    return Long.toHexString(node);
  }
}
