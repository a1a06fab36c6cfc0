// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

/// A relay to compare.
///
/// @param name as in the table
/// @param command for `sh`; it finds the port to listen on in `PORT`
record Relay(String name, String command) {
  static Relay parse(String nameAndCommand) {
    int at = nameAndCommand.indexOf('=');
    if (at < 1 || at == nameAndCommand.length() - 1) {
      throw new IllegalArgumentException("not NAME=COMMAND: " + nameAndCommand);
    }
    return new Relay(nameAndCommand.substring(0, at), nameAndCommand.substring(at + 1));
  }
}
