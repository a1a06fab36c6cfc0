// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import java.io.IOException;
import java.util.Locale;

/// One thing that a client does, and what the server has to do then.
///
/// @param section which part of the RFC it belongs to
/// @param name what the client does, unique in its section
/// @param limits which of the two echo servers it talks to
record Case(Section section, String name, Limits limits, Script script) {

  /// The parts of the suite, in the order of the RFC's own.
  enum Section {
    HANDSHAKE,
    FRAMING,
    PINGS_AND_PONGS,
    RESERVED_BITS,
    OPCODES,
    FRAGMENTATION,
    UTF8,
    CLOSING,
    LIMITS,
    LARGE_MESSAGES;

    String title() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /// How much the server takes.
  enum Limits {
    /// 64 MiB and 100,000 fragments.
    LARGE,
    /// 1,000 bytes of text, 5,000 bytes of binary, 4 fragments.
    SMALL
  }

  /// Talks to the server and checks its answers. Whoever runs it has connected the peer, and closes
  /// it afterwards.
  @FunctionalInterface
  interface Script {
    void play(Peer peer) throws IOException;
  }

  @Override
  public String toString() {
    return section.title() + ": " + name;
  }
}
