// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.util.List;
import java.util.Map;

/// A relay to compare, and how its machine is set up.
///
/// @param name as in the table
/// @param command for `sh`; it finds the port to listen on in `PORT`
/// @param environment more of its environment
/// @param settings of its network name space, below `/proc/sys/net`
record Contender(
    String name, String command, Map<String, String> environment, Map<String, String> settings) {

  /// The name of ours as it is.
  static final String PACED = "paced";

  /// The names of ours without a pacer.
  static final List<String> PLAIN = List.of("unpaced", "snd64k", "lowat16k");

  private static final Map<String, String> UNPACED = Map.of("PACING", "off");

  /// Our relay, then the same without a pacer: as it is, and with what can be had from the system
  /// instead.
  ///
  /// @param command that starts it
  static List<Contender> ours(String command) {
    return List.of(
        paced(command),
        unpaced(command),
        // What SO_SNDBUF of 64 KiB gives: the kernel doubles it, for its own books.
        new Contender(PLAIN.get(1), command, UNPACED, Map.of("ipv4/tcp_wmem", "4096 16384 131072")),
        new Contender(PLAIN.get(2), command, UNPACED, Map.of("ipv4/tcp_notsent_lowat", "16384")));
  }

  static Contender paced(String command) {
    return new Contender(PACED, command, Map.of("PACING", "on"), Map.of());
  }

  static Contender unpaced(String command) {
    return new Contender(PLAIN.get(0), command, UNPACED, Map.of());
  }

  /// Any other.
  ///
  /// @param text `NAME=COMMAND`
  static Contender parse(String text) {
    int at = text.indexOf('=');
    if (at < 1 || at == text.length() - 1) {
      throw new IllegalArgumentException("not NAME=COMMAND: " + text);
    }
    return new Contender(text.substring(0, at), text.substring(at + 1), Map.of(), Map.of());
  }
}
